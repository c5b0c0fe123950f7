#include "actions/min_isr.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>
#include <vector>

#include "base/sabotage.h"
namespace levelwind::actions {
namespace {

constexpr const char* kKey = "min.insync.replicas";

std::optional<std::int32_t> ValueOf(const kafka::ConfigAnswer& answer) {
  for (const kafka::ConfigEntry& entry : answer.entries) {
    if (entry.name != kKey || !entry.value) continue;
    std::int32_t number = 0;
    const char* end = entry.value->data() + entry.value->size();
    const auto [rest, error] = std::from_chars(entry.value->data(), end, number);
    if (error == std::errc() && rest == end && number >= 1) return number;
  }
  return std::nullopt;
}

}  // namespace

Result<MinIsr> ReadMinIsr(kafka::AdminClient& admin, const std::set<std::string>& topics,
                          Duration timeout) {
  MinIsr known;
  if (topics.empty()) return known;
  std::vector<kafka::ConfigQuery> queries;
  queries.reserve(topics.size());
  for (const std::string& topic : topics) {
    queries.push_back({{kafka::ConfigResourceType::kTopic, topic}, {kKey}});
  }
  LW_ASSIGN_OR_RETURN(const auto answers, admin.DescribeConfigs(queries, timeout));
  for (const kafka::ConfigAnswer& answer : answers) {
    if (const auto value = ValueOf(answer)) known.emplace(answer.resource.name, *value);
  }
  for (const std::string& topic : topics) {
    if (known.count(topic) > 0 || Sabotaged("I17.unknown-min-in-sync")) continue;
    return Unavailable(fmt::format(
        "the cluster does not tell {} of topic {}, without which no replica is taken away; try "
        "again",
        kKey, topic));
  }
  return known;
}

std::optional<std::string> WhyNotShrink(const Move& move, const Observation& seen,
                                        const MinIsr& min_isr) {
  if (!Shrinks(move)) return std::nullopt;
  const std::string name = move.partition.ToString();
  const auto known = min_isr.find(move.partition.topic);
  const kafka::PartitionInfo* partition = seen.FindPartition(move.partition);
  if (known == min_isr.end() || partition == nullptr) {
    return fmt::format("{} or {} of its topic cannot be seen", name, kKey);
  }
  const auto least = static_cast<std::size_t>(known->second);
  if (move.after.size() < least && !Sabotaged("I3.min-in-sync-replicas")) {
    return fmt::format(
        "{} would keep {} of {} replicas, but its topic has {}={}: producers with acks=all could "
        "not write; lower {} first, or keep {} replicas",
        name, move.after.size(), move.before.size(), kKey, least, kKey, least);
  }
  const auto in_sync = static_cast<std::size_t>(
      std::count_if(move.after.begin(), move.after.end(), [&](BrokerId broker) {
        return Contains(move.before, broker) && Contains(partition->isr, broker);
      }));
  if (in_sync == 0 && !Sabotaged("I16.last-in-sync")) {
    return fmt::format(
        "{} would lose its last in-sync replica: in sync are {}, and none of them stays in {}; "
        "wait until others are in sync, or keep one of these",
        name, BrokersText(partition->isr), BrokersText(move.after));
  }
  if (move.Added().empty() && in_sync < least && !Sabotaged("I4.enough-in-sync-stay")) {
    return fmt::format(
        "{} would keep {} in-sync replicas, but its topic has {}={}; wait until {} are in sync",
        name, in_sync, kKey, least, BrokersText(move.after));
  }
  return std::nullopt;
}

}  // namespace levelwind::actions
