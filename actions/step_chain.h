#pragma once

#include <vector>

#include "actions/rack_gate.h"
#include "model/proposal.h"

namespace levelwind::actions {

/// The same change as one move after the other that copies one replica each, for clusters where a
/// partition must never have more than one replica too many. Just the move where that holds
/// already.
///
/// None ends with fewer replicas than the partition had, but the last, which ends as `move` wants
/// it. Between, the partition is on as many racks as can be, and its leader stays. Pure.
std::vector<Move> OneReplicaAtATime(const Move& move, const Racks& racks);

/// Whether `next` goes on where `earlier`, a move of the same partition, ends.
bool Follows(const Move& next, const Move& earlier);

}  // namespace levelwind::actions
