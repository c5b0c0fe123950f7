// Reassignments and elections: the part of Kafka's controller that Levelwind drives.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "tests/sim_cluster/sim_state.h"

namespace levelwind::testing {
namespace {

constexpr std::int16_t kUnknownTopicOrPartition = 3;
constexpr std::int16_t kInvalidReplicationFactor = 38;
constexpr std::int16_t kInvalidReplicaAssignment = 39;
constexpr std::int16_t kPreferredLeaderNotAvailable = 80;
constexpr std::int16_t kEligibleLeadersNotAvailable = 83;
constexpr std::int16_t kElectionNotNeeded = 84;
constexpr std::int16_t kNoReassignmentInProgress = 85;

using Brokers = std::vector<BrokerId>;

bool Has(const Brokers& list, BrokerId id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

Brokers Without(const Brokers& list, const Brokers& gone) {
  Brokers rest;
  std::copy_if(list.begin(), list.end(), std::back_inserter(rest),
               [&](BrokerId id) { return !Has(gone, id); });
  return rest;
}

Brokers Sorted(Brokers list) {
  std::sort(list.begin(), list.end());
  return list;
}

}  // namespace

SimState::Answer SimState::Reassign(const TopicPartition& tp, const std::optional<Brokers>& target,
                                    bool allow_replication_factor_change) {
  if (FindMutable(tp) == nullptr) {
    return {kUnknownTopicOrPartition, "This server does not host this topic-partition."};
  }
  Topic& topic = *FindMutableTopic(tp.topic);
  if (!target) return CancelMove(topic, tp.partition);
  return StartMove(topic, tp.partition, *target, allow_replication_factor_change);
}

SimState::Answer SimState::StartMove(Topic& topic, std::int32_t index, const Brokers& target,
                                     bool allow_replication_factor_change) {
  Partition& partition = topic.partitions[static_cast<std::size_t>(index)];
  if (Answer bad = CheckAssignment(target); bad.error != 0) return bad;
  const std::size_t factor = Without(partition.replicas, partition.adding).size();
  if (!allow_replication_factor_change && target.size() != factor) {
    return {kInvalidReplicationFactor,
            fmt::format("The replication factor is changed from {} to {}", factor, target.size())};
  }
  const bool was_moving = partition.moving();
  CountMove(partition, -1);
  // Both sets are against all that have a copy now. A target that repeats the running one therefore
  // adds nothing, and a cancel after it keeps the replicas that were being added: so does Kafka.
  const Brokers adding = Sorted(Without(target, partition.replicas));
  const Brokers removing = Sorted(Without(partition.replicas, target));
  partition.adding = adding;
  partition.removing = removing;
  partition.replicas = target;
  partition.replicas.insert(partition.replicas.end(), removing.begin(), removing.end());
  for (const BrokerId id : adding) {
    Copy& copy = partition.copies.emplace_back();
    copy.broker = id;
    copy.dir = PickDir(id);
    MarkBehind(topic, index, copy, 0);
  }
  if (!adding.empty()) PlacementChanged();
  ++version_;  // Another order of the same replicas is seen, too.
  if (was_moving || partition.moving()) {
    Record(was_moving ? SimEventKind::kMoveReplaced : SimEventKind::kMoveStarted, topic, index,
           partition);
  }
  CountMove(partition, +1);
  Refresh(topic, index, partition);
  return {};
}

SimState::Answer SimState::CancelMove(Topic& topic, std::int32_t index) {
  Partition& partition = topic.partitions[static_cast<std::size_t>(index)];
  if (!partition.moving()) {
    return {kNoReassignmentInProgress, "No partition reassignment is in progress."};
  }
  const Brokers original = Without(partition.replicas, partition.adding);
  Brokers isr = Without(partition.isr, partition.adding);
  if (isr.empty()) {
    const bool unclean =
        EffectiveTopicConfig(topic.name, "unclean.leader.election.enable") == "true";
    if (!unclean || original.empty()) {
      return {kInvalidReplicaAssignment,
              fmt::format("Unable to revert partition assignment for {}:{} because it would "
                          "require an unclean leader election.",
                          topic.name, index)};
    }
    isr = {original.front()};
  }
  CountMove(partition, -1);
  partition.replicas = original;
  partition.isr = isr;
  partition.adding.clear();
  partition.removing.clear();
  DropCopies(topic, index, partition);
  Record(SimEventKind::kMoveCancelled, topic, index, partition);
  Refresh(topic, index, partition);
  return {};
}

// A move is done when every replica of the target is in sync.
void SimState::MaybeComplete(const Topic& topic, std::int32_t index, Partition& partition) {
  if (!partition.moving()) return;
  const Brokers target = Without(partition.replicas, partition.removing);
  const Brokers isr = Without(partition.isr, partition.removing);
  if (isr.empty() || !Without(target, isr).empty()) return;
  CountMove(partition, -1);
  partition.replicas = target;
  partition.isr = isr;
  partition.adding.clear();
  partition.removing.clear();
  DropCopies(topic, index, partition);
  Record(SimEventKind::kMoveCompleted, topic, index, partition);
  Refresh(topic, index, partition);
}

// Copies of brokers that are no longer replicas.
void SimState::DropCopies(const Topic& topic, std::int32_t index, Partition& partition) {
  std::erase_if(partition.copies, [&](const Copy& copy) {
    if (Has(partition.replicas, copy.broker)) return false;
    behind_.erase({topic.name, index, copy.broker});
    return true;
  });
  PlacementChanged();
}

void SimState::CountMove(const Partition& partition, int sign) {
  if (!partition.moving()) return;
  counters_.moving_partitions += sign;
  counters_.peak_moving_partitions =
      std::max(counters_.peak_moving_partitions, counters_.moving_partitions);
  for (const BrokerId id : partition.adding) {
    incoming_[id] += sign;
    counters_.peak_incoming[id] = std::max(counters_.peak_incoming[id], incoming_[id]);
  }
}

SimState::Answer SimState::Elect(const TopicPartition& tp, bool preferred) {
  Partition* partition = FindMutable(tp);
  if (partition == nullptr) {
    return {kUnknownTopicOrPartition, "This server does not host this topic-partition."};
  }
  const Topic& topic = *FindTopic(tp.topic);
  if (preferred) {
    const BrokerId first = partition->replicas.front();
    if (partition->leader == first) return {kElectionNotNeeded, "Leader election not needed."};
    if (!Has(partition->isr, first) || !Usable(*partition, first)) {
      return {kPreferredLeaderNotAvailable, "The preferred leader was not available."};
    }
    SetLeader(topic, tp.partition, *partition, first);
    return {};
  }
  if (partition->leader != kNoBroker) return {kElectionNotNeeded, "Leader election not needed."};
  const auto fit = std::find_if(partition->replicas.begin(), partition->replicas.end(),
                                [&](BrokerId id) { return Usable(*partition, id); });
  if (fit == partition->replicas.end()) {
    return {kEligibleLeadersNotAvailable, "Eligible leaders are not available."};
  }
  // The new leader's log is the truth now, however short it is.
  const BrokerId leader = *fit;
  Copy* copy = FindCopy(*partition, leader);
  partition->size_then = CopySize(*partition, *copy);
  copy->behind = false;
  behind_.erase({topic.name, tp.partition, leader});
  for (Copy& other : partition->copies) {
    if (other.broker != leader && !other.behind)
      MarkBehind(topic, tp.partition, other, other.bytes);
  }
  partition->isr = {leader};
  SetLeader(topic, tp.partition, *partition, leader);
  return {};
}

}  // namespace levelwind::testing
