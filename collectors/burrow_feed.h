#pragma once

#include "collectors/collect_state.h"

namespace levelwind::collectors {

/// Tells the state's BurrowRings, if it keeps any, what the last looks brought: end offsets,
/// commits (those of the offsets topic where it is read, else what changed between looks), and
/// which groups are gone. Call after UpdateLags; a look is told once.
void FeedBurrow(CollectState& state);

}  // namespace levelwind::collectors
