#include "collectors/offsets_topic/rebalance_track.h"

#include <gtest/gtest.h>

#include <string>

#include "model/measure.h"

namespace levelwind::collectors {
namespace {

constexpr std::int64_t kStart = 1'700'000'000'000;

kafka::MemberEpoch At(std::int32_t epoch, bool settled = true) { return {epoch, settled}; }

TEST(RebalanceTrackTest, AClassicGroupIsCountedByItsGenerations) {
  RebalanceTrack track;
  track.Generation(1, true, kStart, kStart + 250);
  EXPECT_EQ(track.count(), 1);
  EXPECT_DOUBLE_EQ(track.last_s(), 0.25);
  track.Generation(1, true, kStart, kStart + 900);  // a static member came back: written again
  EXPECT_EQ(track.count(), 1);
  track.Generation(2, true, kStart + 1000, kStart + 2000);
  track.Generation(5, true, kStart + 3000, kStart + 3500);  // 3 and 4 got no assignment
  EXPECT_EQ(track.count(), 5);
  EXPECT_DOUBLE_EQ(track.last_s(), 0.5);
  EXPECT_DOUBLE_EQ(track.total_s(), 1.75);
  EXPECT_EQ(track.last_at().unix_ms, kStart + 3500);
}

TEST(RebalanceTrackTest, TheLastMemberLeavingIsNoRebalance) {
  RebalanceTrack track;
  track.Generation(1, true, kStart, kStart + 250);
  track.Generation(2, false, kStart + 300, kStart + 300);
  EXPECT_EQ(track.count(), 1);
  track.Generation(3, true, kStart + 1000, kStart + 1000);
  EXPECT_EQ(track.count(), 2);
}

TEST(RebalanceTrackTest, BeforeVersion2ARecordTellsNoDuration) {
  RebalanceTrack track;
  track.Generation(1, true, -1, kStart);
  EXPECT_EQ(track.count(), 1);
  EXPECT_FALSE(IsKnown(track.last_s()));
  EXPECT_EQ(track.last_at().unix_ms, kStart);
}

TEST(RebalanceTrackTest, AnEpochLastsUntilTheLastMemberHasSettled) {
  RebalanceTrack track;
  track.Member("a", At(1), kStart);
  track.Member("b", At(1), kStart);
  track.GroupEpoch(2, kStart);
  EXPECT_EQ(track.count(), 1);
  EXPECT_FALSE(IsKnown(track.last_s())) << "not over yet";
  track.Member("a", At(2), kStart + 1000);
  track.Member("b", At(2, false), kStart + 2000);
  EXPECT_FALSE(IsKnown(track.last_s()));
  track.Member("b", At(2), kStart + 3000);
  EXPECT_DOUBLE_EQ(track.last_s(), 3);
  EXPECT_EQ(track.last_at().unix_ms, kStart + 3000);
}

TEST(RebalanceTrackTest, EpochsThatComeMeanwhileMakeItLonger) {
  RebalanceTrack track;
  track.Member("a", At(1), kStart);
  track.GroupEpoch(2, kStart);
  track.GroupEpoch(3, kStart + 1000);
  track.Member("a", At(2), kStart + 2000);
  EXPECT_FALSE(IsKnown(track.last_s()));
  track.Member("a", At(3), kStart + 5000);
  EXPECT_EQ(track.count(), 2);
  EXPECT_DOUBLE_EQ(track.last_s(), 5);
  EXPECT_DOUBLE_EQ(track.total_s(), 5);
}

TEST(RebalanceTrackTest, AMemberThatWasNotKnownMakesItLonger) {
  RebalanceTrack track;  // the reading began in the middle of the group's life
  track.GroupEpoch(9, kStart);
  track.Member("a", At(9), kStart + 1000);
  EXPECT_DOUBLE_EQ(track.last_s(), 1);
  track.Member("b", At(9), kStart + 4000);
  EXPECT_DOUBLE_EQ(track.last_s(), 4);
  EXPECT_DOUBLE_EQ(track.total_s(), 4);
  EXPECT_EQ(track.count(), 1);
}

TEST(RebalanceTrackTest, AStaticMemberThatComesBackUnderANewIdIsNoRebalance) {
  RebalanceTrack track;
  track.GroupEpoch(2, kStart);
  track.Member("a", At(2), kStart + 1000);
  track.MemberGone("a");
  track.Member("b", At(2), kStart + 60'000);
  EXPECT_DOUBLE_EQ(track.last_s(), 1);
}

TEST(RebalanceTrackTest, AMemberThatLeftIsNotWaitedFor) {
  RebalanceTrack track;
  track.Member("a", At(1), kStart);
  track.Member("b", At(1), kStart);
  track.MemberGone("b");
  track.GroupEpoch(2, kStart);
  track.Member("a", At(2), kStart + 1000);
  EXPECT_DOUBLE_EQ(track.last_s(), 1);
}

TEST(RebalanceTrackTest, AGroupThatStoodEmptyBeginsItsNextRebalanceAnew) {
  RebalanceTrack track;
  track.Member("a", At(1), kStart);
  track.MemberGone("a");
  track.GroupEpoch(2, kStart);
  track.GroupEpoch(3, kStart + 3'600'000);
  track.Member("b", At(3), kStart + 3'601'000);
  EXPECT_DOUBLE_EQ(track.last_s(), 1);
}

TEST(RebalanceTrackTest, AMemberWithoutAKnownEpochOfTheGroupTellsNothing) {
  RebalanceTrack track;
  track.Member("a", At(4), kStart);
  EXPECT_EQ(track.count(), 0);
  EXPECT_FALSE(IsKnown(track.last_s()));
}

TEST(RebalanceTrackTest, HugeGroupsTakeBoundedMemory) {
  RebalanceTrack track;
  track.GroupEpoch(1, kStart);
  for (std::size_t i = 0; i < RebalanceTrack::kMostMembers + 100; ++i) {
    track.Member(std::to_string(i), At(1), kStart + static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(track.count(), 1);
  EXPECT_TRUE(IsKnown(track.last_s()));
}

}  // namespace
}  // namespace levelwind::collectors
