#pragma once

#include <cstdint>
#include <fstream>
#include <string>

namespace levelwind::testing {

/// Resident kilobytes of this process: "VmRSS:" now, "VmHWM:" at most since the last ForgetPeak().
/// -1 when the kernel does not tell.
inline std::int64_t StatusKb(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::int64_t value = 0;
    if (word == field && status >> value) return value;
  }
  return -1;
}
inline void ForgetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

/// What a sanitizer's shadow, red zones and quarantine of freed memory may add to any growth: there
/// the measure only finds what is grossly too much.
#if defined(__has_feature)  // Clang's way to tell
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LW_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(LW_SANITIZED)
inline constexpr std::int64_t kSanitizerKb = 320 << 10;
#else
inline constexpr std::int64_t kSanitizerKb = 0;
#endif

/// How far the resident memory rose above what it was at the start, at the worst moment since.
class RssGrowth {
 public:
  RssGrowth() {
    ForgetPeak();
    before_ = StatusKb("VmRSS:");
  }
  std::int64_t kb() const { return StatusKb("VmHWM:") - before_; }

 private:
  std::int64_t before_ = 0;
};

}  // namespace levelwind::testing
