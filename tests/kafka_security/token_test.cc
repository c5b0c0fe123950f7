// Tokens: the cache, the token endpoint's answers, and HTTP as far as we speak it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "kafka/security/http_fetch.h"
#include "kafka/security/token_source.h"
#include "kafka/security/url.h"
#include "tests/kafka/raw_server.h"
#include "tests/kafka_security/loop_thread.h"
#include "tests/support/manual_clock.h"

namespace levelwind::kafka {
namespace {

using levelwind::testing::ManualClock;
using std::chrono::seconds;
using testing::Await;
using ::testing::HasSubstr;
using testing::LoopThread;
using ::testing::Not;
using testing::Peer;
using testing::RawServer;

struct CacheFixture {
  ManualClock clock;
  std::vector<Cached<Token>::Done> asked;
  Cached<Token> cache{[this](Cached<Token>::Done done) { asked.push_back(std::move(done)); },
                      clock};
  std::vector<std::string> got;

  void Get() {
    cache.Get([this](const Result<Token>& token) {
      got.push_back(token.ok() ? std::string(token->text.Reveal()) : token.error().message());
    });
  }
  void Answer(Result<Token> token) {
    auto done = std::move(asked.back());
    asked.pop_back();
    done(std::move(token));
  }
  Token Fresh(std::string_view text, Duration life) const {
    return {Secret(text), {clock.Now(), life}};
  }
};

TEST(CachedTest, ManyWaitForOneFetch) {
  CacheFixture f;
  f.Get();
  f.Get();
  f.Get();
  ASSERT_EQ(f.asked.size(), 1U);
  f.Answer(f.Fresh("one", seconds(100)));
  EXPECT_EQ(f.got, (std::vector<std::string>{"one", "one", "one"}));
  f.Get();
  EXPECT_TRUE(f.asked.empty());  // from the cache
}

TEST(CachedTest, RenewedAfter80Percent) {
  CacheFixture f;
  f.Get();
  f.Answer(f.Fresh("one", seconds(100)));
  f.clock.Advance(seconds(79));
  f.Get();
  EXPECT_TRUE(f.asked.empty());
  f.clock.Advance(seconds(1));
  f.Get();
  ASSERT_EQ(f.asked.size(), 1U);
  f.Answer(f.Fresh("two", seconds(100)));
  EXPECT_EQ(f.got.back(), "two");
}

TEST(CachedTest, TheOldOneServesWhileItLivesWhenRenewalFails) {
  CacheFixture f;
  f.Get();
  f.Answer(f.Fresh("one", seconds(100)));
  f.clock.Advance(seconds(90));
  f.Get();
  f.Answer(Unavailable("down"));
  EXPECT_EQ(f.got.back(), "one");
  f.clock.Advance(seconds(10));
  f.Get();
  f.Answer(Unavailable("down"));
  EXPECT_EQ(f.got.back(), "down");
}

TEST(CachedTest, WithoutALifetimeNothingIsKept) {
  CacheFixture f;
  f.Get();
  f.Answer(Token{Secret("one"), {f.clock.Now()}});
  f.Get();
  EXPECT_EQ(f.asked.size(), 1U);
}

TEST(TokenAnswerTest, GoodAndBadAnswers) {
  const SteadyTime now{};
  const auto token =
      ParseTokenAnswer(200, R"({"access_token":"canary-a.b","expires_in":300})", now);
  ASSERT_TRUE(token.ok());
  EXPECT_EQ(token->text.Reveal(), "canary-a.b");
  EXPECT_EQ(token->lifetime.lives_for, seconds(300));
  EXPECT_FALSE(ParseTokenAnswer(200, R"({"access_token":"canary-a.b"})", now)
                   ->lifetime.lives_for.has_value());
  EXPECT_EQ(
      ParseTokenAnswer(200, R"({"access_token":"a","expires_in":1e300})", now)->lifetime.lives_for,
      std::chrono::hours(24));
  for (const char* bad : {"", "[]", "{}", "{\"access_token\":7}", "{\"access_token\":\"a b\"}",
                          "{\"access_token\":\"a\\nb\"}", "{\"access_token\":\"\"}"}) {
    EXPECT_EQ(ParseTokenAnswer(200, bad, now).error().code(), ErrorCode::kDataLoss) << bad;
  }
  const Error refused =
      ParseTokenAnswer(401, R"({"error":"invalid_client","error_description":"bad secret"})", now)
          .error();
  EXPECT_EQ(refused.code(), ErrorCode::kUnauthenticated);
  EXPECT_FALSE(refused.retriable());
  EXPECT_THAT(refused.message(), HasSubstr("answered 401: invalid_client: bad secret"));
  EXPECT_TRUE(ParseTokenAnswer(503, "busy", now).error().retriable());
}

TEST(UrlTest, TakesApartAndRefuses) {
  const auto url = ParseHttpUrl("https://idp.example:8443/a/token?x=1");
  ASSERT_TRUE(url.ok());
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->to.ToString(), "idp.example:8443");
  EXPECT_EQ(url->host_header, "idp.example:8443");
  EXPECT_EQ(url->target, "/a/token?x=1");
  EXPECT_EQ(ParseHttpUrl("http://[::1]")->to.ToString(), "[::1]:80");
  EXPECT_EQ(ParseHttpUrl("https://h")->to.port, 443);
  EXPECT_EQ(ParseHttpUrl("https://h?q")->target, "/?q");
  for (const char* bad :
       {"", "h/x", "ftp://h/", "https://", "https:///x", "https://h:0/", "https://h:99999/",
        "https://h/\r\nX: y", "https://h/#f", "https://h h/"}) {
    EXPECT_FALSE(ParseHttpUrl(bad).ok()) << bad;
  }
  const auto with_user = ParseHttpUrl("https://user:canary-url@h/");
  ASSERT_FALSE(with_user.ok());
  EXPECT_THAT(with_user.error().message(), Not(HasSubstr("canary")));
  EXPECT_EQ(UrlEncoded("a-b_c.d~e f/\xc3"), "a-b_c.d~e%20f%2F%C3");
}

Result<HttpAnswer> Ask(const std::string& answer, std::string path = "/") {
  RawServer server([&](Peer& peer) {
    std::string request;
    while (!request.ends_with("\r\n\r\n")) {
      const auto byte = peer.Receive(1);
      if (byte.empty()) return;
      request += static_cast<char>(byte[0]);
    }
    peer.Send(answer);
  });
  LoopThread loop;
  HttpCall call;
  call.url = *ParseHttpUrl("http://" + server.address());
  call.url.target = std::move(path);
  call.timeout = seconds(2);
  return Await<HttpAnswer>(
      loop, [&](auto done) { FetchHttp(loop.loop(), std::move(call), nullptr, std::move(done)); });
}

TEST(HttpFetchTest, BodiesOfEveryKind) {
  EXPECT_EQ(Ask("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")->body, "hi");
  EXPECT_EQ(Ask("HTTP/1.1 200 OK\r\n\r\nuntil the end")->body, "until the end");
  EXPECT_EQ(
      Ask("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
          ->body,
      "abcde");
  EXPECT_EQ(Ask("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")->status, 404);
}

TEST(HttpFetchTest, HostileAnswersAreErrors) {
  const auto error_of = [](const std::string& answer, std::string path = "/") {
    const auto got = Ask(answer, std::move(path));
    return got.ok() ? "accepted" : got.error().message();
  };
  EXPECT_THAT(error_of(""), HasSubstr("before its answer was complete"));
  EXPECT_THAT(error_of("SSH-2.0-OpenSSH\r\n\r\n"), HasSubstr("not acceptable HTTP"));
  EXPECT_THAT(error_of("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhi"),
              HasSubstr("before its answer was complete"));
  EXPECT_NE(error_of("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nhi"), "accepted");
  for (const char* before : {"\r\n", "A: "}) {
    EXPECT_THAT(error_of("HTTP/1.1 200 OK\r\n" + (before + std::string(70'000, 'x'))),
                HasSubstr("not acceptable HTTP"));
  }
  EXPECT_THAT(error_of("HTTP/1.1 200 OK\r\n\r\n", "/\r\nX: y"), HasSubstr("control character"));
}

}  // namespace
}  // namespace levelwind::kafka
