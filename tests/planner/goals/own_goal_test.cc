// A goal that a user wrote: the example of docs/planner.md.
#include "tests/planner/goals/own_goal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "planner/goals/goal_set.h"
#include "tests/planner/goals/goal_case.h"

namespace levelwind::planner::testing {
namespace {

using ::testing::HasSubstr;

std::string ReadSource(const std::string& path) {
  std::ifstream file(std::string(LEVELWIND_SOURCE_DIR) + "/" + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

ClusterSnapshot Mixed() {
  SnapshotBuilder builder;
  for (int b = 1; b <= 3; ++b) builder.AddBroker(b, "web");
  for (int b = 4; b <= 5; ++b) builder.AddBroker(b, "batch");
  return builder.AddTopic("batch-in", Repeat({1}, 6)).AddTopic("web-in", Repeat({4}, 6)).Build();
}

TEST(OwnGoal, ActsLikeABuiltInOne) {
  PlannerOptions options = Only({"batch-rack", "ReplicaDistributionGoal"});
  options.extra_goals = {&MakeBatchRackGoal};
  const Proposal proposal = Plan(Mixed(), options);
  EXPECT_EQ(VerdictOf(proposal, "BatchRackGoal").violations_before, 12);
  EXPECT_EQ(VerdictOf(proposal, "BatchRackGoal").violations_after, 0);
  EXPECT_TRUE(VerdictOf(proposal, "BatchRackGoal").hard);
  const auto after = After(Mixed(), proposal);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_GE(after[i].front(), 4) << "batch-in";
  for (std::size_t i = 6; i < 12; ++i) EXPECT_LE(after[i].front(), 3) << "web-in";
  EXPECT_THAT(proposal.moves[0].reason, HasSubstr("on the wrong side of rack batch"));
}

TEST(OwnGoal, IsUnknownUnlessItIsGiven) {
  const auto goals = MakeGoals(Only({"batch-rack"}));
  ASSERT_FALSE(goals.ok());
  EXPECT_THAT(goals.error().message(), HasSubstr("goal \"batch-rack\" does not exist"));
}

TEST(OwnGoal, TheManualHasThisVeryCode) {
  const std::string code = ReadSource("tests/planner/goals/own_goal.h");
  const std::size_t from = code.find("/// Topics named \"batch...\"");
  const std::size_t to = code.find("}  // namespace levelwind::planner::testing");
  ASSERT_NE(from, std::string::npos);
  EXPECT_THAT(ReadSource("docs/planner.md"), HasSubstr(code.substr(from, to - from - 1)));
}

}  // namespace
}  // namespace levelwind::planner::testing
