#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <numeric>

namespace levelwind {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

/// Splits "12.5 MiB" into number and unit, without the blank between them.
Result<std::pair<double, std::string_view>> NumberAndUnit(std::string_view text) {
  double number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || !std::isfinite(number) || number < 0) {
    return InvalidArgument(fmt::format("'{}' does not start with a number of zero or more", text));
  }
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  return std::pair{number, unit};
}

std::string TrimmedNumber(double value) {
  return value < 10 && value != std::floor(value) ? fmt::format("{:.1f}", value)
                                                  : fmt::format("{:.0f}", value);
}

}  // namespace

std::string HumanBytes(double bytes) {
  if (!(bytes >= 0)) return "unknown";
  constexpr std::array<std::string_view, 6> kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  while (bytes >= 1023.5 && unit + 1 < kUnits.size()) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{} {}", unit == 0 ? fmt::format("{:.0f}", bytes) : TrimmedNumber(bytes),
                     kUnits[unit]);
}

std::string HumanRate(double bytes_per_second) {
  if (!(bytes_per_second >= 0)) return "unknown";
  return HumanBytes(bytes_per_second) + "/s";
}

std::string HumanDuration(double seconds) {
  if (!(seconds >= 0) || !std::isfinite(seconds)) return "unknown";
  if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1000);
  const auto total = static_cast<std::int64_t>(std::llround(seconds));
  if (total < 60) return fmt::format("{} s", total);
  if (total < 3600) {
    return total % 60 == 0 ? fmt::format("{} min", total / 60)
                           : fmt::format("{} min {} s", total / 60, total % 60);
  }
  if (total < 48 * 3600) return fmt::format("{} h {} min", total / 3600, total % 3600 / 60);
  return fmt::format("{} d {} h", total / 86400, total % 86400 / 3600);
}

std::string FormatTime(WallTime time) {
  const std::int64_t ms = ((time.unix_ms % 1000) + 1000) % 1000;
  const auto seconds = static_cast<std::time_t>((time.unix_ms - ms) / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     ms);
}

Result<std::int64_t> ParseBytes(std::string_view text) {
  constexpr std::array<Unit, 13> kUnits = {{{"", 1},
                                            {"B", 1},
                                            {"KB", 1e3},
                                            {"MB", 1e6},
                                            {"GB", 1e9},
                                            {"TB", 1e12},
                                            {"KiB", 0x1p10},
                                            {"MiB", 0x1p20},
                                            {"GiB", 0x1p30},
                                            {"TiB", 0x1p40},
                                            {"K", 0x1p10},
                                            {"M", 0x1p20},
                                            {"G", 0x1p30}}};
  LW_ASSIGN_OR_RETURN(const auto parsed, NumberAndUnit(text));
  for (const Unit& unit : kUnits) {
    if (parsed.second != unit.name) continue;
    const double bytes = parsed.first * unit.factor;
    if (bytes > 0x1p62) return InvalidArgument(fmt::format("'{}' is too large a size", text));
    return static_cast<std::int64_t>(std::llround(bytes));
  }
  return InvalidArgument(
      fmt::format("'{}' has no unit of size that is known; write for example 64MiB or 10GB", text));
}

Result<Duration> ParseDuration(std::string_view text) {
  constexpr std::array<Unit, 7> kUnits = {{{"ms", 1e6},
                                           {"s", 1e9},
                                           {"m", 60e9},
                                           {"min", 60e9},
                                           {"h", 3600e9},
                                           {"d", 86400e9},
                                           {"us", 1e3}}};
  LW_ASSIGN_OR_RETURN(const auto parsed, NumberAndUnit(text));
  for (const Unit& unit : kUnits) {
    if (parsed.second != unit.name) continue;
    const double ns = parsed.first * unit.factor;
    if (ns > 9e18) return InvalidArgument(fmt::format("'{}' is too long a time", text));
    return Duration(std::llround(ns));
  }
  return InvalidArgument(fmt::format(
      "'{}' has no unit of time that is known; write for example 250ms, 15s or 5m", text));
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t from = 0;
  for (;;) {
    const std::size_t at = text.find(separator, from);
    parts.push_back(text.substr(from, at - from));
    if (at == std::string_view::npos) return parts;
    from = at + 1;
  }
}

std::string Join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) {
    if (&part != &parts.front()) out += separator;
    out += part;
  }
  return out;
}

std::optional<std::string> NearestWord(std::string_view word,
                                       const std::vector<std::string>& candidates) {
  const std::size_t limit = std::max<std::size_t>(2, word.size() / 3);
  std::size_t best = limit + 1;
  std::optional<std::string> nearest;
  std::vector<std::size_t> row;
  for (const std::string& candidate : candidates) {
    row.resize(candidate.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const std::size_t substitute = diagonal + (word[i - 1] == candidate[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
      }
    }
    if (row.back() < best) {
      best = row.back();
      nearest = candidate;
    }
  }
  return nearest;
}

std::string EscapeControl(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      out += "\\\\";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace levelwind
