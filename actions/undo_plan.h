#pragma once

#include <set>

#include "actions/log_dir_look.h"
#include "actions/observation.h"
#include "base/result.h"
#include "model/proposal.h"
#include "store/records.h"

namespace levelwind::actions {

/// The moves that bring back what `operation` changed: each replica list, preferred leader and log
/// dir as it was before its step.
///
/// The journal says what was done, `seen` and `look` whether it still stands. Steps go in reverse:
/// what is there after any prefix of the result was there, step by step, while the plan was carried
/// out, so that the order is as safe as the plan's. A step that was never sent, that another tool
/// took over, or that is back already has nothing to undo; nor has a plain election, which left the
/// preferred leader as it was.
///
/// kFailedPrecondition: nothing is left to undo. kAborted: a partition that the operation finished
/// is neither where it was put nor where it was before, so that somebody changed it since.
/// kUnavailable: the partition or log dir cannot be looked at now. Whether the cluster bears the
/// moves is for the checks of preflight.h. Pure.
Result<Proposal> MakeUndo(const store::StoredOperation& operation, const Observation& seen,
                          const LogDirLook& look);

/// The brokers whose log dirs MakeUndo needs to know.
std::set<BrokerId> UndoLogDirBrokers(const store::StoredOperation& operation);

}  // namespace levelwind::actions
