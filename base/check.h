#pragma once

namespace levelwind::internal {
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);
}  // namespace levelwind::internal

/// Aborts with a message when an invariant of our own does not hold. Never for anything that the
/// outside world can cause: that is a Result.
#define LW_CHECK(condition)     \
  (static_cast<bool>(condition) \
       ? static_cast<void>(0)   \
       : ::levelwind::internal::CheckFailed(#condition, __FILE__, __LINE__))
