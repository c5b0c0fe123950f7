#include "tests/planner/random_cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

namespace levelwind::planner::testing {
namespace {

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  ClusterSnapshot Run() {
    snapshot_.cluster_id = "random";
    AddBrokers();
    rates_known_ = !Chance(0.2);
    out_known_ = Chance(0.5);
    cpu_known_ = Chance(0.5);
    sizes_known_ = !Chance(0.1);
    troubled_ = Chance(0.5);
    const int topics = Between(1, 8);
    for (int t = 0; t < topics; ++t) AddTopic(t);
    return std::move(snapshot_);
  }

 private:
  bool Chance(double p) { return std::uniform_real_distribution<>(0, 1)(random_) < p; }
  int Between(int low, int high) { return std::uniform_int_distribution<>(low, high)(random_); }
  double Skewed(double sigma) { return std::lognormal_distribution<>(0, sigma)(random_); }

  void AddBrokers() {
    const int brokers = Between(1, 12);
    const int racks = Between(0, 5);
    const bool capacities = Chance(0.4);
    const bool trouble = Chance(0.4);
    for (int b = 0; b < brokers; ++b) {
      Broker broker;
      broker.id = b * 3 + 1;
      if (racks > 0 && !Chance(0.03)) broker.rack = fmt::format("r{}", Between(1, racks));
      if (trouble && Chance(0.2)) {
        broker.state = Chance(0.5) ? BrokerState::kDead : BrokerState::kRemoving;
      }
      if (capacities) {
        const double size = Chance(0.3) ? 2 : 1;
        broker.capacity = {100 * size, 40e6 * size, 80e6 * size, 60e9 * size};
      }
      snapshot_.brokers.push_back(broker);
    }
  }

  void AddTopic(int t) {
    Topic topic;
    topic.name = fmt::format("topic-{:02}", t);
    topic.first_partition = static_cast<std::uint32_t>(snapshot_.partitions.size());
    topic.partition_count = static_cast<std::uint32_t>(Between(1, 24));
    const int rf = Between(1, std::min<int>(4, static_cast<int>(snapshot_.brokers.size())));
    const double rate = 1e5 * Skewed(1.5);
    const double skew = Chance(0.5) ? 1.0 : 0.0;  // Half of the topics lean to the first brokers.
    for (std::uint32_t p = 0; p < topic.partition_count; ++p) {
      AddPartition(t, static_cast<int>(p), rf, rate, skew);
    }
    snapshot_.topics.push_back(topic);
  }

  void AddPartition(int topic, int number, int rf, double rate, double skew) {
    Partition p;
    p.topic = topic;
    p.number = number;
    p.first_replica = static_cast<std::uint32_t>(snapshot_.replicas.size());
    p.replica_count = static_cast<std::uint16_t>(rf);
    const double in = rate * Skewed(0.3) * (number == 0 ? 4 : 1);
    if (rates_known_) p.load.bytes_in_per_s = in;
    if (out_known_) p.load.bytes_out_per_s = in * 2.5;
    if (cpu_known_) p.load.cpu_percent = in * 2e-6;
    const auto size = std::llround(in * 3600 * Skewed(0.8));
    std::vector<BrokerId> ids;
    while (static_cast<int>(ids.size()) < rf) {
      const auto last = static_cast<int>(snapshot_.brokers.size()) - 1;
      int at = Between(0, last);
      if (Chance(skew * 0.7)) at = std::min(at, Between(0, last));
      const BrokerId id = snapshot_.brokers[static_cast<std::size_t>(at)].id;
      if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
    }
    std::vector<BrokerId> serving;
    for (const BrokerId id : ids) {
      Replica replica;
      replica.broker = id;
      replica.in_sync = snapshot_.FindBroker(id)->state != BrokerState::kDead;
      if (replica.in_sync) serving.push_back(id);
      if (troubled_ && serving.size() > 1 && Chance(0.03)) replica.in_sync = false;
      replica.size_bytes = sizes_known_ ? size : kUnknownCount;
      snapshot_.replicas.push_back(replica);
    }
    if (!serving.empty()) p.leader = serving[Chance(0.9) ? 0 : serving.size() - 1];
    p.reassigning = troubled_ && Chance(0.02);
    snapshot_.partitions.push_back(p);
  }

  std::mt19937_64 random_;
  ClusterSnapshot snapshot_;
  bool rates_known_ = true, out_known_ = true, cpu_known_ = true, sizes_known_ = true;
  bool troubled_ = false;
};

}  // namespace

ClusterSnapshot RandomCluster(std::uint64_t seed) { return Maker(seed).Run(); }

ClusterSnapshot Shuffled(const ClusterSnapshot& snapshot, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  ClusterSnapshot other = snapshot;
  std::ranges::shuffle(other.brokers, random);
  std::vector<std::size_t> order(snapshot.topics.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::shuffle(order, random);
  other.topics.clear();
  other.partitions.clear();
  other.replicas.clear();
  for (const std::size_t t : order) {
    Topic topic = snapshot.topics[t];
    const auto from = snapshot.PartitionsOf(topic);
    std::vector<Partition> partitions(from.begin(), from.end());
    std::ranges::shuffle(partitions, random);
    topic.first_partition = static_cast<std::uint32_t>(other.partitions.size());
    for (Partition p : partitions) {
      const auto replicas = snapshot.ReplicasOf(p);
      std::vector<Replica> copies(replicas.begin(), replicas.end());
      std::shuffle(copies.begin() + 1, copies.end(), random);
      p.topic = static_cast<std::int32_t>(other.topics.size());
      p.first_replica = static_cast<std::uint32_t>(other.replicas.size());
      other.replicas.insert(other.replicas.end(), copies.begin(), copies.end());
      other.partitions.push_back(p);
    }
    other.topics.push_back(topic);
  }
  return other;
}

ClusterSnapshot Carried(const ClusterSnapshot& snapshot, const Proposal& proposal) {
  ClusterSnapshot after = snapshot;
  std::map<TopicPartition, const Move*> moves;
  for (const Move& move : proposal.moves) moves[move.partition] = &move;
  after.replicas.clear();
  for (Partition& p : after.partitions) {
    const auto old = snapshot.ReplicasOf(p);
    std::vector<Replica> replicas(old.begin(), old.end());
    if (const auto found = moves.find(snapshot.NameOf(p)); found != moves.end()) {
      const std::int64_t size = snapshot.SizeOf(p);
      replicas.clear();
      for (const BrokerId id : found->second->after) {
        const auto stays = std::ranges::find(old, id, &Replica::broker);
        Replica fresh;
        fresh.broker = id;
        fresh.in_sync = true;
        fresh.size_bytes = size;
        replicas.push_back(stays != old.end() ? *stays : fresh);
      }
      p.leader = found->second->after.front();
    }
    p.first_replica = static_cast<std::uint32_t>(after.replicas.size());
    after.replicas.insert(after.replicas.end(), replicas.begin(), replicas.end());
  }
  return after;
}

std::string Describe(const Proposal& proposal) {
  std::string text = proposal.summary + "\n";
  const auto list = [](const std::vector<BrokerId>& ids) {
    std::string out;
    for (const BrokerId id : ids) out += fmt::format("{} ", id);
    return out;
  };
  for (const Move& m : proposal.moves) {
    text += fmt::format("{} {} [{}]->[{}] {} {} {}\n", MoveKindName(m.kind), m.partition.ToString(),
                        list(m.before), list(m.after), m.bytes, m.goal, m.reason);
  }
  for (const GoalVerdict& g : proposal.goals) {
    text += fmt::format("{} {}->{} {:.6g}->{:.6g} {}\n", g.goal, g.violations_before,
                        g.violations_after, g.cost_before, g.cost_after, g.note);
  }
  for (const BrokerBalance& b : proposal.brokers) {
    text += fmt::format("broker {} {}->{} {}->{}\n", b.broker, b.replicas_before, b.replicas_after,
                        b.leaders_before, b.leaders_after);
  }
  for (const std::string& note : proposal.notes) text += note + "\n";
  return text;
}

bool Serving(const ClusterSnapshot& snapshot, BrokerId id) {
  const Broker* broker = snapshot.FindBroker(id);
  return broker != nullptr && broker->serving();
}

std::string RackOf(const ClusterSnapshot& snapshot, BrokerId id) {
  const std::string& rack = snapshot.FindBroker(id)->rack;
  return rack.empty() ? fmt::format("only {}", id) : rack;
}

bool IsCapacity(const GoalVerdict& verdict) { return verdict.goal.ends_with("CapacityGoal"); }

std::int32_t SeverityOf(const GoalVerdict& verdict, bool after) {
  if (!IsCapacity(verdict)) return after ? verdict.violations_after : verdict.violations_before;
  const double cost = after ? verdict.cost_after : verdict.cost_before;
  return static_cast<std::int32_t>(std::ceil(std::min(cost, 1e6) * 1000));
}

std::uint64_t FirstSeed() {
  const char* text = std::getenv("LEVELWIND_TEST_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 1000;
}

}  // namespace levelwind::planner::testing
