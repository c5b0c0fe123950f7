#include "store/lag_series.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace levelwind::store {
namespace {

constexpr std::size_t kPointBytes = 12;

void Append(std::string& bytes, float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  for (int shift = 0; shift < 32; shift += 8) {
    bytes.push_back(static_cast<char>((bits >> shift) & 0xffU));
  }
}

float Take(std::string_view bytes) {
  std::uint32_t bits = 0;
  for (std::size_t i = 4; i-- > 0;) bits = bits << 8 | static_cast<unsigned char>(bytes[i]);
  return std::bit_cast<float>(bits);
}

float Larger(float a, float b) {
  if (std::isnan(a)) return b;
  return std::isnan(b) ? a : std::max(a, b);
}

std::string EncodePoint(const LagPoint& point) {
  std::string bytes;
  Append(bytes, point.lag);
  Append(bytes, point.lag_seconds);
  Append(bytes, point.consumed_per_s);
  return bytes;
}

}  // namespace

void PointSum::Add(const LagPoint& sample) {
  most_.lag = Larger(most_.lag, sample.lag);
  most_.lag_seconds = Larger(most_.lag_seconds, sample.lag_seconds);
  if (!std::isnan(sample.consumed_per_s)) {
    rate_sum_ += static_cast<double>(sample.consumed_per_s);
    ++rates_;
  }
  ++samples_;
}

LagPoint PointSum::point() const {
  LagPoint point = most_;
  if (rates_ > 0) point.consumed_per_s = static_cast<float>(rate_sum_ / rates_);
  return point;
}

std::string EncodeChunk(const std::vector<LagPoint>& points) {
  std::string bytes;
  bytes.reserve(kChunkPoints * kPointBytes);
  for (const LagPoint& point : points) bytes += EncodePoint(point);
  const std::string_view first = std::string_view(bytes).substr(0, kPointBytes);
  const bool same = std::ranges::all_of(
      points, [&](const LagPoint& point) { return EncodePoint(point) == first; });
  if (same) bytes.resize(kPointBytes);
  return bytes;
}

std::optional<std::vector<LagPoint>> DecodeChunk(std::string_view bytes) {
  if (bytes.size() != kPointBytes && bytes.size() != kChunkPoints * kPointBytes) return {};
  std::vector<LagPoint> points;
  points.reserve(kChunkPoints);
  for (std::size_t i = 0; i < kChunkPoints; ++i) {
    const std::string_view at =
        bytes.size() == kPointBytes ? bytes : bytes.substr(i * kPointBytes, kPointBytes);
    points.push_back({Take(at), Take(at.substr(4)), Take(at.substr(8))});
  }
  return points;
}

std::string EncodeUsed(const std::vector<float>& used) {
  std::string bytes;
  bytes.reserve(used.size() * sizeof(float));
  for (const float value : used) Append(bytes, value);
  return bytes;
}

std::optional<std::vector<float>> DecodeUsed(std::string_view bytes) {
  if (bytes.size() % sizeof(float) != 0) return {};
  std::vector<float> used;
  for (; !bytes.empty(); bytes.remove_prefix(sizeof(float))) {
    used.push_back(Take(bytes));
    if (used.back() < 0 || std::isinf(used.back())) return {};
  }
  return used;
}

std::string EncodeOffsets(const std::vector<OffsetPoint>& points) {
  std::string bytes;
  const auto append = [&](std::int64_t difference) {
    auto left =
        static_cast<std::uint64_t>(difference) << 1 ^ static_cast<std::uint64_t>(difference >> 63);
    for (; left >= 0x80; left >>= 7) bytes.push_back(static_cast<char>((left & 0x7f) | 0x80));
    bytes.push_back(static_cast<char>(left));
  };
  OffsetPoint last;
  for (const OffsetPoint& point : points) {
    append(point.offset - last.offset);
    append(point.unix_ms - last.unix_ms);
    last = point;
  }
  return bytes;
}

std::optional<std::vector<OffsetPoint>> DecodeOffsets(std::string_view bytes) {
  std::vector<std::int64_t> numbers;
  std::uint64_t number = 0;
  int shift = 0;
  for (const char byte : bytes) {
    const auto bits = static_cast<unsigned char>(byte);
    if (shift > 63) return {};
    number |= static_cast<std::uint64_t>(bits & 0x7fU) << shift;
    shift += 7;
    if ((bits & 0x80U) != 0) continue;
    numbers.push_back(static_cast<std::int64_t>(number >> 1 ^ (~(number & 1) + 1)));
    number = 0;
    shift = 0;
  }
  if (shift != 0 || numbers.size() % 2 != 0) return {};
  std::vector<OffsetPoint> points;
  std::uint64_t offset = 0;
  std::uint64_t unix_ms = 0;
  for (std::size_t i = 0; i < numbers.size(); i += 2) {
    offset += static_cast<std::uint64_t>(numbers[i]);
    unix_ms += static_cast<std::uint64_t>(numbers[i + 1]);
    points.push_back({static_cast<std::int64_t>(offset), static_cast<std::int64_t>(unix_ms)});
  }
  return points;
}

void LagSeries::Add(std::int64_t unix_ms, const LagPoint& sample) {
  const std::int64_t span = unix_ms / step_ms_;
  const auto capacity = static_cast<std::int64_t>(capacity_);
  if (points_.empty()) {
    points_.resize(capacity_);
    newest_ = oldest_ = span;
  }
  if (span < newest_) return;
  if (span > newest_) {
    open_ = {};
    // What lies between was not sampled, and what the ring still holds there is of an earlier turn.
    for (std::int64_t n = std::max(newest_ + 1, span - capacity + 1); n <= span; ++n) {
      points_[static_cast<std::size_t>(n % capacity)] = {};
    }
    newest_ = span;
    oldest_ = std::max(oldest_, span - capacity + 1);
  }
  LagPoint& point = points_[static_cast<std::size_t>(span % capacity)];
  if (open_.empty() && !point.empty()) open_.Add(point);  // of before a restart
  open_.Add(sample);
  point = open_.point();
}

LagPoint LagSeries::At(std::int64_t unix_ms) const {
  const std::int64_t span = unix_ms / step_ms_;
  if (points_.empty() || span < oldest_ || span > newest_) return {};
  return points_[static_cast<std::size_t>(span % static_cast<std::int64_t>(capacity_))];
}

std::int64_t LagSeries::from_ms() const { return points_.empty() ? 0 : oldest_ * step_ms_; }
std::int64_t LagSeries::to_ms() const { return points_.empty() ? 0 : (newest_ + 1) * step_ms_; }

}  // namespace levelwind::store
