#pragma once

// Who would get which partition if a group had so many members: models of Kafka's assignors for
// groups whose members all read the same topics. Checked against Kafka's own classes by
// tests/planner/autoscale/assignors_kafka_test.cc. Pure functions.
//
// Sources: RangeAssignor, RoundRobinAssignor, AbstractStickyAssignor (constrained case) of
// kafka-clients and UniformHomogeneousAssignmentBuilder, RangeAssignor of kafka-group-coordinator.

#include <cstdint>
#include <span>
#include <vector>

#include "planner/autoscale/group_input.h"

namespace levelwind::planner {

/// Partitions are numbered through, topic after topic (in the order of their names). Members are
/// numbered as Kafka sorts them; a number that is not below `members` is one that has left.
struct Dealing {
  std::span<const std::int32_t> topic_sizes;
  std::int32_t members = 0;
  /// Who has each partition now; -1: nobody. Empty: nobody has any.
  std::span<const std::int32_t> owners{};
  /// For kWeighted: the load of each. Empty: all alike.
  std::span<const double> weights{};
};

/// The owner of each partition; all -1 when there are no members.
std::vector<std::int32_t> Deal(AssignorKind kind, const Dealing& dealing);

/// Whether the assignor tries to leave partitions where they are.
bool IsSticky(AssignorKind kind);
/// The most members that get a partition: for range the largest topic's, else all partitions.
std::int32_t MostUsefulMembers(AssignorKind kind, std::span<const std::int32_t> topic_sizes);

/// Partitions that have another owner after than before, counting those that had one.
std::int64_t MovedPartitions(std::span<const std::int32_t> before,
                             std::span<const std::int32_t> after);

// The parts, for tests.
std::vector<std::int32_t> DealRange(const Dealing& dealing);
std::vector<std::int32_t> DealRoundRobin(const Dealing& dealing);
std::vector<std::int32_t> DealSticky(const Dealing& dealing);
/// Largest first to the least loaded: at most 4/3 of the best possible (Graham 1969).
std::vector<std::int32_t> DealWeighted(const Dealing& dealing);

}  // namespace levelwind::planner
