// A group's place over days without members.
#include "actions/scaling/offset_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/actions/scaling/fake_groups.h"
#include "tests/actions/scaling/scaling_harness.h"

namespace levelwind::actions {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OffsetGuardTest : public testing::ScalingHarness {
 protected:
  OffsetGuardTest() {
    kafka_.topic_ids["orders"] = Uuid{{1}};
    kafka_.partitions = {{{"orders", 0}, {0, 100}}, {{"orders", 1}, {0, 200}}};
    kafka_.committed = {{{"orders", 0}, 90}, {{"orders", 1}, 150}};
    store::ScalingRecordOptions options;
    options.directory = directory_.path();
    record_ = *store::ScalingRecord::Open(options);
  }
  OffsetGuard Guard() { return {kafka_, kafka_, *record_, *log_, clock_, std::chrono::seconds(5)}; }
  std::string Restore() {
    const auto restored = Guard().Restore("orders");
    if (!restored.ok()) return restored.error().ToString();
    return std::to_string(restored->put_back.size()) + " put back, " +
           std::to_string(restored->kept) + " kept, " + std::to_string(restored->skipped.size()) +
           " skipped" + (restored->skipped.empty() ? "" : ": " + restored->skipped[0]);
  }

  testing::FakeGroups kafka_;
  std::unique_ptr<store::ScalingRecord> record_;
};

TEST_F(OffsetGuardTest, PutsBackWhatExpiredAndJournalsIt) {
  ASSERT_TRUE(Guard().Save("orders").ok());
  kafka_.committed.clear();
  kafka_.exists = false;
  EXPECT_EQ(Restore(), "2 put back, 0 kept, 0 skipped");
  EXPECT_EQ(kafka_.committed,
            (std::map<TopicPartition, std::int64_t>{{{"orders", 0}, 90}, {{"orders", 1}, 150}}));
  EXPECT_THAT(Audit(), ElementsAre("autoscale/orders | OffsetCommit | group 'orders': orders-0 to "
                                   "90, orders-1 to 150 | ok"));
}

TEST_F(OffsetGuardTest, ACommitThatIsThereIsNeverTouched) {
  ASSERT_TRUE(Guard().Save("orders").ok());
  kafka_.committed = {{{"orders", 0}, 20}};  // somebody went back on purpose
  EXPECT_EQ(Restore(), "1 put back, 1 kept, 0 skipped");
  EXPECT_EQ((kafka_.committed[{"orders", 0}]), 20);
  EXPECT_EQ(Restore(), "0 put back, 2 kept, 0 skipped") << "again is nothing";
  EXPECT_EQ(Audit().size(), 1U);
}

TEST_F(OffsetGuardTest, NotWhileItHasMembers) {
  ASSERT_TRUE(Guard().Save("orders").ok());
  kafka_.committed.clear();
  kafka_.members.push_back({});
  EXPECT_THAT(Restore(), HasSubstr("FailedPrecondition: group 'orders' has 1 members"));
  kafka_.members.clear();
  kafka_.before_commit = [&] { kafka_.members.push_back({}); };
  EXPECT_THAT(Restore(), HasSubstr("could not be put back (orders-0 UNKNOWN_MEMBER_ID)"));
  EXPECT_THAT(kafka_.committed, IsEmpty());
  EXPECT_THAT(Audit(), ElementsAre(HasSubstr("| orders-0 UNKNOWN_MEMBER_ID")));
}

TEST_F(OffsetGuardTest, NotForATopicThatIsAnother) {
  ASSERT_TRUE(Guard().Save("orders").ok());
  kafka_.committed.clear();
  kafka_.topic_ids["orders"] = Uuid{{2}};
  EXPECT_EQ(Restore(),
            "0 put back, 0 kept, 2 skipped: orders-0: the topic was deleted and made anew");
  kafka_.topic_ids.clear();
  EXPECT_EQ(Restore(), "0 put back, 0 kept, 2 skipped: orders-0: the topic is gone");
  EXPECT_THAT(Audit(), IsEmpty());
}

TEST_F(OffsetGuardTest, WithinTheLogAsItIsNow) {
  ASSERT_TRUE(Guard().Save("orders").ok());
  kafka_.committed.clear();
  kafka_.partitions[{"orders", 0}] = {95, 300};
  kafka_.partitions[{"orders", 1}] = {0, 149};
  EXPECT_EQ(Restore(), "1 put back, 0 kept, 1 skipped: orders-1: it ends at 149, before 150");
  EXPECT_EQ((kafka_.committed[{"orders", 0}]), 95) << "what was deleted cannot be read";
  kafka_.partitions.erase({"orders", 1});
  EXPECT_THAT(Restore(), HasSubstr("Unavailable: where orders-1 begins and ends is not known"));
}

TEST_F(OffsetGuardTest, WhatIsNotKnownIsNotSaved) {
  kafka_.offset_error = 15;
  EXPECT_THAT(Guard().Save("orders").error().message(), HasSubstr("COORDINATOR_NOT_AVAILABLE"));
  kafka_.offset_error = 0;
  kafka_.reachable = false;
  EXPECT_FALSE(Guard().Save("orders").ok());
  EXPECT_FALSE(record_->Load("orders")->has_value());
  EXPECT_THAT(Restore(), HasSubstr("NotFound: no offsets of group 'orders' were saved"));
  kafka_.reachable = true;
  ASSERT_TRUE(Guard().Save("orders").ok());
  kafka_.exists = false;
  kafka_.unreachable = {3};
  EXPECT_THAT(Restore(), HasSubstr("1 brokers did not answer")) << "it may have members there";
}

TEST_F(OffsetGuardTest, NothingToKeepIsFine) {
  kafka_.committed.clear();
  EXPECT_TRUE(Guard().Save("orders").ok());
}

kafka::GroupMember Static(const std::string& instance) {
  kafka::GroupMember member;
  member.instance_id = instance;
  return member;
}

TEST_F(OffsetGuardTest, StaticMembersOfPodsThatAreGone) {
  kafka::GroupDescription group;
  for (const char* const id : {"orders-0", "orders-2", "orders-3", "eu.orders-10", "other-orders-9",
                               "orders-x", "", "7", "myorders-9", "orders-99999999999999999999"}) {
    group.members.push_back(Static(id));
  }
  ScalingTarget target{"statefulset", "", "", "", "shop", "orders"};
  std::vector<std::string> gone;
  for (const auto& one : OrphanedStaticMembers(group, target, 3)) gone.push_back(*one.instance_id);
  EXPECT_THAT(gone, ElementsAre("orders-3", "eu.orders-10"));
  EXPECT_THAT(OrphanedStaticMembers(group, target, kUnknownCount), IsEmpty());
  target.kind = "deployment";
  EXPECT_THAT(OrphanedStaticMembers(group, target, 0), IsEmpty()) << "its pods have no numbers";
}

TEST_F(OffsetGuardTest, RemovesThemJournalled) {
  ScalingDecision decision = Decision(5, 3);
  decision.target = {"statefulset", "", "", "", "shop", "orders"};
  kafka_.members = {Static("orders-2"), Static("orders-3"), Static("orders-4")};
  const auto remove = [&] {
    return RemoveOrphanedMembers(kafka_, kafka_, *log_, decision, 3, std::chrono::seconds(5));
  };
  EXPECT_EQ(remove().value_or(99), 2U);
  EXPECT_THAT(kafka_.left, ElementsAre("orders-3", "orders-4"));
  EXPECT_THAT(Audit(), ElementsAre("autoscale/orders/1841 | LeaveGroup | group 'orders': orders-3, "
                                   "orders-4 | ok"));
  kafka_.leave_error = 25;
  EXPECT_EQ(remove().value_or(99), 0U);
  EXPECT_THAT(Audit().at(1), HasSubstr("| orders-3 UNKNOWN_MEMBER_ID"));
  kafka_.type = "consumer";
  kafka_.left.clear();
  EXPECT_EQ(remove().value_or(99), 0U);
  EXPECT_THAT(kafka_.left, IsEmpty());
}

}  // namespace
}  // namespace levelwind::actions
