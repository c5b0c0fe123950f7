#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace levelwind::planner {

/// What is levelled: one lane of a Vec8 each. Values are in units of the mean broker, so that one
/// number means the same in every lane: 1 is what a broker holds on average.
enum Lane : std::uint8_t {
  kCpu,
  kNetworkIn,
  kNetworkOut,
  kDisk,
  kReplicas,
  kLeaders,
  kLeaderIn,
  kPotentialOut,
};
inline constexpr std::size_t kLanes = 8;
using LaneArray = std::array<double, kLanes>;
using LaneFlags = std::array<bool, kLanes>;

/// Eight floats worked on together. Two 16-byte halves (SSE2 or NEON, always there) rather than one
/// 32-byte vector, whose calling convention depends on compiler flags.
struct alignas(32) Vec8 {
  using Half [[gnu::vector_size(16)]] = float;
  Half low;
  Half high;

  static Vec8 Fill(float x) { return {Half{x, x, x, x}, Half{x, x, x, x}}; }
  /// Not `low[lane]`: g++ 12 loses the stores to a temporary that is read by a variable subscript
  /// of a vector type (seen at -O2, gone with -fno-strict-aliasing).
  float operator[](std::size_t lane) const {
    return std::bit_cast<std::array<float, kLanes>>(*this)[lane];
  }
  void Set(std::size_t lane, float value) {
    if (lane < 4) {
      low[lane] = value;
    } else {
      high[lane - 4] = value;
    }
  }
  float Sum() const {
    const Half both = low + high;
    return (both[0] + both[1]) + (both[2] + both[3]);
  }
  Vec8& operator+=(const Vec8& o) {
    low += o.low;
    high += o.high;
    return *this;
  }
  Vec8& operator-=(const Vec8& o) {
    low -= o.low;
    high -= o.high;
    return *this;
  }
};

inline Vec8 operator+(const Vec8& a, const Vec8& b) { return {a.low + b.low, a.high + b.high}; }
inline Vec8 operator-(const Vec8& a, const Vec8& b) { return {a.low - b.low, a.high - b.high}; }
inline Vec8 operator*(const Vec8& a, const Vec8& b) { return {a.low * b.low, a.high * b.high}; }
inline Vec8 Max(const Vec8& a, const Vec8& b) {
#ifdef __SSE2__
  // The compiler makes three instructions of the ternary, and this is a quarter of the search.
  return {_mm_max_ps(a.low, b.low), _mm_max_ps(a.high, b.high)};
#else
  return {a.low > b.low ? a.low : b.low, a.high > b.high ? a.high : b.high};
#endif
}

inline Vec8 Min(const Vec8& a, const Vec8& b) {
#ifdef __SSE2__
  return {_mm_min_ps(a.low, b.low), _mm_min_ps(a.high, b.high)};
#else
  return {a.low < b.low ? a.low : b.low, a.high < b.high ? a.high : b.high};
#endif
}

}  // namespace levelwind::planner
