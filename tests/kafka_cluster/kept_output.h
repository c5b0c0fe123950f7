#pragma once

#include <string>
#include <string_view>

namespace levelwind::testing {

// What the program under test has written and answered goes away with its directory. Where
// LEVELWIND_TRACE_DIR is set, copies stay there, and tests/checks/canary.py looks for secrets in
// them when the suite has ended. Otherwise these do nothing. Any thread.

/// Adds `text` to what is kept as `what` ("http", "cli") of this test program; the same text of the
/// same `from` only once.
void KeepText(std::string_view what, std::string_view from, std::string_view text);
/// Copies of all files below `dir`: output, logs, journals.
void KeepFilesBelow(const std::string& dir);

}  // namespace levelwind::testing
