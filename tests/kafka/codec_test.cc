// Properties that hold for every message in every version.

#include "kafka/protocol/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "kafka/protocol/all_messages.h"
#include "tests/kafka/message_tools.h"

namespace levelwind::kafka {
namespace {

using testing::Filler;
using ::testing::HasSubstr;
using testing::SameAt;

/// Calls visit.template operator()<Message>(version) for every message and version.
template <class Visit>
void ForEachVersion(Visit visit) {
  ForEachMessage([&]<class Message>(TypeTag<Message>) {
    for (std::int16_t v = Message::kInfo.min; v <= Message::kInfo.max; ++v) {
      SCOPED_TRACE(std::string(Message::kInfo.name) + " v" + std::to_string(v));
      visit.template operator()<Message>(v);
    }
  });
}

template <class Message>
std::vector<std::uint8_t> EncodeRandom(std::uint64_t seed, int longest, std::int16_t version,
                                       Message& message) {
  Filler(seed, longest).Fill(message, version);
  Writer writer;
  const Status status = Encode(message, version, writer);
  EXPECT_TRUE(status.ok()) << status.error();
  return std::move(writer).Take();
}

template <class Message>
Result<Message> DecodeBytes(std::span<const std::uint8_t> bytes, std::int16_t version) {
  Reader reader(bytes);
  return Decode<Message>(reader, version);
}

TEST(CodecTest, EveryMessageSurvivesARoundTripInEveryVersion) {
  int trips = 0;
  ForEachVersion([&]<class Message>(std::int16_t version) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      Message message;
      const auto bytes = EncodeRandom(seed, 5, version, message);
      const Result<Message> back = DecodeBytes<Message>(bytes, version);
      ASSERT_TRUE(back.ok()) << back.error();
      ASSERT_TRUE(SameAt(message, *back, version));
      ++trips;
    }
  });
  EXPECT_GT(trips, 2000);
}

TEST(CodecTest, EveryTruncationIsRefused) {
  ForEachVersion([]<class Message>(std::int16_t version) {
    Message message;
    const auto bytes = EncodeRandom(7, 3, version, message);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto back = DecodeBytes<Message>(std::span(bytes).first(size), version);
      ASSERT_FALSE(back.ok()) << size << " of " << bytes.size() << " bytes were enough";
      ASSERT_EQ(back.error().code(), ErrorCode::kDataLoss);
    }
  });
}

TEST(CodecTest, BytesAfterTheLastFieldAreRefused) {
  ForEachVersion([]<class Message>(std::int16_t version) {
    Message message;
    auto bytes = EncodeRandom(8, 3, version, message);
    bytes.push_back(0);
    const auto back = DecodeBytes<Message>(bytes, version);
    ASSERT_FALSE(back.ok());
    ASSERT_THAT(back.error().message(), HasSubstr("1 bytes are left over"));
  });
}

TEST(CodecTest, FlippedBitsNeverCrashAndDecodedMessagesEncodeAgain) {
  std::mt19937 random(42);
  int refused = 0;
  int accepted = 0;
  ForEachVersion([&]<class Message>(std::int16_t version) {
    Message message;
    const auto good = EncodeRandom(9, 4, version, message);
    if (good.empty()) return;
    for (int i = 0; i < 60; ++i) {
      auto bytes = good;
      for (unsigned flips = 1 + random() % 3; flips > 0; --flips) {
        bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
      }
      const auto back = DecodeBytes<Message>(bytes, version);
      back.ok() ? ++accepted : ++refused;
      if (!back.ok()) continue;
      Writer writer;
      ASSERT_TRUE(Encode(*back, version, writer).ok());
      const auto again = DecodeBytes<Message>(writer.bytes(), version);
      ASSERT_TRUE(again.ok()) << again.error();
      ASSERT_TRUE(SameAt(*back, *again, version));
    }
  });
  EXPECT_GT(refused, 500);
  EXPECT_GT(accepted, 500);
}

TEST(CodecTest, RandomBytesNeverCrash) {
  std::mt19937 random(43);
  ForEachVersion([&]<class Message>(std::int16_t version) {
    for (int i = 0; i < 30; ++i) {
      std::vector<std::uint8_t> bytes(random() % 200);
      for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
      const auto back = DecodeBytes<Message>(bytes, version);
      ASSERT_TRUE(back.ok() || back.error().code() == ErrorCode::kDataLoss);
    }
  });
}

TEST(CodecTest, VersionsOutsideTheRangeAreRefusedBothWays) {
  ForEachMessage([]<class Message>(TypeTag<Message>) {
    const std::int16_t above = Message::kInfo.max + 1;
    Writer writer;
    EXPECT_EQ(Encode(Message(), above, writer).error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(DecodeBytes<Message>({}, above).error().code(), ErrorCode::kInvalidArgument);
  });
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
