#include "tests/sim_cluster/sim_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace levelwind::testing {
namespace {

// Not std::uniform_real_distribution: its numbers differ between libraries.
double Share(std::mt19937_64& random) { return static_cast<double>(random() >> 11) * 0x1p-53; }

/// Mean 1, a long tail.
double Uneven(std::mt19937_64& random) { return -std::log1p(-Share(random)); }

std::string TopicName(int index) { return fmt::format("topic-{:05}", index); }

class Filler {
 public:
  Filler(SimCluster& sim, const SimLayout& layout)
      : sim_(sim), layout_(layout), brokers_(sim.brokers()), random_(layout.seed) {}

  Status Run() {
    const int per_topic = layout_.partitions_per_topic;
    if (layout_.partitions < 1 || per_topic < 1) {
      return InvalidArgument("a simulated cluster needs a partition, and a topic one too");
    }
    if (std::cmp_greater(layout_.replication_factor, brokers_.size()) ||
        layout_.replication_factor < 1) {
      return InvalidArgument(fmt::format("replication factor {} does not fit {} brokers",
                                         layout_.replication_factor, brokers_.size()));
    }
    for (int left = layout_.partitions; left > 0; left -= per_topic) {
      AddTopic(std::min(left, per_topic));
    }
    for (int g = 0; g < layout_.groups; ++g) AddGroup(g);
    return Ok();
  }

 private:
  struct TopicMade {
    std::string name;
    int partitions = 0;
    double end = 0;
    double records_per_s = 0;  ///< Of each partition.
  };

  void AddTopic(int partitions) {
    SimTopic topic;
    topic.name = TopicName(static_cast<int>(topics_.size()));
    topic.partition_bytes = std::floor(layout_.mean_partition_bytes * Uneven(random_));
    const std::size_t start = random_() % brokers_.size();
    for (int p = 0; p < partitions; ++p) {
      auto& replicas = topic.assignments.emplace_back();
      for (int r = 0; r < layout_.replication_factor; ++r) {
        const std::size_t at = start + static_cast<std::size_t>(p) + static_cast<std::size_t>(r);
        replicas.push_back(brokers_[at % brokers_.size()]);
      }
    }
    const double mean = layout_.bytes_per_s / layout_.partitions;
    const double rate = mean * Uneven(random_);
    topics_.push_back({topic.name, partitions, std::floor(topic.partition_bytes / 1024),
                       rate / topic.record_bytes});
    sim_.AddTopic(topic);
    if (rate <= 0) return;
    std::vector<SimRate> rates;
    for (int p = 0; p < partitions; ++p) rates.push_back({{topic.name, p}, rate});
    sim_.SetRates(rates);
  }

  void AddGroup(int index) {
    SimGroup group;
    group.name = fmt::format("group-{:05}", index);
    group.type = index % 2 == 0 ? "classic" : "consumer";
    group.state = layout_.members_per_group > 0 ? "Stable" : "Empty";
    for (int m = 0; m < layout_.members_per_group; ++m) {
      SimMember& member = group.members.emplace_back();
      member.id = fmt::format("{}-member-{}", group.name, m);
      member.host = fmt::format("/10.{}.{}.{}", index / 250 % 250, index % 250, m + 1);
    }
    std::size_t topic = random_() % topics_.size();
    int partition = 0;
    for (int c = 0; c < layout_.commits_per_group; ++c, ++partition) {
      if (partition >= topics_[topic].partitions) {
        topic = (topic + 1) % topics_.size();
        partition = 0;
      }
      const TopicMade& of = topics_[topic];
      const TopicPartition tp{of.name, partition};
      const double behind = std::floor(1000 * Share(random_));
      group.commits.push_back({tp, std::max(0.0, of.end - behind), of.records_per_s});
      if (group.members.empty()) continue;
      group.members[static_cast<std::size_t>(c) % group.members.size()].assigned.push_back(tp);
    }
    sim_.AddGroup(group);
  }

  SimCluster& sim_;
  const SimLayout& layout_;
  const std::vector<BrokerId> brokers_;
  std::mt19937_64 random_;
  std::vector<TopicMade> topics_;
};

}  // namespace

Status FillSim(SimCluster& sim, const SimLayout& layout) { return Filler(sim, layout).Run(); }

}  // namespace levelwind::testing
