#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "collectors/monitor.h"
#include "model/disk_history.h"
#include "store/lag_history.h"

namespace levelwind::daemon {

/// The history thread: puts every published snapshot's lags into the history and writes it, and the
/// ends of logs and the disks' course that a restart should know, to disk now and then, so that a
/// slow disk holds up neither the monitor nor a reader.
class HistoryLoop {
 public:
  /// All must outlive this.
  HistoryLoop(store::LagHistory& history, const collectors::Monitor& monitor, const Clock& clock)
      : history_(history), monitor_(monitor), clock_(clock) {}

  /// Where comes from how full log dirs were; may return null. Before Run.
  void ReadDisks(std::function<std::shared_ptr<const std::vector<DiskHistory>>()> call) {
    disks_ = std::move(call);
  }

  /// Until `stop`; then writes what is left.
  void Run(std::stop_token stop);

  /// One look; when the next is due.
  SteadyTime Step(SteadyTime now);
  /// Writes now. What goes wrong is logged once until it works again.
  void Flush();

 private:
  store::LagHistory& history_;
  const collectors::Monitor& monitor_;
  const Clock& clock_;
  std::function<std::shared_ptr<const std::vector<DiskHistory>>()> disks_;
  SteadyTime flush_due_{};
  bool begun_ = false;
  bool failed_ = false;
};

}  // namespace levelwind::daemon
