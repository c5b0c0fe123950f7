#pragma once

// Burrow's evaluation of consumer groups, rule by rule, for those who build on its words.
// Levelwind's own verdicts are model/lag.h's. Pure; any thread.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/burrow.h"
#include "model/cluster_snapshot.h"

namespace levelwind::detectors {

/// With Burrow's numbers. Partitions are kOk, kWarn, kStop, kStall or kRewind; groups kNotFound,
/// kOk, kWarn or kErr.
enum class BurrowStatus : std::uint8_t {
  kNotFound = 0,
  kOk = 1,
  kWarn = 2,    ///< It commits and the lag does not fall.
  kErr = 3,     ///< A partition is kStop, kStall or kRewind.
  kStop = 4,    ///< The last commit is older than the commits before it took.
  kStall = 5,   ///< It commits the same offset again and again.
  kRewind = 6,  ///< The offset went back.
};
/// "NOTFOUND", "OK", ...
std::string_view BurrowStatusName(BurrowStatus status);

struct BurrowVerdict {
  BurrowStatus status = BurrowStatus::kOk;
  std::int64_t current_lag = 0;
  float complete = 0;  ///< Share of the intervals for which there is a commit.
};
/// `commits` and `ends` oldest first. The first rule that is true decides: lag allowed, stopped,
/// rewound, any commit without lag, stalled, never less lag than before; else OK. Without commits,
/// or with a smaller share of them than `minimum_complete`, it is OK.
BurrowVerdict JudgeAsBurrow(std::span<const BurrowCommit> commits,
                            std::span<const std::int64_t> ends, const BurrowRules& rules,
                            WallTime now);

struct BurrowPartition {
  std::int32_t partition = -1;  ///< Index into ClusterSnapshot::partitions.
  BurrowVerdict verdict;
  std::optional<BurrowCommit> start;  ///< Oldest commit; empty: none.
  std::optional<BurrowCommit> end;
};
struct BurrowGroupVerdict {
  BurrowStatus status = BurrowStatus::kOk;
  float complete = 0;                       ///< Share of the partitions that are complete.
  std::vector<BurrowPartition> partitions;  ///< All of each topic that the group committed to.
  std::int32_t max_lag = -1;  ///< Index into `partitions` of the first that has most; -1: none.
  std::int64_t total_lag = 0;
};
/// `group` is one of `snapshot.burrow`.
BurrowGroupVerdict JudgeAsBurrow(const ClusterSnapshot& snapshot, const BurrowGroup& group,
                                 WallTime now);

}  // namespace levelwind::detectors
