#include "planner/search/flat_cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "base/sabotage.h"
#include "planner/goals/partition_rule.h"
#include "planner/load_model.h"
#include "planner/search/broker_table.h"
#include "planner/search/partition_loads.h"
#include "planner/search/replication.h"
#include "planner/search/topic_filter.h"
#include "planner/search/topic_rows.h"

namespace levelwind::planner {
namespace {

/// A partition that stays where it is, but counts.
struct Pinned {
  std::uint32_t source = 0;
  std::vector<BrokerIndex> replicas;  ///< Leader first.
};

class Flattener {
 public:
  Flattener(const ClusterSnapshot& snapshot, const GoalSet& goals, const PlannerOptions& options)
      : snapshot_(snapshot), goals_(goals), options_(options), loads_(ReadLoads(snapshot)) {}

  Result<FlatCluster> Run() {
    LW_ASSIGN_OR_RETURN(filter_, TopicFilter::Compile(options_));
    LW_ASSIGN_OR_RETURN(ReplicationChange change, ReplicationChange::Make(snapshot_, options_));
    replication_ = std::move(change);
    LW_RETURN_IF_ERROR(AddBrokers(snapshot_, options_, replication_->most_missing(), flat_));
    LW_RETURN_IF_ERROR(CollectPartitions());
    SetUnits();
    LW_RETURN_IF_ERROR(AddTopicRows());
    FillRecords();
    AddPinned();
    AddNotes();
    RuleBuilder rules(snapshot_, flat_);
    for (const Goal* goal : goals_.ordered) goal->AddRules(rules);
    LW_RETURN_IF_ERROR(rules.Finish());
    return std::move(flat_);
  }

 private:
  Status CollectPartitions();
  Status ReadPartition(std::uint32_t index, bool topic_moves);
  void ReadReplicas(const Partition& p);
  void Replicate(const Partition& p);
  bool Stranded() const;
  bool Relieves() const;
  void AddOffline(const Partition& p);
  BrokerId ChooseLeader(const Partition& p, bool& fixed) const;
  void Count(std::uint32_t index, const BrokerIndex* replicas, std::size_t count, bool movable);
  void SetUnits();
  Status AddTopicRows();
  void FillRecord(PartitionRecord& record, std::uint32_t source) const;
  void FillRecords();
  void AddPinned();
  void AddNotes();

  BrokerIndex IndexOf(BrokerId id) const {
    const auto at = std::ranges::lower_bound(flat_.broker_ids, id);
    return static_cast<BrokerIndex>(at - flat_.broker_ids.begin());
  }

  const ClusterSnapshot& snapshot_;
  const GoalSet& goals_;
  const PlannerOptions& options_;
  const RawLoads loads_;
  TopicFilter filter_;
  std::optional<ReplicationChange> replication_;
  FlatCluster flat_;
  std::map<TopicPartition, const Reassignment*> reassigning_;
  std::vector<Pinned> pinned_;
  std::vector<BrokerId> ids_;  ///< Replicas of the partition that is being read.
  LaneArray total_{};          ///< Loads of everything that will be on serving brokers.
  std::vector<TopicSize> topic_sizes_;
  std::vector<std::uint32_t> row_of_topic_;
  std::size_t pinned_reassigning_ = 0, pinned_offline_ = 0, pinned_large_ = 0, pinned_filter_ = 0;
  std::size_t pinned_elsewhere_ = 0;  // Not worth a note: that is what was asked for.
  std::size_t out_of_sync_ = 0;
};

Status Flattener::CollectPartitions() {
  for (const Reassignment& r : snapshot_.reassignments) reassigning_[r.partition] = &r;
  const std::size_t topics = snapshot_.topics.size();
  std::vector<std::uint32_t> by_name(topics), rank(topics);
  std::iota(by_name.begin(), by_name.end(), 0U);
  std::ranges::sort(by_name, [&](std::uint32_t a, std::uint32_t b) {
    return snapshot_.topics[a].name < snapshot_.topics[b].name;
  });
  for (std::size_t i = 0; i < topics; ++i) rank[by_name[i]] = static_cast<std::uint32_t>(i);
  std::vector<bool> topic_moves;
  for (const Topic& topic : snapshot_.topics) topic_moves.push_back(filter_.Moves(topic.name));
  topic_sizes_.resize(topics);
  std::vector<std::uint32_t> order(snapshot_.partitions.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto name_order = [&](std::uint32_t a, std::uint32_t b) {
    const Partition& x = snapshot_.partitions[a];
    const Partition& y = snapshot_.partitions[b];
    if (x.topic != y.topic) {
      return rank[static_cast<std::size_t>(x.topic)] < rank[static_cast<std::size_t>(y.topic)];
    }
    return x.number < y.number;
  };
  if (!std::ranges::is_sorted(order, name_order)) std::ranges::sort(order, name_order);
  flat_.partitions.reserve(order.size());
  flat_.source.reserve(order.size());
  for (const std::uint32_t index : order) {
    const Partition& p = snapshot_.partitions[index];
    if (p.replica_count == 0) continue;
    LW_RETURN_IF_ERROR(ReadPartition(index, topic_moves[static_cast<std::size_t>(p.topic)]));
  }
  return Ok();
}

/// Where the partition will be once what is under way has come to its end.
void Flattener::ReadReplicas(const Partition& p) {
  ids_.clear();
  for (const Replica& r : snapshot_.ReplicasOf(p)) ids_.push_back(r.broker);
  if (reassigning_.empty()) return;
  const auto found = reassigning_.find(snapshot_.NameOf(p));
  if (found == reassigning_.end()) return;
  for (const BrokerId removed : found->second->removing) std::erase(ids_, removed);
}

/// Who leads when the plan starts: the preferred leader where it can (its election is part of the
/// plan), else the broker that was seen leading.
BrokerId Flattener::ChooseLeader(const Partition& p, bool& fixed) const {
  bool preferred_can = false;
  for (const Replica& r : snapshot_.ReplicasOf(p)) {
    const bool serving = flat_.target[IndexOf(r.broker)] != 0;
    const bool usable = r.in_sync && !r.offline;
    if (serving && !usable) fixed = true;
    if (r.broker == ids_[0]) preferred_can = serving && usable;
  }
  const bool leader_listed = std::ranges::find(ids_, p.leader) != ids_.end();
  if (!leader_listed) return ids_[0];
  if (fixed) return p.leader;
  return goals_.requirements.elect_preferred && preferred_can ? ids_[0] : p.leader;
}

Status Flattener::ReadPartition(std::uint32_t index, bool topic_moves) {
  const Partition& p = snapshot_.partitions[index];
  ReadReplicas(p);
  const bool open_lead = !ids_.empty() && flat_.target[IndexOf(ids_[0])] == 0;
  bool frozen = false;
  const BrokerId leader = ids_.empty() ? kNoBroker : ChooseLeader(p, frozen);
  // Leader first, followers by index: how a snapshot lists followers must not change a plan.
  std::ranges::sort(ids_);
  if (std::ranges::adjacent_find(ids_) != ids_.end()) {
    return InvalidArgument(
        fmt::format("partition {} lists the same broker twice; take a new "
                    "snapshot",
                    snapshot_.NameOf(p).ToString()));
  }
  if (!ids_.empty()) {
    const auto at = std::ranges::find(ids_, leader);
    std::rotate(ids_.begin(), at, at + 1);
  }
  std::size_t* pinned = nullptr;
  if (p.reassigning || ids_.size() != p.replica_count) {
    pinned = &pinned_reassigning_;
  } else if (p.leader == kNoBroker) {
    pinned = &pinned_offline_;
  } else if (ids_.size() > kMaxReplicas) {
    pinned = &pinned_large_;
  } else if (!topic_moves && !Stranded()) {
    pinned = &pinned_filter_;
  } else if (!options_.relieved_brokers.empty() && !Relieves()) {
    pinned = &pinned_elsewhere_;
  }
  if (pinned != nullptr) {
    ++*pinned;
    Pinned& stays = pinned_.emplace_back(Pinned{index, {}});
    for (const BrokerId id : ids_) stays.replicas.push_back(IndexOf(id));
    Count(index, stays.replicas.data(), stays.replicas.size(), false);
    return Ok();
  }
  Replicate(p);
  PartitionRecord record;
  record.rf = static_cast<std::uint8_t>(ids_.size());
  record.frozen = frozen;
  record.open_lead = open_lead;
  if (frozen) ++out_of_sync_;
  // Otherwise left alone: healed, the partition has room for moves that this plan cannot foresee.
  if (options_.only_offline_replicas) AddOffline(p);
  // Excluded topics are moved off dead brokers all the same, and no further.
  record.frozen = record.frozen || options_.only_offline_replicas || !topic_moves;
  for (std::size_t i = 0; i < ids_.size(); ++i) record.replicas[i] = IndexOf(ids_[i]);
  std::ranges::copy(record.replicas, record.origin);
  if (goals_.requirements.distinct_racks && !Sabotaged("I8.racks")) {
    record.required_racks =
        static_cast<std::uint8_t>(std::min(ids_.size(), flat_.serving_racks)) & 0xfU;
  }
  Count(index, record.replicas, record.rf, true);
  flat_.partitions.push_back(record);
  flat_.source.push_back(index);
  return Ok();
}

/// Gives the partition that is being read as many replicas as it is to have: what is missing is on
/// stand-ins until the search finds it a broker.
void Flattener::Replicate(const Partition& p) {
  const std::size_t factor = replication_->FactorOf(p.topic);
  if (factor == 0) return;
  if (ids_.size() > factor) replication_->Drop(flat_, p, factor, ids_);
  for (std::size_t i = 0; ids_.size() < factor; ++i) ids_.push_back(StandIn(i));
}

/// Whether a replica of the partition that is being read cannot stay.
bool Flattener::Stranded() const {
  return std::ranges::any_of(ids_, [&](BrokerId id) { return flat_.target[IndexOf(id)] == 0; });
}

/// Whether moving the partition that is being read may relieve a broker that is to be relieved.
bool Flattener::Relieves() const {
  return std::ranges::any_of(ids_, [&](BrokerId id) {
    return std::ranges::find(options_.relieved_brokers, id) != options_.relieved_brokers.end();
  });
}

/// Notes the replicas of the next record whose log dir has failed. Those on dead brokers are
/// drained in any case.
void Flattener::AddOffline(const Partition& p) {
  for (const Replica& r : snapshot_.ReplicasOf(p)) {
    const BrokerIndex b = IndexOf(r.broker);
    if (!r.offline || r.broker == ids_[0] || flat_.target[b] == 0) continue;
    flat_.offline.push_back({static_cast<std::uint32_t>(flat_.partitions.size()), b});
  }
}

void Flattener::Count(std::uint32_t index, const BrokerIndex* replicas, std::size_t count,
                      bool movable) {
  const RawLoad& load = loads_.partitions[index];
  TopicSize& topic = topic_sizes_[static_cast<std::size_t>(snapshot_.partitions[index].topic)];
  topic.replicas += count;
  topic.partitions += 1;
  topic.movable |= movable;
  for (std::size_t slot = 0; slot < count; ++slot) {
    // What is stuck on a dead broker will not come to a serving one.
    if (!movable && flat_.target[replicas[slot]] == 0) continue;
    const bool leads = slot == 0;
    total_[kCpu] += leads ? load.cpu : FollowerCpu(load.cpu, load.in, load.out);
    total_[kNetworkIn] += load.in;
    total_[kNetworkOut] += leads ? load.out : 0.0;
    total_[kDisk] += load.disk;
    total_[kReplicas] += 1;
    total_[kLeaders] += leads ? 1 : 0;
    total_[kLeaderIn] += leads ? load.in : 0.0;
  }
}

/// The mean serving broker is 1.0 in every lane that is known.
void Flattener::SetUnits() {
  const auto brokers = static_cast<double>(std::max<std::size_t>(1, flat_.targets.size()));
  for (std::size_t r = 0; r < kLanes; ++r) flat_.unit[r] = total_[r] / brokers;
  flat_.unit[kPotentialOut] = flat_.unit[kNetworkOut];
  flat_.known = {loads_.cpu, loads_.in, loads_.out, loads_.disk, true, true, loads_.in, loads_.out};
  const auto scale = [&](Lane lane) {
    return flat_.unit[lane] > 0 ? static_cast<float>(1 / flat_.unit[lane]) : 0.0F;
  };
  flat_.count_leadership = Vec8::Fill(0);
  flat_.count_leadership.Set(kLeaders, scale(kLeaders));
  flat_.count_follower = Vec8::Fill(0);
  flat_.count_follower.Set(kReplicas, scale(kReplicas));
  flat_.count_leader = flat_.count_follower + flat_.count_leadership;
}

Status Flattener::AddTopicRows() {
  // Rows in the order of the records (topic names), not of the snapshot.
  std::vector<std::int32_t> order;
  for (const std::uint32_t source : flat_.source) {
    order.push_back(snapshot_.partitions[source].topic);
  }
  for (const Pinned& pinned : pinned_) order.push_back(snapshot_.partitions[pinned.source].topic);
  LW_ASSIGN_OR_RETURN(row_of_topic_,
                      levelwind::planner::AddTopicRows(snapshot_, goals_.requirements,
                                                       {order, topic_sizes_}, flat_));
  return Ok();
}

void Flattener::FillRecord(PartitionRecord& record, std::uint32_t source) const {
  const RawLoad& load = loads_.partitions[source];
  const auto scaled = [&](double value, Lane lane) {
    return flat_.unit[lane] > 0 ? static_cast<float>(value / flat_.unit[lane]) : 0.0F;
  };
  record.cpu_leader = scaled(load.cpu, kCpu);
  record.cpu_follower = scaled(FollowerCpu(load.cpu, load.in, load.out), kCpu);
  record.in = scaled(load.in, kNetworkIn);
  record.out = scaled(load.out, kNetworkOut);
  record.disk = scaled(load.disk, kDisk);
  record.leader_in = scaled(load.in, kLeaderIn);
  record.potential = scaled(load.out, kPotentialOut);
  record.topic_row = row_of_topic_[static_cast<std::size_t>(snapshot_.partitions[source].topic)];
}

void Flattener::FillRecords() {
  double disk = 0;
  for (std::size_t i = 0; i < flat_.partitions.size(); ++i) {
    PartitionRecord& record = flat_.partitions[i];
    FillRecord(record, flat_.source[i]);
    disk += static_cast<double>(record.disk) * static_cast<double>(record.rf);
    flat_.replica_count += record.rf;
  }
  if (flat_.replica_count > 0) {
    flat_.mean_disk = static_cast<float>(disk / static_cast<double>(flat_.replica_count));
  }
}

void Flattener::AddPinned() {
  for (const Pinned& pinned : pinned_) {
    PartitionRecord record;
    FillRecord(record, pinned.source);
    for (std::size_t slot = 0; slot < pinned.replicas.size(); ++slot) {
      const BrokerIndex b = pinned.replicas[slot];
      flat_.pinned_load[b] += flat_.LoadOf(record, slot);
      if (record.topic_row == kNoRow) continue;
      flat_.pinned_cells.Add(record.topic_row, b, 1, slot == 0 ? 1 : 0);
    }
  }
}

void Flattener::AddNotes() {
  flat_.notes = loads_.notes;
  const auto add = [&](std::size_t count, std::string_view what) {
    if (count > 0) flat_.notes.push_back(fmt::format("{} partitions {}", count, what));
  };
  add(pinned_reassigning_, "are being reassigned: left alone, counted where they will be");
  add(pinned_offline_, "have no leader: nothing can be copied from them, left alone");
  add(pinned_large_, "have more than 7 replicas: left where they are");
  add(pinned_filter_, "are excluded by the topic filter: left where they are");
  add(out_of_sync_, "have a replica that is catching up: only moved off dead or leaving brokers");
}

}  // namespace

Result<FlatCluster> Flatten(const ClusterSnapshot& snapshot, const GoalSet& goals,
                            const PlannerOptions& options) {
  return Flattener(snapshot, goals, options).Run();
}

}  // namespace levelwind::planner
