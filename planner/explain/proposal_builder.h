#pragma once

#include "model/cluster_snapshot.h"
#include "model/proposal.h"
#include "planner/bounds/hopeless.h"
#include "planner/budget/budget.h"
#include "planner/planner_options.h"
#include "planner/search/placement.h"

namespace levelwind::planner {

class ReliefWords;

/// All that a proposal is made from. Refers to its parts; for one call.
struct ProposalInput {
  const ClusterSnapshot& snapshot;
  const PlannerOptions& options;
  const GoalSet& goals;
  const Placement& start;  ///< The present one.
  const Placement& end;    ///< The planned one, of the same cluster.
  const Schedule& schedule;
  PriceCache prices;                    ///< Solution::prices; empty: none known.
  const ReliefWords* relief = nullptr;  ///< Of a plan that relieves disks.
};

/// Turns a planned placement into words and names: moves with reasons, verdicts, figures per
/// broker, bound, scores, notes.
Proposal BuildProposal(const ProposalInput& input);

}  // namespace levelwind::planner
