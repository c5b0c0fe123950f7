#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <fstream>
#include <string>

#include "base/clock.h"

namespace levelwind::bench {

/// CPU that this process has used, user and system, all threads.
inline double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// A line of a process' /proc/PID/status in MiB: "VmRSS" is what is held now, "VmHWM" the most so
/// far. 0 when there is no such process.
inline double MemoryMiB(const std::string& line, const std::string& pid = "self") {
  std::ifstream status("/proc/" + pid + "/status");
  for (std::string key; status >> key;) {
    if (key == line + ":") {
      double kib = 0;
      status >> kib;
      return kib / 1024;
    }
  }
  return 0;
}

/// The machine's clock, ahead by what was skipped: windows fill without waiting for them.
class SkippingClock final : public Clock {
 public:
  SteadyTime Now() const override { return system_.Now() + skipped_; }
  WallTime WallNow() const override {
    WallTime wall = system_.WallNow();
    wall.unix_ms += ToMillis(skipped_);
    return wall;
  }
  void Skip(Duration time) { skipped_ += time; }

 private:
  SystemClock system_;
  Duration skipped_{};
};

}  // namespace levelwind::bench
