#include "base/memory.h"

#include <cstdlib>  // Defines __GLIBC__.

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace levelwind {

void ReturnLargeBlocks() {
#ifdef __GLIBC__
  constexpr int kLarge = 1 << 20;
  // Setting it also ends glibc's own adjustment, which lets it grow to 32 MiB.
  ::mallopt(M_MMAP_THRESHOLD, kLarge);
  // By default each thread gets a heap of its own, up to eight for each core, and none gives the
  // others what it has free: 20 MB of a daemon that looks at a million group-partitions. Ours
  // allocate little while they wait for each other.
  ::mallopt(M_ARENA_MAX, 2);
#endif
}

void ReturnFreeMemory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace levelwind
