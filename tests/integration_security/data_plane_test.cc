// The data plane takes the same security options as the control plane.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "kafka/data/consumer.h"
#include "kafka/data/producer.h"
#include "tests/integration_security/secure_cluster.h"
#include "tests/kafka/running_client.h"

namespace levelwind::kafka {
namespace {

using levelwind::testing::SecureCluster;
using std::chrono::milliseconds, std::chrono::seconds;
using ::testing::HasSubstr;

SecureCluster& Kafka() { return SecureCluster::Shared(); }

void MakeTopic(const std::string& name) {
  testing::RunningClient client(Kafka().Options("PLAINTEXT"));
  NewTopic topic;
  topic.name = name;
  topic.partitions = 1;
  topic.replication_factor = 1;
  const auto made = client->CreateTopics({topic}, seconds(20));
  ASSERT_TRUE(made.ok()) << made.error();
}

void ExpectRoundTrip(const std::string& topic, const ClientOptions& options) {
  MakeTopic(topic);
  ProducerOptions to;
  to.bootstrap = options.bootstrap[0];
  to.security = options.security;
  auto producer = Producer::Create(to);
  ASSERT_TRUE(producer.ok()) << producer.error();
  ASSERT_TRUE((*producer)->Send(topic, 0, "k", "v").ok());
  const Status flushed = (*producer)->Flush(seconds(20));
  ASSERT_TRUE(flushed.ok()) << flushed.error();

  ConsumerOptions from;
  from.bootstrap = options.bootstrap[0];
  from.security = options.security;
  auto consumer = Consumer::Create(from);
  ASSERT_TRUE(consumer.ok()) << consumer.error();
  ASSERT_TRUE((*consumer)->Assign({{{topic, 0}, PartitionPosition::kFromStart}}).ok());
  std::optional<std::string> value;
  for (int i = 0; i < 100 && !value; ++i) {
    const auto record = (*consumer)->Poll(milliseconds(200));
    ASSERT_TRUE(record.ok()) << record.error();
    if (*record) value = (*record)->value;
  }
  EXPECT_EQ(value, "v");
}

TEST(DataPlaneTest, Scram) {
  ExpectRoundTrip("data-scram", Kafka().Login("LOGIN", SaslMechanism::kScramSha512));
}

TEST(DataPlaneTest, MutualTls) {
  ClientOptions options = Kafka().Options("MTLS");
  options.security.tls.certificate_file = Kafka().File("client.pem");
  options.security.tls.key_file = Kafka().File("client.encrypted.key");
  options.security.tls.key_password.file = Kafka().File("key.password");
  ExpectRoundTrip("data-mtls", options);
}

TEST(DataPlaneTest, TokensAreRefusedAtOnce) {
  ConsumerOptions from;
  from.bootstrap = Kafka().Address("LOGIN");
  from.security = Kafka().Login("LOGIN", SaslMechanism::kOauthBearer).security;
  const auto consumer = Consumer::Create(from);
  ASSERT_FALSE(consumer.ok());
  EXPECT_EQ(consumer.error().code(), ErrorCode::kUnimplemented);
  EXPECT_THAT(consumer.error().message(), HasSubstr("OAUTHBEARER is not available"));
}

}  // namespace
}  // namespace levelwind::kafka
