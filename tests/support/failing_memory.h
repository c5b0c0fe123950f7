#pragma once

#include <cstddef>

namespace levelwind::testing {

/// Allocations of this thread that a test lets fail. Only in a program that links
/// tests/executor_proof/failing_memory.cc; elsewhere nothing fails.
struct FailingMemory {
  /// The allocation that fails, counted from now; 0: none.
  static inline thread_local std::size_t fail_at = 0;
  static inline thread_local std::size_t passed = 0;
  static inline thread_local int sheltered = 0;

  static void Arm(std::size_t at) {
    fail_at = at;
    passed = 0;
  }
  static void Disarm() { fail_at = 0; }
};

/// While it lives no allocation of this thread fails: around what belongs to the test and not to
/// what it tests.
class SafeMemory {
 public:
  SafeMemory() { ++FailingMemory::sheltered; }
  ~SafeMemory() { --FailingMemory::sheltered; }
  SafeMemory(const SafeMemory&) = delete;
  SafeMemory& operator=(const SafeMemory&) = delete;
};

}  // namespace levelwind::testing
