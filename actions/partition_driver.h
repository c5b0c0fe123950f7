#pragma once

#include <cstddef>
#include <vector>

#include "actions/executor_options.h"
#include "actions/mutator.h"
#include "actions/observation.h"
#include "actions/operation_run.h"
#include "base/result.h"

namespace levelwind::actions {

/// Makes the new partitions of an operation, as StepDriver moves those that are there: announced in
/// the journal first, judged by a later look; who leads is StepDriver's. An error is the journal's,
/// and means that nothing was sent. Executor's thread only.
class PartitionDriver {
 public:
  PartitionDriver(Mutator& mutator, const ExecutorOptions& options)
      : mutator_(mutator), options_(options) {}

  /// Asks for those whose turn it is: of each topic the partitions that follow on those it has, one
  /// request for all topics. The others' notes say why they wait; those that can never follow, as
  /// one before them will not be made, are over.
  Status Create(OperationRun& run, const Observation& seen, SteadyTime now);

 private:
  std::vector<std::size_t> Due(OperationRun& run, const Observation& seen, SteadyTime now) const;
  Status Send(OperationRun& run, const std::vector<std::size_t>& due, const Observation& seen,
              SteadyTime now);

  Mutator& mutator_;
  const ExecutorOptions& options_;
};

}  // namespace levelwind::actions
