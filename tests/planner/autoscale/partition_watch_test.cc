#include "planner/autoscale/partition_watch.h"

#include <gtest/gtest.h>

namespace levelwind::planner {
namespace {

using Reset = AutoscaleOptions::Reset;

PartitionInput At(std::int64_t end, std::int64_t committed, double commit_s) {
  PartitionInput input;
  input.log_start = 0;
  input.log_end = end;
  input.committed = committed;
  input.commit_ms = static_cast<std::int64_t>(commit_s * 1000);
  input.owner = 0;
  return input;
}

void Look(PartitionWatch& watch, int t, const PartitionInput& input, Reset reset = Reset::kLatest) {
  watch.Look(t, t * std::int64_t{1000}, input, reset);
}

TEST(PartitionWatch, WhatIsUnderWayBetweenTwoCommitsIsNoLag) {
  PartitionWatch watch;
  // 10,000 records/s, a commit each 5 s, looked at 4 s after each: 40,000 between end and commit.
  for (int t = 4; t <= 304; t += 5) Look(watch, t, At(10000L * t, 10000L * (t - 4), t - 4));
  EXPECT_NEAR(watch.lag(), 0, 10);
  EXPECT_NEAR(watch.time_lag(), 0, 0.01);
  EXPECT_DOUBLE_EQ(watch.Rate(60), 10000);
}

TEST(PartitionWatch, TimeLagIsTheAgeOfTheNextRecord) {
  PartitionWatch watch;
  for (int t = 0; t <= 300; t += 5) Look(watch, t, At(100L * t, std::max(0L, 100L * (t - 40)), t));
  EXPECT_NEAR(watch.time_lag(), 40, 0.1);
  EXPECT_NEAR(watch.lag(), 4000, 1);
  EXPECT_GT(watch.BehindFor(), 200);
}

TEST(PartitionWatch, WhenCommitsStopAllThatIsLeftIsLag) {
  PartitionWatch watch;
  for (int t = 0; t <= 100; t += 5) Look(watch, t, At(100L * t, 100L * t, t));
  for (int t = 105; t <= 200; t += 5) Look(watch, t, At(100L * t, 10000, 100));
  EXPECT_NEAR(watch.lag(), 10000, 1);
  EXPECT_NEAR(watch.time_lag(), 100, 0.1);
  EXPECT_NEAR(watch.StuckFor(), 100, 15);
}

TEST(PartitionWatch, WithoutACommitTheResetPolicySaysWhatIsLeft) {
  PartitionInput never;
  never.log_start = 700;
  never.log_end = 1000;
  never.no_commit = true;
  PartitionWatch latest, earliest;
  Look(latest, 0, never, Reset::kLatest);
  Look(earliest, 0, never, Reset::kEarliest);
  EXPECT_TRUE(latest.known());
  EXPECT_EQ(latest.lag(), 0);
  EXPECT_EQ(earliest.lag(), 300) << "what retention has taken is no lag";
}

TEST(PartitionWatch, WithoutACommitWhatCameSinceItsOwnerDidIsNotRead) {
  // A client that works in turns comes to this partition last: what arrives meanwhile is no work
  // done.
  PartitionWatch watch;
  PartitionInput waiting = At(0, 0, 0);
  waiting.committed = kUnknownCount;
  waiting.commit_ms = kUnknownCount;
  waiting.no_commit = true;
  for (int t = 0; t <= 60; t += 5) {
    waiting.log_end = 1000 + 100L * t;
    Look(watch, t, waiting);
  }
  EXPECT_EQ(watch.lag(), 6000);
  EXPECT_NEAR(watch.time_lag(), 60, 0.1);
  EXPECT_EQ(KnownOr(watch.CommitRate(20), 0.0), 0);
  waiting.owner = 1;
  Look(watch, 65, waiting);
  EXPECT_EQ(watch.lag(), 0) << "another owner begins at the end again";
  waiting.owner = -1;
  waiting.log_end = 20000;
  Look(watch, 70, waiting);
  EXPECT_EQ(watch.lag(), 0) << "and who comes after will";
}

TEST(PartitionWatch, ACommitThatIsSeenLateCounts) {
  PartitionWatch watch;
  for (int t = 0; t <= 100; t += 5) Look(watch, t, At(100L * t, 50L * t, t));
  for (int t = 105; t <= 120; t += 5) Look(watch, t, At(100L * t, 5000, 100));
  Look(watch, 125, At(12500, 5250, 105));
  EXPECT_EQ(watch.commits().last(), 5250);
  EXPECT_DOUBLE_EQ(watch.CommitRate(20), 50);
}

TEST(PartitionWatch, OffsetsThatAreNotKnownAreNotZero) {
  PartitionWatch watch;
  PartitionInput input = At(1000, 500, 0);
  Look(watch, 0, input);
  EXPECT_TRUE(watch.known());
  input.log_end = kUnknownCount;
  Look(watch, 5, input);
  EXPECT_FALSE(watch.known());
  EXPECT_EQ(watch.lag(), 500) << "what was known stays";
}

TEST(PartitionWatch, TheMarkersBehindTheLastRecordAreNoLag) {
  PartitionWatch watch;
  for (int t = 0; t <= 60; t += 5) {
    PartitionInput input = At(100L * t + 1, std::max(0L, 100L * (t - 5)), t);
    input.last_stable = std::max(0L, 100L * (t - 5));
    Look(watch, t, input);
  }
  // Nothing more comes; the consumer stands before the marker for good.
  for (int t = 65; t <= 200; t += 5) {
    PartitionInput input = At(6001, 6000, t);
    input.last_stable = 6001;
    Look(watch, t, input);
  }
  EXPECT_EQ(watch.lag(), 0);
  EXPECT_EQ(watch.time_lag(), 0);
}

TEST(PartitionWatch, OneRecordThatIsLeftWithoutTransactionsIsLag) {
  PartitionWatch watch;
  for (int t = 0; t <= 60; t += 5) Look(watch, t, At(100L * t, 100L * t, t));
  for (int t = 65; t <= 200; t += 5) Look(watch, t, At(6001, 6000, 60));
  EXPECT_EQ(watch.lag(), 1);
  EXPECT_GT(watch.time_lag(), 100);
}

}  // namespace
}  // namespace levelwind::planner
