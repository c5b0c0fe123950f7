#include "kafka/records/offsets_topic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "tests/kafka_records/batch_builder.h"

namespace levelwind::kafka {
namespace {

using testing::ByteVector;
using testing::FromHex;
using ::testing::HasSubstr;

TEST(OffsetsTopicTest, KeysOfOffsetsInBothVersions) {
  for (const char* hex : {"0000"
                          "0001"
                          "67"
                          "0002"
                          "7431"
                          "00000007",
                          "0001"
                          "0001"
                          "67"
                          "0002"
                          "7431"
                          "00000007"}) {
    const auto key = DecodeOffsetsTopicKey(FromHex(hex));
    ASSERT_TRUE(key.ok()) << key.error();
    EXPECT_EQ(*key, OffsetsTopicKey(OffsetCommitKey{"g", {"t1", 7}}));
  }
}

TEST(OffsetsTopicTest, KeysOfGroups) {
  EXPECT_EQ(*DecodeOffsetsTopicKey(FromHex("0002000167")), OffsetsTopicKey(ClassicGroupKey{"g"}));
  // A member of a Kafka 4 consumer group: {group, member}.
  EXPECT_EQ(*DecodeOffsetsTopicKey(FromHex("00050001670001"
                                           "6d")),
            OffsetsTopicKey(OtherCoordinatorKey{5, "g"}));
  // Nobody knows yet what this will be.
  EXPECT_EQ(*DecodeOffsetsTopicKey(FromHex("0400ffffffff")),
            OffsetsTopicKey(OtherCoordinatorKey{1024, ""}));
}

TEST(OffsetsTopicTest, KeysThatAreNone) {
  for (const char* hex : {"", "00", "0001", "00010001", "0001ffff", "000100016700027431000000",
                          "0001000167ffff00000007", "00010001670002743100000007ff", "ffff000167",
                          "0002000567", "000200016700"}) {
    const auto key = DecodeOffsetsTopicKey(FromHex(hex));
    ASSERT_FALSE(key.ok()) << hex;
    EXPECT_EQ(key.error().code(), ErrorCode::kDataLoss) << hex;
    EXPECT_THAT(key.error().message(), HasSubstr("in __consumer_offsets"));
  }
}

TEST(OffsetsTopicTest, OffsetsOfEveryVersion) {
  const std::string head = "000000000000002a";  // offset 42
  const std::string note =
      "0001"
      "6d";  // metadata "m"
  const std::string time = "0000018bcfe56800";
  OffsetCommitValue expected;
  expected.offset = 42;
  expected.metadata = "m";
  expected.commit_timestamp_ms = 1'700'000'000'000;
  EXPECT_EQ(*DecodeOffsetCommitValue(FromHex("0000" + head + note + time)), expected);
  EXPECT_EQ(*DecodeOffsetCommitValue(FromHex("0002" + head + note + time)), expected);
  expected.expire_timestamp_ms = 1;
  EXPECT_EQ(*DecodeOffsetCommitValue(FromHex("0001" + head + note + time + "0000000000000001")),
            expected);
  expected.expire_timestamp_ms = -1;
  expected.leader_epoch = 5;
  EXPECT_EQ(*DecodeOffsetCommitValue(FromHex("0003" + head + "00000005" + note + time)), expected);
  EXPECT_EQ(*DecodeOffsetCommitValue(FromHex("0004" + head + "00000005" + "026d" + time + "00")),
            expected);
  for (std::size_t i = 0; i < 16; ++i) expected.topic_id.bytes[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(*DecodeOffsetCommitValue(FromHex("0004" + head + "00000005" + "026d" + time +
                                             "010010000102030405060708090a0b0c0d0e0f")),
            expected);
}

ClassicGroupValue SomeGroup() {
  ClassicGroupValue group;
  group.protocol_type = "consumer";
  group.generation = 3;
  group.protocol = "range";
  group.leader = "m1";
  group.state_timestamp_ms = 1'700'000'000'000;
  group.members.push_back({"m1", "static-1", "c1", "/10.0.0.1", 60000, 10000, {{1, 2}}, {{3}}});
  group.members.push_back({"m2", std::nullopt, "c2", "/10.0.0.2", 60000, 10000, {{}}, {{}}});
  return group;
}

TEST(OffsetsTopicTest, GroupsOfEveryVersion) {
  for (std::int16_t version = 0; version <= ClassicGroupValue::kNewest; ++version) {
    ClassicGroupValue group = SomeGroup();
    const auto bytes = EncodeClassicGroupValue(group, version);
    ASSERT_TRUE(bytes.ok()) << bytes.error();
    if (version < 3) group.members[0].group_instance_id.reset();
    if (version < 2) group.state_timestamp_ms = -1;
    if (version < 1) {
      for (auto& member : group.members) member.rebalance_timeout_ms = -1;
    }
    const auto decoded = DecodeClassicGroupValue(*bytes);
    ASSERT_TRUE(decoded.ok()) << decoded.error();
    EXPECT_EQ(*decoded, group) << version;
  }
}

TEST(OffsetsTopicTest, EveryCutValueIsAnError) {
  for (std::int16_t version = 0; version <= 4; ++version) {
    const ByteVector offset = *EncodeOffsetCommitValue({42, 5, "m", 7, 8, {}}, version);
    const ByteVector group = *EncodeClassicGroupValue(SomeGroup(), version);
    for (std::size_t size = 0; size < offset.size(); ++size) {
      EXPECT_FALSE(DecodeOffsetCommitValue(std::span(offset).first(size)).ok()) << size;
    }
    for (std::size_t size = 0; size < group.size(); ++size) {
      EXPECT_FALSE(DecodeClassicGroupValue(std::span(group).first(size)).ok()) << size;
    }
  }
}

TEST(OffsetsTopicTest, AVersionOfTheFutureIsToldFromBrokenBytes) {
  const auto newer = DecodeOffsetCommitValue(FromHex("000500"));
  ASSERT_FALSE(newer.ok());
  EXPECT_EQ(newer.error().code(), ErrorCode::kUnimplemented);
  EXPECT_EQ(newer.error().message(),
            "OffsetCommitValue v5 in __consumer_offsets is newer than this build knows (up to v4)");
  const auto negative = DecodeClassicGroupValue(FromHex("ffff00"));
  ASSERT_FALSE(negative.ok());
  EXPECT_EQ(negative.error().code(), ErrorCode::kDataLoss);
}

TEST(OffsetsTopicTest, AMemberCountThatLiesTakesNoMemory) {
  ClassicGroupValue empty = SomeGroup();
  empty.members.clear();
  ByteVector bytes = *EncodeClassicGroupValue(empty, 3);
  bytes[bytes.size() - 4] = 0x7F;  // the number of members
  const auto decoded = DecodeClassicGroupValue(bytes);
  ASSERT_FALSE(decoded.ok());
  EXPECT_THAT(decoded.error().message(), HasSubstr("cannot fit in the 0 bytes left"));
}

}  // namespace
}  // namespace levelwind::kafka
