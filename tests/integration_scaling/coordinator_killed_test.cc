// A group of real consumer processes that the daemon scales by webhook, and its coordinator killed
// meanwhile: what it does not know it must not act on.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
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

constexpr const char* kGroup = "coordinator-killed";
constexpr int kPartitions = 6;

/// What the daemon says about the group; empty while it says nothing.
json Now(const Daemon& daemon) {
  const auto now = ScalingOf(daemon, kGroup);
  return now.ok() && now->is_object() ? *now : json::object();
}

class CoordinatorKilled : public ::testing::TestWithParam<const char*> {
 protected:
  void Start(const std::string& protocol) {
    RealClusterOptions wanted;
    wanted.brokers = 3;
    wanted.racks = "r1,r2,r3";
    wanted.log_dirs = 1;
    // With the one broker that has them, the group's offsets and members are gone from sight.
    wanted.settings = {{"offsets.topic.replication.factor", "1"}};
    auto cluster = RealCluster::Start(wanted);
    ASSERT_TRUE(cluster.ok()) << cluster.error();
    kafka_ = *std::move(cluster);
    kafka::NewTopic topic;
    topic.name = kGroup;
    topic.assignments.assign(kPartitions, {1, 2, 3});
    ASSERT_TRUE(kafka_->CreateTopic(topic).ok());
    ConsumerFleet::Options options;
    options.bootstrap = kafka_->bootstrap();
    options.dir = directory_.path();
    FleetGroup group;
    group.name = group.topic = kGroup;
    group.protocol = protocol;
    options.groups = {group};
    auto fleet = ConsumerFleet::Start(options);
    ASSERT_TRUE(fleet.ok()) << fleet.error();
    fleet_ = *std::move(fleet);
    fleet_->Scale(kGroup, 2);
    auto load = SteadyLoad::Start(kafka_->bootstrap(), kGroup, kPartitions);
    ASSERT_TRUE(load.ok()) << load.error();
    load_ = *std::move(load);
    load_->SetRate(120);
    daemon_ = std::make_unique<Daemon>(ScalingDaemon(kafka_->bootstrap(), directory_.path(),
                                                     *fleet_, {kGroup},
                                                     "    capacity: 100\n"
                                                     "    objective: 60s\n"
                                                     "    start_time: 5s\n"
                                                     "    stale_after: 10s\n"
                                                     "    down_window: 60s\n"
                                                     "    actions_per_hour: 60\n"));
    ASSERT_TRUE(daemon_->Start().ok());
    ASSERT_TRUE(daemon_->WaitHttp("/-/ready", 60s).ok());
    const auto settled = [&] { return Now(*daemon_).value("reason", "") == "steady"; };
    ASSERT_TRUE(WaitFor(settled, 120s, "the group to be steady")) << Now(*daemon_).dump(2);
  }

  TempDir directory_{"coordinator-killed"};
  std::unique_ptr<RealCluster> kafka_;
  std::unique_ptr<ConsumerFleet> fleet_;
  std::unique_ptr<SteadyLoad> load_;
  std::unique_ptr<Daemon> daemon_;
};

TEST_P(CoordinatorKilled, WhatWasIsHeldUntilItIsBack) {
  ASSERT_NO_FATAL_FAILURE(Start(GetParam()));
  // In the middle of an increase.
  load_->SetRate(400);
  ASSERT_TRUE(WaitFor([&] { return fleet_->members(kGroup) > 2; }, 120s, "an increase"))
      << Now(*daemon_).dump(2);
  const auto group = GetJson(*daemon_, fmt::format("/api/v1/groups/{}", kGroup));
  ASSERT_TRUE(group.ok()) << group.error();
  const BrokerId coordinator = group->value("/group/coordinator"_json_pointer, -1);
  ASSERT_GT(coordinator, 0) << group->dump(2);
  ASSERT_TRUE(kafka_->Kill(coordinator).ok());
  // Hardly anything arrives any more: whoever took silence for knowledge would now shrink the
  // group.
  load_->SetRate(5);
  const auto held = [&] { return Now(*daemon_).value("reason", "") == "unknown_held"; };
  ASSERT_TRUE(WaitFor(held, 60s, "the daemon to notice")) << Now(*daemon_).dump(2);
  const std::int64_t members = Now(*daemon_).value("desired", -1);
  EXPECT_GE(members, 3);
  const std::size_t orders = fleet_->orders(kGroup).size();
  std::set<std::int64_t> desired;
  std::set<std::string> reasons;
  const auto until = std::chrono::steady_clock::now() + 75s;  // longer than the down window
  while (std::chrono::steady_clock::now() < until) {
    const json now = Now(*daemon_);
    if (now.empty()) continue;
    desired.insert(now.value("desired", -1));
    reasons.insert(now.value("reason", ""));
    std::this_thread::sleep_for(500ms);
  }
  EXPECT_EQ(desired, std::set{members});
  EXPECT_EQ(reasons, std::set<std::string>{"unknown_held"});
  EXPECT_EQ(fleet_->orders(kGroup).size(), orders) << "nothing is ordered for want of knowledge";
  ASSERT_TRUE(kafka_->StartBroker(coordinator).ok());
  const auto known = [&] {
    const json now = Now(*daemon_);
    return !now.value("stale", true);
  };
  EXPECT_TRUE(WaitFor(known, 90s, "decisions to go on")) << Now(*daemon_).dump(2);
  EXPECT_TRUE(WaitFor([&] { return fleet_->members(kGroup) < members; }, 240s,
                      "the group to be shrunk, now that it is known to be idle"))
      << Now(*daemon_).dump(2);
  for (const FleetOrder& order : fleet_->orders(kGroup)) EXPECT_GT(order.to, 0) << order.reason;
}

INSTANTIATE_TEST_SUITE_P(Protocols, CoordinatorKilled, ::testing::Values("cooperative", "kip848"),
                         [](const auto& param) { return std::string(param.param); });

}  // namespace
}  // namespace levelwind::testing
