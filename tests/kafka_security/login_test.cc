// Logins against a scripted broker: the ways it should go, and what a hostile one may try.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "kafka/protocol/messages_sasl.h"
#include "kafka/security/crypto.h"
#include "kafka/security/scram.h"
#include "tests/kafka/fake_broker.h"
#include "tests/kafka/running_client.h"

namespace levelwind::kafka {
namespace {

using std::chrono::milliseconds, std::chrono::seconds;
using ::testing::ElementsAre;
using testing::FakeBroker;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RunningClient;

constexpr const char* kPassword = "canary-hunter2";

ClientOptions Options(const FakeBroker& broker, SaslMechanism mechanism) {
  ClientOptions options;
  options.bootstrap = {broker.address()};
  options.connect_timeout = milliseconds(1500);
  options.request_timeout = seconds(2);
  options.security.protocol = SecurityProtocol::kSaslPlaintext;
  options.security.sasl.mechanism = mechanism;
  options.security.sasl.username = "alice";
  options.security.sasl.password.value = Secret(kPassword);
  options.security.sasl.allow_plaintext_password = true;
  options.security.oauth.token.value = Secret("canary-token");
  return options;
}

/// A broker that wants a login; `answer` has the mechanism's part.
class LoginBroker {
 public:
  using Answer = std::function<SaslAuthenticateResponse(const std::string& message, int round)>;

  explicit LoginBroker(Answer answer) : answer_(std::move(answer)) {
    broker_.On<MetadataRequest>([this](const MetadataRequest&, int) {
      metadata_while_logging_in_ = metadata_while_logging_in_ || (handshakes_ > logins_);
      return broker_.Metadata(1);
    });
    broker_.On<SaslHandshakeRequest>([this](const SaslHandshakeRequest& request, int) {
      std::lock_guard lock(mutex_);
      asked_for_.push_back(request.mechanism);
      round_ = 0;
      ++handshakes_;
      SaslHandshakeResponse response;
      response.error_code = refuse_mechanism_ ? 33 : 0;
      response.mechanisms = offered_;
      return response;
    });
    broker_.On<SaslAuthenticateRequest>([this](const SaslAuthenticateRequest& request, int) {
      std::lock_guard lock(mutex_);
      messages_.emplace_back(request.auth_bytes.data.begin(), request.auth_bytes.data.end());
      SaslAuthenticateResponse response = answer_(messages_.back(), ++round_);
      if (response.error_code == 0 && response.auth_bytes.data.empty()) ++logins_;
      return response;
    });
  }

  FakeBroker& broker() { return broker_; }
  std::vector<std::string> messages() {
    std::lock_guard lock(mutex_);
    return messages_;
  }
  std::vector<std::string> asked_for() {
    std::lock_guard lock(mutex_);
    return asked_for_;
  }
  int logins() const { return logins_; }
  bool metadata_while_logging_in() const { return metadata_while_logging_in_; }
  void RefuseMechanism(std::vector<std::string> offered) {
    refuse_mechanism_ = true;
    offered_ = std::move(offered);
  }

 private:
  const Answer answer_;
  std::mutex mutex_;
  std::vector<std::string> messages_;
  std::vector<std::string> asked_for_;
  std::vector<std::string> offered_ = {"PLAIN", "SCRAM-SHA-256", "OAUTHBEARER"};
  bool refuse_mechanism_ = false;
  int round_ = 0;
  std::atomic<int> handshakes_ = 0;
  std::atomic<int> logins_ = 0;
  std::atomic<bool> metadata_while_logging_in_ = false;
  FakeBroker broker_;  // last: its threads use the rest
};

SaslAuthenticateResponse Accept() { return {}; }
SaslAuthenticateResponse Say(std::string_view text) {
  SaslAuthenticateResponse response;
  response.auth_bytes.data.assign(text.begin(), text.end());
  return response;
}
SaslAuthenticateResponse Refuse(std::string text) {
  SaslAuthenticateResponse response;
  response.error_code = 58;
  response.error_message = std::move(text);
  return response;
}

Error ErrorOf(LoginBroker& broker, SaslMechanism mechanism) {
  RunningClient client(Options(broker.broker(), mechanism));
  const auto cluster = client->DescribeCluster(seconds(5));
  EXPECT_FALSE(cluster.ok());
  return cluster.ok() ? Internal("no error") : cluster.error();
}

TEST(LoginTest, PlainSendsNameAndPasswordAndGoesOn) {
  LoginBroker broker([](const std::string&, int) { return Accept(); });
  RunningClient client(Options(broker.broker(), SaslMechanism::kPlain));
  ASSERT_TRUE(client->DescribeCluster(seconds(5)).ok());
  EXPECT_THAT(broker.asked_for(), ElementsAre("PLAIN"));
  EXPECT_THAT(broker.messages(), ElementsAre(std::string("\0alice\0", 7) + kPassword));
}

TEST(LoginTest, ScramAgainstAServerThatComputesItself) {
  // The server's side of RFC 5802, from the same primitives.
  const crypto::Bytes salt = {9, 8, 7, 6};
  std::string client_first;
  std::string server_first;
  LoginBroker broker([&](const std::string& message, int round) {
    if (round == 1) {
      client_first = message.substr(3);
      server_first = "r=" + client_first.substr(client_first.find("r=") + 2) +
                     "SRV,s=" + crypto::Base64(salt) + ",i=5000";
      return Say(server_first);
    }
    const std::string without_proof = message.substr(0, message.find(",p="));
    const auto salted = crypto::Pbkdf2(crypto::Hash::kSha512, kPassword, salt, 5000);
    const auto client_key = crypto::Hmac(crypto::Hash::kSha512, salted, "Client Key");
    const auto stored = crypto::Digest(crypto::Hash::kSha512, crypto::AsText(client_key));
    const std::string auth = client_first + "," + server_first + "," + without_proof;
    auto proof = crypto::Hmac(crypto::Hash::kSha512, stored, auth);
    for (std::size_t i = 0; i < proof.size(); ++i) proof[i] ^= client_key[i];
    if (message != without_proof + ",p=" + crypto::Base64(proof)) return Refuse("wrong proof");
    const auto server_key = crypto::Hmac(crypto::Hash::kSha512, salted, "Server Key");
    return Say("v=" + crypto::Base64(crypto::Hmac(crypto::Hash::kSha512, server_key, auth)));
  });
  RunningClient client(Options(broker.broker(), SaslMechanism::kScramSha512));
  const auto cluster = client->DescribeCluster(seconds(5));
  EXPECT_TRUE(cluster.ok()) << cluster.error();
}

TEST(LoginTest, OauthSendsTheToken) {
  LoginBroker broker([](const std::string&, int) { return Accept(); });
  ClientOptions options = Options(broker.broker(), SaslMechanism::kOauthBearer);
  options.security.oauth.extensions = {"logicalCluster=lkc-1"};
  RunningClient client(options);
  ASSERT_TRUE(client->DescribeCluster(seconds(5)).ok());
  EXPECT_THAT(broker.messages(),
              ElementsAre("n,,\x01"
                          "auth=Bearer canary-token\x01logicalCluster=lkc-1\x01\x01"));
}

TEST(LoginTest, ARefusedTokenIsConfirmedAndExplained) {
  LoginBroker broker([](const std::string&, int round) {
    return round == 1 ? Say(R"({"status":"invalid_token"})") : Refuse("");
  });
  const Error error = ErrorOf(broker, SaslMechanism::kOauthBearer);
  EXPECT_EQ(error.code(), ErrorCode::kUnauthenticated);
  EXPECT_THAT(error.message(),
              HasSubstr("refused the login of an OAUTHBEARER token: invalid_token"));
  EXPECT_EQ(broker.messages().at(1), "\x01");
}

TEST(LoginTest, WrongPasswordSaysWhoWhatAndWhere) {
  LoginBroker broker(
      [](const std::string&, int) { return Refuse("Invalid username or password"); });
  const Error error = ErrorOf(broker, SaslMechanism::kPlain);
  EXPECT_EQ(error.code(), ErrorCode::kUnauthenticated);
  EXPECT_FALSE(error.retriable());
  EXPECT_THAT(error.message(),
              HasSubstr(broker.broker().address() +
                        " refused the login of user 'alice' with PLAIN: Invalid username or "
                        "password; check the credentials"));
  EXPECT_THAT(error.message(), Not(HasSubstr("canary")));
  EXPECT_EQ(broker.broker().connections(), 1);  // an account is not locked by trying on
}

TEST(LoginTest, MechanismNotOfferedListsWhatIs) {
  LoginBroker broker([](const std::string&, int) { return Accept(); });
  broker.RefuseMechanism({"PLAIN", "GSSAPI"});
  const Error error = ErrorOf(broker, SaslMechanism::kScramSha256);
  EXPECT_THAT(
      error.message(),
      HasSubstr("does not offer the SASL mechanism SCRAM-SHA-256, it offers PLAIN, GSSAPI"));
  // No downgrade: nothing was sent with what it does offer.
  EXPECT_THAT(broker.asked_for(), ElementsAre("SCRAM-SHA-256"));
  EXPECT_TRUE(broker.messages().empty());
}

TEST(LoginTest, EndlessChallengeEnds) {
  for (const auto mechanism :
       {SaslMechanism::kPlain, SaslMechanism::kScramSha256, SaslMechanism::kOauthBearer}) {
    LoginBroker broker([](const std::string&, int) { return Say("more"); });
    EXPECT_EQ(ErrorOf(broker, mechanism).code(), ErrorCode::kUnauthenticated);
    EXPECT_LE(broker.messages().size(), 3U);
  }
}

TEST(LoginTest, HostileScramIsRefusedAndTheProofIsNotSent) {
  for (const std::string& first : std::vector<std::string>{
           "r=fixed,s=AAAA,i=4096", "r={},s=AAAA,i=2147483648", "r={},s=AAAA,i=2000000000"}) {
    LoginBroker broker([&](const std::string& message, int) {
      std::string text = first;
      if (const std::size_t at = text.find("{}"); at != text.npos) {
        text.replace(at, 2, message.substr(message.find(",r=") + 3) + "x");
      }
      return Say(text);
    });
    const auto began = std::chrono::steady_clock::now();
    const Error error = ErrorOf(broker, SaslMechanism::kScramSha256);
    EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(3));
    EXPECT_THAT(error.message(), HasSubstr("SCRAM answer is not acceptable"));
    EXPECT_EQ(broker.messages().size(), 1U);
  }
}

TEST(LoginTest, ABrokerThatAcceptsWithoutProofIsNotTrusted) {
  LoginBroker broker([](const std::string& message, int round) {
    if (round == 1) return Say("r=" + message.substr(message.find(",r=") + 3) + "x,s=AAAA,i=4096");
    return Accept();
  });
  EXPECT_THAT(ErrorOf(broker, SaslMechanism::kScramSha256).message(),
              HasSubstr("signature is wrong"));
}

TEST(LoginTest, BeforeTheLoginAtMostAMebibyteIsTaken) {
  LoginBroker broker(
      [](const std::string&, int) { return Say(std::string((1 << 20) + 100, 'x')); });
  EXPECT_THAT(ErrorOf(broker, SaslMechanism::kPlain).message(),
              HasSubstr("4 to 1048576 are accepted (before the login)"));
}

TEST(LoginTest, LogsInAgainOnTheSameConnectionBeforeTheSessionEnds) {
  LoginBroker broker([](const std::string&, int) {
    SaslAuthenticateResponse response;
    response.session_lifetime_ms = 1500;
    return response;
  });
  RunningClient client(Options(broker.broker(), SaslMechanism::kPlain));
  const auto until = std::chrono::steady_clock::now() + milliseconds(4200);
  int asked = 0;
  while (std::chrono::steady_clock::now() < until) {
    ASSERT_TRUE(client->DescribeCluster(seconds(5)).ok());
    ++asked;
    std::this_thread::sleep_for(milliseconds(5));
  }
  // At 0, about 1.24, 2.48 and 3.72 s.
  EXPECT_GE(broker.logins(), 3);
  EXPECT_LE(broker.logins(), 5);
  EXPECT_EQ(broker.broker().connections(), 1);
  EXPECT_FALSE(broker.metadata_while_logging_in());
  EXPECT_GT(asked, 50);
}

TEST(LoginTest, ARefusedSecondLoginClosesAndSaysWhy) {
  std::atomic<int> logins = 0;
  LoginBroker broker([&](const std::string&, int) {
    if (++logins > 1) return Refuse("expired account");
    SaslAuthenticateResponse response;
    response.session_lifetime_ms = 1200;
    return response;
  });
  RunningClient client(Options(broker.broker(), SaslMechanism::kPlain));
  ASSERT_TRUE(client->DescribeCluster(seconds(5)).ok());
  std::string message;
  for (int i = 0; i < 300 && message.empty(); ++i) {
    const auto cluster = client->DescribeCluster(milliseconds(200));
    if (!cluster.ok()) message = cluster.error().message();
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_THAT(message, HasSubstr("expired account"));
}

TEST(LoginTest, ATokenFileIsReadForEachLogin) {
  const std::string path = ::testing::TempDir() + "/levelwind-token";
  std::ofstream(path) << "first.token\n";
  LoginBroker broker([&](const std::string&, int) {
    std::ofstream(path) << "second.token\n";
    SaslAuthenticateResponse response;
    response.session_lifetime_ms = 1200;
    return response;
  });
  ClientOptions options = Options(broker.broker(), SaslMechanism::kOauthBearer);
  options.security.oauth.token.value = {};
  options.security.oauth.token.file = path;
  RunningClient client(options);
  ASSERT_TRUE(client->DescribeCluster(seconds(5)).ok());
  for (int i = 0; i < 300 && broker.messages().size() < 2; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  ASSERT_GE(broker.messages().size(), 2U);
  EXPECT_THAT(broker.messages()[0], HasSubstr("Bearer first.token\x01"));
  EXPECT_THAT(broker.messages()[1], HasSubstr("Bearer second.token\x01"));
}

}  // namespace
}  // namespace levelwind::kafka
