// Signed orders to a program of the user's own.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <utility>

#include <nlohmann/json.hpp>

#include "actions/scaling/webhook_scaler.h"
#include "tests/actions/scaling/scaling_harness.h"

namespace levelwind::actions {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Json = nlohmann::json;
using namespace std::chrono_literals;

// 24 and 32 bytes, with the tests' marker in them where it can be seen.
constexpr const char* kSecret = "whsec_Y2FuYXJ5LXdlYmhvb2stc2VjcmV0LTAxMjM0NTY3ODk=";
constexpr const char* kOldSecret = "whsec_Y2FuYXJ5LXdlYmhvb2stb2xkLXNlY3JldC0wMTIz";

/// Answers what is told; remembers what it was sent.
class ScriptedClient final : public HttpClient {
 public:
  struct Script {
    std::deque<Result<HttpAnswer>> answers;  // the last one stays
    std::vector<HttpCall> calls;
  };
  explicit ScriptedClient(Script& script) : script_(script) {}
  Result<HttpAnswer> Send(const HttpCall& call) override {
    script_.calls.push_back(call);
    auto answer = script_.answers.front();
    if (script_.answers.size() > 1) script_.answers.pop_front();
    return answer;
  }

 private:
  Script& script_;
};

HttpAnswer Status(int status, std::string body = "", std::optional<Duration> retry_after = {}) {
  return {status, std::move(body), retry_after};
}
std::string HeaderOf(const HttpCall& call, const std::string& name) {
  for (const auto& [key, value] : call.headers) {
    if (key == name) return value;
  }
  return "";
}

class WebhookTest : public testing::ScalingHarness {
 protected:
  WebhookTest() {
    options_.url = "https://hooks.example/scale";
    options_.secret.value = Secret(kSecret);
    script_.answers = {Status(200)};
    Make();
  }
  void Make() {
    scaler_ = std::make_unique<WebhookScaler>(
        options_, "prod", std::make_unique<ScriptedClient>(script_), *log_, clock_,
        [this] { return may_act_; }, 1);
  }
  std::string StateOf(const Result<ScalingOutcome>& outcome) {
    return outcome.ok() ? outcome->state : outcome.error().ToString();
  }
  std::vector<std::pair<std::string, ScalingOutcome>> StepAfter(Duration wait) {
    clock_.Advance(wait);
    return scaler_->Step(clock_.Now());
  }

  ScalingWebhookOptions options_;
  ScriptedClient::Script script_;
  std::unique_ptr<WebhookScaler> scaler_;
  levelwind::Status may_act_;
};

TEST_F(WebhookTest, SaysWhatIsWantedSignedAsStandardWebhooksHaveIt) {
  const auto outcome = scaler_->Apply(Decision(5, 7));
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  EXPECT_EQ(outcome->state, "applied");
  ASSERT_THAT(script_.calls, SizeIs(1));
  const HttpCall& call = script_.calls[0];
  const std::string id = HeaderOf(call, "webhook-id");
  EXPECT_THAT(id, ::testing::StartsWith("lw_"));
  EXPECT_THAT(id, ::testing::EndsWith("_3_1841"));
  EXPECT_EQ(HeaderOf(call, "webhook-timestamp"), "1767225600");
  // The signature by hand, of what was sent.
  const Secret key = *WebhookKey(WebhookSigning::kStandard, Secret(kSecret));
  const auto again =
      WebhookHeaders(WebhookSigning::kStandard, {key}, id, call.body, clock_.WallNow());
  EXPECT_EQ(HeaderOf(call, "webhook-signature"), again.back().second);
  const Json body = Json::parse(call.body);
  EXPECT_EQ(body["type"], "consumer_group.scale");
  EXPECT_EQ(body["specversion"], 1);
  const Json& data = body["data"];
  EXPECT_EQ(data["decision_id"], id);
  EXPECT_EQ(data["epoch"], 3);
  EXPECT_EQ(data["seq"], 1841);
  EXPECT_EQ(data["expires_at"], "2026-01-01T00:01:00.000Z");
  EXPECT_EQ(data["dry_run"], false);
  EXPECT_EQ(data["cluster"], "prod");
  EXPECT_EQ(data["group"], "orders");
  EXPECT_EQ(data["replicas"], Json({{"current", 5},
                                    {"desired", 7},
                                    {"min", 1},
                                    {"max", 24},
                                    {"ceiling_partitions", 24},
                                    {"ceiling_skew", 11}}));
  EXPECT_EQ(data["reason"], "up_rate");
  EXPECT_THAT(Audit(), ElementsAre("autoscale/orders/1841 | webhook | hooks.example: deployment "
                                   "'orders' to 7, try 1 | applied: hooks.example answered 200"));
}

// Values of the published example (standardwebhooks.com, test vector of its libraries).
TEST_F(WebhookTest, TheSignatureIsThatOfThePublishedExample) {
  const Secret key =
      *WebhookKey(WebhookSigning::kStandard, Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  const auto headers =
      WebhookHeaders(WebhookSigning::kStandard, {key}, "msg_p5jXN8AQM9LWM0D4loKWxJek",
                     R"({"test": 2432232314})", WallTime{1'614'265'330'000});
  EXPECT_EQ(headers.back().second, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_F(WebhookTest, TwoSecretsWhileReceiversChangeOver) {
  options_.previous_secret.value = Secret(kOldSecret);
  Make();
  ASSERT_EQ(StateOf(scaler_->Apply(Decision(5, 7))), "applied");
  const std::string signatures = HeaderOf(script_.calls[0], "webhook-signature");
  EXPECT_EQ(std::ranges::count(signatures, ' '), 1);
  options_.signing = WebhookSigning::kGithub;
  Make();
  ASSERT_EQ(StateOf(scaler_->Apply(Decision(5, 7))), "applied");
  const HttpCall& call = script_.calls[1];
  EXPECT_THAT(HeaderOf(call, "X-Hub-Signature-256"), ::testing::StartsWith("sha256="));
  EXPECT_EQ(HeaderOf(call, "X-Hub-Signature-256").size(), 7U + 64U);
  EXPECT_NE(HeaderOf(call, "X-Hub-Signature-256"), HeaderOf(call, "X-Hub-Signature-256-Previous"));
  EXPECT_EQ(HeaderOf(call, "webhook-id"), "");
  EXPECT_THAT(HeaderOf(call, "X-Levelwind-Delivery"), ::testing::EndsWith("_3_1841"));
}

TEST_F(WebhookTest, TriesAgainWithTheSameIdAndANewTimestamp) {
  script_.answers = {Status(503), Unavailable("hooks.example: Timeout was reached"), Status(200)};
  const auto first = scaler_->Apply(Decision(5, 7));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->state, "sent");
  EXPECT_EQ(StateOf(scaler_->Apply(Decision(5, 7))), "sent") << "the same one is under way";
  EXPECT_THAT(script_.calls, SizeIs(1));
  EXPECT_THAT(StepAfter(1s), SizeIs(0)) << "the second try fails too, and a third is to come";
  EXPECT_THAT(script_.calls, SizeIs(2));
  const auto done = StepAfter(2s);
  ASSERT_THAT(done, SizeIs(1));
  EXPECT_EQ(done[0].first, "orders");
  EXPECT_EQ(done[0].second.state, "applied");
  EXPECT_EQ(HeaderOf(script_.calls[0], "webhook-id"), HeaderOf(script_.calls[2], "webhook-id"));
  EXPECT_EQ(HeaderOf(script_.calls[2], "webhook-timestamp"), "1767225603");
  EXPECT_THAT(StepAfter(10s), SizeIs(0)) << "it is done";
  const auto attempts = scaler_->attempts();
  ASSERT_THAT(attempts, SizeIs(3));
  EXPECT_EQ(attempts[0].status, 503);
  EXPECT_EQ(attempts[1].detail, "hooks.example: Timeout was reached");
  EXPECT_EQ(attempts[2].attempt, 3);
}

TEST_F(WebhookTest, HonoursRetryAfter) {
  script_.answers = {Status(429, "", 20s), Status(200)};
  EXPECT_EQ(StateOf(scaler_->Apply(Decision(5, 7))), "sent");
  EXPECT_THAT(StepAfter(19s), SizeIs(0));
  EXPECT_THAT(script_.calls, SizeIs(1));
  EXPECT_THAT(StepAfter(1s), SizeIs(1));
}

TEST_F(WebhookTest, GivesUpAfterFiveTriesOrWhenItExpires) {
  options_.breaker_failures = 100;
  Make();
  script_.answers = {Status(500)};
  EXPECT_EQ(StateOf(scaler_->Apply(Decision(5, 7))), "sent");
  std::vector<std::pair<std::string, ScalingOutcome>> done;
  for (int i = 0; i < 20 && done.empty(); ++i) done = StepAfter(1s);
  ASSERT_THAT(done, SizeIs(1));
  EXPECT_EQ(done[0].second.state, "failed");
  EXPECT_THAT(script_.calls, SizeIs(5));
  script_.answers = {Status(429, "", 120s)};
  EXPECT_EQ(StateOf(scaler_->Apply(Decision(5, 8, 1842))), "sent");
  done = StepAfter(121s);
  ASSERT_THAT(done, SizeIs(1));
  EXPECT_EQ(done[0].second.state, "failed");
  EXPECT_THAT(done[0].second.detail, HasSubstr("given up after 1 tries"));
  EXPECT_THAT(done[0].second.detail, HasSubstr("was good until"));
  EXPECT_THAT(script_.calls, SizeIs(6)) << "a late order does harm";
}

TEST_F(WebhookTest, TheNewestDecisionWins) {
  script_.answers = {Status(503), Status(200)};
  EXPECT_EQ(StateOf(scaler_->Apply(Decision(5, 7, 10))), "sent");
  EXPECT_EQ(StateOf(scaler_->Apply(Decision(5, 9, 11))), "applied");
  EXPECT_THAT(StepAfter(10s), SizeIs(0)) << "the older is not tried again";
  EXPECT_EQ(StateOf(scaler_->Apply(Decision(5, 7, 10))), "superseded");
  EXPECT_THAT(script_.calls, SizeIs(2));
}

TEST_F(WebhookTest, WhatReceiversAnswer) {
  const auto state = [&](HttpAnswer answer, std::uint64_t number) {
    script_.answers = {std::move(answer)};
    const auto outcome = scaler_->Apply(Decision(5, 7, number));
    EXPECT_THAT(StepAfter(10s), SizeIs(0)) << "none of these is tried again";
    return outcome.ok() ? outcome->state + ": " + outcome->detail : outcome.error().ToString();
  };
  EXPECT_THAT(state(Status(202), 1), HasSubstr("sent: hooks.example answered 202"));
  EXPECT_EQ(state(Status(409, R"({"last":{"epoch":3,"seq":1842}})"), 2),
            "superseded: hooks.example answered 409: it has 1842 of epoch 3");
  EXPECT_THAT(state(Status(422, "max is 6"), 3), HasSubstr("refused: hooks.example answered 422: "
                                                           "max is 6; the number is out of"));
  EXPECT_THAT(state(Status(401), 4), HasSubstr("compare secrets and clocks"));
  EXPECT_THAT(state(Status(403), 5), HasSubstr("refused"));
  EXPECT_THAT(state(Status(302), 6),
              HasSubstr("failed: hooks.example answered 302, and redirects"));
  EXPECT_THAT(state(Status(410), 7), HasSubstr("refused: hooks.example answered 410"));
  script_.calls.clear();
  EXPECT_THAT(state(Status(200), 8), HasSubstr("nothing more is sent there"));
  EXPECT_THAT(script_.calls, SizeIs(0));
}

TEST_F(WebhookTest, RestsAfterFiveFailuresInARow) {
  script_.answers = {Status(500)};
  EXPECT_EQ(StateOf(scaler_->Apply(Decision(5, 7))), "sent");
  std::vector<std::pair<std::string, ScalingOutcome>> done;
  for (int i = 0; i < 20 && done.empty(); ++i) done = StepAfter(1s);
  ASSERT_THAT(done, SizeIs(1));
  EXPECT_THAT(script_.calls, SizeIs(5));
  EXPECT_THAT(StateOf(scaler_->Apply(Decision(5, 7, 1842))),
              HasSubstr("Unavailable: hooks.example failed 5 times in a row"));
  EXPECT_THAT(script_.calls, SizeIs(5));
  clock_.Advance(61s);
  EXPECT_EQ(StateOf(scaler_->Apply(Decision(5, 7, 1843))), "failed") << "one more is enough";
  EXPECT_THAT(script_.calls, SizeIs(6));
  clock_.Advance(61s);
  script_.answers = {Status(200)};
  EXPECT_EQ(StateOf(scaler_->Apply(Decision(5, 7, 1844))), "applied");
  script_.answers = {Status(500)};
  EXPECT_EQ(StateOf(scaler_->Apply(Decision(5, 7, 1845))), "sent") << "counted from nought";
}

TEST_F(WebhookTest, ReplaysTheNewestOnly) {
  EXPECT_THAT(StateOf(scaler_->Replay("orders")), HasSubstr("NotFound"));
  ASSERT_EQ(StateOf(scaler_->Apply(Decision(5, 7))), "applied");
  EXPECT_EQ(StateOf(scaler_->Replay("orders")), "applied");
  EXPECT_THAT(script_.calls, SizeIs(2));
  clock_.Advance(61s);
  EXPECT_THAT(StateOf(scaler_->Replay("orders")), HasSubstr("was good until"));
}

TEST_F(WebhookTest, ALostLeaseEndsTries) {
  script_.answers = {Status(503)};
  EXPECT_EQ(StateOf(scaler_->Apply(Decision(5, 7))), "sent");
  may_act_ = Error(ErrorCode::kPermissionDenied, "lost it");
  const auto done = StepAfter(1s);
  ASSERT_THAT(done, SizeIs(1));
  EXPECT_THAT(done[0].second.detail, HasSubstr("lost it"));
  EXPECT_THAT(script_.calls, SizeIs(1));
}

TEST_F(WebhookTest, AttemptsAreBounded) {
  for (std::uint64_t number = 1; number <= 120; ++number) {
    ASSERT_EQ(StateOf(scaler_->Apply(Decision(5, 7, number))), "applied");
  }
  EXPECT_THAT(scaler_->attempts(), SizeIs(100));
  EXPECT_EQ(scaler_->attempts().front().number, 21U);
}

TEST_F(WebhookTest, OptionsThatCannotBeUsed) {
  const auto error = [&](auto change) {
    ScalingWebhookOptions options = options_;
    change(options);
    const auto made = WebhookScaler::Make(options, "prod", *log_, clock_, nullptr, 1);
    return made.ok() ? "made" : made.error().message();
  };
  EXPECT_EQ(error([](auto&) {}), "made");
  EXPECT_THAT(error([](auto& o) { o.url = "http://hooks.example/x"; }),
              HasSubstr("name hooks.example in the scaling webhook's allow_hosts"));
  EXPECT_THAT(error([](auto& o) { o.url = "https://user:pass@hooks.example/x"; }),
              HasSubstr("without a user"));
  EXPECT_THAT(error([](auto& o) { o.secret = {}; }), HasSubstr("the scaling webhook's secret"));
  EXPECT_THAT(error([](auto& o) { o.secret.value = Secret("canary-plain"); }),
              HasSubstr("does not begin with whsec_"));
  EXPECT_THAT(error([](auto& o) { o.secret.value = Secret("whsec_Y2FuYXJ5LQ=="); }),
              HasSubstr("24 to 64 bytes"));
  EXPECT_THAT(error([](auto& o) { o.client_cert_file = "/x"; }), HasSubstr("without a key"));
}

TEST_F(WebhookTest, PrivateAddressesAreNotConnectedTo) {
  options_.url = "https://127.0.0.1:1/scale";
  const auto made = WebhookScaler::Make(options_, "prod", *log_, clock_, nullptr, 1);
  ASSERT_TRUE(made.ok());
  const auto outcome = (*made)->Apply(Decision(5, 7));
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->state, "failed");
  EXPECT_THAT(outcome->detail, HasSubstr("127.0.0.1 has an address that is not public; name it in "
                                         "the scaling webhook's allow_hosts"));
}

}  // namespace
}  // namespace levelwind::actions
