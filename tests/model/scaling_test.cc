#include "model/scaling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace levelwind {
namespace {

using ::testing::HasSubstr;

TEST(ScalingTargetTest, KindsOfKubernetesHaveTheirResource) {
  const auto target = ParseScalingTarget("rollout/shop/orders");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->api_group, "argoproj.io");
  EXPECT_EQ(target->api_version, "v1alpha1");
  EXPECT_EQ(target->plural, "rollouts");
  EXPECT_EQ(target->name_space, "shop");
  EXPECT_EQ(target->name, "orders");
  EXPECT_EQ(ParseScalingTarget("deployment/a/b")->plural, "deployments");
  const auto custom = ParseScalingTarget("custom/x.io/v1/things/shop/t1");
  ASSERT_TRUE(custom.ok());
  EXPECT_EQ(*custom, (ScalingTarget{"custom", "x.io", "v1", "things", "shop", "t1"}));
}

TEST(ScalingTargetTest, TheWebhooksKindIsTheReceivers) {
  const auto target = ParseScalingTarget("webhook/nomad-job/orders");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(*target, (ScalingTarget{"nomad-job", "", "", "", "", "orders"}));
}

TEST(ScalingTargetTest, WhatIsNoneIsTold) {
  for (const char* text :
       {"", "orders", "deployment/shop", "deployment//orders", "pod/shop/x",
        "custom/x.io/v1/things/shop", "deployment/shop/orders/more", "webhook/x"}) {
    const auto target = ParseScalingTarget(text);
    ASSERT_FALSE(target.ok()) << text;
    EXPECT_THAT(target.error().message(), HasSubstr("deployment/NAMESPACE/NAME"));
  }
}

TEST(ScalingViewTest, FindsAGroupByItsWholeName) {
  ScalingView view;
  for (const char* name : {"a", "billing", "c"}) {
    ScalingGroup group;
    group.decision.group = name;
    view.groups.push_back(std::make_shared<const ScalingGroup>(group));
  }
  ASSERT_NE(view.Find("billing"), nullptr);
  EXPECT_EQ(view.Find("billing")->decision.group, "billing");
  EXPECT_EQ(view.Find("bill"), nullptr);
  EXPECT_EQ(view.Find("z"), nullptr);
}

TEST(ScalingModeTest, NamesGoBothWays) {
  for (const ScalingMode mode :
       {ScalingMode::kObserve, ScalingMode::kRecommend, ScalingMode::kAct}) {
    EXPECT_EQ(ParseScalingMode(ScalingModeName(mode)), mode);
  }
  EXPECT_FALSE(ParseScalingMode("on"));
}

}  // namespace
}  // namespace levelwind
