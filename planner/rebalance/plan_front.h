#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "model/proposal.h"
#include "planner/planner_options.h"

namespace levelwind::planner {

/// Shares of the whole plan's bytes that a front shows unless told otherwise.
inline constexpr double kFrontShares[] = {0, 0.1, 0.25, 0.5, 0.75, 1};

/// Bytes against balance: the plan cut to each share (0..1) of the bytes that it would copy, in the
/// order of the shares. Each is a proposal that can be carried out; limits of the options hold for
/// all. One search. Errors: as PlanRebalance.
Result<std::vector<Proposal>> PlanFront(const ClusterSnapshot& snapshot,
                                        const PlannerOptions& options,
                                        std::span<const double> shares = kFrontShares);

}  // namespace levelwind::planner
