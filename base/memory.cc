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
#endif
}

void ReturnFreeMemory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace levelwind
