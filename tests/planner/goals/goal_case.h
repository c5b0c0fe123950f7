#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/cluster_snapshot.h"
#include "model/proposal.h"
#include "planner/goals/goal.h"
#include "planner/planner_options.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::planner::testing {

using levelwind::testing::SnapshotBuilder;
using Specs = std::vector<SnapshotBuilder::PartitionSpec>;

/// `count` brokers 1, 2, ... each on a rack of its own, or round robin on `racks` racks.
SnapshotBuilder Brokers(int count, int racks = 0);

/// One partition with these replicas, `times` times.
Specs Repeat(std::vector<BrokerId> replicas, int times);

/// Sets what every partition's leader bears. KB and MB are for readers: plain bytes here.
void SetLoads(ClusterSnapshot& snapshot, const PartitionLoad& load);

/// Options with these goals and nothing else.
PlannerOptions Only(std::vector<std::string> goals);

/// How the snapshot, as it is, does on one goal; no search.
GoalTally JudgeNow(const ClusterSnapshot& snapshot, const std::string& goal,
                   PlannerOptions options = PlannerOptions());

/// The plan; an empty one, and a failure, when there is an error.
Proposal Plan(const ClusterSnapshot& snapshot, const PlannerOptions& options);

/// The verdict on a goal by its name; a failure when there is none.
const GoalVerdict& VerdictOf(const Proposal& proposal, std::string_view goal);

/// The replicas of every partition, preferred leader first, once the plan is carried out.
std::vector<std::vector<BrokerId>> After(const ClusterSnapshot& snapshot, const Proposal& proposal);

/// Replicas (leaders) that a broker has in such a list.
int Holds(const std::vector<std::vector<BrokerId>>& partitions, BrokerId broker);
int Leads(const std::vector<std::vector<BrokerId>>& partitions, BrokerId broker);

}  // namespace levelwind::planner::testing
