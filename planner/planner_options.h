#pragma once

#include <cstdint>
#include <string>
#include <vector>

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

/// What PlanRebalance is to reach. Every default gives the behaviour that Cruise Control's default
/// goals describe. Plain value; no thread.
struct PlannerOptions {
  /// Goal names in Cruise Control's words (planner/goals/goal_table.h), most important first.
  /// Empty: DefaultGoalNames(). The order is that of the verdicts and of the weights in the score;
  /// which of two soft goals yields on a broker that cannot meet both does not depend on it yet.
  std::vector<std::string> goals;

  /// Half width of the band of a distribution goal around its target, 0.005..1. 0.09 is Cruise
  /// Control's balance threshold 1.10 times its margin 0.9.
  double band_margin = 0.09;

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
  /// (empty: all do) or that match `exclude_topics` stay where they are, but are counted.
  std::string include_topics;
  std::string exclude_topics;

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
