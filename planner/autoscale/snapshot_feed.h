#pragma once

#include "model/cluster_snapshot.h"
#include "planner/autoscale/group_input.h"

namespace levelwind::planner {

/// What a snapshot tells the autoscaler about one of its groups. The data is as old as the older of
/// the group's commits and the log ends. Replicas, rollout, revision and forecast are not in a
/// snapshot: whoever knows them adds them.
GroupScalingInput ScalingInputOf(const ClusterSnapshot& snapshot, const ConsumerGroup& group);

}  // namespace levelwind::planner
