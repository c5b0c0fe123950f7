// Groups of real consumer processes that the daemon scales by webhook, and their coordinator killed
// meanwhile: what it does not know it must not act on.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/consumer_fleet/consumer_fleet.h"
#include "tests/consumer_fleet/scaled_daemon.h"
#include "tests/consumer_fleet/steady_load.h"
#include "tests/kafka_cluster/daemon_api.h"
#include "tests/kafka_cluster/real_cluster.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::testing {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr int kPartitions = 6;
// Both have their offsets in the one partition of __consumer_offsets: they lose the same broker.
const std::vector<std::string> kProtocols = {"cooperative", "kip848"};

std::string GroupOf(const std::string& protocol) { return "killed-" + protocol; }

class CoordinatorKilled : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(StartKafka());
    ASSERT_NO_FATAL_FAILURE(StartGroups());
    ASSERT_NO_FATAL_FAILURE(StartDaemon());
  }
  void StartKafka() {
    RealClusterOptions wanted;
    wanted.brokers = 3;
    wanted.racks = "r1,r2,r3";
    wanted.log_dirs = 1;
    // With the one broker that has them, the groups' offsets and members are gone from sight.
    wanted.settings = {{"offsets.topic.replication.factor", "1"},
                       {"offsets.topic.num.partitions", "1"}};
    auto cluster = RealCluster::Start(wanted);
    ASSERT_TRUE(cluster.ok()) << cluster.error();
    kafka_ = *std::move(cluster);
    for (const std::string& protocol : kProtocols) {
      kafka::NewTopic topic;
      topic.name = GroupOf(protocol);
      topic.assignments.assign(kPartitions, {1, 2, 3});
      ASSERT_TRUE(kafka_->CreateTopic(topic).ok());
    }
  }
  void StartGroups() {
    ConsumerFleet::Options options;
    options.bootstrap = kafka_->bootstrap();
    options.dir = directory_.path();
    for (const std::string& protocol : kProtocols) {
      FleetGroup group;
      group.name = group.topic = GroupOf(protocol);
      group.protocol = protocol;
      options.groups.push_back(group);
    }
    auto fleet = ConsumerFleet::Start(options);
    ASSERT_TRUE(fleet.ok()) << fleet.error();
    fleet_ = *std::move(fleet);
    for (const FleetGroup& group : options.groups) {
      fleet_->Scale(group.name, 2);
      auto load = SteadyLoad::Start(kafka_->bootstrap(), group.topic, kPartitions);
      ASSERT_TRUE(load.ok()) << load.error();
      loads_.push_back(*std::move(load));
    }
    SetRate(120);
  }
  void StartDaemon() {
    daemon_ =
        std::make_unique<Daemon>(ScalingDaemon(kafka_->bootstrap(), directory_.path(), *fleet_,
                                               {GroupOf(kProtocols[0]), GroupOf(kProtocols[1])},
                                               "    capacity: 100\n"
                                               "    objective: 60s\n"
                                               "    start_time: 5s\n"
                                               "    stale_after: 10s\n"
                                               "    down_window: 60s\n"
                                               "    actions_per_hour: 60\n"));
    ASSERT_TRUE(daemon_->Start().ok());
    ASSERT_TRUE(daemon_->WaitHttp("/-/ready", 60s).ok());
    EachComesTo("be steady", 120s, [&](const std::string& group) {
      return Now(group).value("reason", "") == "steady";
    });
  }

  void SetRate(double per_s) {
    for (const auto& load : loads_) load->SetRate(per_s);
  }
  /// What the daemon says about the group; empty while it says nothing.
  json Now(const std::string& group) const {
    const auto now = ScalingOf(*daemon_, group);
    return now.ok() && now->is_object() ? *now : json::object();
  }
  void EachComesTo(const std::string& what, std::chrono::seconds limit,
                   const std::function<bool(const std::string& group)>& done) const {
    for (const std::string& protocol : kProtocols) {
      const std::string group = GroupOf(protocol);
      ASSERT_TRUE(WaitFor([&] { return done(group); }, limit, group + " to " + what))
          << Now(group).dump(2);
    }
  }
  /// Of both groups; -1 if they differ or nobody knows.
  BrokerId Coordinator() const {
    std::set<BrokerId> found;
    for (const std::string& protocol : kProtocols) {
      const auto group = GetJson(*daemon_, "/api/v1/groups/" + GroupOf(protocol));
      found.insert(group.ok() ? group->value("/group/coordinator"_json_pointer, -1) : -1);
    }
    return found.size() == 1 ? *found.begin() : -1;
  }

  TempDir directory_{"coordinator-killed"};
  std::unique_ptr<RealCluster> kafka_;
  std::unique_ptr<ConsumerFleet> fleet_;
  std::vector<std::unique_ptr<SteadyLoad>> loads_;
  std::unique_ptr<Daemon> daemon_;
};

struct Held {
  std::int64_t members = 0;
  std::size_t orders = 0;
  std::set<std::int64_t> desired;  // while nothing was known
  std::set<std::string> reasons;
};

TEST_F(CoordinatorKilled, WhatWasIsHeldUntilItIsBack) {
  // In the middle of an increase.
  SetRate(400);
  EachComesTo("grow", 120s, [&](const std::string& group) { return fleet_->members(group) > 2; });
  const BrokerId coordinator = Coordinator();
  ASSERT_GT(coordinator, 0);
  ASSERT_TRUE(kafka_->Kill(coordinator).ok());
  // Hardly anything arrives any more: whoever took silence for knowledge would now shrink them.
  SetRate(5);
  EachComesTo("be held", 60s, [&](const std::string& group) {
    return Now(group).value("reason", "") == "unknown_held";
  });
  std::map<std::string, Held> held;
  for (const std::string& protocol : kProtocols) {
    const std::string group = GroupOf(protocol);
    held[group].members = Now(group).value("desired", -1);
    held[group].orders = fleet_->orders(group).size();
    EXPECT_GE(held[group].members, 3) << group;
  }
  const auto until = std::chrono::steady_clock::now() + 75s;  // longer than the down window
  while (std::chrono::steady_clock::now() < until) {
    for (auto& [group, seen] : held) {
      const json now = Now(group);
      if (now.empty()) continue;
      seen.desired.insert(now.value("desired", -1));
      seen.reasons.insert(now.value("reason", ""));
    }
    std::this_thread::sleep_for(500ms);
  }
  for (const auto& [group, seen] : held) {
    EXPECT_EQ(seen.desired, std::set{seen.members}) << group;
    EXPECT_EQ(seen.reasons, std::set<std::string>{"unknown_held"}) << group;
    EXPECT_EQ(fleet_->orders(group).size(), seen.orders)
        << group << ": nothing is ordered for want of knowledge";
  }
  ASSERT_TRUE(kafka_->StartBroker(coordinator).ok());
  EachComesTo("be known again", 90s,
              [&](const std::string& group) { return !Now(group).value("stale", true); });
  EachComesTo("be shrunk, now that it is known to be idle", 240s, [&](const std::string& group) {
    return fleet_->members(group) < held[group].members;
  });
  for (const auto& [group, seen] : held) {
    for (const FleetOrder& order : fleet_->orders(group)) EXPECT_GT(order.to, 0) << order.reason;
  }
}

}  // namespace
}  // namespace levelwind::testing
