// What people see of an operation: progress, rate, stalls, history.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <deque>
#include <string>
#include <vector>

#include "actions/operation_view.h"
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
