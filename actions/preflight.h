#pragma once

#include <set>
#include <string>

#include "actions/log_dir_look.h"
#include "actions/min_isr.h"
#include "actions/observation.h"
#include "base/result.h"
#include "model/proposal.h"

namespace levelwind::actions {

/// Whether the cluster still is what the proposal was made for. All or nothing: the first
/// difference refuses the whole proposal and is named. Pure.
///
/// A move whose lists differ in length changes the replication factor, as the plan says; one that
/// was made from the union of a running move is found out by the comparison with what is there
/// (I3).
///
/// kInvalidArgument: the proposal itself is unfit (duplicates, an empty list). kFailedPrecondition:
/// it has no moves, is for another cluster, or a target is not live (I10). kAborted: the cluster
/// changed since (topic id, replicas, a reassignment by another tool): plan again.
Status CheckProposal(const Proposal& proposal, const Observation& seen);

/// The topics of which the proposal lowers the replication factor.
std::set<std::string> ShrunkTopics(const Proposal& proposal);
/// kFailedPrecondition with the first reason of WhyNotShrink (min_isr.h); `min_isr` has all
/// ShrunkTopics. For a proposal that passed CheckProposal. Pure.
Status CheckShrinks(const Proposal& proposal, const Observation& seen, const MinIsr& min_isr);

/// The brokers on which the proposal moves replicas between log dirs.
std::set<BrokerId> LogDirBrokers(const Proposal& proposal);
/// Whether such replicas are where the plan has them, and their targets work. kAborted: plan again;
/// kUnavailable: a broker of LogDirBrokers does not tell; kFailedPrecondition: a target has failed.
/// Pure.
Status CheckLogDirs(const Proposal& proposal, const Observation& seen, const LogDirLook& look);

}  // namespace levelwind::actions
