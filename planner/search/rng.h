#pragma once

#include <cstdint>

namespace levelwind::planner {

/// SplitMix64 (Steele, Lea, Flood 2014): small, quick, and the same on every platform, which the
/// distributions of <random> are not.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  /// 0..n-1; n > 0. The bias is below n / 2^32.
  std::uint32_t Below(std::uint32_t n) {
    return static_cast<std::uint32_t>(((Next() >> 32) * n) >> 32);
  }

 private:
  std::uint64_t state_;
};

}  // namespace levelwind::planner
