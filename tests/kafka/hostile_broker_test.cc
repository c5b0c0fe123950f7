// A broker that answers the first questions properly and then goes bad: in every answer of the
// exchange, in every way that a frame can be wrong. The client must say so in one clear error, hold
// no more than its frame cap, and go on serving the other brokers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "kafka/client.h"
#include "kafka/protocol/messages_groups.h"
#include "kafka/protocol/messages_replicas.h"
#include "tests/kafka/fake_broker.h"
#include "tests/kafka/running_client.h"
#include "tests/support/process_memory.h"

namespace levelwind::kafka {
namespace {

using levelwind::testing::RssGrowth;
using std::chrono::milliseconds, std::chrono::seconds;
using testing::FakeBroker;
using ::testing::HasSubstr;
using testing::Peer;
using testing::RunningClient;
using Frame = std::vector<std::uint8_t>;

constexpr std::int32_t kFrameCap = 4 << 20;
/// Threads that start, buffers of sockets, the heap's own.
constexpr std::int64_t kSmallThingsKb = 2048 + levelwind::testing::kSanitizerKb;

/// A two-broker cluster of which broker 2 is hostile in one API; broker 1 is the bootstrap one.
class HostileBrokerTest : public ::testing::TestWithParam<ApiKey> {
 protected:
  HostileBrokerTest() {
    for (FakeBroker* broker : {&good_, &bad_}) {
      broker->On<MetadataRequest>([this](const auto&, auto) { return Metadata(); });
      broker->On<ListPartitionReassignmentsRequest>(
          [](const auto&, auto) { return ListPartitionReassignmentsResponse(); });
      broker->On<ListGroupsRequest>([broker, this](const auto&, auto) {
        ListGroupsResponse response;
        response.groups.push_back(
            {broker == &good_ ? "of-1" : "of-2", "consumer", "Stable", "classic"});
        return response;
      });
    }
  }

  MetadataResponse Metadata() const {
    MetadataResponse response = good_.Metadata(1);
    response.brokers.push_back({2, "127.0.0.1", bad_.port(), std::nullopt});
    return response;
  }

  static ClientOptions Options(const FakeBroker& bootstrap) {
    ClientOptions options;
    options.bootstrap = {bootstrap.address()};
    options.connect_timeout = milliseconds(500);
    options.request_timeout = milliseconds(500);
    options.max_frame_bytes = kFrameCap;
    return options;
  }

  /// What the client says when broker 2 alone is asked for what GetParam() is part of.
  Error ErrorOf(FakeBroker::Send send) {
    bad_.Distort(GetParam(), std::move(send));
    bad_.On<MetadataRequest>([this](const auto&, auto) { return bad_.Metadata(2); });
    RunningClient client(Options(bad_));
    const Status asked = Ask(*client);
    EXPECT_FALSE(asked.ok()) << "the distorted answer was believed";
    return asked.ok() ? Internal("no error") : asked.error();
  }

  /// The call that GetParam() is part of.
  static Status Ask(KafkaClient& client) {
    if (GetParam() == ApiKey::kListPartitionReassignments) {
      LW_RETURN_IF_ERROR(client.ListReassignments({}, milliseconds(250)));
    } else {
      LW_RETURN_IF_ERROR(client.DescribeCluster(seconds(2)));
    }
    return Ok();
  }

  /// Clear: one line, says whose or which answer it is, of a bounded length, and of a kind that
  /// blames the peer.
  void ExpectClear(const Error& error, const std::string& what) const {
    EXPECT_THAT(error.message(), HasSubstr(bad_.address())) << what;
    EXPECT_EQ(error.message().find('\n'), std::string::npos) << what;
    EXPECT_LT(error.message().size(), 500U) << what << ": " << error;
    EXPECT_TRUE(error.code() == ErrorCode::kUnavailable || error.code() == ErrorCode::kDataLoss ||
                error.code() == ErrorCode::kDeadlineExceeded ||
                error.code() == ErrorCode::kFailedPrecondition)
        << what << ": " << error;
  }

  // What Distort() is given may only touch what outlives the brokers: a client whose deadline has
  // passed leaves one of their threads on its way into it.
  std::atomic<std::size_t> whole_ = 0;  ///< Bytes of the answer that was distorted last.
  std::atomic<std::int64_t> sent_ = 0;
  FakeBroker good_;
  FakeBroker bad_;
};

Frame WithLength(Frame frame, std::uint32_t length) {
  for (std::size_t i = 0; i < 4; ++i) frame[i] = static_cast<std::uint8_t>(length >> (24 - 8 * i));
  return frame;
}

Frame Refit(Frame frame) {
  const auto size = static_cast<std::uint32_t>(frame.size() - 4);
  return WithLength(std::move(frame), size);
}

TEST_P(HostileBrokerTest, ClosesAtEveryByte) {
  std::size_t size = 1;
  for (std::size_t cut = 0; cut < size; ++cut) {
    whole_ = 0;
    const Error error = ErrorOf([this, cut](Peer& peer, const Frame& frame) {
      whole_ = frame.size();
      peer.Send(std::span(frame).first(cut));
      return false;
    });
    size = whole_;
    ASSERT_GT(size, 0U);
    ExpectClear(error, "closed after byte " + std::to_string(cut));
  }
}

TEST_P(HostileBrokerTest, CutsTheFrameAtEveryByteAndSaysSo) {
  // The length is right for what comes: the body ends early.
  std::size_t size = 9;
  for (std::size_t cut = 8; cut < size; ++cut) {
    whole_ = 0;
    const Error error = ErrorOf([this, cut](Peer& peer, Frame frame) {
      whole_ = frame.size();
      frame.resize(cut);
      return peer.Send(Refit(frame));
    });
    size = whole_;
    ExpectClear(error, "cut after byte " + std::to_string(cut));
  }
}

TEST_P(HostileBrokerTest, AnnouncesLengthsThatAreNone) {
  for (const std::uint32_t length :
       {0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU, 0U, 1U, 3U, std::uint32_t{kFrameCap} + 1}) {
    const Error error = ErrorOf(
        [length](Peer& peer, const Frame& frame) { return peer.Send(WithLength(frame, length)); });
    ExpectClear(error, "length " + std::to_string(length));
    EXPECT_THAT(error.message(),
                HasSubstr("announced a frame of " +
                          std::to_string(static_cast<std::int32_t>(length)) + " bytes"));
  }
}

TEST_P(HostileBrokerTest, AnswersUnderAnotherCorrelationId) {
  for (const std::uint8_t flip : {0x01, 0x80}) {
    for (const std::size_t at : {4U, 7U}) {
      const Error error = ErrorOf([flip, at](Peer& peer, Frame frame) {
        frame[at] ^= flip;
        return peer.Send(frame);
      });
      ExpectClear(error, "correlation id");
      EXPECT_THAT(error.message(), HasSubstr("correlation id"));
    }
  }
}

TEST_P(HostileBrokerTest, AnswersAnotherApi) {
  const Error error = ErrorOf([this](Peer& peer, const Frame& frame) {
    const std::span<const std::uint8_t> body = std::span(frame).subspan(4);
    Reader reader(body);
    const std::int32_t id = reader.Int32();
    if (GetParam() != ApiKey::kMetadata) return peer.Send(*EncodeResponseFrame(Metadata(), 12, id));
    ListGroupsResponse groups;
    groups.groups.push_back({"g", "consumer", "Stable", "classic"});
    return peer.Send(*EncodeResponseFrame(groups, 4, id));
  });
  ExpectClear(error, "another API's answer");
}

TEST_P(HostileBrokerTest, AppendsBytesToAGoodAnswer) {
  const Error error = ErrorOf([](Peer& peer, Frame frame) {
    frame.insert(frame.end(), 5, 0);
    return peer.Send(Refit(frame));
  });
  ExpectClear(error, "trailing bytes");
  EXPECT_THAT(error.message(), HasSubstr("5 bytes are left over"));
}

TEST_P(HostileBrokerTest, ClaimsArraysFarLongerThanTheFrame) {
  // Every byte of the body in turn becomes the start of a count of two billion.
  std::size_t size = 100;
  std::size_t believed = 0;
  for (std::size_t at = 8; at + 5 < size; ++at) {
    whole_ = 0;
    bad_.Distort(GetParam(), [this, at](Peer& peer, Frame frame) {
      whole_ = frame.size();
      for (std::size_t i = 0; i < 4; ++i) frame[at + i] = 0xFF;
      frame[at + 4] = 0x07;
      return peer.Send(frame);
    });
    bad_.On<MetadataRequest>([this](const auto&, auto) { return bad_.Metadata(2); });
    RunningClient client(Options(bad_));
    const std::string what = "count at byte " + std::to_string(at);
    const RssGrowth growth;
    // Some of these are only odd values: a well-formed answer with an error code that nobody knows,
    // or without an API that is needed.
    const Status asked = Ask(*client);
    if (asked.ok() || asked.error().code() == ErrorCode::kUnimplemented ||
        asked.error().message().starts_with("listing reassignments: error ")) {
      ++believed;
    } else {
      ExpectClear(asked.error(), what);
    }
    EXPECT_LT(growth.kb(), kSmallThingsKb) << what;
    size = whole_;
    ASSERT_GT(size, 0U);
  }
  EXPECT_LT(believed, size / 2) << "counts of two billion were believed";
}

TEST_P(HostileBrokerTest, DripsAByteAtATime) {
  const Error error = ErrorOf([](Peer& peer, const Frame& frame) {
    for (const std::uint8_t byte : frame) {
      if (!peer.Send(std::vector<std::uint8_t>{byte})) return false;
      std::this_thread::sleep_for(milliseconds(100));
    }
    return true;
  });
  ExpectClear(error, "drip");
}

TEST_P(HostileBrokerTest, SendsFramesThatNobodyAskedFor) {
  bad_.Distort(GetParam(), [this](Peer& peer, const Frame& frame) {
    while (peer.Send(frame)) ++sent_;
    return false;
  });
  RunningClient client(Options(bad_));
  static_cast<void>(Ask(*client));
  client.Stop();  // it closed every such connection, or the broker would be sending still
  EXPECT_LT(sent_, 1'000'000);
}

TEST_P(HostileBrokerTest, OtherBrokersAreServed) {
  bad_.Distort(GetParam() == ApiKey::kApiVersions ? ApiKey::kApiVersions : ApiKey::kListGroups,
               [](Peer& peer, Frame frame) {
                 frame[7] ^= 1;
                 return peer.Send(frame);
               });
  RunningClient client(Options(good_));
  const auto groups = client->ListGroups(seconds(5));
  ASSERT_TRUE(groups.ok()) << groups.error();
  ASSERT_EQ(groups->groups.size(), 1U);
  EXPECT_EQ(groups->groups[0].name, "of-1");
  EXPECT_THAT(groups->unreachable, ::testing::ElementsAre(2));
}

INSTANTIATE_TEST_SUITE_P(Exchange, HostileBrokerTest,
                         ::testing::Values(ApiKey::kApiVersions, ApiKey::kMetadata,
                                           ApiKey::kListPartitionReassignments),
                         [](const auto& one) { return std::string(ApiName(one.param)); });

// ---- What a frame may cost ----------------------------------------------------------------------

ClientOptions Capped(const FakeBroker& broker, milliseconds request_timeout, std::int32_t cap) {
  ClientOptions options;
  options.bootstrap = {broker.address()};
  options.request_timeout = request_timeout;
  options.max_frame_bytes = cap;
  return options;
}

TEST(HostileFrameTest, AnEndlessFrameHoldsNoMoreThanTheCap) {
  constexpr std::int32_t kCap = 32 << 20;
  std::atomic<std::int64_t> sent = 0;  // before the broker, whose threads count
  FakeBroker broker;
  broker.On<MetadataRequest>([&](const auto&, auto) { return broker.Metadata(1); });
  broker.Distort(ApiKey::kMetadata, [&](Peer& peer, const Frame& frame) {
    Frame head = WithLength(frame, kCap);
    head.resize(8);  // the length and the right correlation id
    if (!peer.Send(head)) return false;
    const Frame piece(64 << 10, 0xFF);
    while (peer.Send(piece)) sent += std::ssize(piece);
    return false;
  });
  RunningClient client(Capped(broker, seconds(5), kCap));
  const RssGrowth growth;
  const auto cluster = client->DescribeCluster(seconds(3));
  ASSERT_FALSE(cluster.ok());
  EXPECT_GE(sent, kCap / 2) << "the frame was not read at all";
  const std::int64_t grown = growth.kb();
  EXPECT_GE(grown, kCap >> 11) << "the measure does not work";
  EXPECT_LT(grown, (kCap >> 10) + kSmallThingsKb);
}

// RSS, not the allocator's figures: the frame's room is taken at once and filled as bytes come.
TEST(HostileFrameTest, AnAnnouncedFrameCostsTheBytesThatCame) {
  constexpr std::int32_t kCap = 64 << 20;
  FakeBroker broker;
  broker.On<MetadataRequest>([&](const auto&, auto) { return broker.Metadata(1); });
  broker.Distort(ApiKey::kMetadata, [&](Peer& peer, const Frame& frame) {
    Frame head = WithLength(frame, kCap);
    head.resize(5);  // the length and one byte of it
    if (peer.Send(head)) peer.WaitClosed();
    return false;
  });
  RunningClient client(Capped(broker, milliseconds(500), kCap));
  const RssGrowth growth;
  const auto cluster = client->DescribeCluster(seconds(1));
  ASSERT_FALSE(cluster.ok());
  EXPECT_GE(broker.Count(ApiKey::kMetadata), 1) << "the frame was never begun";
  EXPECT_LT(growth.kb(), kSmallThingsKb);
}

TEST(HostileFrameTest, AnAnswerThatIsTooLargeNamesTheKeyToRaise) {
  FakeBroker broker;
  broker.On<MetadataRequest>([&](const auto&, auto) {
    MetadataResponse metadata = broker.Metadata(1);
    metadata.topics.resize(40'000);
    return metadata;
  });
  const auto ask = [&](std::int32_t cap) {
    ClientOptions options;
    options.bootstrap = {broker.address()};
    options.max_frame_bytes = cap;
    RunningClient client(options);
    return client->DescribeCluster(seconds(3));
  };
  const auto refused = ask(4 << 20);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(), ::testing::AllOf(HasSubstr(broker.address()),
                                                          HasSubstr("of an answer would take more"),
                                                          HasSubstr("cluster.max_frame")));
  const auto raised = ask(8 << 20);
  ASSERT_TRUE(raised.ok()) << raised.error();
  EXPECT_EQ(raised->topics.size(), 40'000U);
}

TEST(HostileFrameTest, TenThousandUnknownTagsAreSkipped) {
  FakeBroker broker;
  broker.On<MetadataRequest>([&](const auto&, auto) { return broker.Metadata(1); }, 12, 12);
  broker.Distort(ApiKey::kMetadata, [](Peer& peer, Frame frame) {
    EXPECT_EQ(frame.back(), 0);  // the empty tag section of the message
    frame.pop_back();
    Writer tags;
    tags.Uvarint(10'000);
    for (std::uint32_t tag = 1000; tag < 11'000; ++tag) {
      tags.Uvarint(tag);
      tags.Uvarint(3);
      tags.Raw(Frame(3, 0xAB));
    }
    frame.insert(frame.end(), tags.bytes().begin(), tags.bytes().end());
    return peer.Send(Refit(frame));
  });
  ClientOptions options;
  options.bootstrap = {broker.address()};
  RunningClient client(options);
  const auto cluster = client->DescribeCluster(seconds(3));
  ASSERT_TRUE(cluster.ok()) << cluster.error();
  EXPECT_EQ(cluster->cluster_id, "fake");
}

}  // namespace
}  // namespace levelwind::kafka
