#pragma once

#include <string_view>

#ifdef LEVELWIND_SABOTAGE
#include <cstdlib>
#endif

namespace levelwind {

/// Whether a test has taken the safety gate called `gate` out of this process, to prove that the
/// suite notices (scripts/sabotage, docs/safety.md). A gate is called after its rule:
/// "I5.others-in-sync"; a name may stand at several places that keep the same promise.
///
/// Only objects compiled with LEVELWIND_SABOTAGE ask the environment variable of that name; these
/// are in no program but those of tests/sabotage. Everywhere else it is a constant, and nothing is
/// left of it. Include it in .cc files only: two objects of a program may have different opinions.
#ifdef LEVELWIND_SABOTAGE
inline bool Sabotaged(std::string_view gate) {
  static const char* const removed = std::getenv("LEVELWIND_SABOTAGE");
  return removed != nullptr && gate == removed;
}
#else
constexpr bool Sabotaged(std::string_view /*gate*/) { return false; }
#endif

}  // namespace levelwind
