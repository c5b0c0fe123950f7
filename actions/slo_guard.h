#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "actions/executor_options.h"
#include "actions/guard.h"
#include "actions/latency_watch.h"
#include "actions/observation.h"
#include "actions/operation_run.h"
#include "base/clock.h"
#include "kafka/admin_client.h"

namespace levelwind::actions {

/// Watches, for the operation that runs, what guard.h judges, and keeps it held until all has been
/// well for `hold_release`. Sends reading requests only: log dirs of the brokers that are filled
/// every 10 s, a small one to a few brokers every 5 s. Executor's thread only.
class SloGuard {
 public:
  SloGuard(kafka::AdminClient& admin, const Clock& clock, const ExecutorOptions& options)
      : admin_(admin), clock_(clock), options_(options), latency_(options.guard) {}

  /// For another operation.
  void Reset();
  /// Why nothing new may start; nothing when it may. Call at each poll.
  std::optional<Breach> Look(const OperationRun& run, const Observation& seen, SteadyTime now);
  /// Whether what Look found has lasted for longer than GuardOptions::breach_patience.
  bool Overdue(SteadyTime now) const;

  /// What holds the operation as of the last Look.
  const std::optional<Breach>& breach() const { return breach_; }
  /// How often each kind began to hold an operation, since the start of the process.
  const std::array<std::uint64_t, kGuardKinds>& holds() const { return holds_; }
  const LatencyWatch& latency() const { return latency_; }

 private:
  std::optional<Breach> Find(const OperationRun& run, const Observation& seen, SteadyTime now);
  std::optional<Breach> LookAtReplicas(const OperationRun& run, const Observation& seen,
                                       SteadyTime now) const;
  std::optional<Breach> LookAtDisks(const OperationRun& run, const Observation& seen,
                                    SteadyTime now);
  void Probe(const OperationRun& run, const Observation& seen, SteadyTime now);
  void ProbeOne(BrokerId broker, bool calm);

  kafka::AdminClient& admin_;
  const Clock& clock_;
  const ExecutorOptions& options_;
  LatencyWatch latency_;
  std::array<std::uint64_t, kGuardKinds> holds_{};

  // About one operation.
  std::optional<SteadyTime> began_;
  std::optional<Breach> breach_;  // the last one, while it holds
  SteadyTime breach_since_{};
  SteadyTime held_until_{};
  std::optional<Breach> disk_;  // as of the last look at log dirs
  SteadyTime next_disks_{};
  SteadyTime next_probe_{};
  BrokerId last_probed_ = kNoBroker;
};

}  // namespace levelwind::actions
