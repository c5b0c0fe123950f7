#include "planner/rebalance/deal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

namespace levelwind::planner {
namespace {

class Dealer {
 public:
  Dealer(const FlatCluster& cluster, const Bands& bands, const std::vector<bool>& made)
      : cluster_(cluster), bands_(bands), load_(cluster.pinned_load) {
    for (std::uint32_t i = 0; i < cluster.partitions.size(); ++i) {
      const PartitionRecord& record = cluster.partitions[i];
      if (made[cluster.source[i]]) {
        records_.push_back(i);
        continue;
      }
      for (std::size_t slot = 0; slot < record.rf; ++slot) {
        load_[record.replicas[slot]] += cluster.LoadOf(record, slot);
      }
    }
  }

  std::vector<Dealt> Run() {
    std::vector<Dealt> all;
    for (const std::uint32_t i : records_) {
      const PartitionRecord& record = cluster_.partitions[i];
      std::vector<BrokerIndex> seats;
      while (seats.size() < record.rf) {
        const BrokerIndex b = Cheapest(record, seats);
        load_[b] += cluster_.LoadOf(record, seats.size());
        seats.push_back(b);
      }
      Dealt& dealt = all.emplace_back(Dealt{cluster_.source[i], {}});
      for (const BrokerIndex b : seats) dealt.replicas.push_back(cluster_.broker_ids[b]);
    }
    return all;
  }

 private:
  BrokerIndex Cheapest(const PartitionRecord& record, const std::vector<BrokerIndex>& taken) const {
    const Vec8 item = cluster_.LoadOf(record, taken.size());
    BrokerIndex best = 0;
    auto least = std::pair(std::numeric_limits<std::size_t>::max(), 0.0F);
    for (const BrokerIndex b : cluster_.targets) {
      if (cluster_.receives[b] == 0 || std::ranges::find(taken, b) != taken.end()) continue;
      if (taken.empty() && cluster_.leads[b] == 0) continue;
      const auto on_rack = std::ranges::count_if(
          taken, [&](BrokerIndex t) { return cluster_.racks[t] == cluster_.racks[b]; });
      const auto cost = std::pair(static_cast<std::size_t>(on_rack), Growth(b, item));
      if (cost >= least) continue;
      least = cost;
      best = b;
    }
    return best;
  }

  float Growth(BrokerIndex b, const Vec8& item) const {
    float growth = 0;
    for (std::size_t r = 0; r < kLanes; ++r) {
      const float edge = bands_.high[b][r];
      const float scale = edge < kNoEdge / 2 && edge > 0 ? edge : 1.0F;
      const float before = load_[b][r] / scale;
      const float after = before + item[r] / scale;
      growth += after * after - before * before;
    }
    return growth;
  }

  const FlatCluster& cluster_;
  const Bands& bands_;
  std::vector<Vec8> load_;
  std::vector<std::uint32_t> records_;
};

}  // namespace

PlannerOptions PlacingOptions(PlannerOptions options, const std::vector<std::string>& topics) {
  options.include_topics.clear();
  for (const std::string& topic : topics) {
    if (!options.include_topics.empty()) options.include_topics += '|';
    for (const char c : topic) {
      if (c == '.') options.include_topics += '\\';
      options.include_topics += c;
    }
  }
  options.exclude_topics.clear();
  options.new_brokers.clear();
  options.leaving_brokers.clear();
  options.demoted_brokers.clear();
  options.relieved_brokers.clear();
  options.relieve_disks = false;
  options.replication_factors.clear();
  options.earlier_plan.clear();
  options.only_new_brokers = options.leadership_only = options.only_offline_replicas = false;
  options.max_replica_moves = options.max_bytes = -1;
  options.max_duration_s = -1;
  options.dual_bound = false;
  return options;
}

Result<std::vector<BrokerId>> Receivers(const ClusterSnapshot& snapshot, const GoalSet& goals,
                                        const PlannerOptions& options, const std::string& topic,
                                        std::int32_t factor) {
  LW_ASSIGN_OR_RETURN(const FlatCluster cluster, Flatten(snapshot, goals, options));
  std::vector<BrokerId> ids;
  for (const BrokerIndex b : cluster.targets) {
    if (cluster.receives[b] != 0) ids.push_back(cluster.broker_ids[b]);
  }
  if (ids.size() >= static_cast<std::size_t>(factor)) return ids;
  return FailedPrecondition(fmt::format(
      "topic {} cannot have replication factor {}: {} brokers may receive replicas; ask for fewer, "
      "or see which brokers are dead or excluded (levelwind brokers)",
      topic, factor, ids.size()));
}

std::vector<Dealt> Deal(const FlatCluster& cluster, const Bands& bands,
                        const std::vector<bool>& made) {
  return Dealer(cluster, bands, made).Run();
}

}  // namespace levelwind::planner
