// The exact messages of each service, against golden files.
#include "actions/notify/payloads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "kafka/security/crypto.h"
#include "tests/actions/notify/notice_fixture.h"

namespace levelwind::actions {
namespace {

using ::testing::HasSubstr;

constexpr WallTime kNow{1'795'564'801'000};
const std::string kLink = "https://levelwind.example";

/// Compares with golden/NAME; LEVELWIND_WRITE_GOLDEN=1 writes it, for a person to read.
void ExpectGolden(const std::string& name, const std::string& text) {
  const std::string path = std::string(GOLDEN_DIR) + "/" + name;
  if (std::getenv("LEVELWIND_WRITE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  const std::string golden((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(text, golden) << name;
}

std::string Pretty(const HttpMessage& message) {
  std::string text = "POST " + message.url + "\n";
  for (const auto& [name, value] : message.headers) text += name + ": " + value + "\n";
  return text + "\n" + nlohmann::json::parse(message.body).dump(2) + "\n";
}

TEST(Payloads, Golden) {
  const std::vector<Notice> one{DeadBrokerNotice()};
  const std::vector<Notice> two{DeadBrokerNotice(), DeadBrokerNotice(HealState::kHealed, "a4")};
  ExpectGolden("webhook.txt",
               Pretty(WebhookMessage("https://h.example/x", "key", two, kLink, kNow)));
  ExpectGolden("slack.txt", Pretty(SlackMessage("https://s.example/x", two, kLink)));
  ExpectGolden("teams.txt", Pretty(TeamsMessage("https://t.example/x", two, kLink)));
  AlertaOptions alerta;
  alerta.url = "https://a.example/api";
  ExpectGolden("alerta_trigger.txt", Pretty(AlertaMessage(alerta, "key", one.front(), kLink)));
  ExpectGolden("alerta_resolve.txt", Pretty(AlertaMessage(alerta, "key", two.back(), kLink)));
  ExpectGolden("pagerduty_trigger.txt", Pretty(PagerDutyMessage({}, "key", one.front(), kLink)));
  ExpectGolden("pagerduty_resolve.txt", Pretty(PagerDutyMessage({}, "key", two.back(), kLink)));
  EmailOptions email;
  email.from = "levelwind@example.org";
  email.to = {"a@example.org", "b@example.org"};
  ExpectGolden("mail.txt", MailText(email, one, kLink, kNow));
}

TEST(Payloads, TheSignatureIsThatOfTimestampAndBody) {
  const HttpMessage message =
      WebhookMessage("https://h.example", "key", {DeadBrokerNotice()}, "", kNow);
  const auto header = [&](const std::string& name) {
    for (const auto& [key, value] : message.headers) {
      if (key == name) return value;
    }
    return std::string();
  };
  const auto mac = kafka::crypto::Hmac(kafka::crypto::Hash::kSha256, kafka::crypto::AsBytes("key"),
                                       header("X-Levelwind-Timestamp") + "." + message.body);
  EXPECT_EQ(header("X-Levelwind-Signature"), "sha256=" + kafka::crypto::Hex(mac));
  EXPECT_EQ(header("X-Levelwind-Timestamp"), "1795564801");
  const HttpMessage again =
      WebhookMessage("https://h.example", "", {DeadBrokerNotice()}, "", {kNow.unix_ms + 9000});
  EXPECT_EQ(again.headers.at(1), message.headers.at(1)) << "the same key for every try";
  EXPECT_EQ(again.headers.size(), 2U) << "no key, no signature";
}

TEST(Payloads, NamesFromTheClusterForgeNothing) {
  Notice notice = DeadBrokerNotice();
  notice.record.anomaly.message = "topic a\r\nBcc: evil@example.org\xff";
  EmailOptions email;
  email.from = "l@example.org";
  email.to = {"a@example.org"};
  const std::string mail = MailText(email, {notice}, "", kNow);
  EXPECT_EQ(mail.find("\nBcc:"), std::string::npos);
  EXPECT_THAT(SlackMessage("https://s", {DeadBrokerNotice()}, "").body,
              HasSubstr("&lt;b&gt;&amp;"));
  EXPECT_TRUE(nlohmann::json::accept(SlackMessage("https://s", {notice}, "").body));
}

TEST(Payloads, ManyNoticesStayWithinTheServicesLimits) {
  std::vector<Notice> many(200, DeadBrokerNotice());
  const auto slack = nlohmann::json::parse(SlackMessage("https://s", many, "").body);
  EXPECT_EQ(slack["blocks"].size(), 21U);
  EXPECT_THAT(slack["blocks"].back()["text"]["text"].get<std::string>(), HasSubstr("180 more"));
  Notice notice = DeadBrokerNotice();
  notice.record.anomaly.message = std::string(5000, 'x');
  const auto event = nlohmann::json::parse(PagerDutyMessage({}, "k", notice, "").body);
  EXPECT_EQ(event["payload"]["summary"].get<std::string>().size(), 1024U);
}

}  // namespace
}  // namespace levelwind::actions
