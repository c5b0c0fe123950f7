#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "model/ids.h"
#include "model/proposal.h"
#include "planner/planner_options.h"

namespace levelwind::planner {

/// Reads what kafka-reassign-partitions takes: {"version":1,"partitions":[{"topic":"t",
/// "partition":0,"replicas":[1,2]}, ...]}. Other fields are skipped. Errors: InvalidArgument with
/// the place.
Result<std::vector<Assignment>> ParseReassignmentJson(std::string_view json);

/// Judges somebody else's plan like one of our own: verdicts, scores, bytes with their lower bound,
/// a safe order and the time it takes. Nothing is left out of it, hard rules that it breaks are in
/// the verdicts, moves that fit into no safe order come last with a note. Limits of the options are
/// not applied. Partitions that are not named stay.
///
/// Errors: InvalidArgument for a partition or broker that the snapshot does not have, a partition
/// named twice, a broker twice in one partition, another replication factor than now, or a
/// partition that cannot move (being reassigned, offline, excluded); and whatever PlanRebalance
/// says of the options.
Result<Proposal> JudgePlan(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                           const std::vector<Assignment>& plan);

}  // namespace levelwind::planner
