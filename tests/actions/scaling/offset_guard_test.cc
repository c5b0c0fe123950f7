// A group's place over days without members.
#include "actions/scaling/offset_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actions/scaling/guarded_scaler.h"
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

/// Remembers what it was asked for.
class NotingScaler final : public Scaler {
 public:
  explicit NotingScaler(std::vector<std::int64_t>& asked) : asked_(asked) {}
  Result<ScalingOutcome> Apply(const ScalingDecision& decision) override {
    asked_.push_back(decision.desired);
    return ScalingOutcome{decision.number, {}, 0, decision.desired, "applied", "done"};
  }
  Result<WorkloadSighting> Observe(const ScalingTarget&) override { return seen; }

  WorkloadSighting seen;

 private:
  std::vector<std::int64_t>& asked_;
};

class GuardedScalerTest : public OffsetGuardTest {
 protected:
  std::string Apply(std::int64_t current, std::int64_t desired, bool dry_run = false) {
    OffsetGuard guard = Guard();
    GuardedScaler scaler(
        std::make_unique<NotingScaler>(asked_), guard, clock_, [this] { return may_act_; },
        dry_run);
    ScalingDecision decision = Decision(current, desired);
    decision.min_members = 0;
    const auto outcome = scaler.Apply(decision);
    return outcome.ok() ? outcome->detail : outcome.error().ToString();
  }
  std::vector<std::int64_t> asked_;
  Status may_act_;
};

TEST_F(GuardedScalerTest, SavesBeforeZeroAndPutsBackBeforeWaking) {
  EXPECT_EQ(Apply(5, 3), "done");
  EXPECT_FALSE(record_->Load("orders")->has_value()) << "only what goes to zero";
  EXPECT_EQ(Apply(3, 0), "done");
  EXPECT_TRUE(record_->Load("orders")->has_value());
  EXPECT_EQ(Apply(0, 2), "done") << "nothing had expired";
  kafka_.committed.clear();
  EXPECT_EQ(Apply(0, 2), "done; the offsets of 2 partitions had expired and were put back");
  EXPECT_EQ(kafka_.committed.size(), 2U);
  EXPECT_THAT(asked_, ElementsAre(3, 0, 2, 2));
}

TEST_F(GuardedScalerTest, WhatIsNotKnownHoldsIt) {
  kafka_.reachable = false;
  EXPECT_THAT(Apply(3, 0),
              HasSubstr("Unavailable: not taken to zero, since offsets are not saved"));
  EXPECT_THAT(asked_, IsEmpty());
  EXPECT_EQ(Apply(0, 2), "done") << "nothing was ever saved: there is nothing to put back";
  kafka_.reachable = true;
  ASSERT_TRUE(Guard().Save("orders").ok());
  kafka_.reachable = false;
  EXPECT_THAT(Apply(0, 2), HasSubstr("not woken yet"));
  kafka_.reachable = true;
  kafka_.members.push_back({});
  EXPECT_EQ(Apply(0, 2), "done") << "it has members, who have a place";
  EXPECT_THAT(asked_, ElementsAre(2, 2));
}

TEST_F(GuardedScalerTest, WhoMayNotActTouchesNoOffset) {
  ASSERT_TRUE(Guard().Save("orders").ok());
  kafka_.committed.clear();
  EXPECT_EQ(Apply(0, 2, /*dry_run=*/true), "done");
  may_act_ = Error(ErrorCode::kPermissionDenied, "no lease");
  EXPECT_EQ(Apply(0, 2), "PermissionDenied: no lease");
  EXPECT_THAT(kafka_.committed, IsEmpty());
  EXPECT_THAT(asked_, ElementsAre(2));
}

/// Static members say nothing when they stop. Nobody removed them, so that their partitions waited
/// for the session timeout after every shrink.
class SweepTest : public OffsetGuardTest {
 protected:
  void SetUp() override {
    OffsetGuardTest::SetUp();
    guard_.emplace(Guard());
    auto inner = std::make_unique<NotingScaler>(asked_);
    inner_ = inner.get();
    scaler_ = std::make_unique<GuardedScaler>(
        std::move(inner), *guard_, clock_, [this] { return may_act_; }, false,
        [this](const ScalingDecision& decision) -> Result<std::size_t> {
          removed_.push_back(decision.desired);
          if (!answer_.ok()) return answer_.error();
          return std::size_t{2};
        });
  }
  void Apply(std::int64_t current, std::int64_t desired) {
    ScalingDecision decision = Decision(current, desired);
    decision.target = target_;
    ASSERT_TRUE(scaler_->Apply(decision).ok());
  }
  void Look(std::int64_t replicas, std::int64_t pods) {
    inner_->seen.replicas = replicas;
    inner_->seen.pods = pods;
    ASSERT_TRUE(scaler_->Observe(target_).ok());
  }

  ScalingTarget target_{"statefulset", "", "", "", "shop", "orders"};
  std::optional<OffsetGuard> guard_;
  NotingScaler* inner_ = nullptr;
  std::unique_ptr<GuardedScaler> scaler_;
  std::vector<std::int64_t> asked_, removed_;
  Status may_act_, answer_;
};

TEST_F(SweepTest, MembersAreRemovedWhenTheirPodsAreGoneAndOnce) {
  Apply(5, 3);
  Look(3, 5);
  Look(3, kUnknownCount);
  EXPECT_THAT(removed_, IsEmpty()) << "two pods are still ending, or that is not known";
  answer_ = Unavailable("no broker");
  Look(3, 3);
  answer_ = Ok();
  Look(3, 3);
  Look(3, 3);
  EXPECT_THAT(removed_, ElementsAre(3, 3)) << "a failed try and one that went through";
}

TEST_F(SweepTest, NobodyIsRemovedWhoMayComeBack) {
  Apply(5, 3);
  Apply(3, 5);
  Look(5, 3);
  Apply(5, 3);
  Look(4, 3);  // somebody else wants another number
  Look(3, 3);
  target_.kind = "deployment";  // its pods have no numbers
  Apply(5, 3);
  Look(3, 3);
  target_.kind = "statefulset";
  Apply(5, 3);
  may_act_ = Error(ErrorCode::kPermissionDenied, "no lease");
  Look(3, 3);
  clock_.Advance(std::chrono::minutes(31));
  may_act_ = Ok();
  Look(3, 3);
  EXPECT_THAT(removed_, IsEmpty());
}

}  // namespace
}  // namespace levelwind::actions
