// Every kind of maintenance that Cruise Control's clients announce, from the record in the topic to
// what the cluster is like afterwards.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/sim_healing/healing_daemon.h"

namespace levelwind::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int kPartitions = 12;

class Maintenance : public HealingDaemon {
 protected:
  /// Four brokers on four racks, of which the last holds nothing unless `even`.
  void StartCluster(bool even) {
    StartSim({.brokers = 4, .racks = {"a", "b", "c", "d"}});
    std::vector<std::vector<BrokerId>> orders, logs;
    const int brokers = even ? 4 : 3;
    for (int p = 0; p < kPartitions; ++p) {
      orders.push_back({p % brokers + 1, (p + 1) % brokers + 1});
      logs.push_back({(p + 1) % brokers + 1, p % brokers + 1});
    }
    ASSERT_EQ(sim_->AddTopic({.name = "orders", .assignments = orders, .partition_bytes = 1e8}), 0);
    ASSERT_EQ(sim_->AddTopic({.name = "logs", .assignments = logs, .partition_bytes = 1e8}), 0);
  }

  /// From the record to a plan that waits for a word, and from there to the end of the operation.
  void SeeThrough(const std::string& subject, const std::function<void()>& announce) {
    config_.heal.approval = {"maintenance_event"};
    Serve();
    const std::string before = Placement();
    announce();
    ASSERT_TRUE(WaitForState("approval approval", subject)) << Story(subject);
    EXPECT_EQ(Placement(), before) << "nothing moves without a word";
    EXPECT_EQ(Operations(), 0U);
    const std::string id = Case(subject).id;
    const Status approved = daemon_->healing().Approve(id, "somebody", "as announced");
    ASSERT_TRUE(approved.ok()) << approved.error();
    ASSERT_TRUE(WaitForState("watched done", subject)) << Story(subject);
    EXPECT_EQ(Operations(), 1U) << Story(subject);
    EXPECT_EQ(Case(subject).attempts, 1);
    EXPECT_THAT(sim_->Moving(), IsEmpty());
    EXPECT_THAT(sim_->Throttles(), IsEmpty());
    const auto operation = daemon_->executor_view()->operations.front();
    EXPECT_EQ(operation.state, OperationState::kCompleted);
    EXPECT_THAT(operation.reason,
                AllOf(HasSubstr(id + ": " + subject), HasSubstr("approved by somebody")));
  }

  std::string Placement() {
    std::string text;
    for (const char* topic : {"orders", "logs"}) {
      for (int p = 0; p < kPartitions; ++p) {
        text += fmt::format("{}-{}", topic, p);
        for (const BrokerId id : Replicas(topic, p)) text += fmt::format(" {}", id);
        text += fmt::format(" led by {}\n", sim_->Partition({topic, p}).leader);
      }
    }
    return text;
  }
  std::size_t HeldBy(BrokerId broker) {
    std::size_t held = 0;
    for (const char* topic : {"orders", "logs"}) {
      for (int p = 0; p < kPartitions; ++p) {
        held += std::ranges::count(Replicas(topic, p), broker) > 0 ? 1U : 0U;
      }
    }
    return held;
  }
};

TEST_F(Maintenance, AddBrokerFillsIt) {
  StartCluster(false);
  std::vector<std::size_t> before;
  for (BrokerId id = 1; id <= 4; ++id) before.push_back(HeldBy(id));
  ASSERT_EQ(before[3], 0U);
  SeeThrough("add_broker 4", [&] { AnnounceBrokers("AddBrokerPlan", 0, {4}); });
  EXPECT_GE(HeldBy(4), 10U) << Placement();
  for (BrokerId id = 1; id <= 3; ++id) {
    EXPECT_LE(HeldBy(id), before[static_cast<std::size_t>(id) - 1]) << "nobody else receives";
  }
}

TEST_F(Maintenance, RemoveBrokerEmptiesIt) {
  StartCluster(false);
  const std::size_t held = HeldBy(2);
  SeeThrough("remove_broker 2", [&] { AnnounceBrokers("RemoveBrokerPlan", 1, {2}); });
  EXPECT_EQ(HeldBy(2), 0U) << Placement();
  EXPECT_NEAR(sim_->Counters().replicated_bytes, static_cast<double>(held) * 1e8, 100)
      << "what was on it and nothing else";
  for (int p = 0; p < kPartitions; ++p) EXPECT_THAT(Replicas("orders", p), SizeIs(2));
}

TEST_F(Maintenance, FixOfflineReplicasSavesThemThoughNobodyHealsDeadBrokers) {
  StartCluster(true);
  const std::size_t held = HeldBy(3);
  ASSERT_TRUE(sim_->StopBroker(3).ok());
  SeeThrough("fix_offline_replicas", [&] { Announce("FixOfflineReplicasPlan", 2, "", {}); });
  EXPECT_EQ(HeldBy(3), 0U) << Placement();
  EXPECT_NEAR(sim_->Counters().replicated_bytes, static_cast<double>(held) * 1e8, 100)
      << "what was offline and nothing else";
}

TEST_F(Maintenance, RebalanceLevels) {
  StartCluster(false);
  SeeThrough("rebalance", [&] { Announce("RebalancePlan", 3, "", {}); });
  for (BrokerId id = 1; id <= 4; ++id) {
    EXPECT_GE(HeldBy(id), 11U) << Placement();
    EXPECT_LE(HeldBy(id), 13U) << Placement();
  }
}

TEST_F(Maintenance, DemoteBrokerTakesItsLeads) {
  StartCluster(true);
  const std::size_t held = HeldBy(1);
  SeeThrough("demote_broker 1", [&] { AnnounceBrokers("DemoteBrokerPlan", 4, {1}); });
  EXPECT_THAT(Leaders("orders", kPartitions), Not(Contains(1)));
  EXPECT_THAT(Leaders("logs", kPartitions), Not(Contains(1)));
  EXPECT_EQ(HeldBy(1), held);
  EXPECT_EQ(sim_->Counters().replicated_bytes, 0);
}

TEST_F(Maintenance, TopicReplicationFactorChangesWhatMatches) {
  StartCluster(false);
  std::vector<std::vector<BrokerId>> others;
  for (int p = 0; p < kPartitions; ++p) others.push_back(Replicas("logs", p));
  SeeThrough("topic_replication_factor orders=3", [&] { AnnounceFactor(3, "orders"); });
  for (int p = 0; p < kPartitions; ++p) {
    const auto replicas = Replicas("orders", p);
    EXPECT_EQ(std::set<BrokerId>(replicas.begin(), replicas.end()).size(), 3U);
    EXPECT_EQ(Replicas("logs", p), others[static_cast<std::size_t>(p)]) << "nothing is levelled";
  }
}

TEST_F(Maintenance, TheModesHoldForIt) {
  StartCluster(true);
  config_.heal.modes = {"maintenance_event=dry_run"};
  Serve();
  AnnounceBrokers("RemoveBrokerPlan", 1, {2});
  ASSERT_TRUE(WaitForState("planned dry_run")) << Story();
  EXPECT_THAT(Case().plan_summary, HasSubstr("replica moves"));
  StopServing();
  config_.heal.modes = {};
  Serve();
  ASSERT_TRUE(WaitForState("watched off")) << Story();
  EXPECT_EQ(Operations(), 0U);
  EXPECT_EQ(HeldBy(2), 12U);
}

TEST_F(Maintenance, WithoutApprovalItIsDoneOnceForEachAnnouncement) {
  StartCluster(true);
  Serve();
  AnnounceBrokers("DemoteBrokerPlan", 4, {1});
  ASSERT_TRUE(WaitForState("watched done")) << Story();
  EXPECT_THAT(Leaders("orders", kPartitions), Not(Contains(1)));
  // Nothing keeps an operator from taking it back, and it is not done again then.
  for (int p = 0; p < kPartitions; ++p) {
    auto back = Replicas("orders", p);
    std::ranges::sort(back);
    sim_->Reassign({"orders", p}, back);
  }
  ASSERT_TRUE(WaitUntil([&] { return sim_->Moving().empty(); }));
  for (int p = 0; p < kPartitions; ++p) sim_->ElectPreferred({"orders", p});
  EXPECT_THAT(Leaders("orders", kPartitions), Contains(1));
  EXPECT_FALSE(WaitUntil([&] { return Operations() > 1; }, 8s)) << Story();
  // After a restart neither.
  StopServing();
  Serve();
  EXPECT_FALSE(WaitUntil([&] { return Operations() > 1; }, 5s)) << Story();
  EXPECT_EQ(StateOf(), "watched done") << Story();
}

TEST_F(Maintenance, TwoFactorsAreTwoAnnouncements) {
  StartCluster(true);
  Serve();
  AnnounceFactor(3, "orders");
  AnnounceFactor(1, "logs");
  ASSERT_TRUE(WaitForState("watched done", "orders=3")) << Story("orders=3");
  ASSERT_TRUE(WaitForState("watched done", "logs=1")) << Story("logs=1");
  for (int p = 0; p < kPartitions; ++p) {
    EXPECT_THAT(Replicas("orders", p), SizeIs(3));
    EXPECT_THAT(Replicas("logs", p), SizeIs(1));
  }
}

}  // namespace
}  // namespace levelwind::testing
