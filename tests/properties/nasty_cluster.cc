#include "tests/properties/nasty_cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace levelwind::planner::testing {
namespace {

/// What a number in a snapshot may be.
enum class Kind : std::uint8_t {
  kSensible,
  kSkewed,
  kEqual,
  kZero,
  kUnknown,
  kSenseless,
  kGiant,
  kMixed
};
constexpr std::uint32_t kKinds = 8;

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}

  NastyCase Run() {
    out_.snapshot.cluster_id = "nasty";
    AddBrokers();
    in_ = Draw();
    out_rate_ = Draw();
    cpu_ = Draw();
    size_ = Draw();
    const std::uint32_t topics = Below(4);
    for (std::uint32_t t = 0; t < topics; ++t) AddTopic(t);
    SetOptions();
    return std::move(out_);
  }

 private:
  std::uint64_t Next() {
    // xorshift64*: small, and the same everywhere.
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1dULL;
  }
  std::uint32_t Below(std::uint32_t n) { return static_cast<std::uint32_t>((Next() >> 33) % n); }
  bool OneIn(std::uint32_t n) { return Below(n) == 0; }
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1p-53; }
  Kind Draw() { return OneIn(2) ? Kind::kSensible : static_cast<Kind>(Below(kKinds)); }

  double Value(Kind kind, double scale) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    constexpr std::array kOdd = {0.0, -1.0, 1e-300, 1e300, kInfinity, -kInfinity, kUnknown, 5e-324};
    switch (kind) {
      case Kind::kSensible:
        return scale * (0.5 + Unit());
      case Kind::kSkewed:
        return scale * std::exp(6 * Unit() - 3);
      case Kind::kEqual:
        return scale;
      case Kind::kZero:
        return 0;
      case Kind::kUnknown:
        return kUnknown;
      case Kind::kSenseless:
        return kOdd[Below(kOdd.size())];
      case Kind::kGiant:
        return OneIn(6) ? 1000 * scale : scale;
      case Kind::kMixed:
        break;
    }
    return OneIn(10) ? kOdd[Below(kOdd.size())] : scale * (0.5 + Unit());
  }

  void AddBrokers() {
    const std::uint32_t brokers = OneIn(20) ? Below(2) : 1 + Below(6);
    const std::uint32_t racks = Below(4);
    const bool capacities = OneIn(3);
    const Kind capacity = Draw();
    const std::uint32_t trouble = Below(4);
    for (std::uint32_t b = 0; b < brokers; ++b) {
      Broker broker;
      broker.id = static_cast<BrokerId>(b * 7 + Below(7));
      if (racks > 0 && !OneIn(10)) broker.rack = fmt::format("r{}", Below(racks));
      if (trouble > 0 && Below(6) < trouble) {
        constexpr std::array kStates = {BrokerState::kDead, BrokerState::kRemoving,
                                        BrokerState::kNew};
        broker.state = kStates[Below(kStates.size())];
      }
      if (capacities) {
        broker.capacity = {Value(capacity, 100), Value(capacity, 3e6), Value(capacity, 6e6),
                           Value(capacity, 2e10)};
      }
      out_.snapshot.brokers.push_back(broker);
    }
  }

  void AddTopic(std::uint32_t t) {
    ClusterSnapshot& snapshot = out_.snapshot;
    Topic topic;
    topic.name = fmt::format("t{}", t);
    topic.first_partition = static_cast<std::uint32_t>(snapshot.partitions.size());
    topic.partition_count = OneIn(10) ? 0 : 1 + Below(9);
    const std::uint32_t replicas = OneIn(12) ? 8 + Below(2) : 1 + Below(4);
    for (std::uint32_t number = 0; number < topic.partition_count; ++number) {
      AddPartition(static_cast<std::int32_t>(t), static_cast<std::int32_t>(number), replicas);
    }
    snapshot.topics.push_back(topic);
  }

  void AddPartition(std::int32_t topic, std::int32_t number, std::uint32_t replicas) {
    ClusterSnapshot& snapshot = out_.snapshot;
    Partition p;
    p.topic = topic;
    p.number = number;
    p.first_replica = static_cast<std::uint32_t>(snapshot.replicas.size());
    p.load.bytes_in_per_s = Value(in_, 1e5);
    p.load.bytes_out_per_s = Value(out_rate_, 2e5);
    p.load.cpu_percent = Value(cpu_, 3);
    const double size = Value(size_, 1e9);
    std::vector<BrokerId> ids;
    for (std::uint32_t i = 0; i < replicas; ++i) {
      // Brokers that the snapshot does not list have left the cluster.
      const bool gone = snapshot.brokers.empty() || OneIn(60);
      const BrokerId id =
          gone ? static_cast<BrokerId>(100 + i)
               : snapshot
                     .brokers[std::min(Below(std::uint32_t(snapshot.brokers.size())),
                                       Below(std::uint32_t(snapshot.brokers.size())))]
                     .id;
      if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
    }
    if (OneIn(2000)) {
      ids.push_back(ids.front());
      out_.duplicate = true;
    }
    p.replica_count = static_cast<std::uint16_t>(ids.size());
    for (const BrokerId id : ids) {
      const Broker* broker = snapshot.FindBroker(id);
      Replica replica;
      replica.broker = id;
      replica.in_sync = broker != nullptr && broker->serving() && !OneIn(25);
      replica.offline = OneIn(50);
      // Casting what does not fit is undefined; a snapshot holds no such sizes either.
      const bool fits = std::isfinite(size) && std::abs(size) < 1e18;
      replica.size_bytes = fits ? static_cast<std::int64_t>(size) : kUnknownCount;
      snapshot.replicas.push_back(replica);
      if (p.leader == kNoBroker && replica.in_sync && !OneIn(8)) p.leader = id;
    }
    p.reassigning = OneIn(40);
    snapshot.partitions.push_back(p);
  }

  void SetOptions() {
    PlannerOptions& options = out_.options;
    options.effort = Effort::kFast;
    options.seed = Next();
    if (OneIn(8)) options.max_replica_moves = Below(5);
    if (OneIn(8)) options.max_bytes = static_cast<std::int64_t>(Below(5)) * 700'000'000;
    if (OneIn(15)) options.exclude_topics = ".*";
    if (OneIn(15)) options.include_topics = "t[01]";
    if (OneIn(6)) options.max_replicas_per_broker = 1 + Below(12);
    if (OneIn(6)) options.band_margin = 0.005 + 0.4 * Unit();
  }

  std::uint64_t state_;
  NastyCase out_;
  Kind in_ = Kind::kSensible, out_rate_ = Kind::kSensible, cpu_ = Kind::kSensible,
       size_ = Kind::kSensible;
};

}  // namespace

NastyCase MakeNastyCase(std::uint64_t seed) { return Maker(seed).Run(); }

}  // namespace levelwind::planner::testing
