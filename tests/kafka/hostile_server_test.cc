// What is not a (healthy) broker must give one clear error, soon, and never crash.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "kafka/client.h"
#include "tests/kafka/fake_broker.h"
#include "tests/kafka/raw_server.h"
#include "tests/kafka/running_client.h"

namespace levelwind::kafka {
namespace {

using std::chrono::milliseconds, std::chrono::seconds;
using ::testing::AllOf;
using testing::FakeBroker;
using ::testing::HasSubstr;
using testing::Peer;
using testing::RawServer;
using testing::RunningClient;

ClientOptions Quick(std::vector<std::string> bootstrap) {
  ClientOptions options;
  options.bootstrap = std::move(bootstrap);
  options.connect_timeout = milliseconds(400);
  options.request_timeout = milliseconds(600);
  options.max_frame_bytes = 1 << 20;
  return options;
}

/// The error of DescribeCluster against `bootstrap`; checks that it came within `limit`.
Error ErrorFrom(const std::string& bootstrap, Duration limit = seconds(3)) {
  RunningClient client(Quick({bootstrap}));
  const auto began = std::chrono::steady_clock::now();
  const auto cluster = client->DescribeCluster(seconds(10));
  EXPECT_LT(std::chrono::steady_clock::now() - began, limit);
  EXPECT_FALSE(cluster.ok());
  return cluster.ok() ? Internal("no error") : cluster.error();
}

TEST(HostileServerTest, NobodyListens) {
  std::string address;
  {
    RawServer server([](Peer&) {});
    address = server.address();
  }
  const Error error = ErrorFrom(address);
  EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
  EXPECT_EQ(error.message(),
            "reading the cluster metadata: connecting to " + address + ": Connection refused");
}

TEST(HostileServerTest, ClosesAtOnce) {
  RawServer server([](Peer& peer) { peer.ReceiveFrame(); });
  const Error error = ErrorFrom(server.address());
  EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
  EXPECT_THAT(error.message(), HasSubstr(server.address() +
                                         " closed the connection before it answered ApiVersions"));
}

TEST(HostileServerTest, SpeaksHttp) {
  RawServer server([](Peer& peer) {
    peer.ReceiveFrame();
    peer.Send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  });
  const Error error = ErrorFrom(server.address());
  EXPECT_EQ(error.code(), ErrorCode::kFailedPrecondition);
  EXPECT_THAT(error.message(),
              AllOf(HasSubstr(server.address() + " does not answer like a Kafka broker: it sent "
                                                 "\"HTTP/1.1 400"),
                    ::testing::Not(HasSubstr("\n"))));
}

TEST(HostileServerTest, GreetsBeforeItIsAsked) {
  RawServer server([](Peer& peer) {
    peer.Send("220 mail ready\r\n");
    peer.WaitClosed();
  });
  EXPECT_THAT(ErrorFrom(server.address()).message(), HasSubstr("it sent \"220 mail ready"));
}

TEST(HostileServerTest, SpeaksTls) {
  RawServer server([](Peer& peer) {
    peer.ReceiveFrame();
    peer.Send(std::vector<std::uint8_t>{0x15, 3, 3, 0, 2, 2, 10});
  });
  EXPECT_THAT(ErrorFrom(server.address()).message(), HasSubstr("it speaks TLS"));
}

TEST(HostileServerTest, NeverAnswers) {
  RawServer server([](Peer& peer) { peer.WaitClosed(); });
  const Error error = ErrorFrom(server.address());
  EXPECT_EQ(error.code(), ErrorCode::kDeadlineExceeded);
  EXPECT_THAT(error.message(), HasSubstr("accepted the connection but did not answer ApiVersions"));
}

TEST(HostileServerTest, DripsBytesForEver) {
  RawServer server([](Peer& peer) {
    const std::vector<std::uint8_t> length = {0, 0, 0x40, 0};
    peer.Send(length);
    while (peer.Send(std::string(1, 'x'))) std::this_thread::sleep_for(milliseconds(20));
  });
  EXPECT_EQ(ErrorFrom(server.address()).code(), ErrorCode::kDeadlineExceeded);
}

TEST(HostileServerTest, AnnouncesTwoGigabytes) {
  RawServer server([](Peer& peer) {
    peer.ReceiveFrame();
    peer.Send(std::vector<std::uint8_t>{0x7F, 0xFF, 0xFF, 0xFF, 0, 0});
    peer.WaitClosed();
  });
  const Error error = ErrorFrom(server.address());
  EXPECT_THAT(error.message(), HasSubstr("announced a frame of 2147483647 bytes"));
}

TEST(HostileServerTest, AnnouncesANegativeLength) {
  RawServer server([](Peer& peer) {
    peer.ReceiveFrame();
    peer.Send(std::vector<std::uint8_t>{0xFF, 0xFF, 0xFF, 0xFF});
    peer.WaitClosed();
  });
  EXPECT_THAT(ErrorFrom(server.address()).message(), HasSubstr("announced a frame of -1 bytes"));
}

TEST(HostileServerTest, AnswersWithAnotherCorrelationId) {
  FakeBroker broker;
  broker.Misbehave(ApiKey::kApiVersions, FakeBroker::Instead::kWrongCorrelationId, 100);
  const Error error = ErrorFrom(broker.address());
  EXPECT_EQ(error.code(), ErrorCode::kFailedPrecondition);
  EXPECT_THAT(error.message(), HasSubstr("correlation id 1001 came where 1 was expected"));
}

TEST(HostileServerTest, AnswersWithGarbageAsVersions) {
  RawServer server([](Peer& peer) {
    const auto request = peer.ReceiveFrame();
    if (request.size() < 8) return;
    std::vector<std::uint8_t> answer = {0, 0, 0, 10};
    answer.insert(answer.end(), request.begin() + 4, request.begin() + 8);  // the right id
    answer.insert(answer.end(), {0, 0, 0xFF, 0xFF, 0xFF, 0x0F});
    peer.Send(answer);
    peer.WaitClosed();
  });
  const Error error = ErrorFrom(server.address());
  EXPECT_EQ(error.code(), ErrorCode::kFailedPrecondition);
  EXPECT_THAT(error.message(), HasSubstr("does not answer like a Kafka broker: decoding"));
}

TEST(HostileServerTest, TurnsHostileAfterItWasABroker) {
  FakeBroker broker;
  broker.On<MetadataRequest>([&](const auto&, auto) { return broker.Metadata(1); });
  broker.Misbehave(ApiKey::kMetadata, FakeBroker::Instead::kWrongCorrelationId);
  RunningClient client(Quick({broker.address()}));
  const auto first = client->DescribeCluster(seconds(2));
  ASSERT_FALSE(first.ok());
  EXPECT_EQ(first.error().code(), ErrorCode::kDataLoss);
  const auto second = client->DescribeCluster(seconds(2));
  EXPECT_TRUE(second.ok()) << second.error();
}

TEST(HostileServerTest, TheNextBootstrapAddressIsTried) {
  RawServer web([](Peer& peer) {
    peer.ReceiveFrame();
    peer.Send("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  FakeBroker broker;
  broker.On<MetadataRequest>([&](const auto&, auto) { return broker.Metadata(1); });
  RunningClient client(Quick({web.address(), broker.address()}));
  const auto cluster = client->DescribeCluster(seconds(3));
  ASSERT_TRUE(cluster.ok()) << cluster.error();
  EXPECT_EQ(cluster->cluster_id, "fake");
}

TEST(HostileServerTest, AllBootstrapAddressesAreToldWhenNoneWorks) {
  RawServer one([](Peer& peer) { peer.ReceiveFrame(); });
  RawServer two([](Peer& peer) { peer.ReceiveFrame(); });
  RunningClient client(Quick({one.address(), two.address()}));
  const auto cluster = client->DescribeCluster(seconds(3));
  ASSERT_FALSE(cluster.ok());
  EXPECT_THAT(cluster.error().message(), AllOf(HasSubstr(one.address()), HasSubstr(two.address())));
}

}  // namespace
}  // namespace levelwind::kafka
