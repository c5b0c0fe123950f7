#pragma once

// What is said about how far a consumer group is behind, beside the number of messages.

#include <cstdint>
#include <optional>
#include <string_view>

#include "model/measure.h"

namespace levelwind {

/// How a time lag was told, and with it how far it can be trusted.
enum class TimeLagMethod : std::uint8_t {
  kNone,          ///< Not known: no history, or no committed offset.
  kCaughtUp,      ///< Exact: nothing is left to read, 0 s.
  kExact,         ///< From the timestamp of the next record, as its broker told it; off by <= 1 s.
  kInterpolated,  ///< Between two looks at the log's end; off by at most the time between them.
  kAtLeast,       ///< Older than all that is known; the real one is larger.
};
std::string_view TimeLagMethodName(TimeLagMethod method);

/// Time lag: the age of the next record that a group has to read.
struct TimeLag {
  double seconds = kUnknown;
  TimeLagMethod method = TimeLagMethod::kNone;
  double error_s = kUnknown;  ///< The value is off by at most this; unknown with kAtLeast.
};

/// What a group's doings in one partition, or in all, amount to. In the order of how bad it is, so
/// that the worst is the largest.
enum class LagVerdict : std::uint8_t {
  kOk,          ///< Caught up lately, or behind by less than what counts.
  kCatchingUp,  ///< Behind, and the lag falls.
  kUndecided,   ///< Committed or end offset is not known, or not for long enough.
  kSlow,        ///< Commits, but the lag does not fall.
  kNoOwner,     ///< Lag in a partition that no member of a group with members has.
  kStalled,     ///< Has members and lag, and commits nothing new.
  kStopped,     ///< Has lag and no members.
  kRewound,     ///< The committed offset went back and has not come again to where it was.
  kDataLost,    ///< The committed offset is below the log start: records went unread.
};
std::string_view LagVerdictName(LagVerdict verdict);
std::optional<LagVerdict> ParseLagVerdict(std::string_view name);

}  // namespace levelwind
