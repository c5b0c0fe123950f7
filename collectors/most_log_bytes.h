#pragma once

#include <cstdint>

namespace levelwind::collectors {

/// 10 PB, of one log. Whoever tells of more does not tell a size, and sums of such are no numbers.
inline constexpr std::int64_t kMostLogBytes = 10'000'000'000'000'000;

}  // namespace levelwind::collectors
