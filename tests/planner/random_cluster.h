#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "model/cluster_snapshot.h"
#include "model/proposal.h"

namespace levelwind::planner::testing {

/// A cluster that is uneven in every way at once, the same for the same seed: dead and leaving
/// brokers, missing racks, lost leaders, offline and reassigning partitions, unknown loads.
ClusterSnapshot RandomCluster(std::uint64_t seed);

/// Lists brokers, topics, partitions and followers' replicas in another order; what the snapshot
/// says is the same. (The preferred leader stays first: that order has a meaning.)
ClusterSnapshot Shuffled(const ClusterSnapshot& snapshot, std::uint64_t seed);

/// The cluster after the proposal has been carried out and every election has been won.
ClusterSnapshot Carried(const ClusterSnapshot& snapshot, const Proposal& proposal);

/// All that a proposal says, as text, to compare two of them.
std::string Describe(const Proposal& proposal);

/// Whether the verdict is on a capacity of brokers, and by what a goal is compared: violations, and
/// for capacities the thousandths of a mean broker above them.
bool IsCapacity(const GoalVerdict& verdict);
std::int32_t SeverityOf(const GoalVerdict& verdict, bool after);

/// What a judge of plans needs to know of a broker, from the snapshot alone. A broker without a
/// rack is in one of its own; RackOf needs a broker that is listed.
bool Serving(const ClusterSnapshot& snapshot, BrokerId id);
std::string RackOf(const ClusterSnapshot& snapshot, BrokerId id);

/// The seeds of this run: LEVELWIND_TEST_SEED sets the first one.
std::uint64_t FirstSeed();

}  // namespace levelwind::planner::testing
