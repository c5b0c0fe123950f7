// operator new of this program: fails where a test said so (tests/support/failing_memory.h).
#include "tests/support/failing_memory.h"

#include <cstdlib>
#include <new>

namespace {

void* Allocate(std::size_t size) {
  using levelwind::testing::FailingMemory;
  if (FailingMemory::fail_at != 0 && FailingMemory::sheltered == 0 &&
      ++FailingMemory::passed == FailingMemory::fail_at) {
    throw std::bad_alloc();
  }
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return Allocate(size); }
void* operator new[](std::size_t size) { return Allocate(size); }
// std::stable_sort asks this way and does without; it must come from where delete brings it back
// to.
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
