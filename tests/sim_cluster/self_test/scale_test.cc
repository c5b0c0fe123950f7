// Fifty brokers and 10,000 partitions with three replicas each, within time bounds that a loaded
// two-core machine keeps.

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "tests/sim_cluster/self_test/fixture.h"

namespace levelwind::testing {
namespace {

using std::chrono::seconds, std::chrono::steady_clock;

class SimScaleTest : public SimTest {};

TEST_F(SimScaleTest, AThousandBrokersAMillionReplicas) {
  StartSim({.brokers = 1000});
  for (int t = 0; t < 1000; ++t) {
    ASSERT_EQ(sim_->AddTopic("topic-" + std::to_string(t), 333, 3), 0);
  }
  const auto began = steady_clock::now();
  const auto metadata = client_->DescribeCluster(std::chrono::minutes(1));
  ASSERT_TRUE(metadata.ok()) << metadata.error();
  EXPECT_EQ(metadata->brokers.size(), 1000u);
  EXPECT_EQ(metadata->topics.size(), 1000u);
  ASSERT_EQ(sim_->Reassign({"topic-0", 0}, std::vector<BrokerId>{500, 501, 502}), 0);
  clock_.Advance(seconds(60));
  EXPECT_TRUE(sim_->Moving().empty());
  EXPECT_LT(ToSeconds(steady_clock::now() - began), 30);
}

TEST_F(SimScaleTest, FiftyBrokersTenThousandPartitions) {
  StartSim({.brokers = 50});
  for (int t = 0; t < 100; ++t) {
    ASSERT_EQ(sim_->AddTopic("topic-" + std::to_string(t), 100, 3), 0);
  }
  std::vector<SimRate> rates;
  std::vector<kafka::OffsetQuery> queries;
  std::vector<BrokerId> brokers;
  for (int t = 0; t < 100; ++t) {
    for (int p = 0; p < 100; ++p) {
      rates.push_back({{"topic-" + std::to_string(t), p}, 1024.0 * (1 + p)});
      queries.push_back({rates.back().partition});
    }
  }
  for (BrokerId id = 1; id <= 50; ++id) brokers.push_back(id);
  sim_->SetRates(rates);

  const auto began = steady_clock::now();
  const auto metadata = client_->DescribeCluster(kCallTimeout);
  ASSERT_TRUE(metadata.ok()) << metadata.error();
  EXPECT_EQ(metadata->topics.size(), 100u);
  clock_.Advance(seconds(10));
  const auto dirs = client_->DescribeLogDirs(brokers, kCallTimeout);
  ASSERT_TRUE(dirs.ok()) << dirs.error();
  std::size_t replicas = 0;
  for (const auto& [id, answer] : *dirs) {
    ASSERT_TRUE(answer.ok()) << answer.error();
    for (const auto& dir : *answer) replicas += dir.replicas.size();
  }
  EXPECT_EQ(replicas, 30'000u);
  sim_->ClearRequests();
  const auto offsets = client_->ListOffsets(queries, kCallTimeout);
  ASSERT_TRUE(offsets.ok()) << offsets.error();
  EXPECT_EQ(offsets->size(), 10'000u);
  EXPECT_EQ(sim_->CountRequests(kafka::ApiKey::kListOffsets), 50u);
  EXPECT_EQ(offsets->at(1).offset, 1024 + 10 * 2) << "1 MiB at first, then 2 records a second";
  EXPECT_LT(ToSeconds(steady_clock::now() - began), 10);
}

TEST_F(SimScaleTest, AThousandMovesAtOnceEndInBoundedTime) {
  StartSim({.brokers = 50, .replication_bytes_per_s = 50e6});
  for (int t = 0; t < 10; ++t) {
    ASSERT_EQ(sim_->AddTopic("topic-" + std::to_string(t), 100, 3, 10e6), 0);
  }
  const auto began = steady_clock::now();
  for (int t = 0; t < 10; ++t) {
    for (int p = 0; p < 100; ++p) {
      const TopicPartition tp{"topic-" + std::to_string(t), p};
      std::vector<BrokerId> target = sim_->Partition(tp).replicas;
      target.back() =
          target.front() % 50 + 25 > 50 ? target.front() % 25 + 1 : target.front() % 50 + 25;
      if (target.back() == target[0] || target.back() == target[1]) target.back() = 50;
      ASSERT_EQ(sim_->Reassign(tp, target), 0);
    }
  }
  EXPECT_EQ(sim_->Counters().peak_moving_partitions, 1000);
  clock_.Advance(seconds(600));
  EXPECT_TRUE(sim_->Moving().empty());
  EXPECT_LT(ToSeconds(steady_clock::now() - began), 10);
}

}  // namespace
}  // namespace levelwind::testing
