// Our signatures for Amazon MSK against those of Amazon's own signer, byte by byte.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "base/json_text.h"
#include "base/text.h"
#include "kafka/security/aws_signer.h"
#include "tests/kafka_cluster/paths.h"
#include "tests/kafka_cluster/subprocess.h"

namespace levelwind::kafka {
namespace {

using levelwind::testing::CommandResult;
using levelwind::testing::RunCommand;
using levelwind::testing::SourceDir;

struct Case {
  std::string region;
  std::string key_id;
  std::string secret;
  std::string session;
  std::int64_t unix_s = 0;
  std::string host;
  std::string user_agent;
};

const std::vector<Case>& Cases() {
  static const std::vector<Case> kCases = {
      {"eu-west-1", "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
       "sess/Tok+en==", 1'735'787'045, "b-1.x.kafka.eu-west-1.amazonaws.com", "me/1"},
      {"us-east-1", "AKIAIOSFODNN7EXAMPLE", "abc", "", 1'704'067'199, "b-2.example",
       "levelwind/0.1.0"},
      {"ap-southeast-2", "ASIA", "with spaces & = + / ~", "a~b_c-d.e/f+g==", 1'709'164'800, "h",
       "a/b(c);d=e&f"},
      {"us-gov-west-1", "AK", "s", "IQoJb3JpZ2luX2VjEJr//////////wEaCWV1LXdlc3QtMSJ", 951'782'400,
       "boot-abc.c1.kafka-serverless.us-gov-west-1.amazonaws.com", "x"},
  };
  return kCases;
}

std::string AsJson(const Case& one) {
  return fmt::format(
      R"({{"region":{},"key_id":{},"secret":{},"session":{},"unix_s":{},"host":{},"user_agent":{}}})",
      JsonQuoted(one.region), JsonQuoted(one.key_id), JsonQuoted(one.secret),
      JsonQuoted(one.session), one.unix_s, JsonQuoted(one.host), JsonQuoted(one.user_agent));
}

TEST(MskSignerTest, EqualsAmazonsSignerByteByByte) {
  const levelwind::testing::TempDir dir("msk");
  {
    std::ofstream file(dir.path() + "/cases");
    for (const Case& one : Cases()) file << AsJson(one) << '\n';
  }
  const auto run = RunCommand(
      {"bash", "-c",
       fmt::format(
           ". '{0}/scripts/lib/env.sh' && exec python3 "
           "'{0}/tests/integration_security/msk_signer.py' \"$LEVELWIND_CACHE\" < '{1}/cases'",
           SourceDir(), dir.path())},
      std::chrono::seconds(180));
  ASSERT_TRUE(run.ok()) << run.error();
  ASSERT_TRUE(run->ok()) << run->err;
  const std::vector<std::string_view> lines = Split(run->out, '\n');
  ASSERT_EQ(lines.size(), Cases().size() + 1);  // the last line is empty
  for (std::size_t i = 0; i < Cases().size(); ++i) {
    const Case& one = Cases()[i];
    const AwsKeys keys = {one.key_id, Secret(one.secret), Secret(one.session)};
    const WallTime now{one.unix_s * 1000};
    const auto parts = Split(lines[i], ' ');
    ASSERT_EQ(parts.size(), 2U) << lines[i];
    EXPECT_EQ(MskToken(keys, one.region, now, one.user_agent).Reveal(), parts[0]) << i;
    const Secret payload = MskIamPayload(keys, one.region, one.host, now, one.user_agent);
    EXPECT_NE(payload.Reveal().find(fmt::format("\"x-amz-signature\":\"{}\"", parts[1])),
              std::string_view::npos)
        << i;
  }
}

}  // namespace
}  // namespace levelwind::kafka
