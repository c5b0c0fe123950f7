#include "tests/sim_cluster/sim_configs.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/text.h"

namespace levelwind::testing {
namespace {

using kafka::ConfigOp;
using kafka::ConfigResourceType;

constexpr std::int16_t kInvalidConfig = 40;
constexpr std::string_view kNoLimit = "9223372036854775807";

bool IsList(const std::string& key) {
  return key == "leader.replication.throttled.replicas" ||
         key == "follower.replication.throttled.replicas" || key == "cleanup.policy";
}

bool IsRate(const std::string& key) {
  return key == "leader.replication.throttled.rate" ||
         key == "follower.replication.throttled.rate" ||
         key == "replica.alter.log.dirs.io.max.bytes.per.second";
}

bool IsWholeNumber(const std::string& text) {
  std::int64_t value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 0;
}

bool IsReplicaList(const std::string& text) {
  if (text.empty() || text == "*") return true;
  for (const std::string_view item : Split(text, ',')) {
    const std::size_t colon = item.find(':');
    if (colon == std::string_view::npos || !IsWholeNumber(std::string(item.substr(0, colon))) ||
        !IsWholeNumber(std::string(item.substr(colon + 1)))) {
      return false;
    }
  }
  return true;
}

std::vector<std::string> Items(const std::string& list) {
  std::vector<std::string> items;
  if (list.empty()) return items;
  for (const std::string_view item : Split(list, ',')) items.emplace_back(item);
  return items;
}

std::string Appended(const std::string& list, const std::string& more) {
  std::vector<std::string> items = Items(list);
  for (const std::string& item : Items(more)) {
    if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(item);
  }
  return Join(items, ",");
}

std::string Subtracted(const std::string& list, const std::string& less) {
  std::vector<std::string> items = Items(list);
  for (const std::string& item : Items(less)) std::erase(items, item);
  return Join(items, ",");
}

}  // namespace

const std::map<std::string, std::string>& SimConfigs::Defaults(ConfigResourceType type) {
  static const std::map<std::string, std::string> topic = {
      {"cleanup.policy", "delete"},
      {"compression.type", "producer"},
      {"follower.replication.throttled.replicas", ""},
      {"leader.replication.throttled.replicas", ""},
      {"max.message.bytes", "1048588"},
      {"min.insync.replicas", "1"},
      {"retention.bytes", "-1"},
      {"retention.ms", "604800000"},
      {"segment.bytes", "1073741824"},
      {"unclean.leader.election.enable", "false"},
  };
  static const std::map<std::string, std::string> broker = {
      {"follower.replication.throttled.rate", std::string(kNoLimit)},
      {"leader.replication.throttled.rate", std::string(kNoLimit)},
      {"min.insync.replicas", "1"},
      {"replica.alter.log.dirs.io.max.bytes.per.second", std::string(kNoLimit)},
  };
  return type == ConfigResourceType::kTopic ? topic : broker;
}

std::optional<std::string> SimConfigs::DefaultOf(ConfigResourceType type, const std::string& key) {
  const auto& defaults = Defaults(type);
  const auto found = defaults.find(key);
  if (found == defaults.end()) return std::nullopt;
  return found->second;
}

SimConfigs::Outcome SimConfigs::Check(const Resource& resource, const std::string& key, ConfigOp op,
                                      const std::optional<std::string>& value) const {
  if (resource.type == ConfigResourceType::kTopic && !DefaultOf(resource.type, key)) {
    return {kInvalidConfig, fmt::format("Unknown topic config name: {}", key)};
  }
  if (op == ConfigOp::kDelete) return {};
  if (!value) return {kInvalidConfig, fmt::format("Null value not supported for {}", key)};
  if ((op == ConfigOp::kAppend || op == ConfigOp::kSubtract) && !IsList(key)) {
    return {kInvalidConfig, fmt::format("Key {} is not a list: it cannot be appended to", key)};
  }
  if (IsRate(key) && !IsWholeNumber(*value)) {
    return {kInvalidConfig, fmt::format("Invalid value {} for configuration {}", *value, key)};
  }
  if (key.ends_with(".throttled.replicas") && !IsReplicaList(*value)) {
    return {kInvalidConfig, fmt::format("Invalid value {} for configuration {}", *value, key)};
  }
  return {};
}

SimConfigs::Outcome SimConfigs::Apply(const Resource& resource, const std::string& key, ConfigOp op,
                                      const std::optional<std::string>& value) {
  Outcome outcome = Check(resource, key, op, value);
  if (outcome.error != 0) return outcome;
  auto& entries = values_[resource];
  const std::string before =
      Get(resource, key).value_or(DefaultOf(resource.type, key).value_or(std::string()));
  switch (op) {
    case ConfigOp::kSet:
      entries[key] = *value;
      break;
    case ConfigOp::kDelete:
      entries.erase(key);
      break;
    case ConfigOp::kAppend:
      entries[key] = Appended(before, *value);
      break;
    case ConfigOp::kSubtract:
      entries[key] = Subtracted(before, *value);
      break;
  }
  return outcome;
}

std::optional<std::string> SimConfigs::Get(const Resource& resource, const std::string& key) const {
  const auto& entries = All(resource);
  const auto found = entries.find(key);
  if (found == entries.end()) return std::nullopt;
  return found->second;
}

const std::map<std::string, std::string>& SimConfigs::All(const Resource& resource) const {
  static const std::map<std::string, std::string> none;
  const auto found = values_.find(resource);
  return found == values_.end() ? none : found->second;
}

SimThrottledReplicas::SimThrottledReplicas(std::string_view text) : all_(text == "*") {
  if (all_ || text.empty()) return;
  for (const std::string_view item : Split(text, ',')) {
    const std::size_t colon = item.find(':');
    std::int32_t partition = -1;
    BrokerId broker = kNoBroker;
    const std::string_view left = item.substr(0, colon);
    const std::string_view right = item.substr(colon + 1);
    std::from_chars(left.data(), left.data() + left.size(), partition);
    std::from_chars(right.data(), right.data() + right.size(), broker);
    entries_.emplace(partition, broker);
  }
}

}  // namespace levelwind::testing
