#pragma once

// The loads of the benchmark, W1 to W13, and W14, a user's own trace.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace levelwind::planner::sim {

/// What the members of the simulated group can do, the same in every workload.
inline constexpr double kMemberRate = 1000;    ///< Records/s of one member.
inline constexpr double kPartitionRate = 600;  ///< Records/s of one partition at most.
inline constexpr double kCommitEvery = 5;      ///< Seconds.
inline constexpr double kLookEvery = 5;        ///< Seconds between looks of the scaler.
inline constexpr int kScalersFrom = 600;       ///< Second from which scalers may act.

/// A span of seconds; empty when `to` <= `from`.
struct Span {
  int from = 0, to = 0;
  bool Has(int t) const { return t >= from && t < to; }
};

/// One load, second by second, for one seed.
struct Workload {
  int number = 0;
  std::string name;
  int partitions = 0;
  int seconds = 0;
  bool to_zero = false;         ///< The group may be scaled to zero.
  bool transactional = false;   ///< Transactions of 5 s, each leaves a marker in each partition.
  std::vector<float> arrivals;  ///< [second * partitions + partition], records.
  Span slow;                    ///< Members do half of what they could.
  Span outage;                  ///< Nothing can be processed.
  Span leak;                    ///< Each member loses 1 % a minute until it is started anew.
  Span poison;                  ///< Partition `poisoned` cannot be processed.
  int poisoned = -1;
  int rollout_at = -1;  ///< The workload is rolled out from here on.

  float At(int second, int partition) const {
    return arrivals[static_cast<std::size_t>(second) * static_cast<std::size_t>(partitions) +
                    static_cast<std::size_t>(partition)];
  }
  double Total(int second) const;
};

inline constexpr int kWorkloads = 13;
std::string_view WorkloadName(int number);

/// W1 to W13. `hours` > 0 cuts the run short; what happens later is then left out.
Workload MakeWorkload(int number, std::uint64_t seed, double hours = 0);

/// W14: lines "second,partition,records" (any order; a first line of words is skipped) or, with two
/// columns, "second,records" dealt to `partitions`. Errors name the line.
Result<Workload> ParseTrace(std::string_view text, int partitions);

}  // namespace levelwind::planner::sim
