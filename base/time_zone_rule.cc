#include <fmt/format.h>

#include <cstddef>

#include "base/text.h"
#include "base/time_zone.h"

namespace levelwind {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;

bool IsLeap(std::int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

/// Days since 1970-01-01 of a date; H. Hinnant's "chrono-compatible low-level date algorithms".
std::int64_t DaysOf(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

std::int64_t YearOf(std::int64_t unix_s) {
  std::int64_t days = unix_s / kDaySeconds - (unix_s % kDaySeconds < 0 ? 1 : 0);
  std::int64_t year = 1970 + days / 366;
  while (DaysOf(year + 1, 1, 1) <= days) ++year;
  while (DaysOf(year, 1, 1) > days) --year;
  return year;
}

/// Seconds since 1970 on the local clock at which a change falls in a year.
std::int64_t LocalOf(const TimeZoneRule::Change& change, std::int64_t year) {
  using Kind = TimeZoneRule::Change::Kind;
  std::int64_t day = 0;
  if (change.kind == Kind::kMonthWeekDay) {
    const std::int64_t first = DaysOf(year, change.month, 1);
    const std::int64_t weekday = ((first + 4) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
    day = first + (change.day - weekday + 7) % 7 + 7 * (change.week - 1);
    const std::int64_t next =
        change.month == 12 ? DaysOf(year + 1, 1, 1) : DaysOf(year, change.month + 1, 1);
    while (day >= next) day -= 7;
  } else {
    // Julian days never count February 29, the others do.
    const bool after_february = change.kind == Kind::kJulian && change.day >= 60 && IsLeap(year);
    day = DaysOf(year, 1, 1) + change.day - (change.kind == Kind::kJulian ? 1 : 0) +
          (after_february ? 1 : 0);
  }
  return day * kDaySeconds + change.second;
}

/// Reads a TZ string from the left.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : left_(text) {}

  bool done() const { return left_.empty(); }
  bool Take(char c) {
    if (left_.empty() || left_[0] != c) return false;
    left_.remove_prefix(1);
    return true;
  }
  bool Name() {
    const bool quoted = Take('<');
    std::size_t size = 0;
    while (size < left_.size() && (quoted ? left_[size] != '>' : IsLetter(left_[size]))) ++size;
    left_.remove_prefix(size);
    return (!quoted || Take('>')) && size >= (quoted ? 1U : 3U);
  }
  bool Number(std::int32_t& value, std::int32_t most) {
    std::size_t size = 0;
    value = 0;
    while (size < left_.size() && left_[size] >= '0' && left_[size] <= '9' && size < 4) {
      value = value * 10 + (left_[size++] - '0');
    }
    left_.remove_prefix(size);
    return size > 0 && value <= most;
  }
  /// [+-]hh[:mm[:ss]] in seconds.
  bool Seconds(std::int32_t& value) {
    const bool negative = Take('-');
    if (!negative) Take('+');
    std::int32_t hours = 0, minutes = 0, seconds = 0;
    if (!Number(hours, 167)) return false;
    if (Take(':') && !Number(minutes, 59)) return false;
    if (Take(':') && !Number(seconds, 59)) return false;
    value = (hours * 60 + minutes) * 60 + seconds;
    if (negative) value = -value;
    return true;
  }
  bool Change(TimeZoneRule::Change& change) {
    using Kind = TimeZoneRule::Change::Kind;
    bool good = false;
    if (Take('M')) {
      change.kind = Kind::kMonthWeekDay;
      good = Number(change.month, 12) && change.month >= 1 && Take('.') && Number(change.week, 5) &&
             change.week >= 1 && Take('.') && Number(change.day, 6);
    } else {
      change.kind = Take('J') ? Kind::kJulian : Kind::kDayOfYear;
      good = Number(change.day, 365) && (change.kind == Kind::kDayOfYear || change.day >= 1);
    }
    if (good && Take('/')) good = Seconds(change.second);
    return good;
  }

 private:
  static bool IsLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

  std::string_view left_;
};

bool Read(std::string_view text, TimeZoneRule& rule) {
  Scanner scanner(text);
  // POSIX counts to the west.
  if (!scanner.Name() || !scanner.Seconds(rule.standard_s)) return false;
  rule.standard_s = -rule.standard_s;
  rule.summer_s = rule.standard_s + 3600;
  if (scanner.done()) return true;
  rule.has_summer = true;
  if (!scanner.Name()) return false;
  if (!scanner.Take(',')) {
    if (!scanner.Seconds(rule.summer_s) || !scanner.Take(',')) return false;
    rule.summer_s = -rule.summer_s;
  }
  return scanner.Change(rule.summer_begins) && scanner.Take(',') &&
         scanner.Change(rule.summer_ends) && scanner.done();
}

}  // namespace

std::int32_t TimeZoneRule::OffsetAt(std::int64_t unix_s) const {
  if (!has_summer) return standard_s;
  const std::int64_t year = YearOf(unix_s + standard_s);
  const std::int64_t begin = LocalOf(summer_begins, year) - standard_s;
  const std::int64_t end = LocalOf(summer_ends, year) - summer_s;
  // South of the equator summer lasts over the end of the year.
  const bool summer =
      begin < end ? unix_s >= begin && unix_s < end : unix_s < end || unix_s >= begin;
  return summer ? summer_s : standard_s;
}

Result<TimeZoneRule> ParseTimeZoneRule(std::string_view text) {
  TimeZoneRule rule;
  if (Read(text, rule)) return rule;
  return InvalidArgument(fmt::format("'{}' is not a rule of a time zone", EscapeControl(text)));
}

}  // namespace levelwind
