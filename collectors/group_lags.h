#pragma once

#include "base/clock.h"
#include "collectors/collect_state.h"

namespace levelwind::collectors {

/// Lag = max(0, end - committed), as Kafka's own tool tells it, for every group whose commits are
/// new and older than the last end offsets (a share group's lag is what its coordinator said); then
/// time lags, totals, rates and verdicts. Unknown where either offset is. A lag that could not be
/// renewed for `keep_for` becomes unknown.
void UpdateLags(CollectState& state, SteadyTime now);

/// Only the time lags and verdicts once more: after new record times came.
void UpdateTimeLags(CollectState& state);

}  // namespace levelwind::collectors
