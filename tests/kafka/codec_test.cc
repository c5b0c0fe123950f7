// Properties that hold for every message in every version.

#include "kafka/protocol/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kafka/protocol/all_messages.h"
#include "tests/kafka/message_tools.h"

namespace levelwind::kafka {
namespace {

using testing::Filler;
using ::testing::HasSubstr;
using testing::SameAt;

/// One message with its operations behind plain functions, so that each is instantiated once and
/// not once per test.
struct Message {
  MessageInfo info;
  /// Random content, encoded.
  std::function<std::vector<std::uint8_t>(std::uint64_t seed, int longest, std::int16_t version)>
      random;
  /// Random content, encoded and decoded: whether it is the same afterwards.
  std::function<bool(std::uint64_t seed, int longest, std::int16_t version)> round_trip;
  /// Decodes and encodes again.
  std::function<Result<std::vector<std::uint8_t>>(std::span<const std::uint8_t>, std::int16_t)>
      recode;
};

template <class M>
Result<M> DecodeBytes(std::span<const std::uint8_t> bytes, std::int16_t version) {
  Reader reader(bytes);
  return Decode<M>(reader, version);
}

template <class M>
std::vector<std::uint8_t> Encoded(const M& message, std::int16_t version) {
  Writer writer;
  const Status status = Encode(message, version, writer);
  EXPECT_TRUE(status.ok()) << status.error();
  return std::move(writer).Take();
}

template <class M>
Message Describe() {
  const auto fill = [](std::uint64_t seed, int longest, std::int16_t version) {
    M message;
    Filler(seed, longest).Fill(message, version);
    return message;
  };
  return {M::kInfo,
          [fill](std::uint64_t seed, int longest, std::int16_t version) {
            return Encoded(fill(seed, longest, version), version);
          },
          [fill](std::uint64_t seed, int longest, std::int16_t version) {
            const M message = fill(seed, longest, version);
            const Result<M> back = DecodeBytes<M>(Encoded(message, version), version);
            EXPECT_TRUE(back.ok()) << back.error();
            return back.ok() && SameAt(message, *back, version);
          },
          [](std::span<const std::uint8_t> bytes,
             std::int16_t version) -> Result<std::vector<std::uint8_t>> {
            const Result<M> message = DecodeBytes<M>(bytes, version);
            if (!message.ok()) return message.error();
            return Encoded(*message, version);
          }};
}

const std::vector<Message>& AllMessages() {
  static const std::vector<Message> all = [] {
    std::vector<Message> messages;
    ForEachMessage([&]<class M>(TypeTag<M>) { messages.push_back(Describe<M>()); });
    return messages;
  }();
  return all;
}

/// Calls visit(message, version) for every message and version.
void ForEachVersion(const std::function<void(const Message&, std::int16_t)>& visit) {
  for (const Message& message : AllMessages()) {
    for (std::int16_t v = message.info.min; v <= message.info.max; ++v) {
      SCOPED_TRACE(std::string(message.info.name) + " v" + std::to_string(v));
      visit(message, v);
    }
  }
}

TEST(CodecTest, EveryMessageSurvivesARoundTripInEveryVersion) {
  int trips = 0;
  ForEachVersion([&](const Message& message, std::int16_t version) {
    for (std::uint64_t seed = 0; seed < 20; ++seed, ++trips) {
      ASSERT_TRUE(message.round_trip(seed, 5, version)) << "seed " << seed;
    }
  });
  EXPECT_GT(trips, 2000);
}

TEST(CodecTest, EveryTruncationIsRefused) {
  ForEachVersion([](const Message& message, std::int16_t version) {
    const auto bytes = message.random(7, 3, version);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto back = message.recode(std::span(bytes).first(size), version);
      ASSERT_FALSE(back.ok()) << size << " of " << bytes.size() << " bytes were enough";
      ASSERT_EQ(back.error().code(), ErrorCode::kDataLoss);
    }
  });
}

TEST(CodecTest, BytesAfterTheLastFieldAreRefused) {
  ForEachVersion([](const Message& message, std::int16_t version) {
    auto bytes = message.random(8, 3, version);
    bytes.push_back(0);
    const auto back = message.recode(bytes, version);
    ASSERT_FALSE(back.ok());
    ASSERT_THAT(back.error().message(), HasSubstr("1 bytes are left over"));
  });
}

TEST(CodecTest, FlippedBitsNeverCrashAndWhatDecodesEncodesToTheSameAgain) {
  std::mt19937 random(42);
  int refused = 0;
  int accepted = 0;
  ForEachVersion([&](const Message& message, std::int16_t version) {
    const auto good = message.random(9, 4, version);
    if (good.empty()) return;
    for (int i = 0; i < 60; ++i) {
      auto bytes = good;
      for (unsigned flips = 1 + random() % 3; flips > 0; --flips) {
        bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
      }
      const auto once = message.recode(bytes, version);
      once.ok() ? ++accepted : ++refused;
      if (!once.ok()) continue;
      const auto twice = message.recode(*once, version);
      ASSERT_TRUE(twice.ok()) << twice.error();
      ASSERT_EQ(*once, *twice);
    }
  });
  EXPECT_GT(refused, 500);
  EXPECT_GT(accepted, 500);
}

TEST(CodecTest, RandomBytesNeverCrash) {
  std::mt19937 random(43);
  ForEachVersion([&](const Message& message, std::int16_t version) {
    for (int i = 0; i < 30; ++i) {
      std::vector<std::uint8_t> bytes(random() % 200);
      for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
      const auto back = message.recode(bytes, version);
      ASSERT_TRUE(back.ok() || back.error().code() == ErrorCode::kDataLoss);
    }
  });
}

TEST(CodecTest, VersionsOutsideTheRangeAreRefusedBothWays) {
  for (const Message& message : AllMessages()) {
    const auto above = static_cast<std::int16_t>(message.info.max + 1);
    EXPECT_EQ(message.recode({}, above).error().code(), ErrorCode::kInvalidArgument);
  }
  Writer writer;
  EXPECT_EQ(Encode(MetadataRequest(), 13, writer).error().code(), ErrorCode::kInvalidArgument);
}

TEST(CodecTest, UnknownTagsAreSkippedAtEveryLevel) {
  // FindCoordinator v3: no_tags body is key "g", type 0.
  const std::vector<std::uint8_t> bytes = {2,          'g',     0,
                                           /*tags*/ 2, /*5*/ 5, 3, 1, 2, 3, /*200*/ 0xC8, 1, 0};
  const auto request = DecodeBytes<FindCoordinatorRequest>(bytes, 3);
  ASSERT_TRUE(request.ok()) << request.error();
  EXPECT_EQ(request->key, "g");
}

TEST(CodecTest, TagsOutOfOrderOrTooLongAreRefused) {
  const auto decode = [](std::vector<std::uint8_t> tags) {
    std::vector<std::uint8_t> bytes = {2, 'g', 0};
    bytes.insert(bytes.end(), tags.begin(), tags.end());
    return DecodeBytes<FindCoordinatorRequest>(bytes, 3);
  };
  EXPECT_TRUE(decode({2, 5, 0, 6, 0}).ok());
  EXPECT_FALSE(decode({2, 6, 0, 5, 0}).ok());
  EXPECT_FALSE(decode({2, 5, 0, 5, 0}).ok());
  EXPECT_FALSE(decode({1, 5, 9}).ok());
  EXPECT_FALSE(decode({0xFF, 0xFF, 0xFF, 0xFF, 0x0F}).ok());
}

TEST(CodecTest, TaggedFieldsAtTheirDefaultAreLeftOut) {
  ApiVersionsResponse response;
  Writer empty;
  ASSERT_TRUE(Encode(response, 3, empty).ok());
  // error, no keys, throttle, no tags
  EXPECT_EQ(empty.bytes(), (std::vector<std::uint8_t>{0, 0, 1, 0, 0, 0, 0, 0}));
  response.finalized_features_epoch = 9;
  Writer one;
  ASSERT_TRUE(Encode(response, 3, one).ok());
  EXPECT_EQ(one.bytes(),
            (std::vector<std::uint8_t>{0, 0, 1, 0, 0, 0, 0, 1, 1, 8, 0, 0, 0, 0, 0, 0, 0, 9}));
}

TEST(CodecTest, HugeCountsAreRefusedBeforeMemoryIsTaken) {
  // Metadata v7: throttle, then 2^31-1 brokers of which none follows.
  const std::vector<std::uint8_t> many = {0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0};
  const auto metadata = DecodeBytes<MetadataResponse>(many, 7);
  ASSERT_FALSE(metadata.ok());
  EXPECT_THAT(metadata.error().message(), HasSubstr("field Brokers: length 2147483647"));
  // The same, compact: 2^32-2 elements.
  const std::vector<std::uint8_t> compact = {0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F};
  EXPECT_FALSE(DecodeBytes<MetadataResponse>(compact, 9).ok());
  // A count that fits the bytes left only if elements had no size: 12 bytes cannot hold 3 brokers.
  const std::vector<std::uint8_t> few = {0, 0, 0, 0, 0, 0, 0, 3, 0, 0,
                                         0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_THAT(DecodeBytes<MetadataResponse>(few, 7).error().message(),
              HasSubstr("length 3 cannot fit in the 12 bytes left"));
}

// A group of twelve bytes on the wire is a struct of 160 here.
TEST(CodecTest, ManySmallElementsMayNotTakeManyTimesTheMemoryOfTheirFrame) {
  constexpr std::size_t kFrame = 8 << 20;
  Writer writer;
  writer.Int32(0);  // throttle
  writer.Uvarint(kFrame / 12);
  std::vector<std::uint8_t> frame(writer.bytes().begin(), writer.bytes().end());
  frame.resize(kFrame);
  Reader reader(frame);
  const auto decoded = Decode<DescribeGroupsResponse>(reader, 5);
  ASSERT_FALSE(decoded.ok());
  EXPECT_THAT(decoded.error().message(), HasSubstr("more memory than 8388608 bytes of an answer"));
}

TEST(CodecTest, NegativeLengthsOtherThanNullAreRefused) {
  const std::vector<std::uint8_t> array = {0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFE};
  EXPECT_THAT(DecodeBytes<MetadataResponse>(array, 7).error().message(),
              HasSubstr("length -2 is negative"));
  const std::vector<std::uint8_t> text = {0x80, 0x00, 0};
  EXPECT_THAT(DecodeBytes<FindCoordinatorRequest>(text, 1).error().message(),
              HasSubstr("field Key: length -32768 is negative"));
}

TEST(CodecTest, NullIsRefusedWhereItIsNotAllowed) {
  const std::vector<std::uint8_t> null_key = {0xFF, 0xFF, 0};
  EXPECT_THAT(DecodeBytes<FindCoordinatorRequest>(null_key, 1).error().message(),
              HasSubstr("null where null is not allowed"));
  MetadataResponse response;
  response.topics.emplace_back().name.reset();
  Writer writer;
  EXPECT_FALSE(Encode(response, 9, writer).ok());
  Writer later;
  EXPECT_TRUE(Encode(response, 12, later).ok());
}

TEST(CodecTest, ATextTooLongForTheClassicEncodingIsAnError) {
  FindCoordinatorRequest request;
  request.key.assign(40'000, 'x');
  Writer classic;
  EXPECT_THAT(Encode(request, 2, classic).error().message(), HasSubstr("40000 bytes is too long"));
  Writer compact;
  EXPECT_TRUE(Encode(request, 3, compact).ok());
}

TEST(CodecTest, ErrorsNameTheMessageAndThePathOfTheField) {
  MetadataResponse response;
  response.topics.emplace_back().partitions.emplace_back().replica_nodes = {1, 2};
  Writer writer;
  ASSERT_TRUE(Encode(response, 7, writer).ok());
  auto bytes = writer.bytes();
  bytes.resize(bytes.size() - 4);  // the length of the last list
  const auto back = DecodeBytes<MetadataResponse>(bytes, 7);
  ASSERT_FALSE(back.ok());
  EXPECT_THAT(back.error().message(), HasSubstr("decoding MetadataResponse v7"));
  EXPECT_THAT(back.error().message(), HasSubstr("field Topics.Partitions.OfflineReplicas"));
}

TEST(CodecTest, ALargeMetadataAnswerDecodes) {
  MetadataResponse response;
  for (int t = 0; t < 100; ++t) {
    auto& topic = response.topics.emplace_back();
    topic.name = "topic-" + std::to_string(t);
    for (int p = 0; p < 1000; ++p) {
      auto& partition = topic.partitions.emplace_back();
      partition.partition_index = p;
      partition.replica_nodes = {1, 2, 3};
      partition.isr_nodes = {1, 2, 3};
    }
  }
  Writer writer;
  ASSERT_TRUE(Encode(response, 12, writer).ok());
  const auto back = DecodeBytes<MetadataResponse>(writer.bytes(), 12);
  ASSERT_TRUE(back.ok()) << back.error();
  EXPECT_TRUE(SameAt(response, *back, 12));
}

}  // namespace
}  // namespace levelwind::kafka
