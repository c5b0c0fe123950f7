#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/executor_proof/history.h"

namespace levelwind::testing {

struct Violation {
  std::string rule;       ///< "I1" to "I19".
  std::size_t event = 0;  ///< Its index in the history.
  std::string what;
};

/// Reads a history against the safety rules I1 to I19 of ARCHITECTURE.md. Knows nothing of actions/
/// but the records it left in the journal. Of I17 it sees only what was sent (anything while the
/// cluster cannot be read, a shrink without a known min ISR, a copy to unknown log dirs), of I19
/// the sizes of requests, audit rows and the queue.
std::vector<Violation> JudgeHistory(const History& history);

/// One violation a line; for assertions.
std::string ToText(const std::vector<Violation>& violations, std::size_t limit = 10);

}  // namespace levelwind::testing
