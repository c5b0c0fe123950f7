#include "base/weekly_window.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/text.h"

namespace levelwind {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMinutes = 24 * 60;
// 1970-01-01 was a Thursday.
constexpr std::int64_t kEpochDay = 3;

std::optional<std::size_t> DayOf(std::string_view name) {
  const auto found = std::find(kDays.begin(), kDays.end(), name);
  if (found == kDays.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kDays.begin());
}

bool ParseDays(std::string_view text, std::array<bool, 7>& days) {
  for (const std::string_view part : Split(text, ',')) {
    const std::size_t dash = part.find('-');
    const auto first = DayOf(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : DayOf(part.substr(dash + 1));
    if (!first || !last) return false;
    for (std::size_t day = *first;; day = (day + 1) % 7) {
      days[day] = true;
      if (day == *last) break;
    }
  }
  return true;
}

// "08:30" in minutes; 24:00 is allowed.
std::optional<std::int32_t> ParseMinutes(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  if (!digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const std::int32_t hours = (text[0] - '0') * 10 + (text[1] - '0');
  const std::int32_t minutes = (text[3] - '0') * 10 + (text[4] - '0');
  if (minutes > 59 || hours * 60 + minutes > kDayMinutes) return std::nullopt;
  return hours * 60 + minutes;
}

bool ParseOffset(std::string_view text, std::int32_t& minutes) {
  if (text == "Z" || text == "UTC") return true;
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  const auto size = ParseMinutes(text.substr(1));
  if (!size || *size > 14 * 60) return false;
  minutes = text[0] == '-' ? -*size : *size;
  return true;
}

bool ParseHours(std::string_view text, WeeklyWindow& window) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return false;
  const auto begin = ParseMinutes(text.substr(0, dash));
  const auto end = ParseMinutes(text.substr(dash + 1));
  if (!begin || !end || *begin == *end || *begin == kDayMinutes) return false;
  window.begin_minute = *begin;
  window.length_minutes =
      *end > *begin ? *end - *begin : static_cast<std::int32_t>(kDayMinutes) - *begin + *end;
  return true;
}

std::int64_t FloorDiv(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

/// As EndOf, in a zone.
std::optional<WallTime> EndInZone(const WeeklyWindow& window, WallTime time) {
  constexpr std::int64_t kDaySeconds = kDayMinutes * 60;
  const std::int64_t now_s = FloorDiv(time.unix_ms, 1000);
  const std::int64_t today = FloorDiv(now_s + window.zone->OffsetAt(now_s), kDaySeconds);
  for (const std::int64_t day : {today, today - 1}) {
    if (!window.days[static_cast<std::size_t>(((day + kEpochDay) % 7 + 7) % 7)]) continue;
    const std::int64_t begin = day * kDaySeconds + window.begin_minute * 60;
    const std::int64_t end_s = window.zone->LastInstant(begin + window.length_minutes * 60);
    if (now_s >= window.zone->FirstInstant(begin) && now_s < end_s) return WallTime{end_s * 1000};
  }
  return std::nullopt;
}

}  // namespace

std::optional<WallTime> WeeklyWindow::EndOf(WallTime time) const {
  if (zone != nullptr) return EndInZone(*this, time);
  const std::int64_t shift = utc_offset_minutes * kMinuteMs;
  const std::int64_t local = time.unix_ms + shift;
  const std::int64_t today = FloorDiv(local, kDayMinutes * kMinuteMs);
  // It may have begun yesterday.
  for (const std::int64_t day : {today, today - 1}) {
    if (!days[static_cast<std::size_t>(((day + kEpochDay) % 7 + 7) % 7)]) continue;
    const std::int64_t begin = (day * kDayMinutes + begin_minute) * kMinuteMs;
    const std::int64_t end = begin + length_minutes * kMinuteMs;
    if (local >= begin && local < end) return WallTime{end - shift};
  }
  return std::nullopt;
}

Result<WeeklyWindow> ParseWeeklyWindow(std::string_view text) {
  const Error wrong = InvalidArgument(
      fmt::format("'{}' is not a window of time; write '22:00-06:00', 'Mon-Fri 08:00-18:00 "
                  "+02:00' or 'Mon-Fri 08:00-18:00 Europe/Berlin'",
                  EscapeControl(text)));
  WeeklyWindow window;
  window.text = std::string(text);
  std::vector<std::string_view> parts = Split(text, ' ');
  std::erase(parts, std::string_view());
  if (parts.empty()) return wrong;
  const bool has_days = parts.front()[0] >= 'A';
  if (!has_days) {
    window.days.fill(true);
  } else if (!ParseDays(parts.front(), window.days)) {
    return wrong;
  }
  if (has_days) parts.erase(parts.begin());
  if (parts.empty() || parts.size() > 2 || !ParseHours(parts[0], window)) return wrong;
  if (parts.size() == 1 || ParseOffset(parts[1], window.utc_offset_minutes)) return window;
  if (parts[1].empty() || parts[1][0] < 'A') return wrong;
  LW_ASSIGN_OR_RETURN(window.zone, TimeZone::Load(parts[1]));
  return window;
}

Result<std::vector<WeeklyWindow>> ParseWeeklyWindows(const std::vector<std::string>& texts) {
  std::vector<WeeklyWindow> windows;
  for (const std::string& text : texts) {
    LW_ASSIGN_OR_RETURN(WeeklyWindow window, ParseWeeklyWindow(text));
    windows.push_back(std::move(window));
  }
  return windows;
}

}  // namespace levelwind
