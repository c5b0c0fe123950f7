// Pages of metrics over HTTP and TLS, with logins, from servers of the test's own.
#include "collectors/broker_metrics/http_get.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "tests/support/temp_dir.h"

namespace levelwind::testing {
namespace {

using collectors::HttpSourceOptions;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kPassword = "canary-metrics-password";
const std::string kToken = "canary-metrics-token";

/// Serves pages on the loopback until it ends; `server` plain or with TLS.
class Pages {
 public:
  explicit Pages(std::unique_ptr<httplib::Server> server) : server_(std::move(server)) {
    const auto keep = [this](const httplib::Request& request, httplib::Response& response) {
      authorization = request.get_header_value("Authorization");
      body = request.body;
      response.set_content("kafka_up 1\n", "text/plain");
    };
    server_->Get("/metrics", keep);
    server_->Post("/metrics", keep);
    server_->Get("/locked", [this](const httplib::Request& request, httplib::Response& response) {
      authorization = request.get_header_value("Authorization");
      response.status = 401;
    });
    server_->Get("/away", [this](const auto&, auto& response) {
      response.set_redirect(fmt::format("http://127.0.0.1:{}/metrics", port), 302);
    });
    server_->Get("/slow", [](const auto&, auto& response) {
      response.set_chunked_content_provider("text/plain", [](std::size_t, httplib::DataSink& sink) {
        std::this_thread::sleep_for(50ms);
        return sink.write("x", 1);
      });
    });
    port = server_->bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    server_->wait_until_ready();
  }
  ~Pages() {
    server_->stop();
    thread_.join();
  }
  int port = 0;
  std::string authorization, body;

 private:
  std::unique_ptr<httplib::Server> server_;
  std::thread thread_;
};

class HttpGet : public ::testing::Test {
 protected:
  std::string File(const std::string& name, const std::string& text) {
    const std::string path = directory_.path() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }
  /// A certificate of its own for the name, and its key: NAME.pem, NAME.key.
  void MakeCertificate(const std::string& name, const std::string& alternative) {
    const std::string line = fmt::format(
        "cd '{}' && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={} -addext "
        "subjectAltName={} -keyout {}.key -out {}.pem 2>openssl.log",
        directory_.path(), name, alternative, name, name);
    ASSERT_EQ(std::system(line.c_str()), 0);
  }
  std::unique_ptr<Pages> Secure(const std::string& name) {
    const std::string stem = directory_.path() + "/" + name;
    return std::make_unique<Pages>(
        std::make_unique<httplib::SSLServer>((stem + ".pem").c_str(), (stem + ".key").c_str()));
  }
  Status Get(const std::string& url) {
    text_.clear();
    return source_->Get(url, options_, [this](std::string_view piece) {
      text_ += piece;
      return true;
    });
  }

  ScratchDir directory_;
  SystemClock clock_;
  std::unique_ptr<collectors::PageSource> source_ = collectors::MakeHttpPageSource(clock_);
  HttpSourceOptions options_;
  std::string text_;
};

TEST_F(HttpGet, NamesAndPasswordsAndTokensAreSentAsTheyShouldBe) {
  Pages pages(std::make_unique<httplib::Server>());
  const std::string url = fmt::format("http://127.0.0.1:{}/metrics", pages.port);
  ASSERT_TRUE(Get(url).ok());
  EXPECT_EQ(text_, "kafka_up 1\n");
  EXPECT_EQ(pages.authorization, "");

  options_.user = "scraper";
  options_.password.file = File("password", kPassword + "\n");
  ASSERT_TRUE(Get(url).ok());
  EXPECT_EQ(pages.authorization, "Basic " + httplib::detail::base64_encode("scraper:" + kPassword));

  options_ = {};
  options_.bearer_token.file = File("token", kToken);
  ASSERT_TRUE(Get(url).ok());
  EXPECT_EQ(pages.authorization, "Bearer " + kToken);
  File("token", kToken + "-2");
  ASSERT_TRUE(Get(url).ok());
  EXPECT_EQ(pages.authorization, "Bearer " + kToken + "-2") << "read anew for each question";

  ASSERT_TRUE(
      source_->Post(url, {{"query", "up{a=\"b\"}"}}, options_, [](auto) { return true; }).ok());
  EXPECT_EQ(pages.authorization, "Bearer " + kToken + "-2");
  EXPECT_THAT(pages.body, HasSubstr("query=up"));
}

TEST_F(HttpGet, RefusalsNameTheAddressAndNeverTheSecret) {
  Pages pages(std::make_unique<httplib::Server>());
  const std::string origin = fmt::format("http://127.0.0.1:{}", pages.port);
  options_.bearer_token.file = File("token", kToken);
  const Status locked = Get(origin + "/locked");
  ASSERT_FALSE(locked.ok());
  EXPECT_EQ(locked.error().code(), ErrorCode::kUnauthenticated);
  EXPECT_THAT(locked.error().ToString(), HasSubstr("/locked"));
  EXPECT_THAT(locked.error().ToString(), Not(HasSubstr(kToken)));

  pages.authorization.clear();
  const Status away = Get(origin + "/away");
  ASSERT_FALSE(away.ok()) << "a redirect would carry the token elsewhere";
  EXPECT_THAT(away.error().message(), HasSubstr("302"));
  EXPECT_EQ(pages.authorization, "");

  options_.bearer_token.file = directory_.path() + "/none";
  const Status unread = Get(origin + "/metrics");
  ASSERT_FALSE(unread.ok());
  EXPECT_THAT(unread.error().ToString(), HasSubstr("/none"));
}

TEST_F(HttpGet, AnAnswerThatNeverEndsIsGivenUp) {
  Pages pages(std::make_unique<httplib::Server>());
  options_.timeout = 400ms;
  const Status slow = Get(fmt::format("http://127.0.0.1:{}/slow", pages.port));
  ASSERT_FALSE(slow.ok());
  EXPECT_EQ(slow.error().code(), ErrorCode::kDeadlineExceeded);
}

TEST_F(HttpGet, TlsTakesTheCertificateThatIsTrustedAndOfThatName) {
  MakeCertificate("broker", "IP:127.0.0.1");
  MakeCertificate("other", "DNS:other.example");
  const auto pages = Secure("broker");
  const std::string url = fmt::format("https://127.0.0.1:{}/metrics", pages->port);
  options_.bearer_token.file = File("token", kToken);
  options_.ca_file = directory_.path() + "/broker.pem";
  const Status good = Get(url);
  ASSERT_TRUE(good.ok()) << good.error();
  EXPECT_EQ(text_, "kafka_up 1\n");
  EXPECT_EQ(pages->authorization, "Bearer " + kToken);

  pages->authorization.clear();
  options_.ca_file = "";
  EXPECT_FALSE(Get(url).ok()) << "the system knows nobody who signed it";
  options_.ca_file = directory_.path() + "/other.pem";
  EXPECT_FALSE(Get(url).ok()) << "signed by somebody else";
  EXPECT_EQ(pages->authorization, "") << "nothing was sent before the certificate was checked";

  const auto impostor = Secure("other");
  options_.ca_file = directory_.path() + "/other.pem";
  EXPECT_FALSE(Get(fmt::format("https://127.0.0.1:{}/metrics", impostor->port)).ok())
      << "trusted, and of another name";
  EXPECT_EQ(impostor->authorization, "");
}

}  // namespace
}  // namespace levelwind::testing
