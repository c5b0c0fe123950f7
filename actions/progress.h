#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "actions/executor_options.h"
#include "actions/observation.h"
#include "actions/operation_run.h"
#include "kafka/admin_client.h"
#include "model/measure.h"

namespace levelwind::actions {

/// What the last rates say of the time that is left. Unknown: no rate yet.
struct Forecast {
  double bytes_per_s = kUnknown;
  double eta_s = kUnknown;
  /// With the rates that one in ten of the last two minutes were above, and below; the latter is
  /// unknown while nothing was copied for some of that time.
  double eta_low_s = kUnknown;
  double eta_high_s = kUnknown;
};

/// `rates`: those of the last looks, the newest last. Pure.
Forecast Predict(const std::deque<double>& rates, std::int64_t bytes_left);

/// How much was copied, how fast, and when it will be over. Reads log dirs only while copies run.
/// Executor's thread only.
class Progress {
 public:
  explicit Progress(const ExecutorOptions& options) : options_(options) {}

  /// Looks at the log dirs of the brokers involved, at most every `progress_interval`, and updates
  /// the bytes and stall notes of the running steps. A broker that does not answer leaves its
  /// figures as they were.
  void Update(OperationRun& run, const Observation& seen, kafka::AdminClient& admin,
              SteadyTime now);
  /// The same for copies between log dirs, from a look that was taken for their steps.
  void UpdateLogDirs(OperationRun& run, const LogDirLook& look, SteadyTime now);
  void Reset();

  /// Rates are bytes per second over 15 s, one for each look.
  Forecast Expect(const OperationRun& run) const;

 private:
  void Tally(const OperationRun& run, SteadyTime now);
  void UpdateStep(OperationRun& run, std::size_t i, std::int64_t total, std::int64_t done,
                  SteadyTime now);

  const ExecutorOptions& options_;
  SteadyTime next_look_{};
  std::deque<std::pair<SteadyTime, std::int64_t>> looks_;  // bytes done of the whole operation
  std::deque<double> rates_;                               // of two minutes, oldest first
};

}  // namespace levelwind::actions
