#include "collectors/canary/canary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/manual_clock.h"

namespace levelwind::collectors {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(CanaryTally, CountsEachProbeOnceWhateverComesBackHowever) {
  CanaryTally tally(seconds(20));
  const SteadyTime start{};
  for (std::uint64_t n = 1; n <= 5; ++n) tally.Sent(n, 0, start);
  tally.Acked(1, start + milliseconds(10));
  tally.Received(1, start + milliseconds(30));
  tally.Received(1, start + milliseconds(40));
  tally.Received(2, start + milliseconds(50));  // before its acknowledgement
  tally.Acked(2, start + milliseconds(60));
  tally.Failed(3);
  tally.Acked(4, start + seconds(1));
  EXPECT_EQ(tally.partitions().at(0).sent, 5u);
  tally.Sweep(start + seconds(19));
  EXPECT_EQ(tally.partitions().at(0).in_flight, 2);
  tally.Sweep(start + seconds(20));
  tally.Received(4, start + seconds(21));
  const CanaryPartition& partition = tally.partitions().at(0);
  EXPECT_EQ(partition.sent, 5u);
  EXPECT_EQ(partition.acked, 3u);
  EXPECT_EQ(partition.received, 2u);
  EXPECT_EQ(partition.failed, 1u);
  EXPECT_EQ(partition.lost, 2u) << "acknowledged or not";
  EXPECT_EQ(partition.in_flight, 0);
  EXPECT_EQ(partition.round_trip.count(), 2u);
  EXPECT_EQ(partition.round_trip.Quantile(0.5), 0.04);
  EXPECT_TRUE(tally.idle());
}

TEST(CanaryTally, WhatCameBeforeTheReaderWasInPlaceIsNotCounted) {
  CanaryTally tally(seconds(20));
  const SteadyTime start{};
  for (std::uint64_t n = 1; n <= 4; ++n) tally.Sent(n, n == 2 ? 1 : 0, start);
  tally.Acked(1, start + milliseconds(1));
  tally.Received(3, start + milliseconds(5));
  EXPECT_EQ(tally.partitions().at(0).sent, 2u);
  EXPECT_EQ(tally.partitions().at(0).acked, 1u);
  EXPECT_EQ(tally.partitions().at(0).in_flight, 1);
  EXPECT_EQ(tally.partitions().at(1).sent, 1u) << "another partition's";
  tally.Sent(5, 0, start);
  tally.Received(5, start + milliseconds(9));
  tally.Sweep(start + seconds(20));
  EXPECT_EQ(tally.partitions().at(0).lost, 1u) << "4 was skipped once the reader was there";
  EXPECT_EQ(tally.partitions().at(1).lost, 1u) << "nothing ever came";
}

TEST(CanaryTally, OnlyItsOwnProbesAreItsOwn) {
  const std::string value = ProbeValue("a1", 77);
  EXPECT_EQ(ProbeNumber("a1", value), 77u);
  for (const char* other : {"", "x", "levelwind-canary a1 ", "levelwind-canary a1 7x",
                            "levelwind-canary a1 -7", "levelwind-canary a12 77"}) {
    EXPECT_FALSE(ProbeNumber("a1", other).has_value()) << other;
  }
}

TEST(LatencyHistogram, BoundsAreInclusiveAndTheLastBucketTakesTheRest) {
  LatencyHistogram histogram;
  EXPECT_FALSE(IsKnown(histogram.Quantile(0.5)));
  histogram.Add(0.005);
  histogram.Add(0.0051);
  histogram.Add(99);
  EXPECT_EQ(histogram.counts[0], 1u);
  EXPECT_EQ(histogram.counts[1], 1u);
  EXPECT_EQ(histogram.counts.back(), 1u);
  EXPECT_EQ(histogram.Quantile(0.34), 0.01);
  EXPECT_TRUE(std::isinf(histogram.Quantile(0.99)));
}

/// Records come back after `delay`, unless they are swallowed or refused.
class FakeWire final : public CanaryWire {
 public:
  explicit FakeWire(testing::ManualClock& clock) : clock_(clock) {}

  Status Follow(std::int32_t partitions) override {
    followed.push_back(partitions);
    return Ok();
  }
  Status Send(std::int32_t partition, std::string_view value, std::uint64_t number) override {
    if (partition == refused) return Unavailable("the queue is full");
    outcomes_.push_back({number, partition == failing ? Status(Unavailable("gave up")) : Ok()});
    if (partition != swallowed && partition != failing) values_.emplace_back(value);
    return Ok();
  }
  std::vector<Outcome> TakeOutcomes() override { return std::exchange(outcomes_, {}); }
  Result<std::string> Read(Duration timeout) override {
    clock_.Advance(values_.empty() ? timeout : Duration(milliseconds(7)));
    if (values_.empty()) return std::string();
    std::string value = values_.front();
    values_.pop_front();
    return value;
  }
  Status Commit() override {
    EXPECT_FALSE(std::exchange(committing_, true)) << "one at a time";
    return Ok();
  }
  std::optional<Status> TakeCommit() override {
    if (!committing_ || commit_hangs) return {};
    committing_ = false;
    return commit_fails ? Status(Unavailable("not the coordinator")) : Ok();
  }

  std::vector<std::int32_t> followed;
  int refused = -1, failing = -1, swallowed = -1;
  bool commit_fails = false, commit_hangs = false;

 private:
  testing::ManualClock& clock_;
  std::vector<Outcome> outcomes_;
  std::deque<std::string> values_;
  bool committing_ = false;
};

class CanaryTest : public ::testing::Test {
 protected:
  void PublishTopic(std::uint32_t partitions) {
    auto snapshot = std::make_shared<ClusterSnapshot>();
    for (BrokerId id = 1; id <= 3; ++id) {
      Broker broker;
      broker.id = id;
      broker.state = BrokerState::kAlive;
      snapshot->brokers.push_back(broker);
    }
    if (partitions > 0) {
      Topic topic;
      topic.name = "levelwind-canary";
      topic.partition_count = partitions;
      snapshot->topics.push_back(topic);
      for (std::uint32_t p = 0; p < partitions; ++p) {
        Partition partition;
        partition.number = static_cast<std::int32_t>(p);
        partition.leader = static_cast<BrokerId>(p + 1);
        snapshot->partitions.push_back(partition);
      }
    }
    snapshots_.Publish(std::move(snapshot));
  }

  void RunFor(Duration time) {
    const SteadyTime end = clock_.Now() + time;
    while (clock_.Now() < end) {
      const SteadyTime next = canary_.Step(clock_.Now(), milliseconds(50));
      if (next > clock_.Now()) clock_.Advance(std::min(next, end) - clock_.Now());
    }
  }
  CanaryView View() const { return *canary_.view().Get(); }

  testing::ManualClock clock_;
  FakeWire wire_{clock_};
  Published<ClusterSnapshot> snapshots_;
  Canary canary_{wire_, snapshots_, clock_, {}, "me"};
};

TEST_F(CanaryTest, ProbesEveryPartitionOnceASecondAndTellsWhoLeadsNone) {
  PublishTopic(2);
  RunFor(seconds(60));
  const CanaryView view = View();
  EXPECT_EQ(view.problem, "");
  ASSERT_EQ(view.partitions.size(), 2u);
  for (const CanaryPartition& partition : view.partitions) {
    EXPECT_NEAR(static_cast<double>(partition.sent), 60, 2);
    EXPECT_GE(partition.received + 1, partition.sent);
    EXPECT_EQ(partition.lost + partition.failed, 0u);
    EXPECT_LE(partition.round_trip.Quantile(0.99), 0.02);
    EXPECT_EQ(partition.leader, partition.partition + 1);
  }
  EXPECT_THAT(view.uncovered, ElementsAre(3));
  EXPECT_GE(view.commits, 10u);
  EXPECT_LE(view.commit.Quantile(1), 0.01);
}

TEST_F(CanaryTest, ACoordinatorThatHangsHoldsUpNoProbe) {
  wire_.commit_hangs = true;
  PublishTopic(1);
  RunFor(seconds(60));
  EXPECT_EQ(View().commits + View().commits_failed, 0u);
  EXPECT_GE(View().partitions[0].received, 55u);
}

TEST_F(CanaryTest, WithoutItsTopicItSaysHowToMakeItAndSendsNothing) {
  PublishTopic(0);
  RunFor(seconds(5));
  EXPECT_THAT(View().problem, HasSubstr("kafka-topics.sh --create --topic levelwind-canary "
                                        "--partitions 3 --replication-factor 3"));
  EXPECT_THAT(View().partitions, IsEmpty());
  EXPECT_THAT(wire_.followed, IsEmpty());
  PublishTopic(1);
  RunFor(seconds(5));
  PublishTopic(3);
  RunFor(seconds(5));
  EXPECT_THAT(wire_.followed, ElementsAre(1, 3));
  EXPECT_EQ(View().partitions.size(), 3u);
}

TEST_F(CanaryTest, WhatTheProducerGivesUpHasFailedAndWhatNeverComesIsLost) {
  wire_.failing = 0;
  wire_.swallowed = 1;
  wire_.refused = 2;
  wire_.commit_fails = true;
  PublishTopic(3);
  RunFor(seconds(60));
  const CanaryView view = View();
  EXPECT_GE(view.partitions[0].failed, 55u);
  EXPECT_EQ(view.partitions[0].lost, 0u);
  EXPECT_NEAR(static_cast<double>(view.partitions[1].lost), 40, 3) << "the last 20 s are in flight";
  EXPECT_EQ(view.partitions[1].acked, view.partitions[1].sent);
  EXPECT_GE(view.partitions[2].failed, 55u);
  EXPECT_GT(view.commits_failed, 8u);
  EXPECT_EQ(view.commits, 0u);
  EXPECT_NE(view.problem, "");
}

}  // namespace
}  // namespace levelwind::collectors
