// What other autoscalers are told over HTTP (KEDA's metrics-api), and what people see.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/api_fixture.h"
#include "tests/support/scaling_builder.h"

namespace levelwind::testing {
namespace {

using ::testing::HasSubstr;

class AutoscaleApiTest : public ApiFixture {
 protected:
  WallTime now() const { return clock_.WallNow(); }
  void Show(std::vector<ScalingDecision> decisions) {
    backend_.scaling = ViewOf(std::move(decisions), now());
  }
};

TEST_F(AutoscaleApiTest, OneGroupAsMetricsApiReadsIt) {
  Show({SomeDecision("orders", 5, 7, now()), SomeDecision("a/b c%", 1, 0, now())});
  const Json orders = GetJson("/api/v1/autoscale/prod/orders");
  EXPECT_EQ(orders.at("desired"), 7);
  EXPECT_EQ(orders.at("current"), 5);
  EXPECT_EQ(orders.at("lag"), 120034);
  EXPECT_EQ(orders.at("time_lag_seconds"), 3.2);
  EXPECT_EQ(orders.at("reason"), "up_rate");
  EXPECT_EQ(orders.at("decision"), 1841);
  EXPECT_EQ(orders.at("stale"), false);
  EXPECT_EQ(orders.at("active"), true);
  const Json odd = GetJson("/api/v1/autoscale/prod/a%2Fb%20c%25");
  EXPECT_EQ(odd.at("desired"), 0) << "a zero that was decided is said";
  EXPECT_EQ(odd.at("active"), false);
}

TEST_F(AutoscaleApiTest, WhatIsNotKnownIsAnErrorAndNeverANumber) {
  EXPECT_THAT(ErrorOf(Send("GET", "/api/v1/autoscale/prod/orders")), HasSubstr("503 Unavailable"));
  ScalingDecision held = SomeDecision("held", 5, 7, now());
  held.stale = true;
  held.why = "no end offsets for 80 s";
  ScalingDecision blank = SomeDecision("blank", 5, kUnknownCount, now());
  Show({held, blank, SomeDecision("orders", 5, 7, now()),
        SomeDecision("watched", 5, 7, now(), ScalingMode::kObserve)});
  EXPECT_EQ(ErrorOf(Send("GET", "/api/v1/autoscale/prod/held")),
            "503 Unavailable: the decision on group 'held' is stale (no end offsets for 80 s); "
            "nothing is to be changed until there is a new one");
  EXPECT_THAT(ErrorOf(Send("GET", "/api/v1/autoscale/prod/blank")),
              HasSubstr("503 Unavailable: how many members group 'blank' needs"));
  EXPECT_THAT(ErrorOf(Send("GET", "/api/v1/autoscale/prod/watched")),
              HasSubstr("409 FailedPrecondition: group 'watched' is in mode observe"));
  EXPECT_THAT(ErrorOf(Send("GET", "/api/v1/autoscale/prod/other")),
              HasSubstr("404 NotFound: the autoscaler has no group 'other'"));
  EXPECT_EQ(ErrorOf(Send("GET", "/api/v1/autoscale/test/orders")),
            "404 NotFound: this daemon scales groups of cluster 'prod', not of 'test'");
  clock_.Advance(std::chrono::seconds(61));
  EXPECT_THAT(ErrorOf(Send("GET", "/api/v1/autoscale/prod/orders")),
              HasSubstr("503 Unavailable: the decision on group 'orders' is stale (good until"));
}

TEST_F(AutoscaleApiTest, TheListShowsEveryModeWithItsReasons) {
  EXPECT_EQ(Send("GET", "/api/v1/autoscale").status, 404);
  ScalingDecision watched = SomeDecision("watched", 5, 7, now(), ScalingMode::kObserve);
  watched.time_lag_s = kUnknown;
  watched.advice = {{"partition 7 of orders needs 2.3x one consumer", TopicPartition{"orders", 7}}};
  Show({watched, SomeDecision("orders", 5, 7, now())});
  auto view = std::make_shared<ScalingView>(*backend_.scaling);
  auto group = std::make_shared<ScalingGroup>(*view->groups[0]);
  group->outcome = ScalingOutcome{1840, now(), 4, 5, "confirmed", "5 members joined"};
  view->groups[0] = group;
  backend_.scaling = view;
  const Json list = GetJson("/api/v1/autoscale");
  EXPECT_EQ(list.at("cluster"), "prod");
  ASSERT_EQ(list.at("groups").size(), 2U);
  EXPECT_EQ(list.at("groups")[0].at("outcome").at("state"), "confirmed");
  EXPECT_EQ(list.at("groups")[1].at("mode"), "observe");
  EXPECT_TRUE(list.at("groups")[1].at("time_lag_seconds").is_null()) << "unknown is not zero";
  EXPECT_EQ(list.at("groups")[1].at("advice")[0].at("partition"), 7);
  EXPECT_TRUE(list.at("groups")[1].at("outcome").is_null());
  EXPECT_EQ(GetJson("/api/v1/autoscale?group=watched").at("groups").size(), 1U);
}

}  // namespace
}  // namespace levelwind::testing
