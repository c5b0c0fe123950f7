#include "tests/sim_cluster/sim_groups.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace levelwind::testing {

void SimGroups::Put(const SimGroup& group, SteadyTime now) {
  ++version_;
  Group& stored = groups_[group.name];
  stored.info = group;
  stored.info.commits.clear();
  stored.commits.clear();
  for (const SimCommit& commit : group.commits) SetCommit(group.name, commit, now);
}

const SimGroups::Group* SimGroups::Find(const std::string& name) const {
  const auto found = groups_.find(name);
  return found == groups_.end() ? nullptr : &found->second;
}

void SimGroups::SetCommit(const std::string& group, const SimCommit& commit, SteadyTime now) {
  Group& stored = groups_[group];
  if (stored.info.name.empty()) {
    // As in Kafka, a lone commit makes an empty classic group.
    ++version_;
    stored.info.name = group;
    stored.info.state = "Empty";
  }
  stored.commits[commit.partition] = {commit.offset, commit.records_per_s, now};
}

double SimGroups::OffsetNow(const Commit& commit, const TopicPartition& tp, const SimState& state) {
  const double moved = commit.offset + commit.records_per_s * ToSeconds(state.now() - commit.since);
  if (commit.records_per_s <= 0) return std::floor(moved);
  const SimState::Partition* partition = state.Find(tp);
  if (partition == nullptr) return std::floor(moved);
  const double end = state.EndOffset(*state.FindTopic(tp.topic), *partition);
  return std::floor(std::min(moved, std::max(end, commit.offset)));
}

BrokerId SimGroups::CoordinatorOf(const std::string& name, const SimState& state) const {
  const Group* group = Find(name);
  if (group != nullptr && group->info.coordinator != kNoBroker) {
    return state.Alive(group->info.coordinator) ? group->info.coordinator : kNoBroker;
  }
  const std::vector<BrokerId>& alive = state.alive();
  if (alive.empty()) return kNoBroker;
  std::uint32_t hash = 2166136261;  // FNV-1a: the same in every run and on every machine.
  for (const char c : name) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619;
  return alive[hash % alive.size()];
}

const std::vector<const SimGroups::Group*>& SimGroups::On(BrokerId broker,
                                                          const SimState& state) const {
  if (on_groups_ != version_ || on_alive_ != state.alive_version()) {
    on_.clear();
    for (const auto& [name, group] : groups_) on_[CoordinatorOf(name, state)].push_back(&group);
    on_groups_ = version_;
    on_alive_ = state.alive_version();
  }
  return on_[broker];
}

}  // namespace levelwind::testing
