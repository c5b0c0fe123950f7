#include "config/schema_parts.h"

namespace levelwind::config {

void AddCanary(std::vector<SchemaEntry>& out) {
  constexpr double kMinute = 60;
  out.push_back({"canary.enabled", ValueType::kBool,
                 [](Config& c) -> FieldRef { return &c.canary.enabled; },
                 "Whether records are sent to canary.topic and read back, to see whether and how "
                 "fast they get through. Writes to that topic, in observe mode too.",
                 "true"});
  out.push_back({"canary.topic", ValueType::kText,
                 [](Config& c) -> FieldRef { return &c.canary.topic; },
                 "Topic of the canary, which has to be there: as many partitions as brokers, each "
                 "led by another one. Nothing else may use it.",
                 "levelwind-canary"});
  out.push_back({"canary.interval", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.canary.interval; },
                 "Time between two records to the same partition.", "100ms", 0.1, 10 * kMinute});
  out.push_back({"canary.lost_after", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.canary.lost_after; },
                 "A record that was not read back for so long is lost.", "20s", 1, 10 * kMinute});
  out.push_back({"canary.group", ValueType::kText,
                 [](Config& c) -> FieldRef { return &c.canary.group; },
                 "Consumer group whose commits are timed; empty: none are.", "levelwind-canary"});
  out.push_back({"canary.commit_interval", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.canary.commit_interval; },
                 "Time between two commits.", "5s", 1, 60 * kMinute});
}

}  // namespace levelwind::config
