// Executor's side that tunes the throttle of the operation that runs.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "actions/executor.h"
#include "base/log.h"

namespace levelwind::actions {

// The rate of before the first copy, from what the brokers have left now.
void Executor::BeginTuning() {
  OperationRun& run = *current_;
  if (!run.header().throttle_tuned) return;
  std::vector<Move> moves;
  moves.reserve(run.steps().size());
  for (const store::StepRecord& step : run.steps()) moves.push_back(step.move);
  const SnapshotPtr snapshot = snapshots_ ? snapshots_() : nullptr;
  const auto room = snapshot ? MeasureRoom(*snapshot) : std::map<BrokerId, BrokerRoom>();
  run.SetThrottle(FirstRate(moves, room, options_.tune, options_.throttle_bytes_per_s), 0);
  LW_INFO("executor", "{}: the throttle begins at {} bytes/s", run.header().id,
          run.header().throttle_bytes_per_s);
}

// What speaks for slower copies; empty: nothing. A full disk is no matter of the rate.
std::string Executor::TroubleForTuning(const Observation& seen) {
  const auto& breach = guard_.breach();
  if (breach && breach->kind != GuardKind::kDisk) return breach->reason;
  if (std::string shrunk = FindShrunk(*current_, seen); !shrunk.empty()) return shrunk;
  const auto ratio = guard_.latency().Worst();
  if (ratio && options_.guard.latency_ratio > 0 && *ratio >= options_.guard.latency_ratio / 2) {
    return fmt::format("a broker answers {:.0f} times as slowly as before", *ratio);
  }
  const SnapshotPtr snapshot = snapshots_ ? snapshots_() : nullptr;
  const std::int64_t lag = snapshot ? FollowerLag(*snapshot) : kUnknownCount;
  if (tuner_.LagGrows(lag)) return fmt::format("followers are {} records behind", lag);
  return {};
}

// The new rate is in the journal, with what was there before, before it is set: a crash in between
// is followed by the same change.
void Executor::Tune(const Observation& seen, SteadyTime now) {
  OperationRun& run = *current_;
  const OperationState state = run.header().state;
  const bool goes_on = state == OperationState::kRunning || state == OperationState::kHolding;
  if (!run.header().throttle_tuned || !goes_on || !throttles_.Settled()) return;
  const bool copying =
      std::any_of(run.steps().begin(), run.steps().end(), [](const store::StepRecord& step) {
        return step.state == StepState::kInProgress && !step.move.Added().empty();
      });
  const std::int64_t rate = run.header().throttle_bytes_per_s;
  const std::int32_t changes = run.header().throttle_changes;
  const auto change = tuner_.Next(rate, TroubleForTuning(seen), copying, now);
  if (!change) return;
  run.SetThrottle(change->rate, changes + 1);
  if (const Status written = throttles_.Retune(run, run.Changes(), seen); !written.ok()) {
    run.SetThrottle(rate, changes);
    LW_ERROR("executor", "{}: {}", run.header().id, written.error().message());
    return;
  }
  run.MarkFlushed();
  ++activity_.throttle_changes;
  LW_INFO("executor", "{}: the throttle goes {}", run.header().id, change->why);
}

}  // namespace levelwind::actions
