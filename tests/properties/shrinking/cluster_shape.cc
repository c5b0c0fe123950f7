#include "tests/properties/shrinking/cluster_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <ostream>
#include <string>

namespace levelwind::planner::testing {
namespace {

constexpr std::array kStates = {BrokerState::kAlive, BrokerState::kNew, BrokerState::kRemoving,
                                BrokerState::kDead};
constexpr std::array<const char*, 5> kCapacities = {"unknown", "plenty", "scarce", "unlike",
                                                    "senseless"};
constexpr std::array<const char*, kFigures> kFigureNames = {
    "usual", "giant", "zero", "unknown", "negative", "infinite", "tiny"};
constexpr double kUsualSize = 1e9;

double Value(int figure, double usual) {
  switch (static_cast<Figure>(figure)) {
    case Figure::kGiant:
      return 1000 * usual;
    case Figure::kZero:
      return 0;
    case Figure::kUnknownFigure:
      return kUnknown;
    case Figure::kNegative:
      return -usual;
    case Figure::kInfinite:
      return std::numeric_limits<double>::infinity();
    case Figure::kTiny:
      return 5e-324;
    case Figure::kUsual:
      break;
  }
  return usual;
}

/// Snapshots hold whole bytes; what they cannot hold is unknown to them.
std::int64_t WholeBytes(double size) {
  return std::isfinite(size) ? static_cast<std::int64_t>(size) : kUnknownCount;
}

BrokerCapacity CapacityOf(int kind, std::size_t broker) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto sized = [](double factor) {
    return BrokerCapacity{100 * factor, 1e6 * factor, 2e6 * factor, 1e10 * factor};
  };
  switch (kind) {
    case 1:
      return sized(10);
    case 2:
      return sized(0.5);
    case 3:
      return sized(broker % 2 == 0 ? 1 : 3);
    case 4:
      return {broker % 2 == 0 ? 0 : kInfinity, -1, 1e300, kUnknown};
    default:
      return {};
  }
}

Partition MakePartition(const PartitionShape& shape, std::size_t topic, std::size_t number) {
  Partition p;
  p.topic = static_cast<std::int32_t>(topic);
  p.number = static_cast<std::int32_t>(number);
  const double more = 1 + shape.more / 100.0;
  p.load.bytes_in_per_s = Value(shape.load, 1e5 * more);
  p.load.bytes_out_per_s = Value(shape.load, 2e5 * more);
  p.load.cpu_percent = Value(shape.load, 3 * more);
  p.reassigning = shape.reassigning;
  return p;
}

/// Distinct brokers of the cluster, as many of `wanted` as there are.
std::vector<const Broker*> Hosts(const ClusterSnapshot& snapshot, const PartitionShape& shape,
                                 int wanted) {
  const std::size_t count = snapshot.brokers.size();
  std::vector<const Broker*> hosts;
  std::size_t at = static_cast<std::size_t>(shape.first);
  // Every second round starts one further, so that a stride that divides the count still meets all.
  for (std::size_t tries = 0; tries < count * count; ++tries) {
    if (hosts.size() >= static_cast<std::size_t>(wanted)) break;
    const Broker* broker = &snapshot.brokers[at % count];
    if (std::ranges::find(hosts, broker) == hosts.end()) {
      hosts.push_back(broker);
      at += static_cast<std::size_t>(shape.stride) + 1;
    } else {
      ++at;
    }
  }
  return hosts;
}

void AddPartition(ClusterSnapshot& snapshot, const PartitionShape& shape, Partition p, int wanted) {
  std::vector<Replica> replicas;
  std::vector<BrokerId> in_sync;
  const std::int64_t size = WholeBytes(Value(shape.size, kUsualSize * (1 + shape.more / 100.0)));
  for (const Broker* broker : Hosts(snapshot, shape, wanted)) {
    Replica replica;
    replica.broker = broker->id;
    replica.in_sync = broker->serving();
    replica.size_bytes = size;
    if (replica.in_sync) in_sync.push_back(broker->id);
    replicas.push_back(replica);
  }
  // A cluster without brokers has partitions all the same: theirs have left it.
  if (replicas.empty()) replicas.push_back({.broker = 100, .in_sync = false});
  replicas.back().offline = shape.offline;
  if (!in_sync.empty() && shape.lost < 2) {
    p.leader = in_sync[shape.lost == 0 ? 0 : in_sync.size() - 1];
  }
  p.first_replica = static_cast<std::uint32_t>(snapshot.replicas.size());
  p.replica_count = static_cast<std::uint16_t>(replicas.size());
  snapshot.replicas.insert(snapshot.replicas.end(), replicas.begin(), replicas.end());
  snapshot.partitions.push_back(p);
}

PlannerOptions OptionsOf(const ClusterShape& shape) {
  PlannerOptions options;
  options.effort = Effort::kFast;
  if (shape.max_moves > 0) options.max_replica_moves = shape.max_moves - 1;
  if (shape.max_bytes > 0) {
    options.max_bytes = (shape.max_bytes - 1) * static_cast<std::int64_t>(kUsualSize);
  }
  if (shape.filter == 1) options.exclude_topics = ".*";
  if (shape.filter == 2) options.include_topics = "t0";
  if (shape.max_replicas > 0) options.max_replicas_per_broker = shape.max_replicas;
  if (shape.margin > 0) options.band_margin = shape.margin / 100.0;
  return options;
}

}  // namespace

NastyCase Build(const ClusterShape& shape) {
  NastyCase out;
  out.options = OptionsOf(shape);
  ClusterSnapshot& snapshot = out.snapshot;
  snapshot.cluster_id = "shrinking";
  for (std::size_t b = 0; b < shape.brokers.size(); ++b) {
    Broker broker;
    broker.id = static_cast<BrokerId>(b + 1);
    if (shape.brokers[b].rack > 0) broker.rack = fmt::format("r{}", shape.brokers[b].rack);
    broker.state = kStates.at(static_cast<std::size_t>(shape.brokers[b].state));
    broker.capacity = CapacityOf(shape.capacity, b);
    snapshot.brokers.push_back(broker);
  }
  for (std::size_t t = 0; t < shape.topics.size(); ++t) {
    Topic topic;
    topic.name = fmt::format("t{}", t);
    topic.first_partition = static_cast<std::uint32_t>(snapshot.partitions.size());
    topic.partition_count = static_cast<std::uint32_t>(shape.topics[t].partitions.size());
    for (std::size_t number = 0; number < topic.partition_count; ++number) {
      const PartitionShape& p = shape.topics[t].partitions[number];
      AddPartition(snapshot, p, MakePartition(p, t, number), shape.topics[t].replicas);
    }
    snapshot.topics.push_back(topic);
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const ClusterShape& shape) {
  out << fmt::format(
      "{} brokers, {} topics, capacity {}, max_moves {}, max_bytes {}, filter {}, max_replicas {}, "
      "margin {}, extra {}\n",
      shape.brokers.size(), shape.topics.size(),
      kCapacities.at(static_cast<std::size_t>(shape.capacity)), shape.max_moves, shape.max_bytes,
      shape.filter, shape.max_replicas, shape.margin, shape.extra);
  const ClusterSnapshot snapshot = Build(shape).snapshot;
  for (const Broker& broker : snapshot.brokers) {
    out << fmt::format("  broker {} {} rack '{}'\n", broker.id, BrokerStateName(broker.state),
                       broker.rack);
  }
  for (const Partition& p : snapshot.partitions) {
    const PartitionShape& from = shape.topics[static_cast<std::size_t>(p.topic)]
                                     .partitions[static_cast<std::size_t>(p.number)];
    std::string replicas;
    for (const BrokerId id : snapshot.ReplicaIds(p)) replicas += fmt::format(" {}", id);
    out << fmt::format("  {} on{} leader {} load {} size {} +{} %{}{}\n",
                       snapshot.NameOf(p).ToString(), replicas, p.leader,
                       kFigureNames.at(static_cast<std::size_t>(from.load)),
                       kFigureNames.at(static_cast<std::size_t>(from.size)), from.more,
                       from.offline ? " offline" : "", from.reassigning ? " reassigning" : "");
  }
  return out;
}

}  // namespace levelwind::planner::testing
