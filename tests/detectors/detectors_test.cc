#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "detectors/anomaly_tracker.h"
#include "detectors/detector.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::detectors {
namespace {

using levelwind::testing::SnapshotBuilder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kMiBps = 1024 * 1024;

DetectorReport Detect(std::string_view name, const ClusterSnapshot& now,
                      std::span<const SnapshotPtr> before = {},
                      const DetectorOptions& options = DetectorOptions()) {
  DetectorRegistry registry;
  RegisterBuiltinDetectors(registry);
  for (const DetectorInfo& info : registry.detectors()) {
    if (info.name == name) return info.detect({now, before, options});
  }
  ADD_FAILURE() << "no detector " << name;
  return {};
}

std::vector<std::string> Subjects(const DetectorReport& report) {
  std::vector<std::string> subjects;
  for (const Anomaly& anomaly : report.anomalies) {
    EXPECT_EQ(anomaly.type, report.detector);
    EXPECT_FALSE(anomaly.message.empty());
    EXPECT_FALSE(anomaly.next_step.empty());
    subjects.push_back(anomaly.subject);
  }
  return subjects;
}

using Specs = std::vector<SnapshotBuilder::PartitionSpec>;

/// Four brokers; `leaders[i]` leads partition i of "orders" and broker 2 or 3 follows.
ClusterSnapshot Cluster(const std::vector<BrokerId>& leaders, double rate,
                        const std::vector<double>& rates = {}) {
  SnapshotBuilder builder;
  for (BrokerId b = 1; b <= 4; ++b) builder.AddBroker(b, "r" + std::to_string(b));
  Specs specs;
  for (std::size_t i = 0; i < leaders.size(); ++i) {
    const BrokerId other = leaders[i] == 2 ? 3 : 2;
    specs.push_back(
        {.replicas = {leaders[i], other}, .bytes_in_per_s = i < rates.size() ? rates[i] : rate});
  }
  return builder.AddTopic("orders", specs).Build();
}

const std::vector<BrokerId> kEven = {1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4};

TEST(LeaderImbalance, LevelClusterIsSilent) {
  const DetectorReport report = Detect("leader_imbalance", Cluster(kEven, kMiBps));
  EXPECT_THAT(Subjects(report), IsEmpty());
  EXPECT_EQ(report.held_because, "");
}

TEST(LeaderImbalance, NamesTheBrokerThatLeadsTooMany) {
  const auto cluster = Cluster({1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 2}, kMiBps);
  const DetectorReport report = Detect("leader_imbalance", cluster);
  ASSERT_THAT(Subjects(report), ElementsAre("broker 1"));
  EXPECT_NEAR(report.anomalies[0].value, 8.0 / 12 * 4, 1e-9);
  EXPECT_THAT(report.anomalies[0].message, HasSubstr("67 % of the partitions"));
}

TEST(LeaderImbalance, SeesRateSkewBehindEvenCounts) {
  std::vector<double> rates(12, 0.1 * kMiBps);
  rates[0] = rates[4] = rates[8] = 2 * kMiBps;  // All of broker 1.
  const DetectorReport report = Detect("leader_imbalance", Cluster(kEven, kMiBps, rates));
  ASSERT_THAT(Subjects(report), ElementsAre("broker 1"));
  EXPECT_THAT(report.anomalies[0].message, HasSubstr("produced bytes"));
}

TEST(LeaderImbalance, UnknownRatesAreHeldAndCountsStillJudged) {
  const auto cluster = Cluster({1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 2}, kUnknown);
  const DetectorReport report = Detect("leader_imbalance", cluster);
  EXPECT_THAT(Subjects(report), ElementsAre("broker 1"));
  EXPECT_THAT(report.held_because, HasSubstr("rates unknown"));
}

TEST(LeaderImbalance, CountsLostPreferredLeadersThatCouldComeBack) {
  ClusterSnapshot cluster = Cluster(kEven, kMiBps);
  cluster.partitions[0].leader = 2;
  EXPECT_THAT(Subjects(Detect("leader_imbalance", cluster)), IsEmpty()) << "8 % is below 10 %";
  cluster.partitions[1].leader = 3;
  EXPECT_THAT(Subjects(Detect("leader_imbalance", cluster)), ElementsAre("preferred leaders"));
  // One whose preferred replica is not in sync cannot come back and does not count.
  cluster.replicas[cluster.partitions[1].first_replica].in_sync = false;
  EXPECT_THAT(Subjects(Detect("leader_imbalance", cluster)), IsEmpty());
}

TEST(HotBroker, ComparesInboundWithTheMean) {
  std::vector<double> rates(12, 0.1 * kMiBps);
  rates[0] = 5 * kMiBps;
  const DetectorReport report = Detect("hot_broker", Cluster(kEven, 0, rates));
  EXPECT_THAT(Subjects(report), ElementsAre("broker 1", "broker 2"));  // Leader and follower.
  EXPECT_THAT(Subjects(Detect("hot_broker", Cluster(kEven, 1))), IsEmpty()) << "an idle cluster";
}

TEST(HotBroker, HoldsWithoutRates) {
  std::vector<double> rates(12, kMiBps);
  rates[3] = kUnknown;
  const DetectorReport report = Detect("hot_broker", Cluster(kEven, 0, rates));
  EXPECT_THAT(report.anomalies, IsEmpty());
  EXPECT_THAT(report.held_because, HasSubstr("unknown"));
}

TEST(HotPartition, NeedsBothTopicAndBrokerShare) {
  std::vector<double> rates(12, 0.1 * kMiBps);
  rates[6] = 3 * kMiBps;
  const DetectorReport report = Detect("hot_partition", Cluster(kEven, 0, rates));
  ASSERT_THAT(Subjects(report), ElementsAre("orders-6"));
  EXPECT_NEAR(report.anomalies[0].value, 30, 1e-6);
  EXPECT_THAT(report.anomalies[0].message, HasSubstr("broker 3"));

  DetectorOptions options;
  options.hot_partition_broker_share = 0.99;
  EXPECT_THAT(Subjects(Detect("hot_partition", Cluster(kEven, 0, rates), {}, options)), IsEmpty());
  EXPECT_THAT(Subjects(Detect("hot_partition", Cluster(kEven, kMiBps))), IsEmpty());
}

TEST(HotPartition, IsNoneWhereItsBrokerCarriesNoMoreThanTheOthers) {
  std::vector<double> rates(12, 0.1 * kMiBps);
  rates[6] = 1 * kMiBps;
  ASSERT_THAT(Subjects(Detect("hot_partition", Cluster(kEven, 0, rates))), ElementsAre("orders-6"));
  // The others take as much over there: nobody would gain from a move.
  for (std::size_t p = 0; p < rates.size(); ++p) {
    const BrokerId hot = Cluster(kEven, 0, rates).partitions[6].leader;
    if (Cluster(kEven, 0, rates).partitions[p].leader != hot) rates[p] = 0.35 * kMiBps;
  }
  DetectorOptions options;
  options.hot_partition_factor = 2;
  EXPECT_THAT(Subjects(Detect("hot_partition", Cluster(kEven, 0, rates), {}, options)), IsEmpty());
}

TEST(HotPartition, TopicWithAnUnknownRateIsHeld) {
  std::vector<double> rates(12, 0.1 * kMiBps);
  rates[6] = 3 * kMiBps;
  rates[1] = kUnknown;
  const DetectorReport report = Detect("hot_partition", Cluster(kEven, 0, rates));
  EXPECT_THAT(report.anomalies, IsEmpty());
  EXPECT_THAT(report.held_because, HasSubstr("1 topics unknown"));
}

TEST(EmptyBroker, FindsTheOneThatJustJoined) {
  EXPECT_THAT(Subjects(Detect("empty_broker", Cluster({1, 2, 3, 1, 2, 3, 1, 2, 3}, kMiBps))),
              ElementsAre("broker 4"));
  EXPECT_THAT(Subjects(Detect("empty_broker", Cluster(kEven, kMiBps))), IsEmpty());
  EXPECT_THAT(Subjects(Detect("empty_broker", Cluster({1, 2}, kMiBps))), IsEmpty()) << "too few";
}

TEST(DeadBroker, SpeaksOnlyWhenReplicasAreThere) {
  ClusterSnapshot cluster = Cluster(kEven, kMiBps);
  EXPECT_THAT(Subjects(Detect("dead_broker", cluster)), IsEmpty());
  cluster.brokers[3].state = BrokerState::kDead;
  const DetectorReport report = Detect("dead_broker", cluster);
  ASSERT_THAT(Subjects(report), ElementsAre("broker 4"));
  EXPECT_EQ(report.anomalies[0].severity, Severity::kCritical);
  cluster.brokers.pop_back();  // Not even listed any more.
  EXPECT_THAT(Subjects(Detect("dead_broker", cluster)), ElementsAre("broker 4"));
}

TEST(UnderReplicated, TellsOfflineFromBehindAndSkipsReassigning) {
  ClusterSnapshot cluster = Cluster(kEven, kMiBps);
  EXPECT_THAT(Subjects(Detect("under_replicated", cluster)), IsEmpty());
  cluster.replicas[1].in_sync = false;
  EXPECT_THAT(Subjects(Detect("under_replicated", cluster)),
              ElementsAre("under-replicated partitions"));
  cluster.partitions[0].reassigning = true;
  EXPECT_THAT(Subjects(Detect("under_replicated", cluster)), IsEmpty());
  cluster.partitions[5].leader = kNoBroker;
  const DetectorReport report = Detect("under_replicated", cluster);
  ASSERT_THAT(Subjects(report), ElementsAre("offline partitions"));
  EXPECT_THAT(report.anomalies[0].message, HasSubstr("orders-5"));
}

ClusterSnapshot WithGroup(std::int64_t lag, double growth, double consumed, double produced) {
  ClusterSnapshot cluster = Cluster(kEven, kMiBps);
  cluster.partitions[0].load.messages_in_per_s = produced;
  ConsumerGroup group;
  group.name = "billing";
  group.member_count = 1;
  group.owners = {{"c1", "", ""}};
  group.offsets.Edit().push_back({.partition = 0, .owner = 0, .committed = 10, .lag = lag});
  group.total_lag = lag;
  group.lag_growth_per_s = growth;
  group.consume_rate_per_s = consumed;
  cluster.groups.push_back(group);
  return cluster;
}

std::vector<SnapshotPtr> History(ClusterSnapshot snapshot) {
  return {std::make_shared<const ClusterSnapshot>(std::move(snapshot))};
}

TEST(LaggingGroup, NeedsGrowthInEveryLook) {
  const ClusterSnapshot now = WithGroup(9000, 90, 10, 100);
  EXPECT_THAT(Subjects(Detect("lagging_group", now)), IsEmpty()) << "one look is not enough";
  EXPECT_THAT(Subjects(Detect("lagging_group", now, History(WithGroup(8000, 80, 10, 100)))),
              ElementsAre("group billing"));
  EXPECT_THAT(Subjects(Detect("lagging_group", now, History(WithGroup(8000, -5, 10, 100)))),
              IsEmpty());
}

TEST(LaggingGroup, IgnoresGroupsThatKeepUpOrHardlyLag) {
  const auto before = History(WithGroup(8000, 80, 10, 100));
  EXPECT_THAT(Subjects(Detect("lagging_group", WithGroup(5000, 90, 100, 100), before)), IsEmpty());
  EXPECT_THAT(Subjects(Detect("lagging_group", WithGroup(50, 90, 10, 100), before)), IsEmpty());
}

TEST(LaggingGroup, UnknownLagIsNeverJudged) {
  const auto before = History(WithGroup(8000, 80, 10, 100));
  for (const ClusterSnapshot& now :
       {WithGroup(kUnknownCount, 90, 10, 100), WithGroup(5000, kUnknown, 10, 100)}) {
    const DetectorReport report = Detect("lagging_group", now, before);
    EXPECT_THAT(report.anomalies, IsEmpty());
    EXPECT_THAT(report.held_because, HasSubstr("billing"));
  }
}

TEST(Detectors, AllBearAnEmptySnapshot) {
  DetectorRegistry registry;
  RegisterBuiltinDetectors(registry);
  const ClusterSnapshot nothing;
  const DetectorOptions options;
  const std::vector<DetectorReport> reports = registry.Run({nothing, {}, options});
  ASSERT_EQ(reports.size(), registry.detectors().size());
  for (std::size_t i = 0; i < reports.size(); ++i) {
    EXPECT_EQ(reports[i].detector, registry.detectors()[i].name);
    EXPECT_THAT(reports[i].anomalies, IsEmpty()) << reports[i].detector;
  }
}

DetectorReport Report(std::string held, std::vector<std::string> subjects) {
  DetectorReport report{.detector = "hot_broker", .anomalies = {}, .held_because = std::move(held)};
  for (std::string& subject : subjects) {
    Anomaly anomaly;
    anomaly.type = "hot_broker";
    anomaly.subject = std::move(subject);
    report.anomalies.push_back(anomaly);
  }
  return report;
}

TEST(AnomalyTracker, KeepsFirstSeenForgetsTheGoneAndWaitsForTheHeld) {
  AnomalyTracker tracker;
  const std::vector<DetectorReport> both = {Report("", {"broker 1", "broker 2"})};
  const std::vector<DetectorReport> one = {Report("", {"broker 2"})};
  const std::vector<DetectorReport> held = {Report("rates unknown", {})};
  EXPECT_EQ(tracker.Update(both, WallTime{1000}).size(), 2U);
  auto list = tracker.Update(one, WallTime{2000});
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].subject, "broker 2");
  EXPECT_EQ(list[0].first_seen.unix_ms, 1000);
  EXPECT_EQ(list[0].last_seen.unix_ms, 2000);
  list = tracker.Update(held, WallTime{3000});
  ASSERT_EQ(list.size(), 1U) << "a held verdict is no all-clear";
  EXPECT_EQ(list[0].last_seen.unix_ms, 2000);
  list = tracker.Update(both, WallTime{4000});
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].subject, "broker 2") << "the longest standing first";
  EXPECT_EQ(list[1].first_seen.unix_ms, 4000);
}

}  // namespace
}  // namespace levelwind::detectors
