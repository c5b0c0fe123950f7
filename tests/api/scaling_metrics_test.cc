#include "api/scaling_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace levelwind::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Page(const ScalingGroup& group) {
  ScalingView view;
  view.groups.push_back(std::make_shared<const ScalingGroup>(group));
  MetricsText text;
  RenderScalingMetrics(view, text);
  return text.Take();
}

ScalingGroup Group() {
  ScalingGroup group;
  group.decision.group = "billing";
  group.decision.mode = ScalingMode::kAct;
  group.decision.reason = ScalingReason::kUpRate;
  group.decision.current = 3;
  group.decision.desired = 5;
  group.decision.needed = {4, 5, 6};
  group.decision.arrival_per_s = 1200.5;
  group.late_records = 17;
  return group;
}

TEST(ScalingMetricsTest, TellsTheDecisionAndTheSum) {
  const std::string page = Page(Group());
  EXPECT_THAT(page, HasSubstr("levelwind_autoscale_decision_info{group=\"billing\",mode=\"act\","
                              "reason=\"up_rate\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("levelwind_autoscale_members{group=\"billing\"} 3\n"));
  EXPECT_THAT(page, HasSubstr("levelwind_autoscale_members_desired{group=\"billing\"} 5\n"));
  EXPECT_THAT(page, HasSubstr("levelwind_autoscale_members_needed{group=\"billing\","
                              "utilisation=\"target\"} 5\n"));
  EXPECT_THAT(page, HasSubstr("levelwind_autoscale_arrival_records_per_second{group=\"billing\"} "
                              "1200.5\n"));
  EXPECT_THAT(page, HasSubstr("levelwind_autoscale_late_records_total{group=\"billing\"} 17\n"));
}

TEST(ScalingMetricsTest, I17_WhatIsUnknownHasNoSample) {
  ScalingGroup group = Group();
  group.decision.desired = kUnknownCount;
  const std::string page = Page(group);
  EXPECT_THAT(page, Not(HasSubstr("levelwind_autoscale_members_desired")));
  EXPECT_THAT(page, Not(HasSubstr("levelwind_autoscale_skew_ceiling")));
  EXPECT_THAT(page, Not(HasSubstr("levelwind_autoscale_capacity")));
  EXPECT_THAT(page, Not(HasSubstr("levelwind_autoscale_action_info"))) << "nothing was done";
}

TEST(ScalingMetricsTest, TellsWhatBecameOfTheLastAction) {
  ScalingGroup group = Group();
  group.outcome = ScalingOutcome{};
  group.outcome->state = "confirmed";
  EXPECT_THAT(Page(group), HasSubstr("levelwind_autoscale_action_info{group=\"billing\","
                                     "state=\"confirmed\"} 1\n"));
}

}  // namespace
}  // namespace levelwind::api
