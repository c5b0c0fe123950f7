// What people see of an operation: progress, rate, stalls, history.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "actions/operation_view.h"
#include "actions/progress.h"
#include "tests/actions/harness.h"

namespace levelwind::testing {
namespace {

using ::testing::HasSubstr;

TEST(View, BytesRateAndEta) {
  Harness h({1, 2, 3});
  h.kafka.AddTopic("orders", {{1, 2}}, 100'000);
  h.bytes_per_poll = 1'000;
  h.Start();
  const auto id = h.Submit(h.Plan({h.MoveOf("orders", 0, {3, 2})}));
  EXPECT_EQ(h.Operation(*id).bytes_total, 100'000);
  EXPECT_TRUE(std::isnan(h.Operation(*id).bytes_per_s)) << "no rate before two looks";
  for (int i = 0; i < 30; ++i) h.Poll();
  const OperationView view = h.Operation(*id);
  EXPECT_EQ(view.state, OperationState::kRunning);
  EXPECT_EQ(view.steps_in_progress, 1);
  EXPECT_NEAR(view.bytes_per_s, 1000, 50);
  EXPECT_GT(view.bytes_done, 15'000);
  EXPECT_NEAR(view.eta_s, static_cast<double>(100'000 - view.bytes_done) / 1000, 5);
  EXPECT_EQ(view.throttle_bytes_per_s, 50 << 20);
  h.bytes_per_poll = 100'000;
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.Operation(*id).bytes_done, 100'000);
  EXPECT_EQ(h.Operation(*id).steps_done, 1);
  EXPECT_GT(h.Operation(*id).finished_at.unix_ms, 0);
}

TEST(View, AStallIsSaid) {
  Harness h({1, 2, 3});
  h.kafka.AddTopic("orders", {{1, 2}}, 100'000);
  h.bytes_per_poll = 0;
  h.Start();
  const auto id = h.Submit(h.Plan({h.MoveOf("orders", 0, {3, 2})}));
  for (int i = 0; i < 80; ++i) h.Poll();
  EXPECT_THAT(h.Step(*id, 0).note, HasSubstr("nothing was copied for"));
  h.bytes_per_poll = 10;
  for (int i = 0; i < 5; ++i) h.Poll();
  EXPECT_EQ(h.Step(*id, 0).note, "");
}

TEST(View, TheEtaHasARangeFromTheSpreadOfTheRates) {
  const auto even = actions::Predict({10, 10, 10, 10, 10, 10}, 100);
  EXPECT_EQ(even.eta_s, 10);
  EXPECT_EQ(even.eta_low_s, 10);
  EXPECT_EQ(even.eta_high_s, 10);
  const auto uneven = actions::Predict({5, 20, 10, 5, 20, 10}, 100);
  EXPECT_EQ(uneven.eta_s, 10);
  EXPECT_EQ(uneven.eta_low_s, 5);
  EXPECT_EQ(uneven.eta_high_s, 20);
  const auto halting = actions::Predict({0, 0, 10, 10, 10, 10}, 100);
  EXPECT_EQ(halting.eta_low_s, 10);
  EXPECT_TRUE(std::isnan(halting.eta_high_s)) << "nobody knows when nothing is copied for a while";
  EXPECT_TRUE(std::isnan(actions::Predict({10, 10}, 100).eta_low_s)) << "too few to tell";
  EXPECT_TRUE(std::isnan(actions::Predict({}, 100).eta_s));
}

TEST(View, ProgressAndStallsSurviveARestart) {
  Harness h({1, 2, 3});
  h.kafka.AddTopic("orders", {{1, 2}}, 100'000);
  h.bytes_per_poll = 1'000;
  h.Start();
  const auto id = h.Submit(h.Plan({h.MoveOf("orders", 0, {3, 2})}));
  for (int i = 0; i < 30; ++i) h.Poll();
  h.bytes_per_poll = 0;
  for (int i = 0; i < 90; ++i) h.Poll();
  const OperationView before = h.Operation(*id);
  ASSERT_THAT(before.steps.at(0).stall, HasSubstr("nothing was copied for"));
  h.Crash();
  h.kafka.reachable = false;  // nothing but the journal tells
  h.Start();
  const OperationView after = h.Operation(*id);
  EXPECT_GT(after.bytes_done, 25'000);
  EXPECT_EQ(after.bytes_done, before.bytes_done);
  EXPECT_THAT(after.steps.at(0).stall, HasSubstr("nothing was copied for"));
  EXPECT_FALSE(std::isnan(after.bytes_per_s));
  h.kafka.reachable = true;
  EXPECT_EQ(after.replicas_done, 0);
  h.bytes_per_poll = 100'000;
  ASSERT_TRUE(h.RunToEnd());
  h.Crash();
  h.Start();
  const OperationView over = h.Operation(*id);
  EXPECT_EQ(over.state, OperationState::kCompleted);
  EXPECT_GT(over.bytes_per_s, 100) << "of the whole time";
  EXPECT_LT(over.bytes_per_s, 1'000);
  EXPECT_TRUE(std::isnan(over.eta_low_s));
  EXPECT_EQ(over.replicas_total, 1);
  EXPECT_EQ(over.replicas_done, 1);
}

TEST(View, WhatTheExecutorDidIsCounted) {
  Harness h({1, 2, 3, 4});
  h.options.max_bytes_per_day = 50'000;
  h.options.quiet_hours = {"Fri 00:00-24:00"};  // the clock begins on a Thursday
  h.kafka.AddTopic("orders", {{1, 2}});
  h.kafka.AddTopic("other", {{1, 2}});
  h.Start();
  const auto id = h.Submit(h.Plan({h.MoveOf("orders", 0, {3, 2})}));
  h.kafka.At("other", 0).isr = {1};
  for (int i = 0; i < 5; ++i) h.Poll();
  EXPECT_EQ(h.executor->View()->activity.guard_holding, "under_replicated");
  h.kafka.At("other", 0).isr = {1, 2};
  ASSERT_TRUE(h.executor->Pause(*id, "me", "").ok());
  ASSERT_TRUE(h.executor->Resume(*id, "me", "").ok());
  ASSERT_TRUE(h.RunToEnd());
  ASSERT_TRUE(h.executor->Rollback(*id, "me", "").ok());
  ASSERT_TRUE(h.executor->Cancel("op2", "me", "").ok());
  const ExecutorActivity activity = h.executor->View()->activity;
  EXPECT_THAT(activity.guard_holds,
              ::testing::Contains(std::pair(std::string("under_replicated"), std::uint64_t{1})));
  EXPECT_EQ(activity.guard_holding, "");
  EXPECT_EQ(activity.pauses, 1u);
  EXPECT_EQ(activity.guard_pauses, 0u);
  EXPECT_EQ(activity.rollbacks, 1u);
  EXPECT_EQ(activity.cancels, 1u);
  EXPECT_EQ(activity.day_moves, 1);
  EXPECT_EQ(activity.day_bytes, 1'000);
  EXPECT_EQ(activity.day_bytes_limit, 50'000);
  EXPECT_FALSE(activity.quiet_hours);
  h.clock.Advance(std::chrono::hours(25));
  h.executor->Step(h.clock.Now());
  EXPECT_TRUE(h.executor->View()->activity.quiet_hours) << "also while it is idle";
  EXPECT_EQ(h.executor->View()->activity.day_moves, 0);
}

TEST(View, HistorySurvivesARestartNewestFirst) {
  Harness h({1, 2, 3});
  h.kafka.AddTopic("orders", {{1, 2}, {1, 2}});
  h.Start();
  ASSERT_TRUE(h.Submit(h.Plan({h.MoveOf("orders", 0, {3, 2})})).ok());
  ASSERT_TRUE(h.Submit(h.Plan({h.MoveOf("orders", 1, {3, 2})})).ok());
  EXPECT_EQ(h.executor->View()->operations.front().id, "op2") << "queued, newest first";
  ASSERT_TRUE(h.RunToEnd());
  h.Crash();
  h.Start();
  const auto view = h.executor->View();
  ASSERT_EQ(view->operations.size(), 2u);
  EXPECT_EQ(view->operations[0].id, "op2");
  EXPECT_EQ(view->operations[1].id, "op1");
  EXPECT_EQ(view->operations[1].state, OperationState::kCompleted);
  EXPECT_EQ(view->operations[1].steps.at(0).after, (std::vector<BrokerId>{3, 2}));
  EXPECT_EQ(*h.Submit(h.Plan({h.MoveOf("orders", 0, {1, 2})})), "op3") << "ids are never reused";
}

TEST(View, AnotherClusterIsNotTouched) {
  Harness h({1, 2, 3});
  h.kafka.AddTopic("orders", {{1, 2}});
  h.Start();
  ASSERT_TRUE(h.Submit(h.Plan({h.MoveOf("orders", 0, {3, 2})})).ok());
  h.Crash();
  h.kafka.cluster_id = "another";
  h.Start();
  for (int i = 0; i < 5; ++i) h.Poll();
  EXPECT_TRUE(h.kafka.writes.empty());
  EXPECT_THAT(h.executor->View()->status, HasSubstr("belongs to cluster fake"));
}

TEST(View, HistoryIsBounded) {
  std::deque<OperationView> finished(60);
  for (OperationView& view : finished) view.steps.resize(1000);
  actions::TrimHistory(finished, 50);
  EXPECT_EQ(finished.size(), 50u);
  std::size_t steps = 0;
  for (const OperationView& view : finished) steps += view.steps.size();
  EXPECT_EQ(steps, 20'000u);
  EXPECT_EQ(finished.front().steps.size(), 1000u) << "the newest keep theirs";
}

TEST(View, TheQueueIsBounded) {
  Harness h({1, 2, 3});
  h.kafka.AddTopic("orders", std::vector<std::vector<BrokerId>>(5, {1, 2}));
  h.options.max_queued = 2;
  h.Start();
  for (int p = 0; p < 2; ++p) ASSERT_TRUE(h.Submit(h.Plan({h.MoveOf("orders", p, {3, 2})})).ok());
  const auto third = h.Submit(h.Plan({h.MoveOf("orders", 2, {3, 2})}));
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.error().code(), ErrorCode::kResourceExhausted);
}

}  // namespace
}  // namespace levelwind::testing
