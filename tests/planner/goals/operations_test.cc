// Operations that goals and lists make: where replicas may go, who leads, what has to move.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "planner/goals/goal_set.h"
#include "planner/rebalance/plan_rebalance.h"
#include "tests/planner/goals/goal_case.h"

namespace levelwind::planner::testing {
namespace {

using ::testing::HasSubstr;

/// Everything on 1 and 2; 3 and 4 are empty.
ClusterSnapshot Crowded() { return Brokers(4).AddTopic("t", Repeat({1, 2}, 24)).Build(); }

TEST(Destinations, OnlyTheListedReceive) {
  PlannerOptions options;
  options.destination_brokers = {3};
  const Proposal proposal = Plan(Crowded(), options);
  EXPECT_GT(proposal.replica_moves, 0);
  for (const Move& move : proposal.moves) {
    for (const BrokerId id : move.Added()) EXPECT_EQ(id, 3);
  }
}

TEST(Destinations, TheExcludedDoNot) {
  PlannerOptions options;
  options.excluded_destinations = {3};
  const Proposal proposal = Plan(Crowded(), options);
  EXPECT_GT(Holds(After(Crowded(), proposal), 4), 0);
  EXPECT_EQ(Holds(After(Crowded(), proposal), 3), 0);
}

TEST(Destinations, OnlyNewBrokers) {
  ClusterSnapshot snapshot = Crowded();
  snapshot.brokers[3].state = BrokerState::kNew;
  PlannerOptions options;
  options.only_new_brokers = true;
  const auto after = After(snapshot, Plan(snapshot, options));
  EXPECT_EQ(Holds(after, 3), 0);
  EXPECT_GT(Holds(after, 4), 0);
}

TEST(Destinations, BrokersThatAreNamedNewCountAsNew) {
  PlannerOptions options;
  options.only_new_brokers = true;
  EXPECT_EQ(Plan(Crowded(), options).replica_moves, 0) << "no broker is new";
  options.new_brokers = {4};
  const auto after = After(Crowded(), Plan(Crowded(), options));
  EXPECT_EQ(Holds(after, 3), 0);
  EXPECT_GT(Holds(after, 4), 0);
}

TEST(Removal, BrokersThatAreNamedLeavingAreEmptied) {
  PlannerOptions options;
  options.leaving_brokers = {1};
  const Proposal proposal = Plan(Crowded(), options);
  EXPECT_EQ(Holds(After(Crowded(), proposal), 1), 0);
  EXPECT_EQ(VerdictOf(proposal, kDrainGoal).violations_after, 0);
  // Exactly what a plan of the cluster that says so itself does.
  ClusterSnapshot leaving = Crowded();
  leaving.brokers[0].state = BrokerState::kRemoving;
  EXPECT_EQ(After(leaving, Plan(leaving, {})), After(Crowded(), proposal));
}

TEST(Removal, RetiringBrokersAreEmptiedAndStayEmpty) {
  PlannerOptions options;
  options.retiring_brokers = {1, 9};  // 9 has gone already.
  const ClusterSnapshot snapshot = Crowded();
  const auto after = After(snapshot, Plan(snapshot, options));
  EXPECT_EQ(Holds(after, 1), 0);
  EXPECT_GT(Holds(after, 4), 0);
  options.new_brokers = {1};
  const auto refused = PlanRebalance(snapshot, options);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(), HasSubstr("broker 1 is in retiring_brokers and in new_"));
}

TEST(Removal, WhatCannotBeAtOnceIsRefused) {
  const auto refusal = [](const PlannerOptions& options) {
    const auto planned = PlanRebalance(Crowded(), options);
    return planned.ok() ? std::string("planned") : planned.error().message();
  };
  PlannerOptions options;
  options.leaving_brokers = {3};
  options.new_brokers = {3};
  EXPECT_THAT(refusal(options), HasSubstr("broker 3 is in leaving_brokers and in new_brokers"));
  options.new_brokers = {9};
  EXPECT_THAT(refusal(options), HasSubstr("new_brokers names broker 9, which is not"));
  options.new_brokers.clear();
  options.leadership_only = true;
  EXPECT_THAT(refusal(options), HasSubstr("moves no replica, which emptying brokers needs"));
  options.leadership_only = false;
  options.leaving_brokers = {3, 4};
  options.replication_factors = {"t=3"};
  EXPECT_THAT(refusal(options), HasSubstr("cannot have 3 replicas on 2 serving brokers"));
}

TEST(Demote, LeadsNothingAndKeepsItsReplicas) {
  const ClusterSnapshot snapshot = Brokers(3)
                                       .AddTopic("t", Repeat({1, 2, 3}, 6))
                                       .AddTopic("u", Repeat({2, 3, 1}, 6))
                                       .AddTopic("alone", Repeat({1}, 1))
                                       .Build();
  PlannerOptions options = Only({"PreferredLeaderElectionGoal"});
  options.demoted_brokers = {1};
  const Proposal proposal = Plan(snapshot, options);
  EXPECT_EQ(proposal.replica_moves, 0);
  EXPECT_EQ(VerdictOf(proposal, kDrainGoal).violations_before, 6);
  EXPECT_EQ(VerdictOf(proposal, kDrainGoal).violations_after, 0);
  const auto after = After(snapshot, proposal);
  EXPECT_EQ(Leads(after, 1), 1) << "of the topic with one replica nobody else can";
  EXPECT_EQ(Holds(after, 1), 13);
}

TEST(Demote, TheOthersShareTheLeadsAndGetNoMore) {
  const ClusterSnapshot snapshot = Brokers(4).AddTopic("t", Repeat({1, 2, 3, 4}, 30)).Build();
  PlannerOptions options;
  options.demoted_brokers = {1};
  const Proposal proposal = Plan(snapshot, options);
  const auto after = After(snapshot, proposal);
  EXPECT_EQ(Leads(after, 1), 0);
  for (BrokerId b = 2; b <= 4; ++b) EXPECT_NEAR(Leads(after, b), 10, 1);
  EXPECT_EQ(VerdictOf(proposal, "LeaderReplicaDistributionGoal").violations_after, 0);
}

TEST(LeadershipOnly, MovesNoReplica) {
  // Replicas are as uneven as leaders are.
  const ClusterSnapshot snapshot =
      Brokers(3).AddTopic("t", Repeat({1, 2}, 24)).AddTopic("u", Repeat({3}, 12)).Build();
  PlannerOptions options;
  options.leadership_only = true;
  const Proposal proposal = Plan(snapshot, options);
  EXPECT_EQ(proposal.replica_moves, 0);
  EXPECT_NEAR(Leads(After(snapshot, proposal), 1), 12, 1);
  EXPECT_EQ(VerdictOf(proposal, "LeaderReplicaDistributionGoal").violations_after, 0);
  EXPECT_GT(VerdictOf(proposal, "ReplicaDistributionGoal").violations_after, 0);
}

TEST(OfflineReplicas, LeaveAFailedLogDir) {
  ClusterSnapshot snapshot = Brokers(3).AddTopic("t", Repeat({1, 2}, 4)).Build();
  snapshot.replicas[1].offline = true;  // Of t-0 on broker 2.
  snapshot.replicas[1].in_sync = false;
  PlannerOptions options;
  options.only_offline_replicas = true;
  const Proposal proposal = Plan(snapshot, options);
  ASSERT_EQ(proposal.moves.size(), 1U) << "nothing else, however uneven";
  EXPECT_EQ(proposal.moves[0].after, (std::vector<BrokerId>{1, 3}));
  EXPECT_EQ(VerdictOf(proposal, kDrainGoal).violations_after, 0);
}

TEST(OfflineReplicas, OnDeadBrokersAreAllThatMoves) {
  const ClusterSnapshot snapshot = SnapshotBuilder()
                                       .AddBroker(1, "a")
                                       .AddBroker(2, "b")
                                       .AddBroker(3, "c")
                                       .AddBroker(4, "d", BrokerState::kDead)
                                       .AddTopic("t", Repeat({1, 4}, 3))
                                       .AddTopic("u", Repeat({1, 2}, 20))
                                       .Build();
  PlannerOptions options;
  options.only_offline_replicas = true;
  const Proposal proposal = Plan(snapshot, options);
  ASSERT_EQ(proposal.moves.size(), 3U);
  for (const Move& move : proposal.moves) EXPECT_EQ(move.partition.topic, "t");
}

TEST(ExcludedTopics, AreStillMovedOffDeadBrokers) {
  const ClusterSnapshot snapshot = SnapshotBuilder()
                                       .AddBroker(1, "a")
                                       .AddBroker(2, "b")
                                       .AddBroker(3, "c", BrokerState::kDead)
                                       .AddTopic("keep", Repeat({1, 3}, 3))
                                       .AddTopic("keep-too", Repeat({1}, 9))
                                       .Build();
  PlannerOptions options;
  options.exclude_topics = "keep.*";
  const Proposal proposal = Plan(snapshot, options);
  ASSERT_EQ(proposal.moves.size(), 3U);
  for (const Move& move : proposal.moves) {
    EXPECT_EQ(move.partition.topic, "keep");
    EXPECT_EQ(move.after, (std::vector<BrokerId>{1, 2}));
  }
}

TEST(ReplicationFactor, NewReplicasGoWhereTheGoalsWantThem) {
  const ClusterSnapshot snapshot = Brokers(4)
                                       .AddTopic("orders", Repeat({1, 2}, 12))
                                       .AddTopic("other", Repeat({3, 4}, 6))
                                       .Build();
  PlannerOptions options = Only({"RackAwareGoal", "ReplicaDistributionGoal"});
  options.replication_factors = {"orders=3"};
  const Proposal proposal = Plan(snapshot, options);
  const auto after = After(snapshot, proposal);
  for (std::size_t i = 0; i < after.size(); ++i) {
    const std::set<BrokerId> distinct(after[i].begin(), after[i].end());
    EXPECT_EQ(distinct.size(), i < 12 ? 3U : 2U);
    EXPECT_LE(*distinct.rbegin(), 4);
  }
  for (BrokerId b = 1; b <= 4; ++b) EXPECT_NEAR(Holds(after, b), 12, 2);
  EXPECT_EQ(proposal.brokers.size(), 4U);
  const Move& move = proposal.moves[0];
  EXPECT_EQ(move.goal, kReplicationGoal);
  EXPECT_EQ(move.kind, MoveKind::kReplica);
  EXPECT_EQ(move.after.size(), 3U);
  EXPECT_EQ(move.reason, "the topic is to have 3 replicas, not 2");
}

TEST(ReplicationFactor, FewerKeepTheLeaderAndDropWhatIsWorthLeast) {
  Specs specs = Repeat({1, 2, 3}, 3);
  specs[1].leader = 2;
  const ClusterSnapshot snapshot = SnapshotBuilder()
                                       .AddBroker(1, "a")
                                       .AddBroker(2, "b")
                                       .AddBroker(3, "b", BrokerState::kDead)
                                       .AddTopic("t", specs)
                                       .Build();
  PlannerOptions options = Only({"RackAwareGoal"});
  options.replication_factors = {"t=2"};
  const auto two = After(snapshot, Plan(snapshot, options));
  for (const auto& ids : two) EXPECT_EQ(Holds({ids}, 3), 0) << "the dead broker's goes first";
  options.replication_factors = {"t=1"};
  const auto one = After(snapshot, Plan(snapshot, options));
  EXPECT_EQ(one[0], std::vector<BrokerId>{1});
  EXPECT_EQ(one[1], std::vector<BrokerId>{2}) << "the leader stays";
}

TEST(ReplicationFactor, IsChecked) {
  const ClusterSnapshot snapshot = Brokers(2).AddTopic("t", Repeat({1}, 2)).Build();
  const auto says = [&](const std::string& item) {
    PlannerOptions options;
    options.replication_factors = {item};
    const auto proposal = PlanRebalance(snapshot, options);
    return proposal.ok() ? std::string() : proposal.error().message();
  };
  EXPECT_THAT(says("t=3"), HasSubstr("cannot have 3 replicas on 2 serving brokers"));
  EXPECT_THAT(says("t=8"), HasSubstr("is not PATTERN=N"));
  EXPECT_THAT(says("t"), HasSubstr("is not PATTERN=N"));
  EXPECT_THAT(says("(=2"), HasSubstr("replication_factors"));
  EXPECT_EQ(says("t=2"), "");
}

TEST(RestoreRacks, TouchesNothingElse) {
  SnapshotBuilder builder;
  builder.AddBroker(1, "a").AddBroker(2, "a").AddBroker(3, "b").AddBroker(4, "b");
  const ClusterSnapshot snapshot =
      builder.AddTopic("clash", Repeat({1, 2}, 3)).AddTopic("skew", Repeat({1, 3}, 40)).Build();
  const Proposal proposal = Plan(snapshot, Only({"RackAwareGoal"}));
  ASSERT_EQ(proposal.moves.size(), 3U);
  for (const Move& move : proposal.moves) EXPECT_EQ(move.partition.topic, "clash");
}

}  // namespace
}  // namespace levelwind::planner::testing
