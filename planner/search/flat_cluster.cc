#include "planner/search/flat_cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <regex>
#include <set>
#include <utility>

#include "planner/load_model.h"
#include "planner/search/partition_loads.h"

namespace levelwind::planner {
namespace {

constexpr std::size_t kMaxBrokers = 65'000;

/// Topic patterns of the options, compiled.
struct TopicFilter {
  std::optional<std::regex> include;
  std::optional<std::regex> exclude;
  bool Moves(const std::string& name) const {
    if (include && !std::regex_match(name, *include)) return false;
    return !(exclude && std::regex_match(name, *exclude));
  }
};

Result<std::optional<std::regex>> Compile(const std::string& pattern, std::string_view what) {
  if (pattern.empty()) return std::optional<std::regex>();
  try {
    return std::optional<std::regex>(std::regex(pattern, std::regex::optimize));
  } catch (const std::regex_error& e) {
    return InvalidArgument(
        fmt::format("{} \"{}\" is no regular expression: {}; quote special "
                    "characters with a backslash",
                    what, pattern, e.what()));
  }
}

/// One partition on its way from the snapshot to a record.
struct Candidate {
  std::uint32_t source = 0;
  std::vector<BrokerIndex> replicas;  ///< Leader first, followers by index.
  bool movable = true;
  bool frozen = false;
};

class Flattener {
 public:
  Flattener(const ClusterSnapshot& snapshot, const GoalSet& goals, const PlannerOptions& options)
      : snapshot_(snapshot), goals_(goals), options_(options), loads_(ReadLoads(snapshot)) {}

  Result<FlatCluster> Run() {
    LW_RETURN_IF_ERROR(CompileFilter());
    LW_RETURN_IF_ERROR(AddBrokers());
    LW_RETURN_IF_ERROR(CollectPartitions());
    SetUnits();
    AddTopicRows();
    AddPartitions();
    AddNotes();
    return std::move(flat_);
  }

 private:
  Status CompileFilter() {
    LW_ASSIGN_OR_RETURN(filter_.include, Compile(options_.include_topics, "include_topics"));
    LW_ASSIGN_OR_RETURN(filter_.exclude, Compile(options_.exclude_topics, "exclude_topics"));
    return Ok();
  }

  Status AddBrokers();
  void AddBroker(const Broker* broker, BrokerId id);
  Status CollectPartitions();
  Result<Candidate> ReadPartition(std::uint32_t index, bool topic_moves);
  std::vector<BrokerId> FutureReplicas(const Partition& p) const;
  BrokerId ChooseLeader(const Partition& p, std::span<const BrokerId> ids, bool& fixed) const;
  void SetUnits();
  void AddTopicRows();
  void AddPartitions();
  PartitionRecord MakeRecord(const Candidate& candidate) const;
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
  FlatCluster flat_;
  std::map<std::string, std::uint16_t> rack_index_;
  std::map<TopicPartition, const Reassignment*> reassigning_;
  std::vector<Candidate> candidates_;
  std::vector<std::uint32_t> row_of_topic_;
  std::size_t pinned_reassigning_ = 0, pinned_offline_ = 0, pinned_large_ = 0, pinned_filter_ = 0;
  std::size_t out_of_sync_ = 0;
};

Status Flattener::AddBrokers() {
  std::map<BrokerId, const Broker*> brokers;
  for (const Broker& b : snapshot_.brokers) brokers[b.id] = &b;
  // A broker that holds replicas and is not listed has left the cluster: dead.
  for (const Replica& r : snapshot_.replicas) brokers.emplace(r.broker, nullptr);
  if (brokers.size() > kMaxBrokers) {
    return InvalidArgument(fmt::format("the snapshot has {} brokers; the planner takes {} at most",
                                       brokers.size(), kMaxBrokers));
  }
  for (const auto& [id, broker] : brokers) AddBroker(broker, id);
  std::set<std::uint16_t> racks;
  for (const BrokerIndex b : flat_.targets) racks.insert(flat_.racks[b]);
  flat_.serving_racks = racks.size();
  flat_.pinned_load.assign(brokers.size(), Vec8::Fill(0));
  return Ok();
}

void Flattener::AddBroker(const Broker* broker, BrokerId id) {
  const bool serving = broker != nullptr && broker->serving();
  const std::string rack = broker != nullptr ? broker->rack : std::string();
  // "\n" cannot be in a rack's name, so a broker without a rack cannot share one by accident.
  const std::string key = rack.empty() ? fmt::format("\n{}", id) : rack;
  const auto [at, added] =
      rack_index_.emplace(key, static_cast<std::uint16_t>(flat_.rack_names.size()));
  if (added) flat_.rack_names.push_back(rack.empty() ? fmt::format("broker {}", id) : rack);
  if (serving) flat_.targets.push_back(static_cast<BrokerIndex>(flat_.broker_ids.size()));
  flat_.broker_ids.push_back(id);
  flat_.racks.push_back(at->second);
  flat_.target.push_back(serving);
  flat_.dead.push_back(broker == nullptr || broker->state == BrokerState::kDead);
  LaneArray capacity;
  capacity.fill(kUnknown);
  if (broker != nullptr) {
    capacity[kCpu] = broker->capacity.cpu_percent;
    capacity[kNetworkIn] = broker->capacity.network_in_bytes_per_s;
    capacity[kNetworkOut] = broker->capacity.network_out_bytes_per_s;
    capacity[kPotentialOut] = broker->capacity.network_out_bytes_per_s;
    capacity[kDisk] = broker->capacity.disk_bytes;
  }
  for (double& value : capacity) {
    if (!(value > 0) || value == std::numeric_limits<double>::infinity()) value = kUnknown;
  }
  capacity[kReplicas] = static_cast<double>(options_.max_replicas_per_broker);
  flat_.capacity.push_back(capacity);
}

Status Flattener::CollectPartitions() {
  for (const Reassignment& r : snapshot_.reassignments) reassigning_[r.partition] = &r;
  std::vector<bool> topic_moves;
  for (const Topic& topic : snapshot_.topics) topic_moves.push_back(filter_.Moves(topic.name));
  std::vector<std::uint32_t> order(snapshot_.partitions.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    const Partition& x = snapshot_.partitions[a];
    const Partition& y = snapshot_.partitions[b];
    if (x.topic != y.topic) return snapshot_.TopicOf(x).name < snapshot_.TopicOf(y).name;
    return x.number < y.number;
  });
  candidates_.reserve(order.size());
  for (const std::uint32_t index : order) {
    const Partition& p = snapshot_.partitions[index];
    if (p.replica_count == 0) continue;
    LW_ASSIGN_OR_RETURN(Candidate candidate,
                        ReadPartition(index, topic_moves[static_cast<std::size_t>(p.topic)]));
    candidates_.push_back(std::move(candidate));
  }
  return Ok();
}

std::vector<BrokerId> Flattener::FutureReplicas(const Partition& p) const {
  std::vector<BrokerId> ids = snapshot_.ReplicaIds(p);
  const auto found = reassigning_.find(snapshot_.NameOf(p));
  if (found == reassigning_.end()) return ids;
  for (const BrokerId removed : found->second->removing) std::erase(ids, removed);
  return ids;
}

/// Who leads when the plan starts: the preferred leader where it can (its election is part of the
/// plan), else the broker that was seen leading.
BrokerId Flattener::ChooseLeader(const Partition& p, std::span<const BrokerId> ids,
                                 bool& fixed) const {
  bool preferred_can = false;
  for (const Replica& r : snapshot_.ReplicasOf(p)) {
    const bool serving = flat_.target[IndexOf(r.broker)];
    const bool usable = r.in_sync && !r.offline;
    if (serving && !usable) fixed = true;
    if (r.broker == ids[0]) preferred_can = serving && usable;
  }
  const bool leader_listed = std::ranges::find(ids, p.leader) != ids.end();
  if (!leader_listed) return ids[0];
  if (fixed) return p.leader;
  return goals_.Has(GoalKind::kPreferredLeaders) && preferred_can ? ids[0] : p.leader;
}

Result<Candidate> Flattener::ReadPartition(std::uint32_t index, bool topic_moves) {
  const Partition& p = snapshot_.partitions[index];
  Candidate candidate{index, {}, true, false};
  const std::vector<BrokerId> ids = FutureReplicas(p);
  const BrokerId leader = ids.empty() ? kNoBroker : ChooseLeader(p, ids, candidate.frozen);
  for (const BrokerId id : ids) candidate.replicas.push_back(IndexOf(id));
  std::ranges::sort(candidate.replicas);
  if (std::ranges::adjacent_find(candidate.replicas) != candidate.replicas.end()) {
    return InvalidArgument(
        fmt::format("partition {} lists the same broker twice; take a new "
                    "snapshot",
                    snapshot_.NameOf(p).ToString()));
  }
  if (!ids.empty()) {
    const auto at = std::ranges::find(candidate.replicas, IndexOf(leader));
    std::rotate(candidate.replicas.begin(), at, at + 1);
  }
  if (p.reassigning || ids.size() != p.replica_count) {
    ++pinned_reassigning_;
    candidate.movable = false;
  } else if (p.leader == kNoBroker) {
    ++pinned_offline_;
    candidate.movable = false;
  } else if (ids.size() > kMaxReplicas) {
    ++pinned_large_;
    candidate.movable = false;
  } else if (!topic_moves) {
    ++pinned_filter_;
    candidate.movable = false;
  }
  if (candidate.movable && candidate.frozen) ++out_of_sync_;
  return candidate;
}

/// The mean serving broker is 1.0 in every lane that is known.
void Flattener::SetUnits() {
  LaneArray total{};
  for (const Candidate& c : candidates_) {
    const RawLoad& load = loads_.partitions[c.source];
    for (std::size_t slot = 0; slot < c.replicas.size(); ++slot) {
      // What is stuck on a dead broker will not come to a serving one.
      if (!c.movable && !flat_.target[c.replicas[slot]]) continue;
      const bool leads = slot == 0;
      total[kCpu] += leads ? load.cpu : FollowerCpu(load.cpu, load.in, load.out);
      total[kNetworkIn] += load.in;
      total[kNetworkOut] += leads ? load.out : 0.0;
      total[kDisk] += load.disk;
      total[kReplicas] += 1;
      total[kLeaders] += leads ? 1 : 0;
      total[kLeaderIn] += leads ? load.in : 0.0;
    }
  }
  const auto brokers = static_cast<double>(std::max<std::size_t>(1, flat_.targets.size()));
  for (std::size_t r = 0; r < kLanes; ++r) flat_.unit[r] = total[r] / brokers;
  flat_.unit[kPotentialOut] = flat_.unit[kNetworkOut];
  flat_.known = {loads_.cpu, loads_.in, loads_.out, loads_.disk, true, true, loads_.in, loads_.out};
  const auto scale = [&](Lane lane) {
    return flat_.unit[lane] > 0 ? static_cast<float>(1 / flat_.unit[lane]) : 0.0F;
  };
  flat_.count_leader = Vec8::Fill(0);
  flat_.count_leader.Set(kReplicas, scale(kReplicas));
  flat_.count_follower = flat_.count_leader;
  flat_.count_leader.Set(kLeaders, scale(kLeaders));
}

/// Cruise Control's band for a topic: mean + max(2, min(40, 1.8 x mean)), and no lower edge in
/// practice (threshold 3.00 with margin 0.9, gap clamped to 2..40).
std::uint32_t TopicLimit(std::uint64_t count, std::size_t brokers) {
  const double mean = static_cast<double>(count) / static_cast<double>(brokers);
  const double up = static_cast<double>((count + brokers - 1) / brokers);
  return static_cast<std::uint32_t>(up + std::clamp(std::ceil(mean * 1.8), 2.0, 40.0));
}

void Flattener::AddTopicRows() {
  row_of_topic_.assign(snapshot_.topics.size(), kNoRow);
  const bool replicas = goals_.Has(GoalKind::kTopicReplicas);
  const bool leaders = goals_.Has(GoalKind::kTopicLeaders);
  if ((!replicas && !leaders) || flat_.targets.empty()) return;
  constexpr std::uint16_t kMost = std::numeric_limits<std::uint16_t>::max();
  struct Count {
    std::uint64_t replicas = 0, partitions = 0;
    bool movable = false;
  };
  std::vector<Count> counts(snapshot_.topics.size());
  for (const Candidate& c : candidates_) {
    Count& count = counts[static_cast<std::size_t>(snapshot_.partitions[c.source].topic)];
    count.replicas += c.replicas.size();
    count.partitions += 1;
    count.movable |= c.movable;
  }
  // Rows in the order of the candidates (topic names), not of the snapshot.
  for (const Candidate& c : candidates_) {
    const std::int32_t topic = snapshot_.partitions[c.source].topic;
    const Count& count = counts[static_cast<std::size_t>(topic)];
    if (row_of_topic_[static_cast<std::size_t>(topic)] != kNoRow) continue;
    if (count.partitions > kMost) continue;  // Cells are 16 bits wide.
    const std::uint32_t most_replicas = TopicLimit(count.replicas, flat_.targets.size());
    const std::uint32_t most_leaders = TopicLimit(count.partitions, flat_.targets.size());
    // A broker holds at most one replica per partition: a small topic cannot break its band.
    const bool matters = (replicas && count.partitions > most_replicas) ||
                         (leaders && count.partitions > most_leaders);
    if (!matters) continue;
    TopicRow row{topic, {kMost, kMost}, count.movable};
    if (replicas) row.most.replicas = static_cast<std::uint16_t>(most_replicas);
    if (leaders) row.most.leaders = static_cast<std::uint16_t>(most_leaders);
    row_of_topic_[static_cast<std::size_t>(topic)] =
        static_cast<std::uint32_t>(flat_.topic_rows.size());
    flat_.topic_rows.push_back(row);
  }
  flat_.pinned_cells.assign(flat_.topic_rows.size() * flat_.broker_ids.size(), {});
}

PartitionRecord Flattener::MakeRecord(const Candidate& candidate) const {
  const RawLoad& load = loads_.partitions[candidate.source];
  const auto scaled = [&](double value, Lane lane) {
    return flat_.unit[lane] > 0 ? static_cast<float>(value / flat_.unit[lane]) : 0.0F;
  };
  PartitionRecord record;
  record.cpu_leader = scaled(load.cpu, kCpu);
  record.cpu_follower = scaled(FollowerCpu(load.cpu, load.in, load.out), kCpu);
  record.in = scaled(load.in, kNetworkIn);
  record.out = scaled(load.out, kNetworkOut);
  record.disk = scaled(load.disk, kDisk);
  record.leader_in = scaled(load.in, kLeaderIn);
  record.potential = scaled(load.out, kPotentialOut);
  record.topic_row =
      row_of_topic_[static_cast<std::size_t>(snapshot_.partitions[candidate.source].topic)];
  return record;
}

void Flattener::AddPartitions() {
  const std::size_t brokers = flat_.broker_ids.size();
  double disk = 0;
  for (const Candidate& c : candidates_) {
    PartitionRecord record = MakeRecord(c);
    if (!c.movable) {
      for (std::size_t slot = 0; slot < c.replicas.size(); ++slot) {
        const BrokerIndex b = c.replicas[slot];
        flat_.pinned_load[b] += flat_.LoadOf(record, slot);
        if (record.topic_row == kNoRow) continue;
        TopicCell& cell = flat_.pinned_cells[record.topic_row * brokers + b];
        ++cell.replicas;
        if (slot == 0) ++cell.leaders;
      }
      continue;
    }
    record.rf = static_cast<std::uint8_t>(c.replicas.size());
    if (goals_.Has(GoalKind::kRack)) {
      record.required_racks =
          static_cast<std::uint8_t>(std::min(c.replicas.size(), flat_.serving_racks));
    }
    record.frozen = c.frozen;
    std::ranges::copy(c.replicas, record.replicas);
    std::ranges::copy(c.replicas, record.origin);
    disk += static_cast<double>(record.disk) * static_cast<double>(record.rf);
    flat_.replica_count += record.rf;
    flat_.partitions.push_back(record);
    flat_.source.push_back(c.source);
  }
  if (flat_.replica_count > 0) {
    flat_.mean_disk = static_cast<float>(disk / static_cast<double>(flat_.replica_count));
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

bool GoalSet::Has(GoalKind kind) const {
  return std::ranges::any_of(ordered, [&](const GoalInfo* g) { return g->kind == kind; });
}

bool GoalSet::Has(GoalKind kind, Lane lane) const {
  return std::ranges::any_of(ordered,
                             [&](const GoalInfo* g) { return g->kind == kind && g->lane == lane; });
}

Result<FlatCluster> Flatten(const ClusterSnapshot& snapshot, const GoalSet& goals,
                            const PlannerOptions& options) {
  return Flattener(snapshot, goals, options).Run();
}

}  // namespace levelwind::planner
