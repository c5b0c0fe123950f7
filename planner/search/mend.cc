#include "planner/search/mend.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "planner/search/judge.h"

namespace levelwind::planner {
namespace {

// Destinations looked at per replica; with more brokers than this a random sample is enough, since
// the search follows.
constexpr std::uint32_t kSampled = 96;

class Mender {
 public:
  Mender(Placement& placement, Rng& rng) : placement_(placement), rng_(rng) {}

  void Drain();
  void DemoteLeaders();
  void SeparateRacks();
  void KeepRules();
  void ThinTopics();

 private:
  /// How strictly a destination is chosen; each step is tried only when the one before finds none.
  enum class Rule { kAll, kNoTopicBand, kNoRules, kAnyRack };
  /// A way to place one partition differently: another leader, or one replica elsewhere.
  struct Change {
    bool lead = false;
    std::size_t slot = 0;
    BrokerIndex to = 0;
  };
  std::optional<BrokerIndex> CheapestTarget(const PartitionRecord& record, std::size_t slot,
                                            Rule rule);
  bool Allowed(const PartitionRecord& record, std::size_t slot, BrokerIndex to, Rule rule) const;
  bool BreakRulesLess(std::uint32_t p);
  std::optional<Change> BestForRules(std::uint32_t p);
  void ThinReplicas(std::uint32_t row, BrokerIndex b);
  void ThinLeaders(std::uint32_t row, BrokerIndex b);
  std::vector<std::uint32_t> OfTopic(std::uint32_t row, BrokerIndex b, bool led) const;

  Placement& placement_;
  Rng& rng_;
};

bool Mender::Allowed(const PartitionRecord& record, std::size_t slot, BrokerIndex to,
                     Rule rule) const {
  if (record.Holds(to) || !placement_.MayDrainTo(to)) return false;
  if (slot == 0 && rule != Rule::kAnyRack && !placement_.broker(to).leads) return false;
  if (rule == Rule::kAnyRack) return true;
  if (!placement_.RackAllows(record, slot, to)) return false;
  if (rule == Rule::kNoRules) return true;
  if (record.rules != 0 && !placement_.RulesAllowMove(record, slot, to)) return false;
  return rule == Rule::kNoTopicBand || placement_.TopicAllows(record, slot, to);
}

std::optional<BrokerIndex> Mender::CheapestTarget(const PartitionRecord& record, std::size_t slot,
                                                  Rule rule) {
  const std::vector<BrokerIndex>& targets = placement_.cluster().targets;
  const auto count = static_cast<std::uint32_t>(targets.size());
  std::optional<BrokerIndex> best;
  float best_delta = 0;
  const auto look = [&](BrokerIndex to) {
    if (!Allowed(record, slot, to, rule)) return;
    const float delta = placement_.MoveDelta(record, slot, to);
    if (best && delta >= best_delta) return;
    best = to;
    best_delta = delta;
  };
  if (count > kSampled) {
    for (std::uint32_t i = 0; i < kSampled; ++i) look(targets[rng_.Below(count)]);
    if (best) return best;
  }
  for (const BrokerIndex to : targets) look(to);
  return best;
}

void Mender::Drain() {
  const FlatCluster& cluster = placement_.cluster();
  if (cluster.targets.empty()) return;
  std::vector<std::pair<std::uint32_t, BrokerIndex>> stranded;
  for (std::size_t b = 0; b < cluster.broker_ids.size(); ++b) {
    if (cluster.target[b]) continue;
    for (const Seat seat : placement_.held(static_cast<BrokerIndex>(b))) {
      stranded.emplace_back(PartitionOf(seat), static_cast<BrokerIndex>(b));
    }
  }
  for (const OfflineReplica& replica : cluster.offline) {
    const bool there = placement_.partition(replica.partition).Holds(replica.broker);
    if (there) stranded.emplace_back(replica.partition, replica.broker);
  }
  std::ranges::sort(stranded, [&](const auto& x, const auto& y) {
    const float a = placement_.partition(x.first).disk;
    const float b = placement_.partition(y.first).disk;
    return std::tie(b, x.first, x.second) < std::tie(a, y.first, y.second);
  });
  for (const auto& [p, broker] : stranded) {
    const PartitionRecord& record = placement_.partition(p);
    for (const Rule rule : {Rule::kAll, Rule::kNoTopicBand, Rule::kNoRules, Rule::kAnyRack}) {
      // Out of a failed log dir, but not at the price of a rack: its broker still serves.
      if (rule == Rule::kAnyRack && cluster.target[broker] != 0) break;
      const std::size_t slot = placement_.SlotOf(record, broker);
      if (const auto to = CheapestTarget(record, slot, rule)) {
        placement_.Move(p, slot, *to);
        break;
      }
    }
  }
}

void Mender::SeparateRacks() {
  const FlatCluster& cluster = placement_.cluster();
  for (std::uint32_t p = 0; p < placement_.partitions().size(); ++p) {
    const PartitionRecord& record = placement_.partition(p);
    if (record.frozen) continue;
    for (std::size_t tries = 0; tries < record.rf; ++tries) {
      const std::size_t distinct = DistinctRacks(cluster, record);
      if (distinct >= record.required_racks) break;
      std::optional<std::pair<std::size_t, BrokerIndex>> best;
      float best_delta = 0;
      for (std::size_t slot = 0; slot < record.rf; ++slot) {
        for (const BrokerIndex to : cluster.targets) {
          if (record.Holds(to) || !placement_.MayReceive(record, to)) continue;
          if (slot == 0 && cluster.leads[to] == 0) continue;
          PartitionRecord moved = record;
          moved.replicas[slot] = to;
          if (DistinctRacks(cluster, moved) <= distinct) continue;
          const float delta = placement_.MoveDelta(record, slot, to);
          if (best && delta >= best_delta) continue;
          best = {slot, to};
          best_delta = delta;
        }
      }
      if (!best) break;
      placement_.Move(p, best->first, best->second);
    }
  }
}

/// Takes the lead from brokers that are to lead nothing.
void Mender::DemoteLeaders() {
  const FlatCluster& cluster = placement_.cluster();
  for (const BrokerIndex b : cluster.targets) {
    if (cluster.leads[b]) continue;
    const std::vector<Seat> held = placement_.held(b);
    for (const Seat seat : held) {
      const std::uint32_t p = PartitionOf(seat);
      const PartitionRecord& record = placement_.partition(p);
      if (record.replicas[0] != b || record.frozen) continue;
      std::optional<std::size_t> best;
      float best_delta = 0;
      for (std::size_t slot = 1; slot < record.rf; ++slot) {
        if (cluster.leads[record.replicas[slot]] == 0) continue;
        // A topic's share on the new leader is second to the demotion.
        constexpr float kCrowded = 1e3F;
        const bool allowed = placement_.MayLead(record, slot);
        const float delta = placement_.LeadDelta(record, slot) + (allowed ? 0 : kCrowded);
        if (best && delta >= best_delta) continue;
        best = slot;
        best_delta = delta;
      }
      if (best) placement_.Lead(p, *best);
    }
  }
}

/// The cheapest change that breaks the partition's rules less, the most important rule first.
std::optional<Mender::Change> Mender::BestForRules(std::uint32_t p) {
  const PartitionRecord& record = placement_.partition(p);
  std::optional<Change> best;
  float best_delta = 0;
  const auto look = [&](const Change& change, float delta) {
    if (best && delta >= best_delta) return;
    PartitionRecord then = record;
    if (change.lead) {
      std::swap(then.replicas[0], then.replicas[change.slot]);
    } else {
      then.replicas[change.slot] = change.to;
    }
    if (!placement_.RulesPrefer(record, then)) return;
    best = change;
    best_delta = delta;
  };
  const FlatCluster& cluster = placement_.cluster();
  for (std::size_t slot = 1; slot < record.rf; ++slot) {
    const BrokerIndex to = record.replicas[slot];
    if (cluster.leads[to] == 0 || !placement_.TopicAllowsLead(record, to)) continue;
    look({true, slot, to}, placement_.LeadDelta(record, slot));
  }
  for (std::size_t slot = 0; slot < record.rf; ++slot) {
    for (const BrokerIndex to : cluster.targets) {
      if (record.Holds(to) || !placement_.MayReceive(record, to)) continue;
      if (slot == 0 && cluster.leads[to] == 0) continue;
      if (!placement_.RackAllows(record, slot, to) || !placement_.TopicAllows(record, slot, to)) {
        continue;
      }
      look({false, slot, to}, placement_.MoveDelta(record, slot, to));
    }
  }
  return best;
}

bool Mender::BreakRulesLess(std::uint32_t p) {
  if (!placement_.BreaksRules(placement_.partition(p))) return false;
  const std::optional<Change> change = BestForRules(p);
  if (!change) return false;
  if (change->lead) {
    placement_.Lead(p, change->slot);
  } else {
    placement_.Move(p, change->slot, change->to);
  }
  return true;
}

void Mender::KeepRules() {
  for (std::uint32_t p = 0; p < placement_.partitions().size(); ++p) {
    const PartitionRecord& record = placement_.partition(p);
    if (record.rules == 0 || record.frozen) continue;
    for (std::size_t tries = 0; tries <= record.rf && BreakRulesLess(p); ++tries) {
    }
  }
}

std::vector<std::uint32_t> Mender::OfTopic(std::uint32_t row, BrokerIndex b, bool led) const {
  std::vector<std::uint32_t> found;
  for (const Seat seat : placement_.held(b)) {
    const bool counts = !led || SlotOfSeat(seat) == 0;
    if (counts && placement_.partition(PartitionOf(seat)).topic_row == row) {
      found.push_back(PartitionOf(seat));
    }
  }
  std::ranges::sort(found, [&](std::uint32_t x, std::uint32_t y) {
    const float a = placement_.partition(x).disk;
    const float c = placement_.partition(y).disk;
    return std::tie(a, x) < std::tie(c, y);
  });
  return found;
}

void Mender::ThinReplicas(std::uint32_t row, BrokerIndex b) {
  const TopicCell most = placement_.cluster().topic_rows[row].most;
  for (const std::uint32_t p : OfTopic(row, b, false)) {
    if (placement_.cell(row, b).replicas <= most.replicas) return;
    const PartitionRecord& record = placement_.partition(p);
    const std::size_t slot = placement_.SlotOf(record, b);
    if (record.frozen) continue;
    if (const auto to = CheapestTarget(record, slot, Rule::kAll)) placement_.Move(p, slot, *to);
  }
}

void Mender::ThinLeaders(std::uint32_t row, BrokerIndex b) {
  const TopicCell most = placement_.cluster().topic_rows[row].most;
  for (const std::uint32_t p : OfTopic(row, b, true)) {
    if (placement_.cell(row, b).leaders <= most.leaders) return;
    const PartitionRecord& record = placement_.partition(p);
    std::size_t best = 0;
    float best_delta = 0;
    for (std::size_t slot = 1; slot < record.rf; ++slot) {
      if (!placement_.MayLead(record, slot)) continue;
      const float delta = placement_.LeadDelta(record, slot);
      if (best != 0 && delta >= best_delta) continue;
      best = slot;
      best_delta = delta;
    }
    if (best != 0) {
      placement_.Lead(p, best);
    } else if (!record.frozen) {
      // No follower may lead it: the leader itself has to go.
      if (const auto to = CheapestTarget(record, 0, Rule::kAll)) placement_.Move(p, 0, *to);
    }
  }
}

void Mender::ThinTopics() {
  const FlatCluster& cluster = placement_.cluster();
  for (std::uint32_t row = 0; row < cluster.topic_rows.size(); ++row) {
    const TopicRow& topic = cluster.topic_rows[row];
    if (!topic.movable) continue;
    std::vector<BrokerIndex> crowded;
    for (const TopicCells::Entry& entry : placement_.cells().Row(row)) {
      const bool over =
          entry.cell.leaders > topic.most.leaders || entry.cell.replicas > topic.most.replicas;
      if (over && cluster.target[entry.broker] != 0) crowded.push_back(entry.broker);
    }
    std::ranges::sort(crowded);
    for (const BrokerIndex b : crowded) {
      if (placement_.cell(row, b).leaders > topic.most.leaders) ThinLeaders(row, b);
      if (placement_.cell(row, b).replicas > topic.most.replicas) ThinReplicas(row, b);
    }
  }
}

}  // namespace

void MendHardRules(Placement& placement, Rng& rng) {
  Mender mender(placement, rng);
  mender.Drain();
  mender.DemoteLeaders();
  if (!placement.cluster().targets.empty()) mender.SeparateRacks();
  mender.KeepRules();
  mender.ThinTopics();
  placement.RecomputeLoads();
}

}  // namespace levelwind::planner
