#pragma once

#include "model/cluster_snapshot.h"
#include "model/proposal.h"
#include "planner/budget/budget.h"
#include "planner/goals/bands.h"
#include "planner/planner_options.h"
#include "planner/search/flat_cluster.h"
#include "planner/search/solve.h"

namespace levelwind::planner {

/// All that a proposal is made from. Refers to its parts; for one call.
struct ProposalInput {
  const ClusterSnapshot& snapshot;
  const PlannerOptions& options;
  const GoalSet& goals;
  const FlatCluster& cluster;
  const Bands& bands;
  const Solution& solution;
  const Schedule& schedule;
};

/// Turns a solution into words and names: moves with reasons, verdicts, figures per broker, bound,
/// scores, notes.
Proposal BuildProposal(const ProposalInput& input);

}  // namespace levelwind::planner
