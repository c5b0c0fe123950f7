#include "actions/throttle_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "model/measure.h"
#include "model/operation.h"

namespace levelwind::actions {
namespace {

using store::ConfigScope;
using store::StepRecord;

constexpr double kCatchUpFactor = 1.5;

using RatesByBroker = std::map<BrokerId, std::vector<double>>;

std::int64_t FloorOf(std::vector<double> inbound, std::int32_t at_once) {
  const auto count = std::min(inbound.size(), static_cast<std::size_t>(std::max(1, at_once)));
  std::partial_sort(inbound.begin(), inbound.begin() + static_cast<std::ptrdiff_t>(count),
                    inbound.end(), std::greater<>());
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += inbound[i];
  return static_cast<std::int64_t>(std::ceil(kCatchUpFactor * sum));
}

void AddRates(std::map<ThrottleKey, ThrottleNeed>& needs, const RatesByBroker& inbound,
              std::string_view key, std::int64_t throttle, std::int32_t at_once) {
  for (const auto& [broker, rates] : inbound) {
    ThrottleNeed need;
    need.broker = broker;
    need.floor = FloorOf(rates, at_once);
    need.rate = std::max(throttle, need.floor);
    needs.emplace(ThrottleKey{ConfigScope::kBroker, std::to_string(broker), std::string(key), {}},
                  need);
  }
}

void AddEntries(std::map<ThrottleKey, ThrottleNeed>& needs, const StepRecord& step,
                std::string_view key, const std::vector<BrokerId>& brokers) {
  for (BrokerId broker : brokers) {
    ThrottleNeed need;
    need.topic_id = step.move.topic_id.ToString();
    needs.emplace(ThrottleKey{ConfigScope::kTopic, step.move.partition.topic, std::string(key),
                              fmt::format("{}:{}", step.move.partition.partition, broker)},
                  need);
  }
}

const kafka::ConfigEntry* FindEntry(const kafka::ConfigAnswer& answer, std::string_view key) {
  for (const kafka::ConfigEntry& entry : answer.entries) {
    if (entry.name == key) return &entry;
  }
  return nullptr;
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// A rate that cannot be read as a number is taken for no limit: it is the operator's, and it is
// restored.
std::int64_t RateOf(const std::string& text) {
  std::int64_t rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  return error == std::errc() ? rate : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

ThrottleKey KeyOf(const store::PreimageRecord& row) {
  return {row.scope, row.resource, row.key, row.entry};
}

BrokerId BrokerOf(const store::PreimageRecord& row) {
  BrokerId id = kNoBroker;
  if (row.scope != ConfigScope::kBroker) return id;
  std::from_chars(row.resource.data(), row.resource.data() + row.resource.size(), id);
  return id;
}

bool IsOurs(const store::PreimageRecord& row, const std::optional<std::string>& own) {
  return own.has_value() && (own == row.ours || own == row.previous);
}

std::map<ThrottleKey, ThrottleNeed> NeededThrottles(const std::vector<StepRecord>& steps,
                                                    std::int64_t throttle_bytes_per_s,
                                                    std::int32_t max_moves_per_broker) {
  std::map<ThrottleKey, ThrottleNeed> needs;
  if (throttle_bytes_per_s <= 0) return needs;
  RatesByBroker leaders;
  RatesByBroker followers;
  RatesByBroker log_dirs;
  for (const StepRecord& step : steps) {
    const std::vector<BrokerId> added = step.move.Added();
    const double inbound = KnownOr(step.move.bytes_in_per_s, 0.0);
    if (IsTerminal(step.state)) continue;
    if (step.move.kind == MoveKind::kLogDir) log_dirs[step.move.broker].push_back(inbound);
    if (added.empty()) continue;
    for (BrokerId broker : step.move.before) {
      leaders[broker].push_back(inbound * static_cast<double>(added.size()));
    }
    for (BrokerId broker : added) followers[broker].push_back(inbound);
    AddEntries(needs, step, kLeaderReplicas, step.move.before);
    AddEntries(needs, step, kFollowerReplicas, added);
  }
  AddRates(needs, leaders, kLeaderRate, throttle_bytes_per_s, max_moves_per_broker);
  AddRates(needs, followers, kFollowerRate, throttle_bytes_per_s, max_moves_per_broker);
  AddRates(needs, log_dirs, kLogDirRate, throttle_bytes_per_s, max_moves_per_broker);
  return needs;
}

ConfigNow ValueNow(const kafka::ConfigAnswer& answer, std::string_view key) {
  ConfigNow now;
  const kafka::ConfigEntry* entry = FindEntry(answer, key);
  if (entry == nullptr || !entry->value) return now;
  if (entry->source == kafka::ConfigSource::kDefault) return now;
  now.effective = entry->value;
  const auto own = answer.resource.type == kafka::ConfigResourceType::kTopic
                       ? kafka::ConfigSource::kDynamicTopic
                       : kafka::ConfigSource::kDynamicBroker;
  if (entry->source == own) now.own = entry->value;
  return now;
}

std::vector<std::string> ListEntries(const std::string& list) {
  std::vector<std::string> entries;
  for (const std::string_view part : Split(list, ',')) entries.emplace_back(Trimmed(part));
  return entries;
}

bool ListNames(const std::optional<std::string>& list, std::string_view entry) {
  if (!list) return false;
  const auto entries = ListEntries(*list);
  return std::find(entries.begin(), entries.end(), entry) != entries.end();
}

bool ListHolds(const std::optional<std::string>& list, std::string_view entry) {
  return ListNames(list, "*") || ListNames(list, entry);
}

std::int64_t CeilingOf(const ConfigNow& now) {
  if (!now.effective) return kUnknownCount;
  const std::int64_t rate = RateOf(*now.effective);
  return rate == std::numeric_limits<std::int64_t>::max() ? kUnknownCount : rate;
}

RateChoice ChooseRate(const ConfigNow& now, const ThrottleNeed& need) {
  if (!now.effective) return RateChoice::kSet;
  const std::int64_t theirs = RateOf(*now.effective);
  if (theirs < need.floor) return RateChoice::kTooSlow;
  return theirs <= need.rate ? RateChoice::kKeep : RateChoice::kSet;
}

}  // namespace levelwind::actions
