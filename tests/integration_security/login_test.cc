// Every way to log in, on a real broker; and every way to fail, with its message.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

#include "tests/integration_security/secure_cluster.h"
#include "tests/kafka/running_client.h"

namespace levelwind::kafka {
namespace {

using levelwind::testing::SecureCluster;
using levelwind::testing::UnsecuredToken;
using std::chrono::milliseconds, std::chrono::seconds;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RunningClient;

SecureCluster& Kafka() { return SecureCluster::Shared(); }

void ExpectWorks(const ClientOptions& options) {
  RunningClient client(options);
  const auto cluster = client->DescribeCluster(seconds(20));
  ASSERT_TRUE(cluster.ok()) << cluster.error();
  ASSERT_EQ(cluster->brokers.size(), 1U);
  // Through the advertised listener too, on the connection for writes as well.
  const auto topics = client->DeleteTopics({"no-such-topic"}, seconds(20));
  EXPECT_TRUE(topics.ok()) << topics.error();
}

Error ErrorOf(const ClientOptions& options) {
  RunningClient client(options);
  const auto cluster = client->DescribeCluster(seconds(20));
  EXPECT_FALSE(cluster.ok());
  const Error error = cluster.ok() ? Internal("no error") : cluster.error();
  EXPECT_THAT(error.message(), HasSubstr(options.bootstrap.at(0)));
  EXPECT_THAT(error.message(),
              AllOf(Not(HasSubstr(levelwind::testing::kCanary)), Not(HasSubstr("\n"))));
  return error;
}

TEST(SecureLoginTest, Plaintext) { ExpectWorks(Kafka().Options("PLAINTEXT")); }
TEST(SecureLoginTest, Tls) { ExpectWorks(Kafka().Options("TLS")); }
TEST(SecureLoginTest, TlsByName) {
  ClientOptions options = Kafka().Options("TLS");
  options.bootstrap[0].replace(0, 9, "localhost");
  ExpectWorks(options);
}
TEST(SecureLoginTest, TlsWithoutTheHostNameCheck) {
  ClientOptions options = Kafka().Options("TLSHOST");
  options.security.tls.verify_hostname = false;
  ExpectWorks(options);
}
TEST(SecureLoginTest, MutualTlsFromPemFiles) {
  ClientOptions options = Kafka().Options("MTLS");
  options.security.tls.certificate_file = Kafka().File("client.pem");
  options.security.tls.key_file = Kafka().File("client.encrypted.key");
  options.security.tls.key_password.file = Kafka().File("key.password");
  ExpectWorks(options);
}
TEST(SecureLoginTest, MutualTlsFromPkcs12) {
  ClientOptions options = Kafka().Options("MTLS");
  options.security.tls.keystore_file = Kafka().File("client.p12");
  options.security.tls.keystore_password.file = Kafka().File("key.password");
  ExpectWorks(options);
}

class MechanismTest : public ::testing::TestWithParam<std::pair<const char*, SaslMechanism>> {};
TEST_P(MechanismTest, LogsIn) {
  ClientOptions options = Kafka().Login(GetParam().first, GetParam().second);
  options.security.oauth.token.value = Secret(UnsecuredToken(600));
  options.security.sasl.allow_plaintext_password = GetParam().second == SaslMechanism::kPlain;
  ExpectWorks(options);
}
INSTANTIATE_TEST_SUITE_P(All, MechanismTest,
                         ::testing::Values(std::pair{"LOGIN", SaslMechanism::kPlain},
                                           std::pair{"LOGIN", SaslMechanism::kScramSha256},
                                           std::pair{"LOGIN", SaslMechanism::kScramSha512},
                                           std::pair{"LOGIN", SaslMechanism::kOauthBearer},
                                           std::pair{"CLEARLOGIN", SaslMechanism::kPlain},
                                           std::pair{"CLEARLOGIN", SaslMechanism::kScramSha256}));

ClientOptions Oidc() {
  ClientOptions options = Kafka().Login("OIDC", SaslMechanism::kOauthBearer);
  OauthOptions& oauth = options.security.oauth;
  oauth.from = TokenFrom::kOidc;
  oauth.token_url = fmt::format("https://127.0.0.1:{}/token", Kafka().idp_port());
  oauth.token_ca_file = Kafka().File("ca.pem");
  oauth.client_id = "levelwind";
  oauth.client_secret.value = Secret(levelwind::testing::kClientSecret);
  oauth.scope = "kafka";
  return options;
}
TEST(SecureLoginTest, OpenIdConnect) { ExpectWorks(Oidc()); }

TEST(SecureFailureTest, WrongClientSecret) {
  ClientOptions options = Oidc();
  options.security.oauth.client_secret.value = Secret("canary-wrong");
  const Error error = ErrorOf(options);
  EXPECT_EQ(error.code(), ErrorCode::kUnauthenticated);
  EXPECT_THAT(
      error.message(),
      HasSubstr("the token endpoint answered 401: invalid_client: unknown client or secret"));
}

TEST(SecureFailureTest, TokenEndpointWithAnotherCa) {
  ClientOptions options = Oidc();
  options.security.oauth.token_ca_file = Kafka().File("other-ca.pem");
  EXPECT_THAT(ErrorOf(options).message(),
              AllOf(HasSubstr("fetching a token"), HasSubstr("'CN=Levelwind test CA'")));
}

TEST(SecureFailureTest, WrongPassword) {
  for (const auto& [mechanism, says] :
       {std::pair{SaslMechanism::kPlain, "user 'alice' with PLAIN: Authentication failed"},
        std::pair{SaslMechanism::kScramSha256, "user 'alice' with SCRAM-SHA-256: "},
        std::pair{SaslMechanism::kScramSha512, "user 'alice' with SCRAM-SHA-512: "}}) {
    ClientOptions options = Kafka().Login("LOGIN", mechanism);
    options.security.sasl.password.value = Secret("canary-wrong");
    const Error error = ErrorOf(options);
    EXPECT_EQ(error.code(), ErrorCode::kUnauthenticated);
    EXPECT_FALSE(error.retriable());
    EXPECT_THAT(error.message(), AllOf(HasSubstr("refused the login of "), HasSubstr(says),
                                       HasSubstr("check the credentials")));
  }
}

TEST(SecureFailureTest, ExpiredToken) {
  ClientOptions options = Kafka().Login("LOGIN", SaslMechanism::kOauthBearer);
  options.security.oauth.token.value = Secret(UnsecuredToken(-60));
  EXPECT_THAT(ErrorOf(options).message(), HasSubstr("refused the login of an OAUTHBEARER token: "));
}

TEST(SecureFailureTest, MechanismNotEnabled) {
  EXPECT_THAT(ErrorOf(Kafka().Login("CLEARLOGIN", SaslMechanism::kScramSha512)).message(),
              AllOf(HasSubstr("does not offer the SASL mechanism SCRAM-SHA-512, it offers "),
                    HasSubstr("PLAIN"), HasSubstr("SCRAM-SHA-256"),
                    HasSubstr("cluster.security.sasl.mechanism")));
}

TEST(SecureFailureTest, WrongCa) {
  ClientOptions options = Kafka().Options("TLS");
  options.security.tls.ca_file = Kafka().File("other-ca.pem");
  const Error error = ErrorOf(options);
  EXPECT_EQ(error.code(), ErrorCode::kUnauthenticated);
  EXPECT_THAT(
      error.message(),
      AllOf(HasSubstr("the TLS certificate 'CN=broker-good' is signed by 'CN=Levelwind test "
                      "CA', which the CA file does not have"),
            HasSubstr("cluster.security.tls.ca_file")));
}

TEST(SecureFailureTest, SystemCasDoNotHaveIt) {
  ClientOptions options = Kafka().Options("TLS");
  options.security.tls.ca_file.clear();
  EXPECT_THAT(ErrorOf(options).message(), HasSubstr("which this system does not have"));
}

TEST(SecureFailureTest, WrongHostName) {
  EXPECT_THAT(
      ErrorOf(Kafka().Options("TLSHOST")).message(),
      HasSubstr("the TLS certificate 'CN=broker-elsewhere' is for DNS:elsewhere.example, not "
                "for 127.0.0.1"));
}

TEST(SecureFailureTest, ExpiredCertificate) {
  EXPECT_THAT(
      ErrorOf(Kafka().Options("TLSEXPIRED")).message(),
      HasSubstr("the TLS certificate 'CN=broker-expired' expired at Feb  1 00:00:00 2024 GMT; "
                "renew it on the broker"));
}

TEST(SecureFailureTest, NoClientCertificate) {
  EXPECT_THAT(ErrorOf(Kafka().Options("MTLS")).message(),
              AnyOf(HasSubstr("the broker wants a client certificate; set "
                              "cluster.security.tls.certificate_file"),
                    HasSubstr("refuses our client certificate or misses one")));
}

TEST(SecureFailureTest, PlainTextToATlsPort) {
  ClientOptions options = Kafka().Options("TLS");
  options.security = {};
  EXPECT_THAT(ErrorOf(options).message(),
              AllOf(AnyOf(HasSubstr("it speaks TLS, which this connection does not"),
                          HasSubstr("wants TLS")),
                    HasSubstr("cluster.security.protocol")));
}

TEST(SecureFailureTest, TlsToAPlainTextPort) {
  ClientOptions options = Kafka().Options("TLS");
  options.bootstrap = {Kafka().Address("PLAINTEXT")};
  EXPECT_THAT(ErrorOf(options).message(),
              AllOf(AnyOf(HasSubstr("the port speaks plain text"),
                          HasSubstr("it does not speak TLS on this port")),
                    HasSubstr("cluster.security.protocol")));
}

TEST(SecureFailureTest, NoLoginOnAPortThatWantsOne) {
  ClientOptions options = Kafka().Options("CLEARLOGIN");
  options.security = {};
  EXPECT_THAT(ErrorOf(options).message(),
              HasSubstr("a listener that wants a login does that: set cluster.security.protocol"));
}

TEST(SecureFailureTest, LoginOnAPortThatWantsNone) {
  ClientOptions options = Kafka().Login("CLEARLOGIN", SaslMechanism::kScramSha256);
  options.bootstrap = {Kafka().Address("PLAINTEXT")};
  EXPECT_THAT(ErrorOf(options).message(), HasSubstr("refused the login"));
}

/// Asks for `time` without a pause and checks that no answer is missing.
void AskFor(RunningClient& client, Duration time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until) {
    const auto cluster = client->DescribeCluster(seconds(10));
    ASSERT_TRUE(cluster.ok()) << cluster.error();
    std::this_thread::sleep_for(milliseconds(20));
  }
}

TEST(ReauthenticationTest, ScramForThreePeriodsOnOneConnection) {
  RunningClient client(Kafka().Login("SHORT", SaslMechanism::kScramSha256));
  AskFor(client, seconds(10));  // connections.max.reauth.ms is 3 s
  const ClientStats stats = client->Stats();
  EXPECT_EQ(stats.connects, 1U);
  EXPECT_GE(stats.apis.at("SaslHandshake").requests, 4U);
  EXPECT_LE(stats.apis.at("SaslHandshake").requests, 5U);
}

TEST(ReauthenticationTest, AnIdleConnectionStaysLoggedIn) {
  RunningClient client(Kafka().Login("SHORT", SaslMechanism::kScramSha256));
  ASSERT_TRUE(client->DescribeCluster(seconds(10)).ok());
  std::this_thread::sleep_for(seconds(7));
  ASSERT_TRUE(client->DescribeCluster(seconds(10)).ok());
  EXPECT_EQ(client->Stats().connects, 1U);
}

TEST(ReauthenticationTest, TokensThatLiveShort) {
  const std::string file = Kafka().File("token");
  std::ofstream(file) << UnsecuredToken(600);
  ClientOptions options = Kafka().Login("SHORT", SaslMechanism::kOauthBearer);
  options.security.oauth.token.file = file;
  RunningClient client(options);
  AskFor(client, seconds(7));
  EXPECT_EQ(client->Stats().connects, 1U);
  EXPECT_GE(client->Stats().apis.at("SaslHandshake").requests, 3U);
}

TEST(TlsReloadTest, NewConnectionsUseNewFilesAndBadOnesAreKeptOut) {
  namespace fs = std::filesystem;
  const std::string ca = Kafka().File("reload-ca.pem");
  fs::copy_file(Kafka().File("ca.pem"), ca, fs::copy_options::overwrite_existing);
  ClientOptions options = Kafka().Options("TLS");
  options.security.tls.ca_file = ca;
  RunningClient client(options);
  ASSERT_TRUE(client->DescribeCluster(seconds(10)).ok());
  // Broken: the connection for writes, which is new, still works with what was read before.
  std::ofstream(ca) << "not a certificate";
  const auto with_old = client->DeleteTopics({"no-such-topic"}, seconds(10));
  EXPECT_TRUE(with_old.ok()) << with_old.error();
  // Another CA: a client with it does not accept the broker.
  fs::copy_file(Kafka().File("other-ca.pem"), ca, fs::copy_options::overwrite_existing);
  EXPECT_THAT(ErrorOf(options).message(), HasSubstr("is signed by"));
}

}  // namespace
}  // namespace levelwind::kafka
