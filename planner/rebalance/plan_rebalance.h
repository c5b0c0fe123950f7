#pragma once

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "model/proposal.h"
#include "planner/planner_options.h"

namespace levelwind::planner {

/// Plans how to level a cluster. A pure function: any thread may call it, nothing is kept, and the
/// same snapshot, options and seed give the same proposal on every machine, in whatever order the
/// snapshot lists brokers, topics and partitions.
///
/// Hard rules are kept whatever the bands say: replication factors stay, no broker gets two
/// replicas of a partition, no replica goes to a dead or leaving broker and those there are taken
/// off, replicas stay on as many distinct racks as they can, known capacities are respected where
/// they can be. The result is checked against these rules before it is returned.
///
/// Partitions that are being reassigned and partitions without a leader are not touched; they are
/// counted where they will be. A partition whose leader is not its preferred one gets a leader move
/// whose `after` equals `before` (an election). The proposal has no id: its keeper numbers it.
/// `created_at` is the snapshot's time.
///
/// Carrying the proposal out and planning again gives an empty proposal (as long as no move limit
/// cut it short). A proposal is empty, with the reason in `summary` and `notes`, when the cluster
/// is level or no set of moves makes it clearly better.
///
/// Errors: InvalidArgument for unknown goals, options out of range, bad regular expressions or a
/// snapshot that lists a broker twice for one partition; Internal when the check fails.
Result<Proposal> PlanRebalance(const ClusterSnapshot& snapshot, const PlannerOptions& options);

}  // namespace levelwind::planner
