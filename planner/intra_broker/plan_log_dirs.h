#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/uuid.h"
#include "model/cluster_snapshot.h"
#include "model/proposal.h"

namespace levelwind::planner {

/// What PlanLogDirs is to reach. Plain value.
struct LogDirOptions {
  /// IntraBrokerDiskCapacityGoal: share of its capacity that a log dir may use, 0.01..1
  /// (disk.capacity.threshold).
  double capacity_threshold = 0.8;
  /// IntraBrokerDiskUsageDistributionGoal: a log dir is level within the broker's mean share x (1
  /// -+ (threshold - 1) x 0.9), 1.01..10 (disk.balance.threshold).
  double balance_threshold = 1.10;
  /// Log dirs to take everything out of, to other log dirs of their broker (remove_disks).
  std::vector<LogDirName> empty;
  /// False: only `empty` and the capacity goal; nothing is levelled.
  bool level = true;
  /// Only these brokers; empty: all that serve.
  std::vector<BrokerId> brokers;
  /// As PlannerOptions': other topics stay where they are, but count.
  std::string include_topics, exclude_topics;
};

/// One replica's way from a log dir of its broker to another.
struct LogDirMove {
  TopicPartition partition;
  Uuid topic_id;
  std::vector<BrokerId> replicas;  ///< Of the partition, preferred leader first.
  BrokerId leader = kNoBroker;
  double bytes_in_per_s = kUnknown;  ///< Of the partition.
  BrokerId broker = kNoBroker;
  std::string from, to;
  std::int64_t bytes = 0;
  std::string goal;
  std::string reason;  ///< One sentence for a person.
};

struct LogDirPlan {
  std::vector<LogDirMove> moves;  ///< By broker, then topic and partition.
  /// Capacity, then distribution; violations are log dirs, costs are bytes outside, in mean log
  /// dirs. Where log dirs are emptied, kEmptyLogDirGoal too: its cost is the replicas in them.
  std::vector<GoalVerdict> goals;
  std::vector<LogDirUse> dirs;  ///< Every log dir of the brokers looked at.
  std::int64_t bytes_to_move = 0;
  std::string summary;
  std::vector<std::string> notes;  ///< What could not be judged or done, and why.
};

/// The goal that moves out of LogDirOptions::empty are reported under.
inline constexpr std::string_view kEmptyLogDirGoal = "EmptyLogDirGoal";

/// Plans moves between the log dirs of each broker. Pure; any thread. Log dirs that have failed
/// give and get nothing. A broker with a log dir of unknown capacity (Kafka before 3.3) is left
/// alone with a note, unless it has one log dir only, where there is nothing to do. Replicas of
/// partitions that are being reassigned, and those of unknown size, stay.
///
/// Carrying the plan out and planning again gives an empty plan.
///
/// Errors: InvalidArgument for options out of range, patterns that are no regular expressions, and
/// for brokers or log dirs that the snapshot does not have.
Result<LogDirPlan> PlanLogDirs(const ClusterSnapshot& snapshot, const LogDirOptions& options);

}  // namespace levelwind::planner
