// Decision records over the API, and what people say about them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/api/api_fixture.h"

namespace levelwind::testing {
namespace {

using ::testing::HasSubstr;

class HealingApiTest : public ApiFixture {
 protected:
  HealingApiTest() {
    HealingCase record;
    record.id = "a3";
    record.number = 3;
    record.anomaly = backend_.detectors->at(0).anomalies.at(0);
    record.mode = HealMode::kOn;
    record.state = HealState::kApproval;
    record.code = "approval";
    record.reason = "p1 waits for a person";
    record.eta_s = kUnknown;
    record.first_seen = {1000};
    record.events = {{{1000}, HealState::kWaiting, "seen", ""},
                     {{2000}, HealState::kApproval, "p1 waits", ""}};
    auto view = std::make_shared<HealingView>();
    view->status = "nothing to heal";
    view->on = true;
    view->cases = {record};
    view->acts_today = 1;
    view->acts_limit = 6;
    view->decisions[{"leader_imbalance", "approval"}] = 2;
    view->notices[{"slack", "sent"}] = 5;
    backend_.healing = view;
  }
};

TEST_F(HealingApiTest, AnomaliesCarryTheirRecords) {
  const Json answer = GetJson("/api/v1/anomalies");
  const Json& anomaly = answer.at("findings").at("anomalies").at(0);
  EXPECT_EQ(anomaly.at("id"), "a3");
  EXPECT_EQ(anomaly.at("state"), "approval");
  EXPECT_EQ(answer.at("healing").at("status"), "nothing to heal");
  EXPECT_EQ(answer.at("healing").at("today").at("operations").at("limit"), 6);
  EXPECT_TRUE(answer.at("healing").at("today").at("bytes").at("limit").is_null());
  EXPECT_FALSE(answer.at("healing").at("records").at(0).contains("events"));
}

TEST_F(HealingApiTest, OneRecordTellsAll) {
  const Json record = GetJson("/api/v1/anomalies/a3").at("anomaly");
  EXPECT_EQ(record.at("events").size(), 2U);
  EXPECT_TRUE(record.at("eta_seconds").is_null()) << "unknown";
  EXPECT_TRUE(record.at("closed_at").is_null());
  EXPECT_EQ(ErrorOf(Send("GET", "/api/v1/anomalies/a9")),
            "404 NotFound: there is no anomaly 'a9'; 'levelwind anomalies' lists them");
}

TEST_F(HealingApiTest, PeoplesWordsArePostedWithAuthorAndReason) {
  EXPECT_EQ(Send("POST", "/api/v1/anomalies/a3/approve", R"({"reason":"broken"})").status, 200);
  EXPECT_EQ(backend_.commands.back(), "approve a3 cli:ada 'broken' 0");
  EXPECT_EQ(Send("POST", "/api/v1/anomalies/a3/deny", "{}").status, 200);
  EXPECT_EQ(Send("POST", "/api/v1/anomalies/a3/mute", R"({"for":"4h"})").status, 200);
  EXPECT_EQ(backend_.commands.back(), "mute a3 cli:ada '' 14400");
  EXPECT_EQ(Send("POST", "/api/v1/anomalies/a3/mute", "{}").status, 400) << "for how long";
  EXPECT_EQ(Send("POST", "/api/v1/anomalies/a3/approve", "{}", "").status, 400) << "who asks";
  EXPECT_EQ(Send("POST", "/api/v1/anomalies/a3/approve", "{}", "a", "text/plain").status, 415);
  EXPECT_EQ(Send("POST", "/api/v1/anomalies/a3/approve", R"({"for":"4h"})").status, 400);
  backend_.steer_error = FailedPrecondition("a3 waits for nobody's word");
  EXPECT_EQ(Send("POST", "/api/v1/anomalies/a3/approve", "{}").status, 409);
}

TEST_F(HealingApiTest, MetricsCountByTypeAndDecision) {
  const std::string text = Body(Send("GET", "/metrics"));
  const std::string type = backend_.healing->cases[0].anomaly.type;
  EXPECT_THAT(text,
              HasSubstr("levelwind_healing_anomalies{type=\"" + type + "\",state=\"approval\"} 1"));
  EXPECT_THAT(text, HasSubstr("levelwind_healing_decisions_total{type=\"leader_imbalance\","
                              "code=\"approval\"} 2"));
  EXPECT_THAT(text, HasSubstr("levelwind_healing_day{budget=\"operations\"} 1"));
  EXPECT_THAT(text, HasSubstr("levelwind_notices_total{notifier=\"slack\",outcome=\"sent\"} 5"));
}

}  // namespace
}  // namespace levelwind::testing
