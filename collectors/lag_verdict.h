#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "collectors/collector_options.h"
#include "model/lag.h"
#include "model/measure.h"

namespace levelwind::collectors {

/// Everything that the verdict about a group in one partition depends on.
struct LagFacts {
  std::int64_t committed = kUnknownCount;
  std::int64_t lag = kUnknownCount;
  std::int64_t log_start = kUnknownCount;
  std::int64_t log_end = kUnknownCount;
  TimeLag time_lag;
  std::int64_t then_committed = kUnknownCount;  ///< `span` ago; unknown: not there then.
  std::int64_t then_lag = kUnknownCount;
  std::int64_t mid_committed = kUnknownCount;  ///< In between.
  std::int64_t mid_lag = kUnknownCount;
  Duration span{};
  Duration behind_for{};  ///< Since the last look at which it was caught up, or since the first.
  bool was_fine = false;  ///< It was caught up at one of the looks.
  bool has_members = false;
  bool has_owner = false;
  bool compacted = false;  ///< The record to read next is gone: fewer are left than `lag` says.
};

/// The first that is true decides: no commit known, records lost, lag unknown, caught up (or behind
/// by less than what counts), watched for too short, went back, stopped, no owner, stalled,
/// catching up, slow. Pure; any thread. docs/lag.md has the rules for people.
LagVerdict JudgeLag(const LagFacts& facts, const LagOptions& options);

/// A sentence about a partition with this verdict, without its name: "250 messages (4 min) behind,
/// committed offset 90 has not moved for 5 min". Empty for kOk.
std::string ReasonOf(LagVerdict verdict, const LagFacts& facts, const LagOptions& options);

}  // namespace levelwind::collectors
