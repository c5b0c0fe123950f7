#include "planner/autoscale/snapshot_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "model/group_state.h"

namespace levelwind::planner {
namespace {

GroupPhase PhaseOf(std::string_view state) {
  if (IsRebalancing(state)) return GroupPhase::kRebalancing;
  if (state == "Stable") return GroupPhase::kStable;
  return state == "Empty" || state == "Dead" ? GroupPhase::kEmpty : GroupPhase::kUnknown;
}

GroupProtocol ProtocolOf(const ConsumerGroup& group) {
  if (group.type == "share") return GroupProtocol::kShare;
  if (group.type == "consumer" || group.type == "streams") return GroupProtocol::kConsumer;
  return group.assignor.starts_with("cooperative") ? GroupProtocol::kCooperative
                                                   : GroupProtocol::kEager;
}

/// When the end offsets were looked at; SteadyTime{}: never, or nobody says so.
SteadyTime EndsSeenAt(const ClusterSnapshot& snapshot) {
  const auto source = std::ranges::find(snapshot.sources, "offsets", &SourceStatus::name);
  if (source == snapshot.sources.end() || !source->age) return {};
  return snapshot.taken_at_steady - *source->age;
}

std::vector<MemberInput> MembersOf(const ConsumerGroup& group) {
  std::vector<MemberInput> members;
  for (const GroupOwner& owner : group.owners) {
    members.push_back({owner.member_id, owner.instance_id});
  }
  // Those without a partition are members too; their names do not matter here.
  while (std::cmp_less(members.size(), group.member_count)) {
    members.push_back({fmt::format("idle-{}", members.size()), {}});
  }
  return members;
}

void AddPartitions(const ClusterSnapshot& snapshot, const ConsumerGroup& group, std::int32_t topic,
                   GroupScalingInput& input) {
  const Topic& told = snapshot.topics[static_cast<std::size_t>(topic)];
  const auto index = static_cast<std::int32_t>(input.topics.size());
  input.topics.push_back(told.name);
  for (std::uint32_t p = 0; p < told.partition_count; ++p) {
    const auto at = static_cast<std::int32_t>(told.first_partition + p);
    const Partition& partition = snapshot.partitions[static_cast<std::size_t>(at)];
    const auto offset = std::ranges::lower_bound(group.offsets, at, {}, &GroupOffset::partition);
    const bool known = offset != group.offsets.end() && offset->partition == at;
    const bool committed = known && IsKnown(offset->committed);
    input.partitions.push_back({.topic = index,
                                .number = partition.number,
                                .log_start = partition.log_start_offset,
                                .log_end = partition.log_end_offset,
                                .last_stable = partition.last_stable_offset,
                                .committed = committed ? offset->committed : kUnknownCount,
                                .no_commit = !committed && !group.commits_missing,
                                .commit_ms = known ? offset->commit_ms : kUnknownCount,
                                .owner = known ? offset->owner : -1});
  }
}

}  // namespace

GroupScalingInput ScalingInputOf(const ClusterSnapshot& snapshot, const ConsumerGroup& group) {
  GroupScalingInput input;
  input.group = group.name;
  input.seen_at = std::min(group.commits_at, EndsSeenAt(snapshot));
  input.at = {snapshot.taken_at.unix_ms - ToMillis(snapshot.taken_at_steady - input.seen_at)};
  input.phase = PhaseOf(group.state);
  input.protocol = ProtocolOf(group);
  input.assignor = AssignorFromName(group.assignor, input.protocol);
  input.members = MembersOf(group);
  std::int32_t last = -1;
  for (const GroupOffset& offset : group.offsets) {
    const std::int32_t topic =
        snapshot.partitions[static_cast<std::size_t>(offset.partition)].topic;
    if (std::exchange(last, topic) != topic) AddPartitions(snapshot, group, topic, input);
  }
  input.complete = !group.commits_missing && input.phase != GroupPhase::kUnknown;
  return input;
}

}  // namespace levelwind::planner
