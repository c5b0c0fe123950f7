// The healing thread's work with a daemon of values around it.
#include "daemon/healing_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>

#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"

namespace levelwind::daemon {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class HealingLoopTest : public ::testing::Test {
 protected:
  HealingLoopTest() {
    anomaly_.type = "dead_broker";
    anomaly_.subject = "broker 3";
    anomaly_.severity = Severity::kCritical;
    anomaly_.message = "broker 3 is not serving";
    anomaly_.brokers = {3};
    anomaly_.fix = AnomalyFix::kRemoveBrokers;
    anomaly_.request.emplace();
    Open();
  }

  void Open() {
    loop_.reset();
    record_.reset();
    auto opened = store::HealingRecord::Open({.directory = directory_.path()});
    ASSERT_TRUE(opened.ok());
    record_ = std::move(opened).value();
    planner::HealingOptions options;
    options.modes = modes_;
    options.grace = 1min;
    loop_ = std::make_unique<HealingLoop>(options, "prod", Wires(), record_.get(), "", clock_);
  }

  HealingWires Wires() {
    HealingWires wires;
    wires.snapshot = [this]() -> SnapshotPtr { return snapshot_; };
    wires.reports = [this] { return reports_; };
    wires.executor = [this] { return executor_; };
    wires.plan = [this](const PlanRequest&) -> Result<ProposalPtr> {
      auto proposal = std::make_shared<Proposal>();
      proposal->id = "p1";
      proposal->moves.resize(1);
      clock_.Advance(10s);
      Look();
      return ProposalPtr(proposal);
    };
    wires.apply = [this](const std::string& proposal, const std::string& reason) {
      EXPECT_EQ(record_->Load()->cases.at(0).state, HealState::kApplying) << "kept before it acts";
      applied_.push_back(proposal + " " + reason);
      OperationView operation;
      operation.id = "op1";
      operation.proposal_id = proposal;
      operation.author = kHealingAuthor;
      operation.reason = reason;
      operation.state = OperationState::kRunning;
      auto view = std::make_shared<ExecutorView>();
      view->operations = {operation};
      executor_ = view;
      return Result<std::string>("op1");
    };
    wires.check_goals = [this] { ++checks_; };
    wires.alert_after = [this](const std::string&) { return alert_after_; };
    wires.notify = [this](std::vector<Notice> notices) {
      for (const Notice& notice : notices) {
        told_.push_back(std::string(HealStateName(notice.event.state)));
      }
    };
    return wires;
  }

  void Look() {
    auto snapshot = std::make_shared<ClusterSnapshot>();
    snapshot->taken_at_steady = clock_.Now();
    snapshot->sources = {{.name = "cluster", .ok = source_ok_, .error = "", .age = Duration{}},
                         {.name = "reassignments", .ok = true, .error = "", .age = Duration{}}};
    snapshot->confidence.rates = rates_;
    snapshot->brokers.resize(6);
    for (int i = 0; i < 6; ++i) snapshot->brokers[static_cast<std::size_t>(i)].id = i + 1;
    snapshot_ = snapshot;
    auto reports = std::make_shared<std::vector<DetectorReport>>(1);
    reports->front().detector = "dead_broker";
    if (dead_) {
      anomaly_.last_seen = clock_.WallNow();
      reports->front().anomalies = {anomaly_};
    }
    reports_ = reports;
  }
  void Run(Duration how_long) {
    for (Duration passed{}; passed < how_long; passed += 5s) {
      clock_.Advance(5s);
      Look();
      loop_->Step();
    }
  }
  HealState State() { return loop_->view()->cases.at(0).state; }

  levelwind::testing::ManualClock clock_;
  levelwind::testing::ScratchDir directory_;
  Anomaly anomaly_;
  std::vector<std::string> modes_ = {"dead_broker=on"};
  Duration alert_after_{};
  int checks_ = 0;
  bool dead_ = true, source_ok_ = true, rates_ = false;
  SnapshotPtr snapshot_;
  std::shared_ptr<const std::vector<DetectorReport>> reports_;
  ExecutorViewPtr executor_ = std::make_shared<ExecutorView>();
  std::vector<std::string> applied_, told_;
  std::unique_ptr<store::HealingRecord> record_;
  std::unique_ptr<HealingLoop> loop_;
};

TEST_F(HealingLoopTest, PlansKeepsAppliesFollowsAndTells) {
  Run(2min);
  ASSERT_EQ(applied_.size(), 1U);
  EXPECT_EQ(applied_[0], "p1 a1: broker 3 is not serving");
  EXPECT_EQ(State(), HealState::kActing);
  auto over = std::make_shared<ExecutorView>(*executor_);
  over->operations[0].state = OperationState::kCompleted;
  executor_ = over;
  dead_ = false;
  Run(6min);
  EXPECT_EQ(State(), HealState::kHealed);
  EXPECT_THAT(told_, ::testing::ElementsAre("waiting", "acting", "settling", "healed"));
}

TEST_F(HealingLoopTest, AfterARestartItFollowsWhatItBegan) {
  Run(2min);
  Open();
  Run(2min);
  EXPECT_EQ(State(), HealState::kActing);
  EXPECT_EQ(applied_.size(), 1U);
  EXPECT_EQ(loop_->view()->cases.size(), 1U);
}

TEST_F(HealingLoopTest, ASourceThatFailsIsBlindness) {
  Run(50s);
  source_ok_ = false;
  Run(10min);
  EXPECT_TRUE(applied_.empty());
}

TEST_F(HealingLoopTest, NobodyIsToldOfWhatPassesBeforeItStoodForLong) {
  modes_ = {};
  alert_after_ = 2min;
  Open();
  Run(1min);
  EXPECT_TRUE(told_.empty());
  dead_ = false;
  Run(10min);
  EXPECT_EQ(State(), HealState::kGone);
  EXPECT_TRUE(told_.empty()) << "it passed by itself";
}

TEST_F(HealingLoopTest, WhatStandsIsToldWhenItIsTimeAndOnce) {
  modes_ = {};
  alert_after_ = 2min;
  Open();
  Run(110s);
  EXPECT_TRUE(told_.empty());
  Open();  // A restart forgets nothing, and tells nothing twice.
  Run(90s);
  EXPECT_THAT(told_, ::testing::ElementsAre("watched"));
  Open();
  Run(5min);
  EXPECT_THAT(told_, ::testing::ElementsAre("watched"));
}

TEST_F(HealingLoopTest, WhatIsDoneIsToldAtOnce) {
  alert_after_ = 1h;
  Open();
  Run(2min);
  ASSERT_EQ(applied_.size(), 1U);
  EXPECT_THAT(told_, ::testing::Contains("acting"));
}

TEST_F(HealingLoopTest, GoalsAreJudgedAtIntervalsAndAfterEachOperation) {
  modes_ = {"goal_violation=dry_run"};
  rates_ = true;
  Open();
  Run(5min);
  EXPECT_EQ(checks_, 1);
  Run(10min);
  EXPECT_EQ(checks_, 2);
  auto view = std::make_shared<ExecutorView>();
  view->operations.resize(1);
  view->operations[0].state = OperationState::kRunning;
  executor_ = view;
  Run(20min);
  EXPECT_EQ(checks_, 2) << "the cluster is in motion";
  view = std::make_shared<ExecutorView>(*view);
  view->operations[0].state = OperationState::kCompleted;
  view->operations[0].finished_at = clock_.WallNow();
  executor_ = view;
  Run(10s);
  EXPECT_EQ(checks_, 3);
}

TEST_F(HealingLoopTest, GoalsAreNotJudgedWhereNothingWouldBeDoneOrRatesAreUnknown) {
  rates_ = true;
  Run(30min);
  EXPECT_EQ(checks_, 0) << "goal_violation is off";
  modes_ = {"goal_violation=on"};
  rates_ = false;
  Open();
  Run(30min);
  EXPECT_EQ(checks_, 0);
}

TEST_F(HealingLoopTest, WithoutARecordNothingIsDone) {
  planner::HealingOptions options;
  options.modes = {"dead_broker=on"};
  options.grace = 1min;
  loop_ = std::make_unique<HealingLoop>(options, "prod", Wires(), nullptr, "healing.db is damaged",
                                        clock_);
  Run(5min);
  EXPECT_TRUE(applied_.empty());
  EXPECT_THAT(loop_->view()->status, HasSubstr("healing.db is damaged"));
}

}  // namespace
}  // namespace levelwind::daemon
