#include "planner/autoscale/capacity.h"

#include <gtest/gtest.h>

#include <vector>

namespace levelwind::planner {
namespace {

MemberWork Saturated(double rate, int partitions = 4) {
  return {.rate = rate,
          .partitions = partitions,
          .behind = partitions,
          .behind_rate_min = rate / partitions,
          .behind_rate_max = rate / partitions};
}
MemberWork Idle(double rate) {
  return {.rate = rate, .partitions = 4, .behind = 0, .other_rate_max = rate / 4};
}

void Feed(CapacityLearner& learner, double from, double seconds, std::vector<MemberWork> members) {
  for (double t = from; t < from + seconds; t += 5) learner.Look(t, members);
}

TEST(Capacity, IsUnknownUntilSomebodyWasAtItsLimit) {
  CapacityLearner learner(kUnknown, kUnknown);
  Feed(learner, 0, 600, {Idle(400), Idle(500)});
  EXPECT_FALSE(IsKnown(learner.member()));
  EXPECT_FALSE(learner.learned());
  Feed(learner, 600, 60, {Saturated(820), Saturated(800)});
  EXPECT_NEAR(learner.member(), 810, 15);
  EXPECT_TRUE(learner.learned());
}

TEST(Capacity, AHintIsCorrectedByWhatIsSeen) {
  CapacityLearner learner(1000, kUnknown);
  Feed(learner, 0, 120, {Saturated(500), Saturated(510), Idle(100)});
  EXPECT_NEAR(learner.member(), 505, 10);
}

TEST(Capacity, OneSlowMemberOfManyIsNotBelieved) {
  CapacityLearner learner(1000, kUnknown);
  std::vector<MemberWork> members(9, Idle(600));
  members.push_back(Saturated(200));
  Feed(learner, 0, 600, members);
  EXPECT_DOUBLE_EQ(learner.member(), 1000);
}

TEST(Capacity, TheFastestIsNoMeasureWhileManyAreAtTheirLimitBelowIt) {
  // Members that grow slow with age: a few young ones carry more than the old ones can.
  CapacityLearner learner(1000, kUnknown);
  std::vector<MemberWork> members(17, Saturated(315));
  members.resize(23, Idle(530));
  Feed(learner, 0, 600, members);
  EXPECT_NEAR(learner.member(), 315, 1);
}

TEST(Capacity, WhoDoesMoreThanWasKnownCan) {
  CapacityLearner learner(1000, kUnknown);
  Feed(learner, 0, 10, {Idle(1300)});
  EXPECT_DOUBLE_EQ(learner.member(), 1300);
}

TEST(Capacity, APartitionThatIsFarAheadOfTheOthersIsAtItsOwnLimit) {
  CapacityLearner learner(1000, kUnknown);
  const MemberWork hot{.rate = 800,
                       .partitions = 5,
                       .behind = 1,
                       .behind_rate_min = 600,
                       .behind_rate_max = 600,
                       .other_rate_max = 50};
  Feed(learner, 0, 60, {hot, Idle(300), Idle(300)});
  EXPECT_NEAR(learner.partition(), 600, 1);
  EXPECT_DOUBLE_EQ(learner.member(), 1000) << "the member has time to spare";
}

TEST(Capacity, APartitionThatIsNoFasterThanTheOthersShowsTheMembersLimit) {
  CapacityLearner learner(1000, kUnknown);
  const MemberWork tired{.rate = 600,
                         .partitions = 5,
                         .behind = 1,
                         .behind_rate_min = 125,
                         .behind_rate_max = 125,
                         .other_rate_max = 120};
  Feed(learner, 0, 60, {tired, tired, tired});
  EXPECT_FALSE(IsKnown(learner.partition()));
  EXPECT_NEAR(learner.member(), 600, 1);
}

TEST(Capacity, HopeStaysNearWhatWasSeenAndWaitsLongerAfterItFailed) {
  CapacityLearner learner(1000, kUnknown);
  Feed(learner, 0, 60, {Saturated(400), Saturated(400)});
  Feed(learner, 60, 250, {Idle(300), Idle(300)});
  EXPECT_NEAR(learner.member(), 400, 1) << "not before five minutes";
  Feed(learner, 310, 1800, {Idle(300), Idle(300)});
  EXPECT_NEAR(learner.member(), 640, 1) << "1.6 times what was seen, not the hint";
  Feed(learner, 2110, 200, {Saturated(400), Saturated(400)});
  EXPECT_NEAR(learner.member(), 400, 1);
  Feed(learner, 2310, 500, {Idle(300), Idle(300)});
  EXPECT_NEAR(learner.member(), 400, 1) << "ten minutes now";
  Feed(learner, 2810, 600, {Idle(300), Idle(300)});
  EXPECT_GT(learner.member(), 450);
}

TEST(Capacity, NothingIsHopedForWhileOneIsAtItsLimit) {
  CapacityLearner learner(1000, kUnknown);
  Feed(learner, 0, 60, {Saturated(400), Saturated(400)});
  std::vector<MemberWork> members(9, Idle(100));
  members.push_back(Saturated(400));
  Feed(learner, 60, 1800, members);
  EXPECT_DOUBLE_EQ(learner.member(), 400);
  members.back() = Idle(100);
  Feed(learner, 1860, 600, members);
  EXPECT_GT(learner.member(), 400);
}

TEST(Capacity, AnotherRevisionBeginsFromTheHint) {
  CapacityLearner learner(1000, kUnknown);
  Feed(learner, 0, 60, {Saturated(400), Saturated(400)});
  learner.Restart();
  EXPECT_DOUBLE_EQ(learner.member(), 1000);
  EXPECT_FALSE(learner.learned());
}

}  // namespace
}  // namespace levelwind::planner
