// What was sent to the cluster, and throttles that nobody owes, as the API tells them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include <nlohmann/json.hpp>

#include "tests/api/api_fixture.h"

namespace levelwind::api {
namespace {

using testing::Body;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AuditTest : public testing::ApiFixture {
 protected:
  AuditTest() {
    backend_.audit = {
        {3, 2, {1'767'225'600'000}, "op2", "cli:ada", "ElectLeaders", "orders-1", "ok"},
        {3, 1, {1'767'225'500'000}, "op1", "cli:bob", "AlterConfigs", "a", "sent"}};
    backend_.orphans.at = {1'767'225'600'000};
    backend_.orphans.throttles = {{false, "4", "leader.replication.throttled.rate", "1000"},
                                  {true, "orders", "leader.replication.throttled.replicas", "0:1"}};
    backend_.orphans.not_asked = {5};
  }
};

TEST_F(AuditTest, RowsOfAllOrOfOneOperation) {
  const Json all = Json::parse(Body(Send("GET", "/api/v1/audit"))).at("audit");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].at("request"), "ElectLeaders");
  EXPECT_EQ(all[0].at("time"), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(all[0].at("author"), "cli:ada");
  EXPECT_EQ(all[0].at("target"), "orders-1");
  EXPECT_EQ(all[1].at("outcome"), "sent");
  const Json one = Json::parse(Body(Send("GET", "/api/v1/audit?operation=op1"))).at("audit");
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].at("operation"), "op1");
  EXPECT_EQ(Json::parse(Body(Send("GET", "/api/v1/audit?limit=1"))).at("audit").size(), 1U);
}

TEST_F(AuditTest, WrongQuestionsAndObserveModeAreSaid) {
  for (const char* query : {"limit=0", "limit=-1", "limit=10001", "limit=5x", "limit=", "rows=5"}) {
    const Response wrong = Send("GET", std::string("/api/v1/audit?") + query);
    EXPECT_EQ(wrong.status, 400) << query;
  }
  backend_.audit_error = FailedPrecondition("in observe mode there is no journal");
  const Response observe = Send("GET", "/api/v1/audit");
  EXPECT_EQ(observe.status, 409);
  EXPECT_THAT(Body(observe), HasSubstr("observe mode"));
}

TEST_F(AuditTest, ThrottlesAreLookedForAndCleared) {
  backend_.executor =
      std::make_shared<ExecutorView>(ExecutorView{"operate", "idle", {}, backend_.orphans});
  const Json shown = Json::parse(Body(Send("GET", "/api/v1/throttles"))).at("orphans");
  EXPECT_EQ(shown.at("looked_at"), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(shown.at("brokers_not_asked"), Json::array({5}));
  ASSERT_EQ(shown.at("throttles").size(), 2U);
  EXPECT_EQ(shown.at("throttles")[0].at("scope"), "broker");
  EXPECT_EQ(shown.at("throttles")[1].at("value"), "0:1");
  EXPECT_THAT(Body(Send("GET", "/metrics")), HasSubstr("levelwind_orphan_throttles 2\n"));

  EXPECT_EQ(Json::parse(Body(Send("POST", "/api/v1/throttles/look"))).at("orphans"), shown);
  const Response cleared = Send("POST", "/api/v1/throttles/clear", R"({"reason":"stale"})");
  EXPECT_EQ(cleared.status, 200);
  EXPECT_EQ(Json::parse(Body(cleared)).at("cleared"), shown);
  EXPECT_THAT(backend_.commands, ElementsAre("clear cli:ada 'stale'"));

  backend_.steer_error = FailedPrecondition("orders-1 is being reassigned");
  EXPECT_EQ(Send("POST", "/api/v1/throttles/clear").status, 409);
}

TEST_F(AuditTest, NeverLookedIsNotNone) {
  const Json shown = Json::parse(Body(Send("GET", "/api/v1/throttles"))).at("orphans");
  EXPECT_TRUE(shown.at("looked_at").is_null());
  EXPECT_THAT(Body(Send("GET", "/metrics")), ::testing::Not(HasSubstr("orphan")));
}

}  // namespace
}  // namespace levelwind::api
