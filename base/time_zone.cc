#include "base/time_zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <system_error>

#include "base/text.h"

namespace levelwind {
namespace {

constexpr std::size_t kHeader = 44;
constexpr std::streamsize kMostBytes = 1 << 20;
/// Between two changes of a zone's clock lies more than that.
constexpr std::int64_t kFarS = 26 * 3600;

/// "Europe/Berlin", "UTC", "Etc/GMT+5": nothing that leaves the database.
bool IsName(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  };
  return !name.empty() && name.size() <= 64 && name.front() != '/' && name.back() != '/' &&
         name.find("//") == std::string_view::npos && std::ranges::all_of(name, fits);
}

std::int64_t BigEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  if (bytes.size() == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
  return static_cast<std::int64_t>(value);
}

struct Counts {
  std::size_t ut = 0, standard = 0, leaps = 0, times = 0, types = 0, characters = 0;
  /// Of the block behind the header, with times of `width` bytes.
  std::size_t Bytes(std::size_t width) const {
    return times * width + times + types * 6 + characters + leaps * (width + 4) + standard + ut;
  }
};

bool ReadHeader(std::string_view file, Counts& counts) {
  if (file.size() < kHeader || !file.starts_with("TZif")) return false;
  const auto count = [&](std::size_t i) {
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(BigEndian(file.substr(20 + 4 * i, 4)), 0, kMostBytes));
  };
  counts = {count(0), count(1), count(2), count(3), count(4), count(5)};
  return counts.types > 0;
}

}  // namespace

Result<std::shared_ptr<const TimeZone>> TimeZone::Load(std::string_view name,
                                                       std::string_view database) {
  if (!IsName(name)) {
    return InvalidArgument(fmt::format("'{}' is not the name of a time zone, such as Europe/Berlin",
                                       EscapeControl(name)));
  }
  std::ifstream stream(fmt::format("{}/{}", database, name), std::ios::binary);
  std::string file(static_cast<std::size_t>(kMostBytes), '\0');
  stream.read(file.data(), kMostBytes);
  file.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, stream.gcount())));
  if (file.empty()) {
    return NotFound(
        fmt::format("there is no time zone '{}' in {}; check the name, install tzdata, or write an "
                    "offset such as +02:00",
                    name, database));
  }
  auto zone = Parse(file);
  if (!zone.ok()) return zone.error().Wrap(fmt::format("time zone {}", name));
  return std::make_shared<const TimeZone>(*std::move(zone));
}

Result<TimeZone> TimeZone::Parse(std::string_view file) {
  const Error wrong = DataLoss("its file is not what RFC 8536 describes; install tzdata again");
  Counts counts;
  if (!ReadHeader(file, counts)) return wrong;
  std::size_t width = 4;
  if (file[4] >= '2') {
    const std::size_t first_block = kHeader + counts.Bytes(4);
    if (file.size() < first_block || !ReadHeader(file.substr(first_block), counts)) return wrong;
    file.remove_prefix(first_block);
    width = 8;
  }
  file.remove_prefix(kHeader);
  if (file.size() < counts.Bytes(width)) return wrong;
  const std::string_view indices = file.substr(counts.times * width, counts.times);
  const std::string_view types = file.substr(counts.times * (width + 1), counts.types * 6);
  const auto offset = [&](std::size_t type) {
    return static_cast<std::int32_t>(BigEndian(types.substr(type * 6, 4)));
  };
  TimeZone zone;
  zone.before_s_ = offset(0);
  for (std::size_t i = 0; i < counts.times; ++i) {
    const auto type = static_cast<unsigned char>(indices[i]);
    const std::int64_t at = BigEndian(file.substr(i * width, width));
    if (type >= counts.types || (i > 0 && at < zone.changes_.back().at)) return wrong;
    zone.changes_.push_back({at, offset(type)});
  }
  const auto sane = [](std::int32_t seconds) { return seconds > -kFarS && seconds < kFarS; };
  if (!sane(zone.before_s_) ||
      !std::ranges::all_of(zone.changes_, [&](const Change& c) { return sane(c.offset_s); })) {
    return wrong;
  }
  std::string_view rule = file.substr(counts.Bytes(width));
  if (width == 4 || rule.size() < 2 || rule.front() != '\n') return zone;
  rule = rule.substr(1, rule.find('\n', 1) - 1);
  if (rule.empty()) return zone;
  LW_ASSIGN_OR_RETURN(zone.rule_, ParseTimeZoneRule(rule));
  zone.has_rule_ = true;
  return zone;
}

std::int32_t TimeZone::OffsetAt(std::int64_t unix_s) const {
  const auto next =
      std::upper_bound(changes_.begin(), changes_.end(), unix_s,
                       [](std::int64_t at, const Change& change) { return at < change.at; });
  if (next == changes_.end() && has_rule_) return rule_.OffsetAt(unix_s);
  return next == changes_.begin() ? before_s_ : std::prev(next)->offset_s;
}

std::int64_t TimeZone::Instant(std::int64_t local_s, bool first) const {
  const std::int64_t by_old = local_s - OffsetAt(local_s - kFarS);
  const std::int64_t by_new = local_s - OffsetAt(local_s + kFarS);
  if (by_old == by_new) return by_old;
  const bool old_holds = by_old + OffsetAt(by_old) == local_s;
  const bool new_holds = by_new + OffsetAt(by_new) == local_s;
  if (old_holds && new_holds) return first ? std::min(by_old, by_new) : std::max(by_old, by_new);
  if (old_holds) return by_old;
  if (new_holds) return by_new;
  // The clock jumps over it, somewhere between the two.
  std::int64_t before = std::min(by_old, by_new) - 1, after = std::max(by_old, by_new);
  const std::int32_t offset = OffsetAt(before);
  while (after - before > 1) {
    const std::int64_t middle = before + (after - before) / 2;
    (OffsetAt(middle) == offset ? before : after) = middle;
  }
  return after;
}

}  // namespace levelwind
