#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace levelwind {

/// The rule that a zone follows after the last change that its file lists: the TZ string of POSIX
/// (IEEE 1003.1, 8.3) with the extensions of RFC 8536.
struct TimeZoneRule {
  /// Day and second at which one half of the year begins, on the clock that is left.
  struct Change {
    enum class Kind : std::uint8_t { kMonthWeekDay, kJulian, kDayOfYear };
    Kind kind = Kind::kMonthWeekDay;
    std::int32_t month = 0, week = 0;  ///< 1..12, 1..5 (5: the last).
    std::int32_t day = 0;              ///< Of the week from Sunday, or of the year.
    std::int32_t second = 7200;        ///< Of the day; may be below 0 or beyond it.
  };
  std::int32_t standard_s = 0;  ///< Seconds east of UTC.
  std::int32_t summer_s = 0;
  bool has_summer = false;
  Change summer_begins, summer_ends;

  std::int32_t OffsetAt(std::int64_t unix_s) const;
};
Result<TimeZoneRule> ParseTimeZoneRule(std::string_view text);

/// A zone of the system's time zone database ("Europe/Berlin"), read once: a change of the database
/// is seen after a restart. Immutable; any thread.
///
/// Of its own, because GCC 12's library has no zones and the C library's only one per process.
class TimeZone {
 public:
  static constexpr std::string_view kDatabase = "/usr/share/zoneinfo";

  /// kInvalidArgument: not a name of a zone; kNotFound: there is none of that name, or no database;
  /// kDataLoss: its file makes no sense.
  static Result<std::shared_ptr<const TimeZone>> Load(std::string_view name,
                                                      std::string_view database = kDatabase);
  /// Takes a whole file, RFC 8536 version 1 to 4.
  static Result<TimeZone> Parse(std::string_view file);

  /// Seconds east of UTC at an instant.
  std::int32_t OffsetAt(std::int64_t unix_s) const;

  /// The instant at which the zone's clock shows `local_s` (seconds since 1970 as that clock counts
  /// them): the first and the last one where it is set back over it, the moment of the change where
  /// it is set forward over it.
  std::int64_t FirstInstant(std::int64_t local_s) const { return Instant(local_s, true); }
  std::int64_t LastInstant(std::int64_t local_s) const { return Instant(local_s, false); }

 private:
  struct Change {
    std::int64_t at = 0;
    std::int32_t offset_s = 0;
  };
  std::int64_t Instant(std::int64_t local_s, bool first) const;

  std::int32_t before_s_ = 0;    // until the first change
  std::vector<Change> changes_;  // ascending
  bool has_rule_ = false;
  TimeZoneRule rule_;
};

}  // namespace levelwind
