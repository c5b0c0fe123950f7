#include "planner/search/replication.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "planner/goals/goal_options.h"
#include "planner/search/broker_table.h"

namespace levelwind::planner {

Result<ReplicationChange> ReplicationChange::Make(const ClusterSnapshot& snapshot,
                                                  const PlannerOptions& options) {
  ReplicationChange change(snapshot);
  if (options.replication_factors.empty()) return change;
  LW_ASSIGN_OR_RETURN(const auto wanted, ParseReplicationFactors(options.replication_factors));
  const auto serving = static_cast<std::size_t>(
      std::ranges::count_if(snapshot.brokers, [&](const Broker& b) { return Stays(b, options); }));
  for (const Topic& topic : snapshot.topics) {
    const auto match = std::ranges::find_if(wanted, [&](const ReplicationFactor& item) {
      return std::regex_match(topic.name, item.topics);
    });
    const std::size_t factor = match != wanted.end() ? match->factor : 0;
    if (factor > serving) {
      return InvalidArgument(
          fmt::format("topic {} cannot have {} replicas on {} serving brokers; add brokers first",
                      topic.name, factor, serving));
    }
    change.factors_.push_back(static_cast<std::uint8_t>(factor));
    for (const Partition& p : snapshot.PartitionsOf(topic)) {
      if (p.replica_count >= factor) continue;
      change.most_missing_ = std::max<std::size_t>(change.most_missing_, factor - p.replica_count);
    }
  }
  std::map<BrokerId, std::size_t> held;
  for (const Replica& r : snapshot.replicas) ++held[r.broker];
  change.held_.assign(held.begin(), held.end());
  return change;
}

void ReplicationChange::Drop(const FlatCluster& cluster, const Partition& p, std::size_t count,
                             std::vector<BrokerId>& ids) const {
  const auto index = [&](BrokerId id) {
    return static_cast<std::size_t>(std::ranges::lower_bound(cluster.broker_ids, id) -
                                    cluster.broker_ids.begin());
  };
  const auto in_sync = [&](BrokerId id) {
    return std::ranges::any_of(snapshot_->ReplicasOf(p), [&](const Replica& r) {
      return r.broker == id && r.in_sync && !r.offline;
    });
  };
  const auto shares_rack = [&](BrokerId id) {
    return std::ranges::any_of(ids, [&](BrokerId other) {
      return other != id && cluster.racks[index(other)] == cluster.racks[index(id)];
    });
  };
  const auto held = [&](BrokerId id) {
    return std::ranges::lower_bound(held_, id, {}, [](const auto& pair) { return pair.first; })
        ->second;
  };
  while (ids.size() > count) {
    const auto value = [&](BrokerId id) {  // The least goes first.
      return std::tuple(id == p.leader, cluster.target[index(id)] != 0, in_sync(id),
                        !shares_rack(id), -static_cast<std::ptrdiff_t>(held(id)), -id);
    };
    ids.erase(std::ranges::min_element(ids, {}, value));
  }
}

}  // namespace levelwind::planner
