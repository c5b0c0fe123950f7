#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actions/executor_options.h"
#include "actions/move_scheduler.h"
#include "actions/mutator.h"
#include "actions/observation.h"
#include "actions/operation_run.h"
#include "base/result.h"

namespace levelwind::actions {

/// Sends what the steps of an operation need: reassignments, elections, cancels. Each is announced
/// in the journal first; what became of it is read from the cluster at a later poll. An error of a
/// method is the journal's, and means that nothing was sent. Executor's thread only.
class StepDriver {
 public:
  StepDriver(Mutator& mutator, const ExecutorOptions& options)
      : mutator_(mutator), options_(options) {}

  Status Reassign(OperationRun& run, const std::vector<std::size_t>& indices, SteadyTime now);
  Status Elect(OperationRun& run, const std::vector<std::size_t>& indices, SteadyTime now);

  /// Takes back the running reassignments of an operation that is being cancelled, where that is
  /// safe (I4); the others go on, and their notes say why.
  Status CancelRunning(OperationRun& run, const Observation& seen, SteadyTime now);

  /// A cancel leaves the old replicas in another order, and so another preferred leader; this puts
  /// back the order of before. No bytes move. Call at each poll.
  Status RestoreOrder(OperationRun& run, SteadyTime now);

  /// Gives up steps whose target broker, or preferred leader, stays away for longer than the
  /// patience; a reassignment that already runs is taken back where that is safe.
  Status GiveUp(OperationRun& run, const Observation& seen, SteadyTime now);

 private:
  Status SendReassign(OperationRun& run, const std::vector<std::size_t>& indices,
                      bool changes_factor, SteadyTime now);
  Status Cancel(OperationRun& run, const std::vector<std::size_t>& indices,
                store::CancelCause cause, const std::string& note, SteadyTime now);

  Mutator& mutator_;
  const ExecutorOptions& options_;
};

/// The record of a step as the journal has it before its request is sent.
void MarkSent(store::StepRecord& record, WallTime now);
/// Whether a call that failed may have reached Kafka all the same.
bool OutcomeUnknown(const Error& error);
/// What Kafka's answer for one step that was sent says: accepted, to be sent again, refused, or (a
/// time-out) nothing.
void TakeAnswer(OperationRun& run, std::size_t i, std::int16_t error, const std::string& message,
                const ExecutorOptions& options, SteadyTime now);

/// Whether a cancel leaves an in-sync replica among those that stay (I4).
bool CancelIsSafe(const store::StepRecord& step, const Observation& seen);

}  // namespace levelwind::actions
