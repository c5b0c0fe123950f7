#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "kafka/security/aws_credentials.h"
#include "kafka/security/aws_signer.h"
#include "kafka/security/crypto.h"
#include "tests/kafka/raw_server.h"
#include "tests/kafka_security/loop_thread.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"

namespace levelwind::kafka {
namespace {

using testing::Await;
using ::testing::HasSubstr;
using testing::LoopThread;
using ::testing::Not;
using testing::Peer;
using testing::RawServer;

const AwsKeys kKeys = {"AKIDEXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                       Secret("sess/Tok+en==")};
constexpr WallTime kTime{1'735'787'045'000};  // 2025-01-02T03:04:05Z

std::string Decoded(const Secret& token) {
  std::string text(token.Reveal());
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  text.append((4 - text.size() % 4) % 4, '=');
  return std::string(crypto::AsText(*crypto::FromBase64(text)));
}

TEST(AwsSignerTest, TokenOfAKnownVector) {
  EXPECT_EQ(
      Decoded(MskToken(kKeys, "eu-west-1", kTime, "me/1 x")),
      "https://kafka.eu-west-1.amazonaws.com/?Action=kafka-cluster%3AConnect"
      "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20250102%2Feu-west-1%2F"
      "kafka-cluster%2Faws4_request&X-Amz-Date=20250102T030405Z&X-Amz-Expires=900"
      "&X-Amz-SignedHeaders=host&X-Amz-Security-Token=sess%2FTok%2Ben%3D%3D"
      "&X-Amz-Signature=67caacf0f73fea16e731b03138aca41ae7830d5635a97257031c3683aa5af0b7"
      "&User-Agent=me%2F1%20x");
}

TEST(AwsSignerTest, PayloadNamesTheBrokerAndHasNoKey) {
  AwsKeys keys = kKeys;
  keys.session_token = {};
  const Secret secret = MskIamPayload(keys, "eu-west-1", "b-1.example", kTime, "me/1");
  const std::string json(secret.Reveal());
  EXPECT_THAT(json,
              HasSubstr(R"("version":"2020_10_22","host":"b-1.example","user-agent":"me/1")"));
  EXPECT_THAT(json, HasSubstr(R"("action":"kafka-cluster:Connect")"));
  EXPECT_THAT(json, HasSubstr(R"("x-amz-expires":"900")"));
  EXPECT_THAT(json, Not(HasSubstr("security-token")));
  EXPECT_THAT(json, Not(HasSubstr("wJalr")));
  // Another host, another signature.
  EXPECT_NE(json.substr(json.find("x-amz-signature")),
            std::string(MskIamPayload(keys, "eu-west-1", "b-2.example", kTime, "me/1").Reveal())
                .substr(json.find("x-amz-signature")));
}

TEST(AwsProfileTest, ReadsOneProfile) {
  constexpr std::string_view kFile =
      "# comment\n[default]\naws_access_key_id = AKONE\naws_secret_access_key=canary-s1\n\n"
      "[ other ]\r\naws_access_key_id=AKTWO\r\naws_secret_access_key = canary-s=2 \r\n"
      "aws_session_token=canary-t2\r\n[broken]\naws_access_key_id=X\n";
  const auto one = ParseAwsProfile(kFile, "default");
  EXPECT_EQ((**one).key_id, "AKONE");
  EXPECT_TRUE((**one).session_token.empty());
  const auto two = ParseAwsProfile(kFile, "other");
  EXPECT_EQ((**two).secret.Reveal(), "canary-s=2");
  EXPECT_EQ((**two).session_token.Reveal(), "canary-t2");
  EXPECT_FALSE(ParseAwsProfile(kFile, "none")->has_value());
  EXPECT_THAT(ParseAwsProfile(kFile, "broken").error().message(),
              HasSubstr("has no aws_access_key_id with aws_secret_access_key"));
}

TEST(AwsAnswerTest, LifetimeFollowsTheExpiration) {
  const levelwind::testing::ManualClock clock;  // at 2026-01-01T00:00:00Z
  const auto answer = [](const std::string& until) {
    return R"({"AccessKeyId":"AK","SecretAccessKey":"canary-s","Token":"canary-t","Expiration":")" +
           until + "\"}";
  };
  const auto good = ParseAwsAnswer(answer("2026-01-01T01:00:00Z"), clock);
  EXPECT_EQ(good->keys.key_id, "AK");
  EXPECT_EQ(good->lifetime.lives_for, std::chrono::hours(1));
  EXPECT_EQ(ParseAwsAnswer(answer("2025-01-01T01:00:00Z"), clock)->lifetime.lives_for,
            Duration::zero());
  EXPECT_FALSE(ParseAwsAnswer(answer("soon"), clock)->lifetime.lives_for.has_value());
  EXPECT_FALSE(ParseAwsAnswer("[]", clock).ok());
  EXPECT_FALSE(ParseAwsAnswer(R"({"AccessKeyId":7})", clock).ok());
}

class AwsCredentialsTest : public ::testing::Test {
 protected:
  AwsCredentialsSource::Environment Environment() {
    return [this](const char* name) -> std::optional<std::string> {
      const auto found = environment_.find(name);
      return found == environment_.end() ? std::nullopt : std::optional(found->second);
    };
  }
  Result<AwsCredentials> Get() {
    AwsCredentialsSource source(options_, loop_.loop(), clock_, Environment());
    return Await<AwsCredentials>(loop_, [&](auto done) { source.Get(done); });
  }

  levelwind::testing::ScratchDir dir_;
  std::map<std::string, std::string> environment_ = {{"HOME", dir_.path()}};
  AwsOptions options_;
  SystemClock clock_;
  LoopThread loop_;
};

TEST_F(AwsCredentialsTest, EnvironmentFirst) {
  environment_["AWS_ACCESS_KEY_ID"] = "AKENV";
  environment_["AWS_SECRET_ACCESS_KEY"] = "canary-s";
  environment_["AWS_SESSION_TOKEN"] = "canary-t";
  const auto got = Get();
  ASSERT_TRUE(got.ok()) << got.error();
  EXPECT_EQ(got->keys.key_id, "AKENV");
  EXPECT_EQ(got->keys.session_token.Reveal(), "canary-t");
}

TEST_F(AwsCredentialsTest, ANamedProfileOrNothing) {
  std::ofstream(dir_ / "creds") << "[a]\naws_access_key_id=AKA\naws_secret_access_key=canary-s\n";
  environment_["AWS_ACCESS_KEY_ID"] = "AKENV";
  environment_["AWS_SECRET_ACCESS_KEY"] = "canary-s";
  options_.credentials_file = dir_ / "creds";
  options_.profile = "a";
  EXPECT_EQ(Get()->keys.key_id, "AKA");
  options_.profile = "b";
  EXPECT_THAT(Get().error().message(), HasSubstr("has no profile 'b'"));
}

TEST_F(AwsCredentialsTest, InstanceMetadataVersion2) {
  std::string asked;
  RawServer imds([&](Peer& peer) {
    std::string request;
    while (request.find("\r\n\r\n") == request.npos) {
      const auto byte = peer.Receive(1);
      if (byte.empty()) return;
      request += static_cast<char>(byte[0]);
    }
    const std::string line = request.substr(0, request.find(" HTTP"));
    asked += line + ";";
    std::string body = "not found";
    std::string status = "200 OK";
    const bool session = request.find("X-aws-ec2-metadata-token: canary-imds") != request.npos;
    if (line == "PUT /latest/api/token") {
      body = "canary-imds";
    } else if (line == "GET /latest/meta-data/iam/security-credentials/" && session) {
      body = "my-role\n";
    } else if (line == "GET /latest/meta-data/iam/security-credentials/my-role" && session) {
      body = R"({"AccessKeyId":"AKIMDS","SecretAccessKey":"canary-s","Token":"canary-t"})";
    } else {
      status = "401 Unauthorized";
    }
    peer.Send("HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n" + body);
  });
  environment_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://" + imds.address();
  const auto got = Get();
  ASSERT_TRUE(got.ok()) << got.error();
  EXPECT_EQ(got->keys.key_id, "AKIMDS");
  EXPECT_THAT(asked, HasSubstr("PUT /latest/api/token;GET "));
}

TEST_F(AwsCredentialsTest, NothingFoundSaysWhereItLooked) {
  environment_["AWS_EC2_METADATA_DISABLED"] = "true";
  const auto got = Get();
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().code(), ErrorCode::kUnauthenticated);
  EXPECT_THAT(got.error().message(), HasSubstr("no AWS credentials were found"));
}

}  // namespace
}  // namespace levelwind::kafka
