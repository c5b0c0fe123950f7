#include "planner/search/broker_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "planner/search/replication.h"

namespace levelwind::planner {
namespace {

constexpr std::size_t kMaxBrokers = 65'000;
constexpr double kLeastCapacity = 1e-6;
constexpr double kMostCapacity = 1e18;

bool Lists(const std::vector<BrokerId>& list, BrokerId id) {
  return std::ranges::find(list, id) != list.end();
}

class Table {
 public:
  Table(const PlannerOptions& options, FlatCluster& cluster) : options_(options), flat_(cluster) {}

  void Add(const Broker* broker, BrokerId id);

 private:
  void AddCapacity(const Broker* broker);
  bool Receives(const Broker& broker) const;
  bool IsNew(const Broker& broker) const {
    return broker.state == BrokerState::kNew || Lists(options_.new_brokers, broker.id);
  }

  const PlannerOptions& options_;
  FlatCluster& flat_;
  std::map<std::string, std::uint16_t> rack_index_;
};

bool Table::Receives(const Broker& broker) const {
  if (options_.leadership_only || Lists(options_.excluded_destinations, broker.id)) return false;
  if (options_.only_new_brokers && !IsNew(broker)) return false;
  return options_.destination_brokers.empty() || Lists(options_.destination_brokers, broker.id);
}

void Table::Add(const Broker* broker, BrokerId id) {
  const bool serving = broker != nullptr && Stays(*broker, options_);
  const std::string rack = broker != nullptr ? broker->rack : std::string();
  // "\n" cannot be in a rack's name, so a broker without a rack cannot share one by accident.
  const std::string key = rack.empty() ? fmt::format("\n{}", id) : rack;
  const auto [at, added] =
      rack_index_.emplace(key, static_cast<std::uint16_t>(flat_.rack_names.size()));
  if (added) flat_.rack_names.push_back(rack.empty() ? fmt::format("broker {}", id) : rack);
  if (serving) flat_.targets.push_back(static_cast<BrokerIndex>(flat_.broker_ids.size()));
  flat_.broker_ids.push_back(id);
  flat_.racks.push_back(at->second);
  flat_.target.push_back(serving ? 1 : 0);
  flat_.dead.push_back(broker == nullptr || broker->state == BrokerState::kDead ? 1 : 0);
  flat_.receives.push_back(serving && Receives(*broker) ? 1 : 0);
  flat_.leads.push_back(serving && !Lists(options_.demoted_brokers, id) ? 1 : 0);
  AddCapacity(broker);
}

void Table::AddCapacity(const Broker* broker) {
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
    if (!(value >= kLeastCapacity && value <= kMostCapacity)) value = kUnknown;
  }
  capacity[kReplicas] = static_cast<double>(options_.max_replicas_per_broker);
  flat_.capacity.push_back(capacity);
}

Status CheckListed(const FlatCluster& cluster, const std::vector<BrokerId>& list,
                   std::string_view name) {
  for (const BrokerId id : list) {
    if (std::ranges::binary_search(cluster.broker_ids, id)) continue;
    return InvalidArgument(
        fmt::format("{} names broker {}, which is not in the cluster; the brokers are those of "
                    "the snapshot",
                    name, id));
  }
  return Ok();
}

Status CheckLists(const FlatCluster& cluster, const PlannerOptions& options) {
  LW_RETURN_IF_ERROR(CheckListed(cluster, options.new_brokers, "new_brokers"));
  LW_RETURN_IF_ERROR(CheckListed(cluster, options.leaving_brokers, "leaving_brokers"));
  LW_RETURN_IF_ERROR(CheckListed(cluster, options.destination_brokers, "destination_brokers"));
  LW_RETURN_IF_ERROR(CheckListed(cluster, options.excluded_destinations, "excluded_destinations"));
  LW_RETURN_IF_ERROR(CheckListed(cluster, options.demoted_brokers, "demoted_brokers"));
  LW_RETURN_IF_ERROR(CheckListed(cluster, options.relieved_brokers, "relieve_brokers"));
  for (const auto& [leaving, leaving_name] :
       {std::pair{&options.leaving_brokers, "leaving_brokers"},
        std::pair{&options.retiring_brokers, "retiring_brokers"}}) {
    for (const auto& [filled, filled_name] :
         {std::pair{&options.new_brokers, "new_brokers"},
          std::pair{&options.destination_brokers, "destination_brokers"}}) {
      for (const BrokerId id : *leaving) {
        if (!Lists(*filled, id)) continue;
        return InvalidArgument(
            fmt::format("broker {} is in {} and in {}: it cannot be emptied and filled at once", id,
                        leaving_name, filled_name));
      }
    }
  }
  return Ok();
}

}  // namespace

bool Stays(const Broker& broker, const PlannerOptions& options) {
  return broker.serving() && !Lists(options.leaving_brokers, broker.id) &&
         !Lists(options.retiring_brokers, broker.id);
}

Status AddBrokers(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                  std::size_t stand_ins, FlatCluster& cluster) {
  std::map<BrokerId, const Broker*> brokers;
  for (const Broker& b : snapshot.brokers) brokers[b.id] = &b;
  // A broker that holds replicas and is not listed has left the cluster: dead.
  for (const Replica& r : snapshot.replicas) brokers.emplace(r.broker, nullptr);
  if (brokers.size() > kMaxBrokers) {
    return InvalidArgument(fmt::format("the snapshot has {} brokers; the planner takes {} at most",
                                       brokers.size(), kMaxBrokers));
  }
  Table table(options, cluster);
  for (const auto& [id, broker] : brokers) table.Add(broker, id);
  for (std::size_t i = 0; i < stand_ins; ++i) table.Add(nullptr, StandIn(i));
  std::set<std::uint16_t> racks;
  for (const BrokerIndex b : cluster.targets) racks.insert(cluster.racks[b]);
  cluster.serving_racks = racks.size();
  cluster.pinned_load.assign(cluster.broker_ids.size(), Vec8::Fill(0));
  return CheckLists(cluster, options);
}

}  // namespace levelwind::planner
