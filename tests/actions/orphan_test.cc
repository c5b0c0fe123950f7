// Throttles that nobody owes: found at the start and when asked, taken away only when asked.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "actions/orphan_sweep.h"
#include "actions/throttle_plan.h"
#include "tests/actions/harness.h"

namespace levelwind::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kRate(actions::kLeaderRate);
const std::string kList(actions::kLeaderReplicas);

class Orphans : public ::testing::Test {
 protected:
  Orphans() {
    h_.kafka.AddTopic("orders", {{1, 2}, {2, 3}});
    h_.kafka.AddTopic("users", {{1, 3}});
  }
  std::vector<std::string> Seen() const {
    std::vector<std::string> seen;
    for (const ThrottleView& t : h_.executor->View()->orphans.throttles) {
      seen.push_back(fmt::format("{} {}={}", t.resource, t.key, t.value));
    }
    return seen;
  }
  Harness h_{{1, 2, 3, 4}};
};

TEST_F(Orphans, TheStartFindsThemAndChangesNothing) {
  h_.kafka.SetBrokerConfig(2, kRate, "1000");
  h_.kafka.SetTopicConfig("users", kList, "0:1,0:3");
  h_.kafka.SetTopicConfig("orders", kList, "");
  h_.kafka.default_broker_configs.emplace(kRate, "5000");  // of all brokers: somebody's policy
  h_.Start();
  EXPECT_EQ(h_.executor->View()->orphans.at.unix_ms, 0) << "never looked is not none";
  h_.Poll();
  EXPECT_THAT(Seen(),
              ElementsAre(fmt::format("2 {}=1000", kRate), fmt::format("users {}=0:1,0:3", kList)));
  EXPECT_GT(h_.executor->View()->orphans.at.unix_ms, 0);
  EXPECT_THAT(h_.kafka.writes, IsEmpty());
}

TEST_F(Orphans, AnUnreachableClusterIsTriedAgain) {
  h_.kafka.SetBrokerConfig(2, kRate, "1000");
  h_.kafka.reachable = false;
  h_.Start();
  h_.Poll();
  EXPECT_EQ(h_.executor->View()->orphans.at.unix_ms, 0);
  EXPECT_NE(h_.executor->View()->orphans.problem, "");
  h_.kafka.reachable = true;
  for (int i = 0; i < 40; ++i) h_.Poll();
  EXPECT_EQ(Seen().size(), 1U);
  EXPECT_EQ(h_.executor->View()->orphans.problem, "");
}

TEST_F(Orphans, WhatAnOperationOwesIsNone) {
  h_.Start();
  const auto id = h_.Submit(h_.Plan({h_.MoveOf("orders", 0, {4, 2})}));
  ASSERT_TRUE(id.ok()) << id.error();
  ASSERT_TRUE(h_.RunUntil(
      [&] { return h_.State(*id) == OperationState::kRunning && !h_.kafka.Throttles().empty(); }));
  // A list that holds ours and somebody's.
  const auto ours = h_.kafka.TopicConfig("orders", kList);
  ASSERT_TRUE(ours.has_value());
  h_.kafka.SetTopicConfig("orders", kList, fmt::format("{},1:3", *ours));
  const auto swept = h_.executor->Sweep();
  ASSERT_TRUE(swept.ok()) << swept.error();
  EXPECT_THAT(Seen(), ElementsAre(fmt::format("orders {}=1:3", kList)));
  EXPECT_TRUE(swept->throttles.at(0).part);

  const auto refused = h_.executor->ClearOrphans("cli:ada", "why not");
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(), HasSubstr(*id));
  ASSERT_TRUE(h_.RunToEnd());
  EXPECT_EQ(h_.kafka.TopicConfig("orders", kList), "1:3") << "not ours to take away unasked";
}

TEST_F(Orphans, ClearedWhenAskedWithAnAuditRowEach) {
  h_.kafka.SetBrokerConfig(2, kRate, "1000");
  h_.kafka.SetBrokerConfig(3, kRate, "1000");
  h_.kafka.SetTopicConfig("users", kList, "*");
  h_.Start();
  h_.Poll();
  const auto cleared = h_.executor->ClearOrphans("cli:ada", "left by another tool");
  ASSERT_TRUE(cleared.ok()) << cleared.error();
  EXPECT_EQ(cleared->throttles.size(), 3U);
  EXPECT_THAT(h_.kafka.Throttles(), IsEmpty());
  ASSERT_TRUE(h_.executor->Sweep().ok());
  EXPECT_THAT(Seen(), IsEmpty());
  const auto audit = h_.journal->LoadAudit(10, "orphans");
  ASSERT_TRUE(audit.ok());
  ASSERT_EQ(audit->size(), 3U) << "two brokers, and the topics together";
  for (const store::AuditRecord& row : *audit) {
    EXPECT_EQ(row.author, "cli:ada");
    EXPECT_EQ(row.outcome, "ok") << "the outcome is on disk, too";
  }
  EXPECT_THAT(h_.journal->LoadAudit(10, "op1").value(), IsEmpty());
}

TEST_F(Orphans, NotWhileAnyoneMovesReplicas) {
  h_.kafka.SetBrokerConfig(2, kRate, "1000");
  h_.Start();
  ASSERT_EQ(h_.kafka.ForeignReassign("users", 0, std::vector<BrokerId>{1, 4}), 0);
  const auto refused = h_.executor->ClearOrphans("cli:ada", "");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kFailedPrecondition);
  EXPECT_THAT(refused.error().message(), HasSubstr("users-0"));
  EXPECT_EQ(h_.kafka.BrokerConfig(2, kRate), "1000");
}

TEST_F(Orphans, I1_WithoutTheJournalNothingIsCleared) {
  h_.kafka.SetBrokerConfig(2, kRate, "1000");
  h_.Start();
  h_.probe->fail = [](const store::JournalBatch&) {
    return Status(Error(ErrorCode::kResourceExhausted, "disk full"));
  };
  EXPECT_FALSE(h_.executor->ClearOrphans("cli:ada", "").ok());
  EXPECT_EQ(h_.kafka.BrokerConfig(2, kRate), "1000");
  EXPECT_THAT(h_.kafka.writes, IsEmpty());
}

TEST_F(Orphans, ADeadBrokersThrottleIsUnknown) {
  h_.kafka.SetBrokerConfig(3, kRate, "1000");
  h_.kafka.Kill(3);
  h_.Start();
  h_.Poll();
  EXPECT_THAT(Seen(), IsEmpty());
  EXPECT_THAT(h_.executor->View()->orphans.not_asked, ElementsAre(3));
}

}  // namespace
}  // namespace levelwind::testing
