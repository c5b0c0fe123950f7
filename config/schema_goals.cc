#include <array>

#include "config/schema_parts.h"

namespace levelwind::config {
namespace {

/// What one threshold of several alike has of its own.
struct Threshold {
  std::string_view key;
  FieldRef (*field)(Config&);
  std::string_view description;
};

void AddLowUtilization(std::vector<SchemaEntry>& out) {
  static constexpr std::array kLowUse = {
      Threshold{
          "plan.cpu_low_utilization_threshold",
          [](Config& c) -> FieldRef { return &c.plan.low_utilization.cpu; },
          "Cruise Control's cpu.low.utilization.threshold: while the cluster uses at most this "
          "share of a resource, only brokers above 0.9 of it are not level. 0: off. Needs every "
          "broker's capacity."},
      Threshold{"plan.network_in_low_utilization_threshold",
                [](Config& c) -> FieldRef { return &c.plan.low_utilization.network_in; },
                "network.inbound.low.utilization.threshold."},
      Threshold{"plan.network_out_low_utilization_threshold",
                [](Config& c) -> FieldRef { return &c.plan.low_utilization.network_out; },
                "network.outbound.low.utilization.threshold."},
      Threshold{"plan.disk_low_utilization_threshold",
                [](Config& c) -> FieldRef { return &c.plan.low_utilization.disk; },
                "disk.low.utilization.threshold."},
  };
  for (const Threshold& t : kLowUse) {
    out.push_back({t.key, ValueType::kNumber, t.field, t.description, "0.2", 0, 1});
  }
}

void AddThresholds(std::vector<SchemaEntry>& out) {
  static constexpr std::array kThresholds = {
      Threshold{"plan.cpu_balance_threshold",
                [](Config& c) -> FieldRef { return &c.plan.balance_thresholds.cpu; },
                "Cruise Control's cpu.balance.threshold: level is within the mean x (1 -+ "
                "(threshold - 1) x 0.9)."},
      Threshold{"plan.network_in_balance_threshold",
                [](Config& c) -> FieldRef { return &c.plan.balance_thresholds.network_in; },
                "network.inbound.balance.threshold."},
      Threshold{"plan.network_out_balance_threshold",
                [](Config& c) -> FieldRef { return &c.plan.balance_thresholds.network_out; },
                "network.outbound.balance.threshold."},
      Threshold{"plan.disk_balance_threshold",
                [](Config& c) -> FieldRef { return &c.plan.balance_thresholds.disk; },
                "disk.balance.threshold."},
      Threshold{"plan.replica_balance_threshold",
                [](Config& c) -> FieldRef { return &c.plan.balance_thresholds.replicas; },
                "replica.count.balance.threshold."},
      Threshold{"plan.leader_balance_threshold",
                [](Config& c) -> FieldRef { return &c.plan.balance_thresholds.leaders; },
                "leader.replica.count.balance.threshold."},
      Threshold{"plan.leader_bytes_in_balance_threshold",
                [](Config& c) -> FieldRef { return &c.plan.balance_thresholds.leader_bytes_in; },
                "The same for LeaderBytesInDistributionGoal."},
  };
  for (const Threshold& t : kThresholds) {
    out.push_back({t.key,
                   ValueType::kNumber,
                   t.field,
                   t.description,
                   "1.10",
                   1.01,
                   10,
                   {},
                   "band_margin",
                   0});
  }
  out.push_back({"plan.distribution_threshold_multiplier", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.plan.distribution_threshold_multiplier; },
                 "Widens the bands of all distribution goals "
                 "(goal.violation.distribution.threshold.multiplier).",
                 "1.5", 1, 10});
}

void AddTopicBands(std::vector<SchemaEntry>& out) {
  out.push_back({"plan.topic_replica_balance_threshold", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.plan.topic_replica_balance_threshold; },
                 "topic.replica.count.balance.threshold.", "3.0", 1.01, 10});
  out.push_back({"plan.topic_replica_min_gap", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.plan.topic_replica_min_gap; },
                 "topic.replica.count.balance.min.gap.", "2", 0, 1e6});
  out.push_back({"plan.topic_replica_max_gap", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.plan.topic_replica_max_gap; },
                 "topic.replica.count.balance.max.gap.", "40", 0, 1e6});
  out.push_back({"plan.topic_leader_balance_threshold", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.plan.topic_leader_balance_threshold; },
                 "The same for leaders: topic.leader.replica.count.balance.threshold.", "3.0", 1.01,
                 10});
  out.push_back({"plan.topic_leader_min_gap", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.plan.topic_leader_min_gap; },
                 "topic.leader.replica.count.balance.min.gap.", "2", 0, 1e6});
  out.push_back({"plan.topic_leader_max_gap", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.plan.topic_leader_max_gap; },
                 "topic.leader.replica.count.balance.max.gap.", "40", 0, 1e6});
}

}  // namespace

void AddGoals(std::vector<SchemaEntry>& out) {
  out.push_back({"plan.hard_goals", ValueType::kList,
                 [](Config& c) -> FieldRef { return &c.plan.hard_goals; },
                 "Goals that must be met, instead of those that usually must; the others are soft. "
                 "Empty: as usual; [none]: none.",
                 "[RackAwareGoal, DiskCapacityGoal]"});
  AddThresholds(out);
  AddLowUtilization(out);
  AddTopicBands(out);
  out.push_back({"plan.min_leader_topics", ValueType::kText,
                 [](Config& c) -> FieldRef { return &c.plan.min_leader_topics; },
                 "Regular expression on whole topic names for MinTopicLeadersPerBrokerGoal "
                 "(topics.with.min.leaders.per.broker). Empty: none.",
                 "'orders-.*'"});
  out.push_back({"plan.min_topic_leaders", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.plan.min_topic_leaders; },
                 "min.topic.leaders.per.broker; 0: as many as each broker can have.", "1", 0,
                 10'000});
  out.push_back({"plan.broker_sets", ValueType::kList,
                 [](Config& c) -> FieldRef { return &c.plan.broker_sets; },
                 "The set of each broker for BrokerSetAwareGoal, as ID=SET.", "[1=fast, 2=fast]"});
  out.push_back({"plan.hot_partition_share", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.plan.hot_partition_share; },
                 "Share of a mean broker's load from which on HotPartitionIsolationGoal takes a "
                 "partition for hot.",
                 "0.5", 0.01, 100});
  out.push_back({"plan.consumer_racks", ValueType::kList,
                 [](Config& c) -> FieldRef { return &c.plan.consumer_racks; },
                 "Where consumers run, for ConsumerFetchLocalityGoal, as PATTERN=RACK: a regular "
                 "expression that is found in \"client id / host\".",
                 "['-az1-=az1', '-az2-=az2']"});
}

}  // namespace levelwind::config
