#pragma once

#include "collectors/collect_state.h"

namespace levelwind::collectors {

/// Tells the state's BurrowRings, if it keeps any, what the last looks brought: end offsets,
/// commits that changed, groups that are gone. Call after UpdateLags; a look is told once.
void FeedBurrow(CollectState& state);

}  // namespace levelwind::collectors
