#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/ids.h"

namespace levelwind::planner {

/// How long the search tries, counted in proposals and never in wall time, so that the plan does
/// not depend on the machine.
enum class Effort : std::uint8_t {
  kFast,      ///< About 3 proposals per replica.
  kNormal,    ///< About 45 per replica up to 30,000 replicas, fewer per replica beyond.
  kThorough,  ///< Five times normal.
};

/// How replicas will be copied: what the order of moves and their estimated time are made with.
/// The defaults are the executor's (actions/executor_options.h); who knows its options sets them.
struct TransferOptions {
  double rate_bytes_per_s = 50 << 20;     ///< Per broker and direction; 0: not limited, unknown.
  std::int32_t max_moves_per_broker = 5;  ///< Copies to one broker, and partitions from one.
  std::int32_t max_moves_cluster = 20;    ///< Partitions under way at once.
  /// Share of a known disk that may be filled while both copies of a moving replica exist, 0..1.
  /// Applies where no disk capacity goal asks for less.
  double disk_share = 0.85;
};

/// Where one partition shall be, leader first.
struct Assignment {
  TopicPartition partition;
  std::vector<BrokerId> replicas;
};

class Goal;
struct PlannerOptions;
/// Makes one goal with the options of a plan.
using GoalMaker = std::shared_ptr<Goal> (*)(const PlannerOptions& options);

/// Cruise Control's *.balance.threshold, 1.01..10 each: a broker is level within mean x (1 -+
/// (threshold - 1) x 0.9). 0: the common band_margin.
struct BalanceThresholds {
  double cpu = 0;              ///< cpu.balance.threshold
  double network_in = 0;       ///< network.inbound.balance.threshold
  double network_out = 0;      ///< network.outbound.balance.threshold
  double disk = 0;             ///< disk.balance.threshold
  double replicas = 0;         ///< replica.count.balance.threshold
  double leaders = 0;          ///< leader.replica.count.balance.threshold
  double leader_bytes_in = 0;  ///< Of LeaderBytesInDistributionGoal (theirs is the inbound one).
};

/// Cruise Control's *.low.utilization.threshold, 0..1 each: where the cluster uses at most this
/// share of a resource, no broker has too little of it, and one has too much only above 0.9 of this
/// share of its own capacity. 0: never. Needs the capacity of every serving broker.
struct LowUtilizationThresholds {
  double cpu = 0;          ///< cpu.low.utilization.threshold
  double network_in = 0;   ///< network.inbound.low.utilization.threshold; as theirs, also a floor
                           ///< (whole, not 0.9) of LeaderBytesInDistributionGoal's upper edge.
  double network_out = 0;  ///< network.outbound.low.utilization.threshold
  double disk = 0;         ///< disk.low.utilization.threshold
};

/// What PlanRebalance is to reach. Every default gives the behaviour that Cruise Control's default
/// goals describe. Plain value; no thread.
struct PlannerOptions {
  /// Goal names in Cruise Control's words (planner/goals/goal_set.h), most important first.
  /// Empty: DefaultGoalNames(). The order is that of priority: no plan leaves a goal with more
  /// violations than before unless one before it gets fewer; hard goals count before soft ones.
  std::vector<std::string> goals;
  /// Goals of the caller's own (planner/goals/goal.h), known by their names in `goals`.
  std::vector<GoalMaker> extra_goals;
  /// Which of the goals are hard, instead of each one's own habit; all others are soft. Must be
  /// among the goals of the plan. Empty: as usual; {"none"}: none.
  std::vector<std::string> hard_goals;

  /// Half width of the band of a distribution goal around its target, 0.005..1. 0.09 is Cruise
  /// Control's balance threshold 1.10 times its margin 0.9.
  double band_margin = 0.09;
  /// Per goal, instead of band_margin.
  BalanceThresholds balance_thresholds;
  /// A resource that is hardly used need not be level.
  LowUtilizationThresholds low_utilization;
  /// Widens the bands of all distribution goals, 1..10 (goal.violation.distribution.threshold.
  /// multiplier: for work that a detector starts).
  double distribution_threshold_multiplier = 1.0;

  /// Band of a topic's replicas (leaders) per broker: topic.replica.count.balance.threshold
  /// (topic.leader...), 1.01..10, .min.gap and .max.gap, 0..1,000,000.
  double topic_replica_balance_threshold = 3.0;
  std::int32_t topic_replica_min_gap = 2;
  std::int32_t topic_replica_max_gap = 40;
  double topic_leader_balance_threshold = 3.0;
  std::int32_t topic_leader_min_gap = 2;
  std::int32_t topic_leader_max_gap = 40;

  /// MinTopicLeadersPerBrokerGoal: topics.with.min.leaders.per.broker, a regular expression on
  /// whole names (empty: none), and min.topic.leaders.per.broker, 0..10,000 (0: as many as each can
  /// have).
  std::string min_leader_topics;
  std::int32_t min_topic_leaders = 1;
  /// BrokerSetAwareGoal: the set of each broker, as "ID=SET"; brokers that are not named are in
  /// none.
  std::vector<std::string> broker_sets;
  /// HotPartitionIsolationGoal: share of a mean broker's load from which on a partition is hot,
  /// 0.01..100.
  double hot_partition_share = 0.5;
  /// ConsumerFetchLocalityGoal: where members of consumer groups run, as "PATTERN=RACK": those
  /// whose "client id / host" has a match of the ECMAScript pattern run on the rack. The first that
  /// matches counts.
  std::vector<std::string> consumer_racks;

  /// Share of a known capacity that a broker may use, 0..1. Unknown capacities are not enforced.
  double cpu_capacity_threshold = 0.7;
  double network_capacity_threshold = 0.8;
  double disk_capacity_threshold = 0.8;
  std::int64_t max_replicas_per_broker = 10'000;

  /// A rate or disk goal is switched off while the mean per broker is below this: levelling noise
  /// costs moves and brings nothing. Bytes per second, and bytes.
  double min_mean_rate_bytes_per_s = 1024;
  double min_mean_disk_bytes = 1 << 20;

  /// The same seed and snapshot give the same plan, byte for byte.
  std::uint64_t seed = 1;
  Effort effort = Effort::kNormal;

  /// ECMAScript regular expressions on whole topic names. Topics that do not match `include_topics`
  /// (empty: all do) or that match `exclude_topics` stay where they are, but are counted;
  /// they are moved off dead and leaving brokers all the same.
  std::string include_topics;
  std::string exclude_topics;

  /// Who may receive replicas: these brokers only (empty: all that serve), and never those.
  std::vector<BrokerId> destination_brokers;
  std::vector<BrokerId> excluded_destinations;
  /// Brokers that are treated as if the snapshot had them in state "new", or as leaving (they are
  /// emptied). None may be in both.
  std::vector<BrokerId> new_brokers;
  std::vector<BrokerId> leaving_brokers;
  /// Brokers on their way out of the cluster (a configured list): leaving in every plan. Those that
  /// the snapshot does not have are gone already and are no error.
  std::vector<BrokerId> retiring_brokers;
  /// Only brokers in state "new" receive replicas (Cruise Control's add_broker); the others give.
  bool only_new_brokers = false;
  /// These keep their replicas but lead nothing that another in-sync replica can lead, and get no
  /// new lead.
  std::vector<BrokerId> demoted_brokers;
  /// Nothing moves but partitions that have a replica on one of these; empty: all may. The rest
  /// stays where it is, and counts.
  std::vector<BrokerId> relieved_brokers;
  /// With relieved_brokers: for disks that are about to be full. What is above
  /// disk_capacity_threshold there is brought relief_margin below it, with as few bytes as can be;
  /// no goal is mended beside that, and none before DiskCapacityGoal gets worse.
  bool relieve_disks = false;
  /// Share of a disk, 0..0.5. Without one what has just been relieved would be too full again with
  /// the next record.
  double relief_margin = 0.05;
  /// Replicas stay where they are, even those on dead brokers; only leadership changes.
  bool leadership_only = false;
  /// Nothing moves but what must: replicas on dead and leaving brokers and in failed log dirs.
  bool only_offline_replicas = false;

  /// What is left of an earlier plan, to go on from: the search starts where that plan ends, as far
  /// as it is still legal, so that the new plan keeps what is still good of it and is found sooner.
  /// What is not (other brokers, partitions that are gone or catching up) is left out of the start.
  std::vector<Assignment> earlier_plan;

  /// Topics that are to have another number of replicas, as "PATTERN=N": an ECMAScript expression
  /// on whole topic names, and 1..7. The first that matches counts.
  std::vector<std::string> replication_factors;

  /// Most that one plan may move; -1: no limit. Kept exactly: what does not fit is left for a later
  /// plan. What mends a hard rule goes first, then what relieves most per byte (budget/budget.h).
  std::int64_t max_replica_moves = -1;
  std::int64_t max_bytes = -1;
  /// Longest estimated time for all moves together, seconds; below 0: no limit.
  double max_duration_s = -1;

  /// What copying is planned with.
  TransferOptions transfer;

  /// A broker's mean use of a capacity below which brokers may be spared, 0..1; 0: never.
  double low_use_threshold = 0.2;

  /// Proves a higher lower bound of the bytes (bounds/dual_bound.h). Takes up to seconds; does not
  /// change the plan.
  bool dual_bound = false;
};

}  // namespace levelwind::planner
