#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "model/measure.h"

namespace levelwind::cli {

/// What the progress line needs of an operation. Unknown rates and times are NaN.
struct Progress {
  std::string id;
  std::string state;
  bool terminal = false;
  std::string hold_reason;
  double queue_position = 0;  ///< 1: starts next; 0: started.
  std::string rollback;       ///< What became of a rollback of it; empty: none.
  double steps_total = 0, steps_done = 0, steps_in_progress = 0, steps_failed = 0;
  double bytes_total = 0, bytes_done = 0;
  double bytes_per_s = 0;
  double eta_s = 0;
  double eta_low_s = kUnknown, eta_high_s = kUnknown;
  std::string stall;  ///< Why steps that should go on do not; of several reasons the most frequent.
  double stalled = 0;  ///< How many steps have that reason.

  /// By bytes, or by steps when no bytes are to be copied; 0..1.
  double share() const;
};

/// "[#####-----------]  42 %  118/280 MiB  96 MiB/s  ETA 28 s (20 s to 40 s)  3 in flight"; with
/// the reason behind it while the operation holds, or while steps that should go on do not.
std::string ProgressLine(const Progress& progress);

/// Which lines to print where a line cannot be redrawn: each tenth, each change of state, and at
/// least one every 5 s.
class LinePacer {
 public:
  bool Due(const Progress& progress, SteadyTime now);

 private:
  std::optional<SteadyTime> last_;
  int last_tenth_ = -1;
  std::string last_state_;
};

}  // namespace levelwind::cli
