#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

#include "collectors/monitor.h"
#include "tests/collectors/fake_admin.h"
#include "tests/collectors/monitor_fixture.h"

namespace levelwind::collectors {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::MonitorFixture;

class RateTest : public MonitorFixture {
 protected:
  /// Produces to orders-0 at this rate, with a look every 10 s.
  SnapshotPtr Run(int looks, std::int64_t messages_per_s, std::int64_t message_bytes) {
    SnapshotPtr s;
    for (int i = 0; i < looks; ++i) {
      admin_.Produce("orders", 0, messages_per_s * 10, messages_per_s * 10 * message_bytes);
      s = After(seconds(10));
    }
    return s;
  }
  static const PartitionLoad& Load(const SnapshotPtr& s) {
    return s->FindPartition("orders", 0)->load;
  }
};

TEST_F(RateTest, I17_OneLookGivesNoRate) {
  admin_.Produce("orders", 0, 1000, 100'000);
  const SnapshotPtr s = Step();
  EXPECT_FALSE(IsKnown(Load(s).messages_in_per_s));
  EXPECT_FALSE(IsKnown(Load(s).bytes_in_per_s));
  EXPECT_FALSE(IsKnown(Load(s).bytes_out_per_s));
}

TEST_F(RateTest, TwoLooksGiveRatesOverTheTimeThatReallyPassed) {
  Step();
  admin_.Produce("orders", 0, 740, 74'000);
  const SnapshotPtr s = After(milliseconds(3700));
  EXPECT_DOUBLE_EQ(Load(s).messages_in_per_s, 200);
  EXPECT_DOUBLE_EQ(Load(s).bytes_in_per_s, 20'000);
  EXPECT_DOUBLE_EQ(s->FindPartition("orders", 1)->load.messages_in_per_s, 0) << "idle is known";
  EXPECT_FALSE(IsKnown(Load(s).bytes_out_per_s));
}

TEST_F(RateTest, TheRateIsTheAverageOverTheWindow) {
  Step();
  for (int i = 0; i < 12; ++i) {
    admin_.Produce("orders", 0, i % 2 == 0 ? 1000 : 0, 0);
    After(seconds(5));
  }
  EXPECT_NEAR(Load(monitor_->snapshots().Get()).messages_in_per_s, 100, 34);
  for (int i = 0; i < 5; ++i) After(seconds(5));
  EXPECT_DOUBLE_EQ(Load(monitor_->snapshots().Get()).messages_in_per_s, 0) << "the past is over";
}

TEST_F(RateTest, OffsetsThatGoBackEndTheWindowAndTheLastGoodRateStays) {
  Step();
  Run(3, 100, 10);
  admin_.At("orders", 0).end -= 500;
  SnapshotPtr s = After(seconds(10));
  EXPECT_DOUBLE_EQ(Load(s).messages_in_per_s, 100);
  admin_.Produce("orders", 0, 300, 3000);
  s = After(seconds(10));
  EXPECT_DOUBLE_EQ(Load(s).messages_in_per_s, 30) << "from the looks after the loss only";
}

TEST_F(RateTest, ANewLeaderEpochEndsTheWindow) {
  Step();
  Run(3, 100, 10);
  admin_.At("orders", 0).epoch = 7;
  admin_.At("orders", 0).leader = 2;
  SnapshotPtr s = Run(1, 5000, 10);
  EXPECT_DOUBLE_EQ(Load(s).messages_in_per_s, 100) << "ends of two leaders are not compared";
  s = Run(1, 40, 10);
  EXPECT_DOUBLE_EQ(Load(s).messages_in_per_s, 40);
}

TEST_F(RateTest, I13_ARecreatedTopicStartsFromNothing) {
  Step();
  Run(3, 100, 10);
  admin_.Recreate("orders");
  admin_.Produce("orders", 0, 9'000, 90'000);
  SnapshotPtr s = After(seconds(10));
  EXPECT_FALSE(IsKnown(Load(s).messages_in_per_s));
  EXPECT_FALSE(IsKnown(Load(s).bytes_in_per_s));
  s = Run(1, 50, 20);
  EXPECT_DOUBLE_EQ(Load(s).messages_in_per_s, 50);
  EXPECT_DOUBLE_EQ(Load(s).bytes_in_per_s, 1000);
}

TEST_F(RateTest, RetentionThatShrinksTheLogIsNoNegativeRate) {
  Step();
  Run(4, 100, 10);
  admin_.At("orders", 0).bytes -= 30'000;
  const SnapshotPtr s = Run(1, 200, 10);
  EXPECT_GT(Load(s).messages_in_per_s, 100);
  EXPECT_DOUBLE_EQ(Load(s).bytes_in_per_s, Load(s).messages_in_per_s * 10)
      << "what the messages say, at their usual size";
}

TEST_F(RateTest, RetentionHiddenUnderGrowthIsNoticed) {
  Step();
  Run(5, 100, 10);
  admin_.At("orders", 0).bytes -= 90'000;  // Of 100,000 that come in the same ten seconds.
  const SnapshotPtr s = Run(1, 1000, 10);
  EXPECT_DOUBLE_EQ(Load(s).bytes_in_per_s, 5'500);
  EXPECT_DOUBLE_EQ(Load(s).messages_in_per_s, 550);
}

TEST_F(RateTest, AShrinkingLogWithoutMessageCountsKeepsTheLastGoodRate) {
  Step();
  Run(4, 100, 10);
  admin_.failing = {"ListOffsets"};
  admin_.At("orders", 0).bytes -= 35'000;
  for (int i = 0; i < 6; ++i) {
    const SnapshotPtr s = Run(1, 1, 10);
    EXPECT_GE(Load(s).bytes_in_per_s, 0) << i;
    EXPECT_LE(Load(s).bytes_in_per_s, 1000) << i;
  }
}

TEST_F(RateTest, SizesOfTwoLeadersAreNotCompared) {
  Step();
  Run(4, 100, 10);
  admin_.At("orders", 0).replica_bytes[2] = 90'000'000;  // Another segment layout.
  admin_.At("orders", 0).leader = 2;
  const SnapshotPtr s = Run(1, 100, 10);
  EXPECT_EQ(s->FindPartition("orders", 0)->leader, 2);
  EXPECT_DOUBLE_EQ(Load(s).bytes_in_per_s, 1000);
}

TEST_F(RateTest, SizesAreNotCountedAgainstEndsOfAnotherTime) {
  Step();
  Run(5, 100, 10);
  admin_.failing = {"ListOffsets"};
  Run(3, 100, 10);
  admin_.failing.clear();
  for (int i = 0; i < 3; ++i) EXPECT_DOUBLE_EQ(Load(Run(1, 100, 10)).bytes_in_per_s, 1000) << i;
}

TEST_F(RateTest, ABrokerThatDoesNotTellItsSizesIsNoIdleBroker) {
  Step();
  Run(4, 100, 10);
  admin_.mute_dirs = {1};
  const SnapshotPtr s = Run(6, 100, 10);
  EXPECT_DOUBLE_EQ(Load(s).bytes_in_per_s, 1000) << "messages at their usual size";
}

TEST_F(RateTest, RecordsThatBecomeSmallerAreBelievedAfterAWhile) {
  Step();
  Run(4, 100, 1000);
  const SnapshotPtr s = Run(8, 100, 10);
  EXPECT_DOUBLE_EQ(Load(s).bytes_in_per_s, 1000);
}

TEST_F(RateTest, FiguresThatCannotBeRenewedBecomeUnknown) {
  Step();
  Run(3, 100, 10);
  admin_.At("orders", 0).offset_error = 6;
  admin_.failing = {"DescribeLogDirs"};
  SnapshotPtr s;
  for (int i = 0; i < 6; ++i) s = After(seconds(10));
  EXPECT_DOUBLE_EQ(Load(s).messages_in_per_s, 100);
  s = After(seconds(10));
  EXPECT_FALSE(IsKnown(Load(s).messages_in_per_s));
  EXPECT_FALSE(IsKnown(Load(s).bytes_in_per_s));
  EXPECT_DOUBLE_EQ(s->FindPartition("orders", 1)->load.messages_in_per_s, 0) << "others go on";
}

TEST_F(RateTest, ADeadLeaderLeavesTheRateForAWhileNotAZero) {
  Step();
  Run(3, 100, 10);
  admin_.brokers.erase(1);
  admin_.At("orders", 0).leader = kNoBroker;
  SnapshotPtr s = After(seconds(10));
  EXPECT_EQ(s->FindPartition("orders", 0)->log_end_offset, kUnknownCount);
  EXPECT_DOUBLE_EQ(Load(s).messages_in_per_s, 100);
  for (int i = 0; i < 7; ++i) s = After(seconds(10));
  EXPECT_FALSE(IsKnown(Load(s).messages_in_per_s));
}

}  // namespace
}  // namespace levelwind::collectors
