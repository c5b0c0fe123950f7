#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>

#include "base/text.h"

namespace levelwind::cli {
namespace {

constexpr std::size_t kBarWidth = 20;
constexpr auto kLongestSilence = std::chrono::seconds(5);

/// "118/280 MiB" in the unit of the total.
std::string Copied(double done, double total) {
  const std::string all = HumanBytes(total);
  const std::string part = HumanBytes(done);
  const std::string unit = all.substr(all.rfind(' '));
  return part.ends_with(unit) ? part.substr(0, part.size() - unit.size()) + "/" + all
                              : part + "/" + all;
}

/// " (20 s to 40 s)"; empty while there is no range, or none that a person could tell apart.
std::string EtaRange(const Progress& progress) {
  if (!(progress.eta_s >= 0) || !(progress.eta_low_s >= 0)) return {};
  const std::string low = HumanDuration(progress.eta_low_s);
  if (!(progress.eta_high_s >= 0)) return fmt::format(" ({} or more)", low);
  const std::string high = HumanDuration(progress.eta_high_s);
  return low == high ? std::string() : fmt::format(" ({} to {})", low, high);
}

}  // namespace

double Progress::share() const {
  const double total = bytes_total > 0 ? bytes_total : steps_total;
  const double done = bytes_total > 0 ? bytes_done : steps_done;
  if (!(total > 0)) return terminal ? 1 : 0;
  return std::clamp(done / total, 0.0, 1.0);
}

std::string ProgressLine(const Progress& progress) {
  const double share = progress.share();
  const auto filled = static_cast<std::size_t>(share * kBarWidth);
  std::string line = fmt::format("[{}{}] {:3.0f} %", std::string(filled, '#'),
                                 std::string(kBarWidth - filled, '-'), std::floor(share * 100));
  if (progress.bytes_total > 0) {
    line += "  " + Copied(progress.bytes_done, progress.bytes_total);
    line += progress.bytes_per_s >= 0 ? "  " + HumanRate(progress.bytes_per_s) : "  ? /s";
  }
  line += fmt::format("  {:.0f}/{:.0f} steps", progress.steps_done, progress.steps_total);
  if (progress.eta_s >= 0) line += "  ETA " + HumanDuration(progress.eta_s);
  line += EtaRange(progress);
  line += fmt::format("  {:.0f} in flight", progress.steps_in_progress);
  if (progress.steps_failed > 0) line += fmt::format("  {:.0f} failed", progress.steps_failed);
  if (progress.state != "running") line = progress.state + "  " + line;
  if (progress.queue_position > 0) {
    line += fmt::format("  number {:.0f} in line", progress.queue_position);
  }
  if (!progress.hold_reason.empty()) {
    line += "  " + EscapeControl(progress.hold_reason);
  } else if (!progress.stall.empty()) {
    line +=
        fmt::format("  {:.0f} not going on: {}", progress.stalled, EscapeControl(progress.stall));
  }
  return line;
}

bool LinePacer::Due(const Progress& progress, SteadyTime now) {
  const int tenth = static_cast<int>(progress.share() * 10);
  const bool due = !last_ || tenth != last_tenth_ || progress.state != last_state_ ||
                   now - *last_ >= kLongestSilence;
  if (due) {
    last_ = now;
    last_tenth_ = tenth;
    last_state_ = progress.state;
  }
  return due;
}

}  // namespace levelwind::cli
