#include "planner/bounds/provision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "planner/rebalance/plan_rebalance.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::planner {
namespace {

using levelwind::testing::SnapshotBuilder;
using Specs = std::vector<SnapshotBuilder::PartitionSpec>;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kMiB = 1 << 20;

ClusterSnapshot WithDisks(ClusterSnapshot snapshot, double mib) {
  for (Broker& broker : snapshot.brokers) broker.capacity.disk_bytes = mib * kMiB;
  return snapshot;
}

/// Partitions of 10 MiB on 4 brokers of 2 racks, two replicas each.
ClusterSnapshot Cluster(std::size_t partitions, double disk_mib) {
  return WithDisks(
      SnapshotBuilder()
          .AddBroker(1, "a")
          .AddBroker(2, "b")
          .AddBroker(3, "a")
          .AddBroker(4, "b")
          .AddTopic("t", Specs(partitions, {.replicas = {1, 2}, .size_bytes = 10 * kMiB}))
          .Build(),
      disk_mib);
}

Proposal Plan(const ClusterSnapshot& snapshot, const PlannerOptions& options = {}) {
  return PlanRebalance(snapshot, options).value();
}

ProvisionAdvice Advice(const Proposal& proposal, std::string_view resource) {
  const auto found = std::ranges::find(proposal.provision, resource, &ProvisionAdvice::resource);
  if (found != proposal.provision.end()) return *found;
  ADD_FAILURE() << "no advice on " << resource;
  return {};
}

TEST(Provision, TooLittleDiskSaysHowManyBrokersToAdd) {
  // 400 MiB of replicas; four disks of 100 MiB at 80 % hold 320. One more brings 80: exactly
  // enough.
  const Proposal proposal = Plan(Cluster(20, 100));
  const ProvisionAdvice disk = Advice(proposal, "disk");
  EXPECT_EQ(disk.status, "under");
  EXPECT_EQ(disk.brokers, 1);
  EXPECT_EQ(disk.sentence, "400 MiB of 320 MiB allowed: add at least 1 broker of 100 MiB");
  EXPECT_EQ(Advice(proposal, "cluster").status, "under");
  EXPECT_EQ(Advice(Plan(Cluster(21, 100)), "disk").brokers, 2) << "420 MiB: one is not enough";
  EXPECT_EQ(Advice(Plan(Cluster(16, 100)), "disk").status, "right") << "320 MiB: just fits";
}

TEST(Provision, AnInfeasibleHardGoalIsABestEffortPlanWithTheReason) {
  // 320 MiB; three disks of 100 MiB are left, of which 240 may be filled.
  const ClusterSnapshot snapshot =
      WithDisks(SnapshotBuilder()
                    .AddBroker(1, "a")
                    .AddBroker(2, "b")
                    .AddBroker(3, "c", levelwind::BrokerState::kDead)
                    .AddBroker(4, "c")
                    .AddTopic("t", Specs(16, {.replicas = {1, 3}, .size_bytes = 10 * kMiB}))
                    .Build(),
                100);
  const Proposal proposal = Plan(snapshot);
  EXPECT_FALSE(proposal.empty()) << "what is on the dead broker gets a home all the same";
  EXPECT_THAT(proposal.notes,
              Contains(AllOf(HasSubstr("DiskCapacityGoal cannot be met: broker"),
                             HasSubstr("more than it may"), HasSubstr("of 3 brokers are over"),
                             HasSubstr("add at least 1 broker of 100 MiB"))));
  EXPECT_THAT(Plan(Cluster(12, 100)).notes, Not(Contains(HasSubstr("cannot be met"))));
}

TEST(Provision, LittleUseSaysHowManyBrokersCanBeSpared) {
  // 40 MiB on disks of 1,000: one broker would do, three are kept.
  const ProvisionAdvice disk = Advice(Plan(Cluster(2, 1000)), "disk");
  EXPECT_EQ(disk.status, "over");
  EXPECT_EQ(disk.brokers, 1);
  EXPECT_EQ(Advice(Plan(Cluster(2, 1000)), "cluster").status, "over");
  PlannerOptions never;
  never.low_use_threshold = 0;
  EXPECT_EQ(Advice(Plan(Cluster(2, 1000), never), "disk").status, "right");
  // 21 % used: more than the fifth below which anything is said.
  EXPECT_EQ(Advice(Plan(Cluster(42, 1000)), "disk").status, "right");
}

TEST(Provision, WithoutCapacitiesNothingIsDecided) {
  const ClusterSnapshot snapshot = SnapshotBuilder()
                                       .AddBroker(1, "a")
                                       .AddBroker(2, "b")
                                       .AddTopic("t", Specs(4, {.replicas = {1, 2}}))
                                       .Build();
  const Proposal proposal = Plan(snapshot);
  for (const std::string_view resource : {"cpu", "network_in", "network_out", "disk"}) {
    EXPECT_EQ(Advice(proposal, resource).status, "undecided") << resource;
  }
  EXPECT_EQ(Advice(proposal, "cluster").status, "undecided");
  EXPECT_EQ(Advice(proposal, "replicas").status, "right") << "its limit is an option";
}

TEST(Provision, OnePartitionThatNoBrokerCanHoldIsNamed) {
  const auto snapshot =
      WithDisks(SnapshotBuilder()
                    .AddBroker(1, "a")
                    .AddBroker(2, "b")
                    .AddBroker(3, "c")
                    .AddTopic("big", Specs(1, {.replicas = {1}, .size_bytes = 90 * kMiB}))
                    .Build(),
                100);
  const ProvisionAdvice disk = Advice(Plan(snapshot), "disk");
  EXPECT_EQ(disk.status, "under");
  EXPECT_EQ(disk.brokers, 0) << "more of the same would not help";
  EXPECT_THAT(disk.sentence, HasSubstr("big-0 alone has 90 MiB, no broker may bear more than 80"));
}

TEST(Provision, ARackThatMustHoldAReplicaOfEverythingIsNamed) {
  // Two racks, two replicas: rack b has one broker and must hold all 100 MiB. 200 of 320 in all.
  const auto snapshot =
      WithDisks(SnapshotBuilder()
                    .AddBroker(1, "a")
                    .AddBroker(2, "b")
                    .AddBroker(3, "a")
                    .AddBroker(4, "a")
                    .AddTopic("t", Specs(10, {.replicas = {1, 2}, .size_bytes = 10 * kMiB}))
                    .Build(),
                100);
  const ProvisionAdvice disk = Advice(Plan(snapshot), "disk");
  EXPECT_EQ(disk.status, "under");
  EXPECT_EQ(disk.brokers, 1);
  EXPECT_THAT(disk.sentence, HasSubstr("rack b must hold 100 MiB"));
}

TEST(Provision, MoreReplicasThanRacksAsksForRacks) {
  const auto snapshot = SnapshotBuilder()
                            .AddBroker(1, "a")
                            .AddBroker(2, "b")
                            .AddBroker(3, "a")
                            .AddTopic("t", Specs(3, {.replicas = {1, 2, 3}}))
                            .Build();
  const ProvisionAdvice racks = Advice(Plan(snapshot), "racks");
  EXPECT_EQ(racks.status, "under");
  EXPECT_EQ(racks.brokers, 1);
}

TEST(Provision, AddingTheAdvisedBrokersMakesItFit) {
  ClusterSnapshot snapshot = Cluster(30, 100);
  const ProvisionAdvice advice = Advice(Plan(snapshot), "disk");
  ASSERT_EQ(advice.status, "under");
  for (std::int32_t i = 0; i < advice.brokers; ++i) {
    Broker broker = snapshot.brokers[static_cast<std::size_t>(i % 2)];
    broker.id = 100 + i;
    snapshot.brokers.push_back(broker);
  }
  const Proposal after = Plan(snapshot);
  EXPECT_EQ(Advice(after, "disk").status, "right");
}

TEST(Provision, WhatKeepsADeadBrokerFullIsSaid) {
  const auto snapshot = SnapshotBuilder()
                            .AddBroker(1, "a")
                            .AddBroker(2, "b")
                            .AddBroker(3, "c", levelwind::BrokerState::kDead)
                            .AddTopic("t", Specs(4, {.replicas = {1, 2, 3}}))
                            .Build();
  EXPECT_THAT(Plan(snapshot).notes,
              Contains("broker 3 (dead) keeps 4 replicas: t-0 has 3 replicas and 2 brokers serve: "
                       "add 1"));
}

}  // namespace
}  // namespace levelwind::planner
