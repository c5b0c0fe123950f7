#include "tests/consumer_fleet/member_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace levelwind::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::vector<MemberEvent>> Logs(std::vector<const char*> texts) {
  std::vector<std::vector<MemberEvent>> logs;
  for (const char* const text : texts) logs.push_back(ParseMemberLog(text));
  return logs;
}

TEST(MemberLog, LinesThatAreNoneAreLeftOut) {
  const auto events = ParseMemberLog(
      "1000 start\n"
      "whatever this is\n"
      "2000 dances 3\n"
      "3000 assign 0 1 2\n"
      "4000 did 10 2 105\n"
      "5000 revo");
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[1].kind, MemberEvent::Kind::kAssign);
  EXPECT_THAT(events[1].numbers, ElementsAre(0, 1, 2));
  EXPECT_THAT(events[2].numbers, ElementsAre(10, 2, 105));
}

TEST(MemberLog, AnEagerGroupStandsStillFromRevokeToAssign) {
  const auto logs = Logs({"1000 start\n1500 assign 0 1\n9000 revoke 0 1\n12000 assign 0\n",
                          "8000 start\n12500 assign 1\n12700 first\n"});
  const GroupFigures figures = MeasureGroup(logs, 0, 100'000);
  EXPECT_THAT(figures.member_stops, ElementsAre(3.0));
  EXPECT_THAT(figures.partition_gaps, ElementsAre(3.0, 3.5));
  EXPECT_THAT(figures.joins, UnorderedElementsAre(0.5, 4.5));
  EXPECT_THAT(figures.first_records, ElementsAre(0.2));
  EXPECT_EQ(figures.dealings, 4);
}

TEST(MemberLog, ACooperativeMemberThatKeepsSomeDoesNotStandStill) {
  const auto logs = Logs({"1000 start\n1500 assign 0 1\n9000 revoke 1\n9100 assign\n",
                          "8000 start\n8500 assign\n9400 assign 1\n"});
  const GroupFigures figures = MeasureGroup(logs, 0, 100'000);
  EXPECT_THAT(figures.member_stops, IsEmpty());
  EXPECT_THAT(figures.partition_gaps, ElementsAre(0.4));
  EXPECT_EQ(figures.dealings, 3);
}

TEST(MemberLog, WhoLeavesDoesNotStandStillButItsPartitionsDo) {
  const auto logs = Logs({"1000 start\n1500 assign 0\n5000 revoke 0\n5100 end\n",
                          "1000 start\n1500 assign 1\n5000 lost 1\n8000 assign 0 1\n"});
  const GroupFigures figures = MeasureGroup(logs, 2000, 100'000);
  EXPECT_THAT(figures.member_stops, ElementsAre(3.0));
  EXPECT_THAT(figures.partition_gaps, ElementsAre(3.0, 3.0));
}

TEST(MemberLog, OnlyWhatEndsWithinTheTimeCounts) {
  const auto logs = Logs({"1000 start\n1500 assign 0\n2000 did 5 5 50\n3000 did 10 1 100\n"});
  const GroupFigures figures = MeasureGroup(logs, 2500, 3500);
  EXPECT_EQ(figures.records, 10);
  EXPECT_EQ(figures.late, 1);
  EXPECT_DOUBLE_EQ(figures.busy_s, 0.1);
  EXPECT_THAT(figures.joins, IsEmpty());
}

TEST(MemberLog, QuantilesAreValuesThatWereThere) {
  EXPECT_EQ(Quantile({}, 0.5), 0);
  EXPECT_EQ(Quantile({3, 1, 2}, 0.5), 2);
  EXPECT_EQ(Quantile({3, 1, 2}, 0.99), 3);
  EXPECT_EQ(Quantile({3, 1, 2}, 0), 1);
}

}  // namespace
}  // namespace levelwind::testing
