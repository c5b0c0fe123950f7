#pragma once

#include <string_view>

namespace levelwind {

/// A place at which a test may kill the process, to prove that the next start carries on (I2).
///
/// Compiled in only with LEVELWIND_CRASH_POINTS. There, each call counts one; when the count
/// reaches the environment variable LEVELWIND_CRASH_AT the process gets SIGKILL, so that nothing is
/// flushed or unwound. LEVELWIND_CRASH_LOG names a file to which "count name" is appended per call.
void HitCrashPoint(std::string_view name);

}  // namespace levelwind

#ifdef LEVELWIND_CRASH_POINTS
#define LW_CRASH_POINT(name) ::levelwind::HitCrashPoint(name)
#else
#define LW_CRASH_POINT(name) static_cast<void>(0)
#endif
