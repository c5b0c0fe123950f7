#include "kafka/records/offsets_topic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "kafka/protocol/consumer_protocol.h"
#include "kafka/records/record_batch_reader.h"
#include "tests/kafka_records/batch_builder.h"

namespace levelwind::kafka {
namespace {

using testing::ByteVector;
using testing::FromHex;
using ::testing::HasSubstr;

// One partition of __consumer_offsets as Kafka 4.3 wrote it: a console consumer of the classic
// protocol joins, reads 700 records, commits and leaves.
constexpr char kSegment[] =
    "00000000000000000000005d0000000002f9413746000000000000000001a20f55eb50000001a20f55eb"
    "50ffffffffffffffffffff0000000000000001560000001a00020009636c61737369632d313000030000"
    "00000000ffffffff000001a20f55eb4300000000000000000000000001000001420000000002afdb059f"
    "000000000000000001a20f55eb80000001a20f55eb80ffffffffffffffffffff00000000000000019e04"
    "0000001a00020009636c61737369632d31f60300030008636f6e73756d657200000001000572616e6765"
    "0035636f6e736f6c652d636f6e73756d65722d62306366643061302d623331322d346233302d61343933"
    "2d643832383234366335343163000001a20f55eb60000000010035636f6e736f6c652d636f6e73756d65"
    "722d62306366643061302d623331322d346233302d613439332d643832383234366335343163ffff0010"
    "636f6e736f6c652d636f6e73756d6572000a2f3132372e302e302e31000493e00000afc80000001e0003"
    "0000000100087265632d677a6970ffffffff00000000ffffffffffff0000001c00030000000100087265"
    "632d677a69700000000100000000ffffffff0000000000000000020000007e0000000002ac898bec0000"
    "00000000000001a20f55ecaf000001a20f55ecafffffffffffffffffffff000000000000000196010000"
    "003600010009636c61737369632d3100087265632d677a69700000000054000400000000000002bcffff"
    "ffff01000001a20f55eca3010010509d76d5cd044414a4033602151b0a94000000000000000003000000"
    "6500000000025c7b0050000000000000000001a20f55ecd6000001a20f55ecd6ffffffffffffffffffff"
    "0000000000000001660000001a00020009636c61737369632d314000030008636f6e73756d6572000000"
    "02ffffffff000001a20f55ecd60000000000";

TEST(OffsetsTopicTest, APartitionThatARealBrokerWrote) {
  const ByteVector segment = FromHex(kSegment);
  RecordBatchReader reader(segment);
  RecordView record;
  std::vector<OffsetCommitValue> commits;
  std::vector<ClassicGroupValue> groups;
  while (*reader.Next(record)) {
    const auto key = DecodeOffsetsTopicKey(*record.key);
    ASSERT_TRUE(key.ok()) << key.error();
    ASSERT_TRUE(record.value.has_value());
    if (*key == OffsetsTopicKey(OffsetCommitKey{"classic-1", {"rec-gzip", 0}})) {
      commits.push_back(*DecodeOffsetCommitValue(*record.value));
    } else {
      ASSERT_EQ(*key, OffsetsTopicKey(ClassicGroupKey{"classic-1"}));
      groups.push_back(*DecodeClassicGroupValue(*record.value));
    }
  }
  ASSERT_FALSE(commits.empty());
  EXPECT_EQ(commits.back().offset, 700);
  EXPECT_EQ(commits.back().leader_epoch, -1);
  EXPECT_GT(commits.back().commit_timestamp_ms, 1'600'000'000'000);
  ASSERT_GE(groups.size(), 2U);
  const auto full =
      std::ranges::find_if(groups, [](const auto& one) { return !one.members.empty(); });
  ASSERT_NE(full, groups.end());
  EXPECT_EQ(full->protocol_type, "consumer");
  EXPECT_EQ(full->members[0].client_id, "console-consumer");
  EXPECT_EQ(full->members[0].client_host, "/127.0.0.1");
  EXPECT_THAT(ReadAssignment(full->members[0].assignment.data),
              ::testing::ElementsAre(TopicPartition{"rec-gzip", 0}));
  EXPECT_TRUE(groups.back().members.empty()) << "the last member left";
}

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
            OffsetsTopicKey(OtherCoordinatorKey{5, "g", "m"}));
  // Nobody knows yet what this will be.
  EXPECT_EQ(*DecodeOffsetsTopicKey(FromHex("0400ffffffff")),
            OffsetsTopicKey(OtherCoordinatorKey{1024, "", ""}));
}

TEST(OffsetsTopicTest, KeysThatAreNone) {
  for (const char* hex : {"", "00", "0001", "00010001", "0001ffff", "000100016700027431000000",
                          "0001000167ffff00000007", "00010001670002743100000007ff", "ffff000167",
                          "0002000567", "000200016700", "0005000167",
                          "00080001670002"
                          "6d"}) {
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
