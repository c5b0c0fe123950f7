#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "actions/executor_options.h"
#include "actions/log_dir_look.h"
#include "actions/move_budget.h"
#include "actions/mutator.h"
#include "actions/observation.h"
#include "actions/operation_run.h"
#include "base/result.h"

namespace levelwind::actions {

/// Sends what the steps between log dirs of an operation need, as StepDriver does for all others:
/// announced in the journal first, judged by a later look. One request per broker. An error of a
/// method is the journal's, and means that nothing was sent. Executor's thread only.
class LogDirDriver {
 public:
  LogDirDriver(Mutator& mutator, const ExecutorOptions& options)
      : mutator_(mutator), options_(options) {}

  /// Starts the steps whose turn it is, in the order of the plan; the others' notes say why they
  /// wait. With `held` none is started.
  Status Start(OperationRun& run, const Observation& seen, const LogDirLook& look, SteadyTime now,
               bool held, MoveBudget& budget);

  /// The steps that CancelRunning would take back: those that run, as the last look had it.
  std::vector<std::size_t> ToCancel(const OperationRun& run, SteadyTime now) const;
  /// Takes back what runs, by naming the log dir where the replica is: it loses nothing, since that
  /// one serves until the copy is whole. Only right after a look at the log dirs: the same request
  /// would end the move that another tool has put in the place of ours (I12).
  Status CancelRunning(OperationRun& run, SteadyTime now);

  /// Gives up steps whose broker stays away and, right after a look at the log dirs (`looked`),
  /// takes back copies that stand still, both beyond their patience.
  Status GiveUp(OperationRun& run, const Observation& seen, bool looked, SteadyTime now);

 private:
  Status Send(OperationRun& run, const std::vector<std::size_t>& indices, SteadyTime now);
  Status TakeBack(OperationRun& run, const std::vector<std::size_t>& indices,
                  store::CancelCause cause, const std::string& note, SteadyTime now);
  void GiveUpOnBroker(OperationRun& run, std::size_t i, SteadyTime now);

  Mutator& mutator_;
  const ExecutorOptions& options_;
};

inline bool IsLogDirStep(const store::StepRecord& step) {
  return step.move.kind == MoveKind::kLogDir;
}

}  // namespace levelwind::actions
