#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/time_zone.h"

namespace levelwind {

/// A window of time that comes back on some days of each week. Plain value; any thread.
struct WeeklyWindow {
  std::array<bool, 7> days{};       ///< On which it begins, Monday first.
  std::int32_t begin_minute = 0;    ///< Of the day, 0..1439.
  std::int32_t length_minutes = 0;  ///< 1..1440; it may last over midnight.
  std::int32_t utc_offset_minutes = 0;
  std::shared_ptr<const TimeZone> zone;  ///< Instead of the offset; null: none.
  std::string text;                      ///< As it was written.

  /// The end of the window that `time` lies in; nothing when it lies in none. Ends are outside. In
  /// a zone a window lasts from the first to the last moment at which the clock shows its ends, so
  /// that the hour that comes twice in autumn lies in it as a whole.
  std::optional<WallTime> EndOf(WallTime time) const;
};

/// "[DAYS ]HH:MM-HH:MM[ OFFSET|ZONE]": "22:00-06:00", "Mon-Fri 08:00-18:00 +02:00",
/// "Sat,Sun 00:00-24:00 Z", "Mon-Fri 08:00-18:00 Europe/Berlin". Without days it comes every day,
/// without an offset or a zone (base/time_zone.h) it is UTC. An end that is not after the begin is
/// on the next day.
Result<WeeklyWindow> ParseWeeklyWindow(std::string_view text);
/// The first that is wrong is named.
Result<std::vector<WeeklyWindow>> ParseWeeklyWindows(const std::vector<std::string>& texts);

}  // namespace levelwind
