#include "actions/notify/notifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/actions/notify/notice_fixture.h"
#include "tests/support/manual_clock.h"

namespace levelwind::actions {
namespace {

using namespace std::chrono_literals;

class FakeTransport final : public Transport {
 public:
  struct Log {
    std::vector<HttpMessage> posts;
    std::vector<MailMessage> mails;
    int failures = 0;  // the next so many fail
    bool retriable = true;
  };
  explicit FakeTransport(Log& log) : log_(log) {}
  Status Post(const HttpMessage& message) override {
    log_.posts.push_back(message);
    return Answer();
  }
  Status Mail(const MailMessage& message) override {
    log_.mails.push_back(message);
    return Answer();
  }

 private:
  Status Answer() {
    if (log_.failures <= 0) return Ok();
    --log_.failures;
    return log_.retriable ? Unavailable("500") : FailedPrecondition("404");
  }
  Log& log_;
};

class NotifierTest : public ::testing::Test {
 protected:
  NotifierTest() { options_.webhook.url = "https://h.example/x"; }
  Notifier& Make() {
    notifier_ =
        std::make_unique<Notifier>(options_, std::make_unique<FakeTransport>(log_), clock_, 1);
    return *notifier_;
  }
  void Run(Duration how_long) {
    for (Duration passed{}; passed < how_long; passed += 1s) {
      notifier_->Step(clock_.Now());
      clock_.Advance(1s);
    }
  }
  std::uint64_t Counted(const char* outcome, const char* service = "webhook") {
    return notifier_->counts()[{service, outcome}];
  }

  NotifyOptions options_;
  testing::ManualClock clock_;
  FakeTransport::Log log_;
  std::unique_ptr<Notifier> notifier_;
};

TEST_F(NotifierTest, WhatComesTogetherIsOneMessage) {
  Make().Offer({DeadBrokerNotice()});
  Run(5s);
  notifier_->Offer({DeadBrokerNotice(HealState::kHealed, "a4")});
  EXPECT_TRUE(log_.posts.empty()) << "it waits for more";
  Run(10s);
  ASSERT_EQ(log_.posts.size(), 1U);
  EXPECT_THAT(log_.posts[0].body, ::testing::HasSubstr("\"a4\""));
  EXPECT_EQ(Counted("sent"), 2U);
}

TEST_F(NotifierTest, WhatMayPassIsTriedAgainAndTheRestIsNot) {
  log_.failures = 3;
  Make().Offer({DeadBrokerNotice()});
  Run(2min);
  EXPECT_EQ(log_.posts.size(), 4U);
  EXPECT_EQ(Counted("sent"), 1U);
  EXPECT_EQ(log_.posts[0].headers, log_.posts[3].headers) << "the same idempotency key";
  log_.failures = 100;
  notifier_->Offer({DeadBrokerNotice()});
  Run(1h);
  EXPECT_EQ(log_.posts.size(), 10U) << "six tries";
  EXPECT_EQ(Counted("failed"), 1U);
  log_.retriable = false;
  notifier_->Offer({DeadBrokerNotice()});
  Run(1h);
  EXPECT_EQ(log_.posts.size(), 11U);
}

TEST_F(NotifierTest, SoManyMessagesAnHourAndTheRestIsGrouped) {
  options_.max_per_hour = 5;
  options_.group_wait = 0s;
  Make();
  for (int i = 0; i < 100; ++i) {
    notifier_->Offer({DeadBrokerNotice()});
    Run(10s);
  }
  EXPECT_EQ(log_.posts.size(), 5U);
  Run(1h);
  EXPECT_LE(log_.posts.size(), 8U);
  EXPECT_EQ(Counted("sent"), 100U) << "nothing is lost";
}

TEST_F(NotifierTest, TheQueueIsBoundedAndTheOldestGo) {
  options_.max_queued = 10;
  Make();
  for (int i = 0; i < 25; ++i) notifier_->Offer({DeadBrokerNotice()});
  EXPECT_EQ(Counted("dropped"), 15U);
}

TEST_F(NotifierTest, FiltersBySeverityAndType) {
  options_.webhook.filter = {Severity::kCritical, {"disk_failure"}};
  Make().Offer({DeadBrokerNotice()});
  Run(1min);
  EXPECT_TRUE(log_.posts.empty());
  EXPECT_EQ(Counted("filtered"), 1U);
}

TEST_F(NotifierTest, EveryServiceIsTold) {
  options_.slack.url.value = Secret("https://s.example/canary-slack");
  options_.teams.url.value = Secret("https://t.example/canary-teams");
  options_.alerta.url = "https://a.example/api";
  options_.alerta.key.value = Secret("canary-k");
  options_.pagerduty.routing_key.value = Secret("canary-k");
  options_.email.server = "smtps://m.example:465";
  options_.email.from = "l@example.org";
  options_.email.to = {"a@example.org"};
  Make().Offer({DeadBrokerNotice(), DeadBrokerNotice(HealState::kActing, "a4")});
  Run(1min);
  EXPECT_EQ(log_.posts.size(), 3U + 2U + 2U) << "Alerta and PagerDuty one by one";
  EXPECT_EQ(log_.mails.size(), 1U);
}

TEST_F(NotifierTest, NothingIsOnByDefault) {
  options_.webhook.url.clear();
  EXPECT_FALSE(Make().on());
  EXPECT_TRUE(CheckNotifyOptions({}).empty());
}

TEST(NotifyOptions, WhatIsWrongIsNamed) {
  NotifyOptions options;
  options.webhook.url = "http://169.254.169.254/latest";
  ASSERT_EQ(CheckNotifyOptions(options).size(), 1U);
  EXPECT_EQ(CheckNotifyOptions(options)[0].key, "notify.webhook.url");
  options.webhook.url.clear();
  options.email.server = "smtp://m.example";
  EXPECT_EQ(CheckNotifyOptions(options).size(), 1U) << "nobody sends it, and nobody gets it";
  options.email.from = "a@example.org";
  options.email.to = {"b@example.org"};
  EXPECT_TRUE(CheckNotifyOptions(options).empty());
  options.email.to = {"b@example.org>\r\nRCPT TO:<c@example.org"};
  EXPECT_EQ(CheckNotifyOptions(options).size(), 1U);
}

}  // namespace
}  // namespace levelwind::actions
