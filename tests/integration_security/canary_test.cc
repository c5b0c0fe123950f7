// The daemon and the command line with every kind of secret, at trace level: what users see when it
// works and when it does not, and that no secret is in anything that is written or answered.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/integration_security/secure_cluster.h"
#include "tests/kafka_cluster/daemon.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::testing {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

SecureCluster& Kafka() { return SecureCluster::Shared(); }

/// The keys under cluster.security for one way to log in.
struct Mode {
  std::string name;
  std::string listener;
  std::string security;
  bool works = true;
};

std::string SecretFile(const std::string& name, const std::string& secret) {
  std::ofstream(Kafka().File(name)) << secret << '\n';
  return Kafka().File(name);
}

std::vector<Mode> Modes() {
  const std::string ca = fmt::format("tls: {{ca_file: {}}}", Kafka().File("ca.pem"));
  const std::string right = SecretFile("right", kPassword);
  const std::string wrong = SecretFile("wrong", "canary-wrong-password");
  const auto login = [](const std::string& mechanism, const std::string& file) {
    return fmt::format(
        "sasl: {{mechanism: {}, username: alice, password_file: {}, "
        "allow_plaintext_password: true}}",
        mechanism, file);
  };
  const std::string token = SecretFile("unsecured", UnsecuredToken(600));
  const std::string client = SecretFile("client-secret", kClientSecret);
  return {
      {"plain", "LOGIN", "protocol: SASL_SSL, " + ca + ", " + login("PLAIN", right)},
      {"scram256", "CLEARLOGIN", "protocol: SASL_PLAINTEXT, " + login("SCRAM-SHA-256", right)},
      {"scram512", "LOGIN", "protocol: SASL_SSL, " + ca + ", " + login("SCRAM-SHA-512", right)},
      {"token", "LOGIN",
       "protocol: SASL_SSL, " + ca +
           ", sasl: {mechanism: OAUTHBEARER}, oauth: {token_file: " + token + "}"},
      {"oidc", "OIDC",
       fmt::format("protocol: SASL_SSL, {}, sasl: {{mechanism: OAUTHBEARER}}, oauth: {{from: oidc, "
                   "token_url: 'https://127.0.0.1:{}/token', token_ca_file: {}, client_id: "
                   "levelwind, client_secret_file: {}}}",
                   ca, Kafka().idp_port(), Kafka().File("ca.pem"), client)},
      {"mtls", "MTLS",
       fmt::format("protocol: SSL, tls: {{ca_file: {}, keystore_file: {}, "
                   "keystore_password_file: {}}}",
                   Kafka().File("ca.pem"), Kafka().File("client.p12"),
                   Kafka().File("key.password"))},
      {"refused", "LOGIN", "protocol: SASL_SSL, " + ca + ", " + login("SCRAM-SHA-256", wrong),
       false},
      {"refused-plain", "LOGIN", "protocol: SASL_SSL, " + ca + ", " + login("PLAIN", wrong), false},
      {"aws", "LOGIN",
       "protocol: SASL_SSL, " + ca + ", sasl: {mechanism: AWS_MSK_IAM}, aws: {region: eu-west-1}",
       false},
      {"aws-token", "LOGIN",
       "protocol: SASL_SSL, " + ca +
           ", sasl: {mechanism: OAUTHBEARER}, oauth: {from: msk_iam}, aws: {region: eu-west-1}",
       false},
  };
}

std::string WriteConfig(const std::string& dir, const Mode& mode, int http_port) {
  const std::string path = dir + "/levelwind.yaml";
  std::ofstream(path) << fmt::format(
      "mode: operate\nstate_dir: {0}/state\nlisten: 127.0.0.1:{1}\nlog: {{level: trace, file: "
      "{0}/levelwind.log}}\ncluster:\n  bootstrap: [{2}]\n  security: {{{3}}}\ncollect:\n"
      "  call_timeout: 3s\n",
      dir, http_port, Kafka().Address(mode.listener), mode.security);
  return path;
}

/// What nobody may see: every secret begins with the canary, and tokens are looked for as they are.
void ExpectNoSecret(const std::string& text, const std::string& where) {
  EXPECT_EQ(text.find(kCanary), std::string::npos) << where << ": " << text.substr(0, 2000);
  EXPECT_EQ(text.find("eyJ"), std::string::npos) << where << " has a token";
}

void ExpectNoSecretBelow(const std::string& dir) {
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
    if (!entry.is_regular_file()) continue;
    ++files;
    ExpectNoSecret(ReadFile(entry.path().string()), entry.path().string());
  }
  EXPECT_GE(files, 5);  // output, log, configuration and journal
}

const std::vector<std::pair<std::string, std::string>>& AwsKeys() {
  static const std::vector<std::pair<std::string, std::string>> kKeys = {
      {"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
      {"AWS_SECRET_ACCESS_KEY", "canary-aws-secret"},
      {"AWS_SESSION_TOKEN", "canary-aws-session"}};
  return kKeys;
}

TEST(CanaryTest, NoSecretInLogsJournalOrAnswers) {
  for (const Mode& mode : Modes()) {
    SCOPED_TRACE(mode.name);
    const TempDir dir("quiet");
    const int port = FreePort();
    Daemon daemon(
        {dir.path(), {"serve", "--config", WriteConfig(dir.path(), mode, port)}, AwsKeys(), port});
    ASSERT_TRUE(daemon.Start().ok());
    std::string status;
    const auto shows_it = [&] {
      const auto answer = daemon.Get(mode.works ? "/-/ready" : "/api/v1/status");
      if (!answer.ok()) return false;
      status = answer->body;
      return mode.works ? answer->status == 200
                        : status.find("127.0.0.1:") != std::string::npos &&
                              (status.find("refused the login") != std::string::npos ||
                               status.find("does not offer") != std::string::npos);
    };
    EXPECT_TRUE(WaitFor(shows_it, seconds(20), "the daemon to say how it is")) << status;
    if (!mode.works) {
      // It stays up, not ready, and says why.
      EXPECT_EQ(daemon.Get("/-/ready")->status, 503);
    }
    for (const char* path :
         {"/", "/-/ready", "/metrics", "/api/v1/status", "/api/v1/brokers", "/api/v1/topics",
          "/api/v1/groups", "/api/v1/anomalies", "/api/v1/proposals", "/api/v1/operations"}) {
      const auto answer = daemon.Get(path);
      if (answer.ok()) ExpectNoSecret(answer->body, path);
    }
    EXPECT_TRUE(daemon.running());
    EXPECT_TRUE(daemon.Terminate().has_value());
    ExpectNoSecretBelow(dir.path());
  }
}

TEST(CanaryTest, SnapshotEndsSoonWithARefusal) {
  for (const Mode& mode : Modes()) {
    if (mode.name != "refused" && mode.name != "scram512") continue;
    const TempDir dir("quiet");
    const auto run = RunLevelwind({"snapshot", "--config", WriteConfig(dir.path(), mode, 8844),
                                   "--out", dir.path() + "/out.json"});
    ASSERT_TRUE(run.ok());
    EXPECT_EQ(run->status.code, mode.works ? 0 : 6) << run->err;
    if (!mode.works) {
      EXPECT_THAT(run->err, HasSubstr("refused the login of user 'alice' with SCRAM-SHA-256"));
    }
    ExpectNoSecret(run->err + run->out, mode.name);
  }
}

TEST(CheckConfigTest, TriesFilesAndSecrets) {
  const TempDir dir("check");
  const auto check = [&](const std::string& security) {
    const Mode mode = {"", "LOGIN", security};
    const auto run = RunLevelwind({"check-config", WriteConfig(dir.path(), mode, 8844)});
    return std::to_string(run->status.code) + " " + run->out + run->err;
  };
  const std::string ca = fmt::format("tls: {{ca_file: {}}}", Kafka().File("ca.pem"));
  const std::string user = "sasl: {mechanism: PLAIN, username: u, password_env: NO_SUCH_VARIABLE}";
  EXPECT_THAT(check("protocol: SSL, " + ca), HasSubstr("0 "));
  EXPECT_THAT(
      check("protocol: SSL, tls: {ca_file: /none.pem}"),
      HasSubstr("cluster.security.tls: the CA file /none.pem cannot be read: No such file"));
  EXPECT_THAT(check("protocol: SSL, tls: {ca_file: " + Kafka().File("good.key") + "}"),
              HasSubstr("must hold one or more certificates in PEM"));
  EXPECT_THAT(check("protocol: SASL_SSL, " + ca + ", " + user),
              HasSubstr("environment variable NO_SUCH_VARIABLE is not set"));
  EXPECT_THAT(check("protocol: SASL_PLAINTEXT, " + user), HasSubstr("2 "));
  EXPECT_THAT(check("protocol: SASL_PLAINTEXT, " + user),
              HasSubstr("PLAIN would send a password or token in clear over SASL_PLAINTEXT"));
  EXPECT_THAT(check("protocol: PLAINTEXT, " + ca), HasSubstr("which has no TLS"));
  EXPECT_THAT(check("protocol: SSL, tls: {certificate_file: " + Kafka().File("client.pem") +
                    ", key_file: " + Kafka().File("good.key") + "}"),
              HasSubstr("it must be the key of "));
  EXPECT_THAT(check("protocol: SSL, tls: {certificate_file: " + Kafka().File("client.pem") +
                    ", key_file: " + Kafka().File("client.encrypted.key") + "}"),
              HasSubstr("key_password_file"));
  EXPECT_THAT(check("protocol: SSL, tls: {keystore_file: " + Kafka().File("client.p12") + "}"),
              HasSubstr("keystore_password_file"));
}

}  // namespace
}  // namespace levelwind::testing
