#include "tests/executor_proof/planned.h"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "planner/planner_options.h"
#include "planner/rebalance/plan_rebalance.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::testing {

Result<Proposal> PlanOf(FakeKafka& kafka, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto metadata = kafka.DescribeCluster({});
  SnapshotBuilder builder;
  for (const kafka::BrokerInfo& broker : metadata->brokers) {
    builder.AddBroker(broker.id, broker.rack);
  }
  for (const kafka::TopicInfo& topic : metadata->topics) {
    std::vector<SnapshotBuilder::PartitionSpec> partitions;
    for (const kafka::PartitionInfo& partition : topic.partitions) {
      const double rate =
          random() % 4 == 0 ? 50'000 : 1'000 + static_cast<double>(random() % 1'000);
      partitions.push_back({partition.replicas, kafka.At(topic.name, partition.number).size, rate,
                            partition.leader});
    }
    builder.AddTopic(topic.name, std::move(partitions));
  }
  ClusterSnapshot snapshot = builder.Build();
  snapshot.cluster_id = metadata->cluster_id;
  snapshot.confidence.rates = true;
  for (Topic& topic : snapshot.topics) {
    const auto from = std::find_if(metadata->topics.begin(), metadata->topics.end(),
                                   [&](const auto& info) { return info.name == topic.name; });
    topic.id = from->id;
  }
  planner::PlannerOptions options;
  options.seed = seed;
  options.effort = planner::Effort::kFast;
  options.min_mean_disk_bytes = 1;
  options.min_mean_rate_bytes_per_s = 1;
  LW_ASSIGN_OR_RETURN(Proposal proposal, planner::PlanRebalance(snapshot, options));
  proposal.id = "p1";
  return proposal;
}

}  // namespace levelwind::testing
