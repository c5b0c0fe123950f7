// The autoscaler thread's work with a workload of values around it.
#include "daemon/autoscale_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/manual_clock.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::daemon {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// A workload that takes what it is told, unless it was told otherwise.
class FakeScaler final : public actions::Scaler {
 public:
  Result<ScalingOutcome> Apply(const ScalingDecision& decision) override {
    applied.push_back(decision);
    if (!fails.empty()) return FailedPrecondition(fails);
    if (state == "applied") replicas = decision.desired;
    return ScalingOutcome{decision.number,  decision.at, decision.current,
                          decision.desired, state,       ""};
  }
  Result<actions::WorkloadSighting> Observe(const ScalingTarget&) override {
    ++looks;
    if (!IsKnown(replicas)) return Error(ErrorCode::kUnimplemented, "cannot be asked");
    return actions::WorkloadSighting{replicas, replicas, replicas, rollout, "", revision};
  }
  std::vector<std::pair<std::string, ScalingOutcome>> Step(SteadyTime) override {
    return std::exchange(late, {});
  }

  std::vector<ScalingDecision> applied;
  std::string state = "applied";
  std::string fails;
  std::int64_t replicas = 2;
  bool rollout = false;
  std::string revision = "a";
  int looks = 0;
  std::vector<std::pair<std::string, ScalingOutcome>> late;
};

class AutoscaleLoopTest : public ::testing::Test {
 protected:
  AutoscaleLoopTest() {
    snapshot_ = testing::SnapshotBuilder()
                    .AddBroker(1, "a")
                    .AddTopic("orders", std::vector<std::vector<BrokerId>>(12, {1}))
                    .Build();
    snapshot_.sources.emplace_back().name = "offsets";
    ConsumerGroup group;
    group.name = "billing";
    group.type = "classic";
    group.state = "Stable";
    group.assignor = "range";
    group.member_count = 2;
    group.owners = {{"a", "/1", "m-0", ""}, {"b", "/2", "m-1", ""}};
    group.offsets.Edit().resize(12);
    for (int p = 0; p < 12; ++p) {
      group.offsets.Edit()[static_cast<std::size_t>(p)].partition = p;
      group.offsets.Edit()[static_cast<std::size_t>(p)].owner = p / 6;
      group.offsets.Edit()[static_cast<std::size_t>(p)].committed = 1000;
      snapshot_.partitions[static_cast<std::size_t>(p)].log_end_offset = 1000;
      snapshot_.partitions[static_cast<std::size_t>(p)].log_start_offset = 0;
    }
    snapshot_.groups.push_back(group);
    Make(ScalingMode::kAct);
  }

  void Make(ScalingMode mode) {
    planner::AutoscaleOptions options;
    options.mode = mode;
    options.capacity_per_s = 100;
    auto book = planner::GroupBook::Create(
        {{.pattern = "billing",
          .target = {"deployment", "apps", "v1", "deployments", "shop", "billing"},
          .options = options}});
    ASSERT_TRUE(book.ok());
    AutoscaleWires wires;
    wires.snapshot = [this] { return published_; };
    wires.scaler = [this](const ScalingTarget&) { return &scaler_; };
    wires.may_act = [this] { return leads_; };
    wires.epoch = [] { return std::uint64_t{7}; };
    loop_ = std::make_unique<AutoscaleLoop>(std::move(book).value(), "prod", wires, clock_);
  }

  /// Looks for `seconds`, at `arrive` records/s in all; `processed` of them are committed.
  void Run(int seconds_long, double arrive, double processed) {
    for (int at = 0; at < seconds_long; at += 5) {
      clock_.Advance(5s);
      for (std::size_t p = 0; p < 12; ++p) {
        ends_[p] += arrive * 5 / 12;
        commits_[p] += processed * 5 / 12;
        snapshot_.partitions[p].log_end_offset = 1000 + static_cast<std::int64_t>(ends_[p]);
        snapshot_.groups[0].offsets.Edit()[p].committed =
            1000 + static_cast<std::int64_t>(commits_[p]);
        snapshot_.groups[0].offsets.Edit()[p].commit_ms = clock_.WallNow().unix_ms;
      }
      if (fresh_) {
        snapshot_.taken_at = clock_.WallNow();
        snapshot_.taken_at_steady = clock_.Now();
        snapshot_.sources[0].age = Duration(0);
        snapshot_.groups[0].commits_at = clock_.Now();
        published_ = std::make_shared<const ClusterSnapshot>(snapshot_);
      }
      loop_->Step();
    }
  }
  const ScalingGroup& Group() { return *loop_->view()->groups.at(0); }

  testing::ManualClock clock_;
  ClusterSnapshot snapshot_;
  SnapshotPtr published_;
  FakeScaler scaler_;
  bool leads_ = true;
  bool fresh_ = true;
  std::vector<double> ends_ = std::vector<double>(12), commits_ = std::vector<double>(12);
  std::unique_ptr<AutoscaleLoop> loop_;
};

TEST_F(AutoscaleLoopTest, ItSaysNothingBeforeThereIsASnapshot) {
  loop_->Step();
  EXPECT_EQ(loop_->view(), nullptr);
}

// Nobody told the controller, so that a slower version was sized by what the last one had done.
TEST_F(AutoscaleLoopTest, WhatAMemberCanDoIsLearnedAnewForAnotherRevision) {
  leads_ = false;
  Run(600, 500, 200);
  EXPECT_NEAR(Group().decision.capacity_per_s, 100, 5);
  scaler_.revision = "b";
  Run(60, 500, 100);
  EXPECT_NEAR(Group().decision.capacity_per_s, 50, 10);
}

TEST_F(AutoscaleLoopTest, MoreArrivesThanMembersBearAndTheWorkloadIsGrownOnce) {
  Run(300, 500, 200);
  ASSERT_FALSE(scaler_.applied.empty());
  EXPECT_GT(scaler_.applied[0].desired, 4);
  EXPECT_EQ(scaler_.applied[0].epoch, 7u);
  const std::size_t asked = scaler_.applied.size();
  EXPECT_LE(asked, 2u) << "what was taken is not said again";
  ASSERT_TRUE(Group().outcome);
  EXPECT_EQ(Group().outcome->state, "applied");
}

TEST_F(AutoscaleLoopTest, TheGroupsMembersCloseAnOrder) {
  Run(300, 500, 200);
  ASSERT_TRUE(Group().outcome);
  const auto wanted = static_cast<std::int32_t>(Group().outcome->to);
  snapshot_.groups[0].member_count = wanted;
  Run(10, 500, 500);
  EXPECT_EQ(Group().outcome->state, "confirmed");
}

TEST_F(AutoscaleLoopTest, ObserveAndRecommendTouchNothing) {
  for (const ScalingMode mode : {ScalingMode::kObserve, ScalingMode::kRecommend}) {
    Make(mode);
    Run(300, 500, 200);
    EXPECT_GT(Group().decision.desired, 4);
    EXPECT_TRUE(scaler_.applied.empty());
    EXPECT_EQ(scaler_.looks, 0);
    EXPECT_FALSE(Group().outcome);
  }
}

TEST_F(AutoscaleLoopTest, WithoutTheLeaseItDecidesAndDoesNotAct) {
  leads_ = false;
  Run(300, 500, 200);
  EXPECT_GT(Group().decision.desired, 4);
  EXPECT_TRUE(scaler_.applied.empty());
  leads_ = true;
  Run(5, 500, 200);
  EXPECT_FALSE(scaler_.applied.empty());
}

TEST_F(AutoscaleLoopTest, I17_OldDataIsHeldAndNothingIsTold) {
  Run(60, 100, 100);
  fresh_ = false;
  scaler_.applied.clear();
  Run(200, 500, 0);
  EXPECT_TRUE(Group().decision.stale);
  EXPECT_TRUE(scaler_.applied.empty());
}

TEST_F(AutoscaleLoopTest, ARefusalIsShownAndTriedAgainLater) {
  scaler_.fails = "HorizontalPodAutoscaler billing scales it too";
  Run(300, 500, 200);
  ASSERT_TRUE(Group().outcome);
  EXPECT_EQ(Group().outcome->state, "failed");
  EXPECT_THAT(Group().outcome->detail, HasSubstr("HorizontalPodAutoscaler"));
  const std::size_t tries = scaler_.applied.size();
  EXPECT_LE(tries, 6u) << "once a minute, not every tick";
  scaler_.fails.clear();
  Run(65, 500, 200);
  EXPECT_EQ(Group().outcome->state, "applied");
}

TEST_F(AutoscaleLoopTest, AnAnswerThatComesLaterIsShown) {
  scaler_.state = "sent";
  Run(300, 500, 200);
  ASSERT_TRUE(Group().outcome);
  EXPECT_EQ(Group().outcome->state, "sent");
  ScalingOutcome refused = *Group().outcome;
  refused.state = "refused";
  scaler_.late = {{"billing", refused}};
  Run(5, 500, 200);
  EXPECT_EQ(Group().outcome->state, "refused");
}

TEST_F(AutoscaleLoopTest, DecisionsAreNumberedAndEnd) {
  Run(10, 100, 100);
  const ScalingDecision first = Group().decision;
  Run(5, 100, 100);
  EXPECT_EQ(Group().decision.number, first.number + 1);
  EXPECT_EQ(first.expires_at.unix_ms, first.at.unix_ms + 60'000);
}

}  // namespace
}  // namespace levelwind::daemon
