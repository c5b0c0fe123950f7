// The collectors against a thousand simulated brokers: what a refresh may ask for, and what it does
// when some of them answer late, wrongly, in part or not at all.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "collectors/monitor.h"
#include "kafka/client.h"
#include "tests/sim_cluster/sim_cluster.h"
#include "tests/sim_cluster/sim_layout.h"

namespace levelwind::testing {
namespace {

using kafka::ApiKey;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

constexpr int kBrokers = 1000;
constexpr int kPartitions = 20'000;
constexpr int kGroups = 2'000;
constexpr int kCommitsPerGroup = 10;

/// One cluster for all tests: each leaves it as it was.
class RefreshTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto started = SimCluster::Start({.brokers = kBrokers, .keep_requests = false});
    ASSERT_TRUE(started.ok()) << started.error();
    sim_ = std::move(started).value().release();
    const Status filled = FillSim(*sim_, {.partitions = kPartitions,
                                          .partitions_per_topic = 50,
                                          .groups = kGroups,
                                          .commits_per_group = kCommitsPerGroup,
                                          .bytes_per_s = 1e8});
    ASSERT_TRUE(filled.ok()) << filled.error();
  }
  static void TearDownTestSuite() { delete sim_; }

  void SetUp() override {
    kafka::ClientOptions options;
    options.bootstrap = {"127.0.0.1:" + std::to_string(sim_->port(1))};
    options.read_only = true;
    auto made = kafka::KafkaClient::Create(options);
    ASSERT_TRUE(made.ok()) << made.error();
    client_ = std::move(made).value();
    io_ = std::jthread([this](std::stop_token stop) { client_->Run(stop); });
    options_.call_timeout = seconds(20);
    options_.step_budget = seconds(100);
    monitor_ = std::make_unique<collectors::Monitor>(*client_, clock_, options_);
  }

  void TearDown() override {
    sim_->faults().Clear();
    io_.request_stop();
    if (io_.joinable()) io_.join();
  }

  SnapshotPtr Refresh() {
    sim_->ClearRequests();
    monitor_->MakeAllDue();
    monitor_->Step(clock_.Now());
    return monitor_->snapshots().Get();
  }

  static const SourceStatus& Source(const ClusterSnapshot& snapshot, const std::string& name) {
    for (const SourceStatus& source : snapshot.sources) {
      if (source.name == name) return source;
    }
    ADD_FAILURE() << "no source " << name;
    return snapshot.sources.front();
  }

  static std::size_t KnownEnds(const ClusterSnapshot& snapshot) {
    std::size_t known = 0;
    for (const Partition& partition : snapshot.partitions) {
      known += IsKnown(partition.log_end_offset) ? 1U : 0U;
    }
    return known;
  }
  static std::size_t KnownSizes(const ClusterSnapshot& snapshot) {
    std::size_t known = 0;
    for (const Replica& replica : snapshot.replicas) known += IsKnown(replica.size_bytes) ? 1U : 0U;
    return known;
  }
  static std::size_t KnownTotals(const ClusterSnapshot& snapshot) {
    std::size_t known = 0;
    for (const ConsumerGroup& group : snapshot.groups) known += IsKnown(group.total_lag) ? 1U : 0U;
    return known;
  }

  static SimCluster* sim_;
  SystemClock clock_;
  collectors::CollectorOptions options_;
  std::unique_ptr<kafka::KafkaClient> client_;
  std::unique_ptr<collectors::Monitor> monitor_;
  std::jthread io_;
};
SimCluster* RefreshTest::sim_ = nullptr;

TEST_F(RefreshTest, RequestsFollowBrokersAndCoordinatorsNotPartitionsOrGroups) {
  options_.lag.exact_most = 0;
  monitor_ = std::make_unique<collectors::Monitor>(*client_, clock_, options_);
  const SnapshotPtr first = Refresh();
  ASSERT_NE(first, nullptr);
  for (const SourceStatus& source : first->sources) EXPECT_TRUE(source.ok) << source.error;
  EXPECT_EQ(first->brokers.size(), static_cast<std::size_t>(kBrokers));
  EXPECT_EQ(first->replicas.size(), 3u * kPartitions);
  EXPECT_EQ(KnownSizes(*first), 3u * kPartitions);
  EXPECT_EQ(KnownEnds(*first), static_cast<std::size_t>(kPartitions));
  EXPECT_EQ(KnownTotals(*first), static_cast<std::size_t>(kGroups));
  EXPECT_LE(sim_->CountRequests(ApiKey::kMetadata), 2u);
  EXPECT_LE(sim_->CountRequests(ApiKey::kListOffsets), 3u * kBrokers)
      << "ends, starts and last stable offsets";
  EXPECT_LE(sim_->CountRequests(ApiKey::kDescribeGroups), 1u * kBrokers);
  EXPECT_LE(sim_->CountRequests(ApiKey::kConsumerGroupDescribe), 1u * kBrokers);

  const SnapshotPtr second = Refresh();
  EXPECT_EQ(sim_->CountRequests(ApiKey::kMetadata), 1u);
  EXPECT_EQ(sim_->CountRequests(ApiKey::kDescribeCluster), 1u);
  EXPECT_EQ(sim_->CountRequests(ApiKey::kListPartitionReassignments), 1u);
  EXPECT_EQ(sim_->CountRequests(ApiKey::kDescribeLogDirs), 1u * kBrokers);
  EXPECT_EQ(sim_->CountRequests(ApiKey::kListGroups), 1u * kBrokers);
  EXPECT_LE(sim_->CountRequests(ApiKey::kListOffsets), 1u * kBrokers) << "starts are not due";
  EXPECT_LE(sim_->CountRequests(ApiKey::kOffsetFetch), 1u * kBrokers);
  EXPECT_EQ(sim_->CountRequests(ApiKey::kFindCoordinator), 0u) << "who lists a group has it";
  EXPECT_EQ(sim_->CountRequests(ApiKey::kDescribeGroups), 0u) << "no group has changed";
  EXPECT_EQ(sim_->CountRequests(ApiKey::kConsumerGroupDescribe), 0u);
  EXPECT_EQ(sim_->CountRequests(ApiKey::kApiVersions), 0u) << "connections stay";
}

TEST_F(RefreshTest, AgesOfRecordsCostAFewRequestsALeaderNotOneAGroup) {
  ASSERT_NE(Refresh(), nullptr);
  // What groups read next moves on from look to look, and the history is a few seconds old: all
  // 2,000 groups (10 partitions each) are asked about, 2,000 records at a time.
  const SnapshotPtr first = Refresh();
  const SourceStatus& found = Source(*first, "record_times");
  EXPECT_TRUE(found.ok) << found.error;
  EXPECT_GT(found.requests, 0u);
  EXPECT_LE(found.requests, 12u * kBrokers);
  std::size_t exact = 0;
  for (const ConsumerGroup& group : first->groups) {
    for (const GroupOffset& offset : group.offsets) {
      exact += offset.lag_method == TimeLagMethod::kExact ? 1U : 0U;
    }
  }
  EXPECT_GE(exact, 1900u);
}

TEST_F(RefreshTest, LatencyOfEveryBrokerIsPaidOnceACallNotOnceABroker) {
  ASSERT_NE(Refresh(), nullptr);
  sim_->faults().Delay({}, milliseconds(100));
  const SnapshotPtr snapshot = Refresh();
  // 1,000 brokers one after the other would need 100 s, and a call is given 20 s.
  for (const SourceStatus& source : snapshot->sources) EXPECT_TRUE(source.ok) << source.error;
}

TEST_F(RefreshTest, BrokersThatHangAreNamedAndTheOthersAreKnown) {
  options_.call_timeout = seconds(3);
  monitor_ = std::make_unique<collectors::Monitor>(*client_, clock_, options_);
  for (BrokerId id = 991; id <= 1000; ++id) sim_->faults().Hang({.broker = id});
  Refresh();  // The first one, with a second for each source, may miss more.
  const SnapshotPtr snapshot = Refresh();
  ASSERT_NE(snapshot, nullptr);
  EXPECT_TRUE(Source(*snapshot, "cluster").ok) << Source(*snapshot, "cluster").error;
  EXPECT_THAT(Source(*snapshot, "log_dirs").error, HasSubstr("10 of 1000 brokers"));
  EXPECT_THAT(Source(*snapshot, "groups").error, HasSubstr("10 of 1000 brokers"));
  EXPECT_THAT(Source(*snapshot, "offsets").error, HasSubstr("did not tell their end offset"));
  std::size_t of_hanging = 0;
  for (const Partition& partition : snapshot->partitions) {
    const bool hangs = partition.leader >= 991;
    of_hanging += hangs ? 1U : 0U;
    ASSERT_EQ(IsKnown(partition.log_end_offset), !hangs) << "unknown is never zero (I17)";
  }
  EXPECT_GT(of_hanging, 0u);
  for (const Replica& replica : snapshot->replicas) {
    ASSERT_EQ(IsKnown(replica.size_bytes), replica.broker < 991);
  }
}

TEST_F(RefreshTest, HalfAnAnswerIsTakenAndWhatIsMissingStaysUnknown) {
  sim_->faults().Partial({.api = ApiKey::kListOffsets, .broker = 500});
  sim_->faults().Partial({.api = ApiKey::kOffsetFetch, .broker = 500});
  const SnapshotPtr snapshot = Refresh();
  ASSERT_NE(snapshot, nullptr);
  EXPECT_FALSE(Source(*snapshot, "offsets").ok);
  const std::size_t known = KnownEnds(*snapshot);
  EXPECT_LT(known, static_cast<std::size_t>(kPartitions));
  EXPECT_GE(known, static_cast<std::size_t>(kPartitions) - 60) << "one broker's at the most";
}

TEST_F(RefreshTest, ErrorsOfSomeBrokersAreTriedAgainAndThenComplete) {
  ASSERT_NE(Refresh(), nullptr);
  // NOT_CONTROLLER, COORDINATOR_LOAD_IN_PROGRESS, NOT_LEADER_OR_FOLLOWER: once each, in passing.
  sim_->faults().Error({.api = ApiKey::kListPartitionReassignments, .times = 1}, 41);
  sim_->faults().Error({.api = ApiKey::kListGroups, .times = 20}, 14);
  sim_->faults().Error({.api = ApiKey::kListOffsets, .times = 20}, 6);
  sim_->faults().Error({.api = ApiKey::kOffsetFetch, .times = 20}, 14);
  const SnapshotPtr snapshot = Refresh();
  for (const SourceStatus& source : snapshot->sources) EXPECT_TRUE(source.ok) << source.error;
  EXPECT_EQ(KnownEnds(*snapshot), static_cast<std::size_t>(kPartitions));
  EXPECT_EQ(KnownTotals(*snapshot), static_cast<std::size_t>(kGroups));
}

}  // namespace
}  // namespace levelwind::testing
