// The canary on a real Kafka.

#include "collectors/canary/canary.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "tests/integration_lag/lag_fixture.h"

namespace levelwind::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class CanaryTest : public LagFixture {
 protected:
  void Make(const collectors::CanaryOptions& options) {
    kafka::ClientOptions client;
    client.bootstrap = kafka_.bootstrap_list();
    auto wire = collectors::MakeKafkaCanaryWire(client, options);
    ASSERT_TRUE(wire.ok()) << wire.error();
    wire_ = std::move(wire).value();
    canary_ = std::make_unique<collectors::Canary>(*wire_, monitor_->snapshots(), clock_, options,
                                                   "test");
  }
  void RunFor(Duration time) {
    const SteadyTime end = clock_.Now() + time;
    while (clock_.Now() < end) {
      const SteadyTime next = canary_->Step(clock_.Now(), milliseconds(100));
      if (next > clock_.Now()) std::this_thread::sleep_until(std::min(next, end));
    }
  }
  CanaryView View() const { return *canary_->view().Get(); }

  std::unique_ptr<collectors::CanaryWire> wire_;
  std::unique_ptr<collectors::Canary> canary_;
};

TEST_F(CanaryTest, RecordsGetThroughAndABrokerThatStandsStillShowsInItsPartitionOnly) {
  collectors::CanaryOptions options;
  options.interval = milliseconds(200);
  options.commit_interval = seconds(1);
  Make(options);
  Look();
  RunFor(seconds(2));
  EXPECT_NE(View().problem, "") << "there is no topic yet";
  EXPECT_TRUE(View().partitions.empty());

  MakeTopic("levelwind-canary", 3);
  Look();
  RunFor(seconds(10));
  CanaryView view = View();
  ASSERT_EQ(view.partitions.size(), 3u);
  for (const CanaryPartition& partition : view.partitions) {
    EXPECT_GT(partition.sent, 20u);
    EXPECT_GE(partition.received + 6, partition.sent) << "but for those on their way";
    EXPECT_EQ(partition.lost + partition.failed, 0u);
    EXPECT_EQ(partition.round_trip.count(), partition.received);
  }
  EXPECT_GE(view.commits, 4u) << view.problem;
  EXPECT_EQ(view.commits_failed, 0u) << view.problem;

  const CanaryPartition& victim = view.partitions[0];
  ASSERT_TRUE(kafka_.Kill(victim.leader, RealCluster::KillSignal::kStop).ok());
  RunFor(seconds(4));
  ASSERT_TRUE(kafka_.Kill(victim.leader, RealCluster::KillSignal::kCont).ok());
  RunFor(seconds(8));
  view = View();
  EXPECT_GT(view.partitions[0].round_trip.Quantile(0.95), 1.0);
  EXPECT_EQ(view.partitions[0].lost + view.partitions[0].failed, 0u) << "late is not lost";
}

}  // namespace
}  // namespace levelwind::testing
