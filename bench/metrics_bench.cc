// What a page of metrics costs: 1,000 groups of 20 committed partitions each, on 2,000 partitions,
// with our own families alone and with those of every other tool. The page is made once a snapshot;
// a scrape only sends it.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/snapshot_metrics.h"
#include "bench/process_usage.h"
#include "model/cluster_snapshot.h"

namespace levelwind::bench {
namespace {

constexpr int kTopics = 100;
constexpr int kPartitionsPerTopic = 20;
constexpr std::int64_t kNow = 1'800'000'000'000;

ClusterSnapshot Cluster() {
  ClusterSnapshot snapshot;
  snapshot.taken_at = {kNow};
  for (int b = 1; b <= 3; ++b) {
    Broker broker;
    broker.id = b;
    broker.host = "kafka";
    snapshot.brokers.push_back(broker);
  }
  for (int t = 0; t < kTopics; ++t) {
    Topic topic;
    topic.name = "team-" + std::to_string(100 + t) + ".orders";
    topic.first_partition = static_cast<std::uint32_t>(snapshot.partitions.size());
    topic.partition_count = kPartitionsPerTopic;
    for (int p = 0; p < kPartitionsPerTopic; ++p) {
      Partition partition;
      partition.topic = t;
      partition.number = p;
      partition.leader = p % 3 + 1;
      partition.first_replica = static_cast<std::uint32_t>(snapshot.replicas.size());
      partition.replica_count = 3;
      partition.log_start_offset = 0;
      partition.log_end_offset = partition.last_stable_offset = 12'345'678;
      partition.load.bytes_in_per_s = 12'345.5;
      partition.load.messages_in_per_s = 123.25;
      for (int r = 0; r < 3; ++r) {
        Replica replica;
        replica.broker = (p + r) % 3 + 1;
        replica.in_sync = true;
        replica.size_bytes = 1 << 30;
        snapshot.replicas.push_back(replica);
      }
      snapshot.partitions.push_back(partition);
    }
    snapshot.topics.push_back(topic);
  }
  return snapshot;
}

void AddGroups(int count, ClusterSnapshot& snapshot) {
  auto history = std::make_shared<BurrowHistory>();
  history->ends = {std::make_shared<const std::vector<std::int64_t>>(
      std::vector<std::int64_t>(snapshot.partitions.size(), 12'345'678))};
  for (int g = 0; g < count; ++g) {
    ConsumerGroup group;
    group.name = "consumer-of-orders-" + std::to_string(10'000 + g);
    group.type = "consumer";
    group.state = "Stable";
    group.protocol_type = "consumer";
    group.member_count = 2;
    group.owners = {{"app", "/10.0.0.1", group.name + "-1"},
                    {"app", "/10.0.0.2", group.name + "-2"}};
    group.total_lag = 20'000;
    group.time_lag = {12.5, TimeLagMethod::kExact, 1};
    group.lag_growth_per_s = group.consume_rate_per_s = 10.5;
    group.records_lost = 0;
    auto kept = std::make_shared<BurrowGroup>(group.name);
    for (int p = 0; p < kPartitionsPerTopic; ++p) {
      GroupOffset offset;
      offset.partition = g % kTopics * kPartitionsPerTopic + p;
      offset.owner = p % 2;
      offset.committed = 12'344'678;
      offset.lag = 1000;
      offset.lag_seconds = 12.25F;
      group.offsets.Edit().push_back(offset);
      std::vector<BurrowCommit> commits;
      for (int i = 0; i < 10; ++i) {
        const std::int64_t at = kNow - 50'000 + i * 5000;
        commits.push_back({offset.committed - 10'000 + i * 1000, at, at, i + 1, 1000});
      }
      kept->Append(offset.partition, commits, commits.back().offset);
    }
    snapshot.groups.push_back(std::move(group));
    history->groups.push_back(std::move(kept));
  }
  snapshot.burrow = std::move(history);
}

int CountSeries(std::string_view page) {
  int series = 0;
  for (std::size_t at = 0; at < page.size();) {
    series += page[at] == '#' ? 0 : 1;
    at = page.find('\n', at) + 1;
  }
  return series;
}

/// Best of ten, in seconds.
double Measure(std::string_view what, const ClusterSnapshot& snapshot,
               const api::MetricsSetup& setup) {
  double best = 1e9;
  std::string page;
  for (int i = 0; i < 10; ++i) {
    const double before = CpuSeconds();
    page = api::RenderSnapshotMetrics(snapshot, setup, std::move(page));
    best = std::min(best, CpuSeconds() - before);
  }
  std::printf("%.*s: %d series, %.1f MB, %.4f s of cpu\n", static_cast<int>(what.size()),
              what.data(), CountSeries(page), static_cast<double>(page.size()) / 1e6, best);
  return best;
}

int Run(bool quick) {
  constexpr double kTarget = 0.05;
  ClusterSnapshot snapshot = Cluster();
  AddGroups(1000, snapshot);
  std::size_t bytes = 0;
  for (const auto& group : snapshot.burrow->groups) bytes += group->bytes();
  std::printf("burrow: %.0f bytes per group and partition\n",
              static_cast<double>(bytes) / (1000.0 * kPartitionsPerTopic));
  api::MetricsSetup all;
  all.options.kafka_exporter = all.options.kminion = all.options.kafka_lag_exporter = true;
  all.options.max_series = -1;
  Measure("every tool's families", snapshot, all);
  snapshot.burrow = nullptr;
  if (!quick) {
    ClusterSnapshot large = Cluster();
    AddGroups(20'000, large);
    large.burrow = nullptr;
    Measure("20,000 groups, 400,000 pairs, within 500,000 series", large, {});
  }
  const double own = Measure("our own families", snapshot, {});
  std::printf("metrics: %.4f s (target %.2f): %s\n", own, kTarget,
              own <= kTarget ? "met" : "MISSED");
  return own <= kTarget ? 0 : 1;
}

}  // namespace
}  // namespace levelwind::bench

int main(int argc, char** argv) {
  return levelwind::bench::Run(argc > 1 && std::string_view(argv[1]) == "--quick");
}
