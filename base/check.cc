#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace levelwind::internal {

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "levelwind: invariant broken: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace levelwind::internal
