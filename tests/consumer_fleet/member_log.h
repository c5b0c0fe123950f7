#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace levelwind::testing {

/// A line of a member's log: "<ms since 1970> <what> <numbers>".
struct MemberEvent {
  enum class Kind {
    kStart,   ///< The process began.
    kAssign,  ///< Partitions came. With the eager protocol: all that it has.
    kRevoke,  ///< Partitions are given back, or were lost.
    kFirst,   ///< The first record after partitions came.
    kDid,     ///< Records done since the last one, late ones among them, milliseconds of work.
    kEnd,
  };
  std::int64_t at_ms = 0;
  Kind kind = Kind::kStart;
  std::vector<std::int64_t> numbers;
};

/// Lines that are none (the last one of a killed process) are left out.
std::vector<MemberEvent> ParseMemberLog(std::string_view text);

/// What befell a group, from its members' logs. All times are seconds.
struct GroupFigures {
  std::int64_t records = 0, late = 0;
  double busy_s = 0;  ///< Members' time at work: records / busy_s is what one can do.
  /// A member stood still: it gave partitions back and had none, until it got some again.
  std::vector<double> member_stops;
  /// A partition had nobody: from its giving back to its next owner.
  std::vector<double> partition_gaps;
  /// From a process's start until it had partitions.
  std::vector<double> joins;
  /// From the partitions' coming to the first record that is worked on.
  std::vector<double> first_records;
  /// Times each member gave partitions back or got some: 0 for who is left alone.
  std::int64_t dealings = 0;
};

/// Of one member each: its events from `from_ms` on, but before `to_ms`. A stop, a gap and a join
/// belong to the time of their end.
GroupFigures MeasureGroup(const std::vector<std::vector<MemberEvent>>& members,
                          std::int64_t from_ms, std::int64_t to_ms);

/// The q-th share of sorted or unsorted values; 0 when there are none.
double Quantile(std::vector<double> values, double q);
double Sum(const std::vector<double>& values);

}  // namespace levelwind::testing
