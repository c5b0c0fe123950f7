// What some detectors say once their plan was carried out, or cannot be judged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "detectors/describe.h"
#include "detectors/disk_failure.h"
#include "detectors/goal_violation.h"
#include "detectors/maintenance_event.h"
#include "detectors/rebalance_storm.h"
#include "detectors/trend_history.h"
#include "model/cluster_facts.h"
#include "model/proposal.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::detectors {
namespace {

using levelwind::testing::SnapshotBuilder;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Two brokers; a log dir of the first has failed.
ClusterSnapshot FailedDir(bool replica_on_it) {
  ClusterSnapshot snapshot =
      SnapshotBuilder().AddBroker(1, "r1").AddBroker(2, "r2").AddTopic("t", {{1, 2}}).Build();
  LogDir failed{.path = "/d1"};
  failed.offline = true;
  snapshot.brokers[0].log_dirs = {LogDir{.path = "/d0"}, failed};
  snapshot.brokers[1].log_dirs = {LogDir{.path = "/d0"}};
  snapshot.replicas[0].offline = replica_on_it;
  return snapshot;
}

TEST(DiskFailure, AsksForAPlanWhileReplicasAreOnItAndForAPersonAfterwards) {
  const DetectorOptions options;
  const ClusterSnapshot full = FailedDir(true);
  DetectorReport report = DetectDiskFailure({full, {}, options});
  ASSERT_THAT(report.anomalies, SizeIs(1));
  EXPECT_EQ(report.anomalies[0].severity, Severity::kCritical);
  ASSERT_TRUE(report.anomalies[0].request.has_value());
  EXPECT_TRUE(report.anomalies[0].request->fix_offline);

  const ClusterSnapshot empty = FailedDir(false);
  report = DetectDiskFailure({empty, {}, options});
  ASSERT_THAT(report.anomalies, SizeIs(1)) << "it is still broken";
  EXPECT_EQ(report.anomalies[0].severity, Severity::kWarning);
  EXPECT_EQ(report.anomalies[0].fix, AnomalyFix::kNone) << "no plan has anything to do";
  EXPECT_FALSE(report.anomalies[0].request.has_value());
  EXPECT_THAT(report.anomalies[0].next_step, HasSubstr("replace the disk"));
}

/// What the detector says after looks every 5 s at a group of 43 that is dealt out at each but
/// every `rest`-th.
DetectorReport AfterRebalancing(int seconds, int rest) {
  const DetectorOptions options;
  TrendHistory trends;
  ClusterSnapshot snapshot = SnapshotBuilder()
                                 .AddBroker(1, "r1")
                                 .AddTopic("t", std::vector<std::vector<BrokerId>>{{1}})
                                 .Build();
  ConsumerGroup group;
  group.name = "chain-workers";
  group.member_count = 43;
  group.activity.rebalances = 1;  // at each look it seems to be the same one
  snapshot.groups = {group};
  for (int second = 0; second <= seconds; second += 5) {
    snapshot.taken_at = {1'760'000'000'000 + second * 1000LL};
    snapshot.groups[0].state = second / 5 % rest == 0 ? "Stable" : "PreparingRebalance";
    trends.Update(snapshot);
  }
  DetectorInput input{snapshot, {}, options};
  input.trends = &trends;
  return DetectRebalanceStorm(input);
}

TEST(RebalanceStorm, AGroupThatNeverComesToRestIsTold) {
  // Brokers told "PreparingRebalance" at nearly every look while the generation grew to 187.
  const DetectorReport report = AfterRebalancing(400, 10);
  ASSERT_THAT(report.anomalies, SizeIs(1));
  EXPECT_EQ(report.anomalies[0].group, "chain-workers");
  EXPECT_THAT(report.anomalies[0].message, HasSubstr("has been rebalancing for 6 min"));
  EXPECT_THAT(report.anomalies[0].next_step, HasSubstr("another assignor"));
}

TEST(RebalanceStorm, OneLongRebalanceAndARollingRestartAreNotTold) {
  EXPECT_THAT(AfterRebalancing(280, 1000).anomalies, IsEmpty()) << "not yet five minutes";
  EXPECT_THAT(AfterRebalancing(1200, 2).anomalies, IsEmpty()) << "at work half of the time";
}

class GoalViolationTest : public ::testing::Test {
 protected:
  GoalViolationTest() {
    snapshot_.taken_at = {1'760'000'000'000};
    plan_.created_at = {1'760'000'000'000 - 60'000};
    plan_.confidence.rates = true;
    GoalVerdict broken;
    broken.goal = "ReplicaDistributionGoal";
    broken.judged = true;
    broken.violations_before = 3;
    broken.cost_before = 2;
    broken.cost_after = 0;
    GoalVerdict unjudged;
    unjudged.goal = "CpuUsageDistributionGoal";
    unjudged.judged = false;
    plan_.goals = {broken, unjudged};
  }
  DetectorReport Detect() {
    return DetectGoalViolation(
        {.now = snapshot_, .before = {}, .options = options_, .trends = nullptr, .plan = &plan_});
  }
  ClusterSnapshot snapshot_;
  DetectorOptions options_;
  Proposal plan_;
};

TEST_F(GoalViolationTest, AGoalThatCanNeverBeJudgedHoldsNothingUp) {
  const DetectorReport report = Detect();
  ASSERT_THAT(report.anomalies, SizeIs(1));
  EXPECT_EQ(report.anomalies[0].subject, "ReplicaDistributionGoal");
  EXPECT_THAT(report.held_because, IsEmpty()) << "else no case of another goal would ever end";
}

TEST_F(GoalViolationTest, WhileRatesAreComingItHolds) {
  plan_.confidence.rates = false;
  EXPECT_THAT(Detect().held_because, HasSubstr("rates are not known yet"));
}

TEST_F(GoalViolationTest, APlanWithoutANumberIsNotNamed) {
  EXPECT_EQ(Detect().anomalies.at(0).next_step, "levelwind plan");
  plan_.id = "p7";
  EXPECT_EQ(Detect().anomalies.at(0).next_step, "levelwind show p7");
}

TEST(Requests, HealOneThingAndLevelNothingElse) {
  Anomaly anomaly;
  anomaly.brokers = {3};
  AskRemove(anomaly);
  EXPECT_EQ(anomaly.request->remove_brokers, anomaly.brokers);
  EXPECT_TRUE(anomaly.request->fix_offline);
  AskDemote(anomaly);
  EXPECT_EQ(anomaly.request->demote_brokers, anomaly.brokers);
  EXPECT_TRUE(anomaly.request->leadership_only);
  EXPECT_FALSE(anomaly.request->fix_offline) << "each asks anew";
  anomaly.topics = {"a.b", "c"};
  AskReplicationFactor(anomaly, 3);
  EXPECT_EQ(anomaly.request->replication_factors, (std::vector<std::string>{"a\\.b=3", "c=3"}));
  EXPECT_EQ(anomaly.request->include_topics, "a\\.b|c");
}

TEST(MaintenanceEvents, ThatCannotBeReadAreNotTakenForNone) {
  ClusterSnapshot snapshot;
  auto facts = std::make_shared<ClusterFacts>();
  facts->maintenance_problem = "the topic cannot be read";
  snapshot.facts = facts;
  const DetectorOptions options;
  EXPECT_EQ(DetectMaintenanceEvent({snapshot, {}, options}).held_because,
            "the topic cannot be read");
}

TEST(MaintenanceEvents, EachAnnouncementIsOneFindingAndWhatIsSaidAgainTheNewest) {
  ClusterSnapshot snapshot;
  auto facts = std::make_shared<ClusterFacts>();
  const auto announce = [&](std::int64_t at, const std::string& factor) {
    MaintenanceEvent& event = facts->maintenance.emplace_back();
    event.kind = "topic_replication_factor";
    event.at = {at};
    event.request.replication_factors = {factor};
  };
  announce(1000, "orders=3");
  announce(2000, "logs=2");
  announce(300'000, "orders=3");
  snapshot.facts = facts;
  const DetectorOptions options;
  const DetectorReport report = DetectMaintenanceEvent({snapshot, {}, options});
  ASSERT_EQ(report.anomalies.size(), 2U);
  EXPECT_EQ(report.anomalies[0].subject, "topic_replication_factor logs=2");
  EXPECT_EQ(report.anomalies[1].subject, "topic_replication_factor orders=3");
  EXPECT_EQ(report.anomalies[1].began_at.unix_ms, 300'000);
}

}  // namespace
}  // namespace levelwind::detectors
