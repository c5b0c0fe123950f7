#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace levelwind {

/// "1.5 GiB", "120 MiB", "17 B". Negative or NaN: "unknown".
std::string HumanBytes(double bytes);
/// "12 MiB/s"; unknown as HumanBytes.
std::string HumanRate(double bytes_per_second);
/// "3 s", "4 min 10 s", "2 h 5 min". Negative: "unknown".
std::string HumanDuration(double seconds);
/// RFC 3339 in UTC with milliseconds: 2026-11-24T16:20:01.123Z.
std::string FormatTime(WallTime time);

/// "64MiB", "10 GB", "512" -> bytes. KB, MB... are powers of 1000, KiB, MiB... of 1024.
Result<std::int64_t> ParseBytes(std::string_view text);
/// "250ms", "15s", "5m", "2h", "7d" -> duration. A bare number has no unit and is refused.
Result<Duration> ParseDuration(std::string_view text);

std::vector<std::string_view> Split(std::string_view text, char separator);
std::string Join(const std::vector<std::string>& parts, std::string_view separator);

/// The candidate nearest to `word` by edit distance, if it is near enough to be a likely typing
/// error (distance at most max(2, length / 3)).
std::optional<std::string> NearestWord(std::string_view word,
                                       const std::vector<std::string>& candidates);

/// Replaces control characters (and DEL) by \xNN and backslash by \\, so that text from outside
/// cannot forge log lines or drive a terminal. Bytes above 0x7f pass through.
std::string EscapeControl(std::string_view text);

}  // namespace levelwind
