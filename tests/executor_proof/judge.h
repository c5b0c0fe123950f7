#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/executor_proof/history.h"

namespace levelwind::testing {

struct Violation {
  std::string rule;       ///< "I1" to "I18".
  std::size_t event = 0;  ///< Its index in the history.
  std::string what;
};

/// Reads a history against the safety rules I1 to I18 of ARCHITECTURE.md. Knows nothing of actions/
/// but the records it left in the journal. Of I17 it sees only what was sent (a shrink without a
/// known min ISR, a copy into an unknown log dir); I19 is about sizes, not about histories.
std::vector<Violation> JudgeHistory(const History& history);

/// One violation a line; for assertions.
std::string ToText(const std::vector<Violation>& violations, std::size_t limit = 10);

}  // namespace levelwind::testing
