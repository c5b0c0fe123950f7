#pragma once

namespace levelwind::daemon {

/// Shown by ps -T, top -H and debuggers. At most 15 characters.
void NameThisThread(const char* name);

}  // namespace levelwind::daemon
