#pragma once

#include "actions/observation.h"
#include "base/result.h"
#include "model/proposal.h"

namespace levelwind::actions {

/// Whether the cluster still is what the proposal was made for. All or nothing: the first
/// difference refuses the whole proposal and is named. Pure.
///
/// kInvalidArgument: the proposal itself is unfit (duplicates, another replication factor (I3), an
/// empty list). kFailedPrecondition: it has no moves, is for another cluster, or a target is not
/// live (I10). kAborted: the cluster changed since (topic id, replicas, a reassignment by another
/// tool): plan again.
Status CheckProposal(const Proposal& proposal, const Observation& seen);

}  // namespace levelwind::actions
