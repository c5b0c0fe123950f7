#include "actions/orphan_sweep.h"

#include <fmt/format.h>

#include <cstddef>
#include <set>
#include <utility>

#include "actions/throttle_plan.h"
#include "actions/throttle_send.h"
#include "base/text.h"

namespace levelwind::actions {
namespace {

using kafka::ConfigChange;
using kafka::ConfigOp;
using kafka::ConfigQuery;
using kafka::ConfigResourceType;

constexpr std::int16_t kUnknownTopic = 3;

std::vector<ConfigQuery> Queries(const Observation& seen) {
  std::vector<ConfigQuery> queries;
  for (const BrokerId broker : seen.live()) {
    queries.push_back(
        {{ConfigResourceType::kBroker, std::to_string(broker)},
         {std::string(kLeaderRate), std::string(kFollowerRate), std::string(kLogDirRate)}});
  }
  for (const kafka::TopicInfo& topic : seen.topics()) {
    queries.push_back({{ConfigResourceType::kTopic, topic.name},
                       {std::string(kLeaderReplicas), std::string(kFollowerReplicas)}});
  }
  return queries;
}

ConfigChange DeletionOf(const ThrottleView& throttle) {
  ConfigChange change;
  change.resource = {throttle.topic ? ConfigResourceType::kTopic : ConfigResourceType::kBroker,
                     throttle.resource};
  change.key = throttle.key;
  change.op = throttle.part ? ConfigOp::kSubtract : ConfigOp::kDelete;
  if (throttle.part) change.value = throttle.value;
  return change;
}

}  // namespace

Result<ThrottleSweep> ReadThrottles(kafka::AdminClient& admin, const Observation& seen,
                                    Duration timeout) {
  LW_ASSIGN_OR_RETURN(const auto answers, admin.DescribeConfigs(Queries(seen), timeout));
  ThrottleSweep sweep;
  sweep.reassignments = seen.reassignments().size();
  const std::set<BrokerId> dead = seen.DeadHolders();
  sweep.not_asked = {dead.begin(), dead.end()};
  for (const kafka::ConfigAnswer& answer : answers) {
    const bool topic = answer.resource.type == ConfigResourceType::kTopic;
    if (topic && answer.error == kUnknownTopic) continue;  // deleted since
    if (answer.error != 0) {
      return kafka::KafkaError(answer.error,
                               fmt::format("reading the configuration of {} {}",
                                           topic ? "topic" : "broker", answer.resource.name));
    }
    for (const kafka::ConfigEntry& entry : answer.entries) {
      const ConfigNow now = ValueNow(answer, entry.name);
      if (!now.own || now.own->empty()) continue;
      sweep.throttles.push_back({topic, answer.resource.name, entry.name, *now.own});
    }
  }
  return sweep;
}

std::string TextOf(const ThrottleView& throttle) {
  return fmt::format("{} of {} {} is {}", throttle.key, throttle.topic ? "topic" : "broker",
                     throttle.resource, throttle.value);
}

void RemoveOwed(ThrottleSweep& sweep, const std::vector<store::PreimageRecord>& owed) {
  std::set<ThrottleKey> ours;
  for (const store::PreimageRecord& row : owed) ours.insert(KeyOf(row));
  std::erase_if(sweep.throttles, [&](ThrottleView& throttle) {
    ThrottleKey key{throttle.topic ? store::ConfigScope::kTopic : store::ConfigScope::kBroker,
                    throttle.resource, throttle.key, ""};
    if (!throttle.topic) return ours.contains(key);
    std::vector<std::string> entries = ListEntries(throttle.value);
    const std::size_t taken = std::erase_if(entries, [&](const std::string& entry) {
      key.entry = entry;
      return ours.contains(key);
    });
    throttle.part = taken > 0;
    throttle.value = Join(entries, ",");
    return entries.empty();
  });
}

Status ClearThrottles(Mutator& mutator, const Mutator::Cause& cause, const ThrottleSweep& sweep) {
  std::vector<ConfigChange> changes;
  for (const ThrottleView& throttle : sweep.throttles) changes.push_back(DeletionOf(throttle));
  return SendThrottles(mutator, cause, changes, kUnknownTopic);  // deleted since: fine
}

}  // namespace levelwind::actions
