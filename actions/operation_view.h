#pragma once

#include <deque>

#include "actions/operation_run.h"
#include "actions/progress.h"
#include "model/operation.h"
#include "store/records.h"

namespace levelwind::actions {

/// The operation as people see it. `forecast` is of the running one, else empty.
OperationView MakeView(const OperationRun& run, const Forecast& forecast);
/// The same for an operation that is over.
OperationView MakeView(const store::StoredOperation& stored);

/// Keeps at most `operations` of them (newest first), and the steps of the newest ones only, so
/// that a long history costs neither memory nor a copy at every poll (I19).
void TrimHistory(std::deque<OperationView>& finished, std::size_t operations);

}  // namespace levelwind::actions
