#include "daemon/history_loop.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "daemon/step_loop.h"

namespace levelwind::daemon {
namespace {

/// As often as commits are looked at by default: no snapshot is worth two entries.
constexpr Duration kLook = std::chrono::seconds(5);
/// What a crash may cost.
constexpr Duration kFlush = std::chrono::minutes(5);

}  // namespace

void HistoryLoop::Run(std::stop_token stop) {
  RunSteps(stop, [this] { return Step(clock_.Now()) - clock_.Now(); });
  Flush();
}

SteadyTime HistoryLoop::Step(SteadyTime now) {
  if (const SnapshotPtr snapshot = monitor_.snapshots().Get()) history_.Add(*snapshot);
  if (!begun_) flush_due_ = now + kFlush;
  begun_ = true;
  if (now >= flush_due_) {
    Flush();
    flush_due_ = now + kFlush;
  }
  return std::min(now + kLook, flush_due_);
}

void HistoryLoop::Flush() {
  Status written = history_.Flush();
  const auto offsets = monitor_.kept_offsets().Get();
  if (written.ok() && offsets != nullptr) written = history_.SaveOffsets(*offsets);
  const auto disks = disks_ ? disks_() : nullptr;
  if (written.ok() && disks != nullptr) written = history_.SaveDisks(*disks);
  if (!written.ok() && !failed_) {
    LW_WARN("history", "{}; the history goes on in memory", written.error().message());
  } else if (written.ok() && failed_) {
    LW_INFO("history", "it is written to disk again");
  }
  failed_ = !written.ok();
}

}  // namespace levelwind::daemon
