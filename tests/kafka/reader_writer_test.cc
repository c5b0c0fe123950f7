#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "kafka/protocol/codec.h"
#include "kafka/protocol/consumer_protocol.h"
#include "kafka/protocol/reader.h"
#include "kafka/protocol/writer.h"

namespace levelwind::kafka {
namespace {

using ByteList = std::vector<std::uint8_t>;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(WriterTest, NumbersAreBigEndian) {
  Writer writer;
  writer.Int8(-1);
  writer.Int16(0x0102);
  writer.Int32(-2);
  writer.Int64(0x0102030405060708);
  writer.Bool(true);
  EXPECT_EQ(writer.bytes(),
            (ByteList{0xFF, 1, 2, 0xFF, 0xFF, 0xFF, 0xFE, 1, 2, 3, 4, 5, 6, 7, 8, 1}));
}

TEST(VarintTest, KnownValues) {
  const std::vector<std::pair<std::uint32_t, ByteList>> known = {
      {0, {0}},         {1, {1}},         {127, {0x7F}},
      {128, {0x80, 1}}, {300, {0xAC, 2}}, {0xFFFFFFFF, {0xFF, 0xFF, 0xFF, 0xFF, 0x0F}},
  };
  for (const auto& [value, bytes] : known) {
    Writer writer;
    writer.Uvarint(value);
    EXPECT_EQ(writer.bytes(), bytes);
    Reader reader(bytes);
    EXPECT_EQ(reader.Uvarint(), value);
    EXPECT_TRUE(reader.Finish().ok());
  }
}

TEST(VarintTest, MoreThan32BitsOrFiveBytesAreRefused) {
  for (const ByteList& bytes : {ByteList{0xFF, 0xFF, 0xFF, 0xFF, 0x1F},
                                ByteList{0x80, 0x80, 0x80, 0x80, 0x80, 0}, ByteList{0x80}}) {
    Reader reader(bytes);
    EXPECT_EQ(reader.Uvarint(), 0U);
    EXPECT_FALSE(reader.ok());
  }
}

TEST(ReaderTest, TheFirstFailureSticks) {
  const ByteList bytes = {1, 2, 3};
  Reader reader(bytes);
  EXPECT_EQ(reader.Int32(), 0);
  EXPECT_EQ(reader.Int8(), 0) << "nothing is read after a failure";
  ASSERT_FALSE(reader.Finish().ok());
  EXPECT_EQ(reader.Finish().error().message(), "at byte 0 of 3: 4 bytes wanted, 3 left");
}

TEST(ReaderTest, LeftOverBytesAreAnError) {
  const ByteList bytes = {0, 1};
  Reader reader(bytes);
  reader.Int8();
  EXPECT_EQ(reader.Finish().error().message(), "1 bytes are left over after the last field");
}

RequestHeader Header(ApiKey api, std::int16_t version) { return {api, version, 7, "me"}; }

TEST(HeaderTest, ClassicRequestHeader) {
  Writer writer;
  EncodeRequestHeader(Header(ApiKey::kMetadata, 8), writer);
  EXPECT_EQ(writer.bytes(), (ByteList{0, 3, 0, 8, 0, 0, 0, 7, 0, 2, 'm', 'e'}));
}

TEST(HeaderTest, FlexibleRequestHeaderKeepsTheClassicClientId) {
  Writer writer;
  EncodeRequestHeader(Header(ApiKey::kMetadata, 9), writer);
  EXPECT_EQ(writer.bytes(), (ByteList{0, 3, 0, 9, 0, 0, 0, 7, 0, 2, 'm', 'e', 0}));
}

TEST(HeaderTest, RequestHeaderComesBack) {
  for (const std::int16_t version : {8, 9}) {
    RequestHeader header = Header(ApiKey::kMetadata, version);
    header.client_id.reset();
    Writer writer;
    EncodeRequestHeader(header, writer);
    Reader reader(writer.bytes());
    const auto back = DecodeRequestHeader(reader);
    ASSERT_TRUE(back.ok()) << back.error();
    EXPECT_EQ(back->api, ApiKey::kMetadata);
    EXPECT_EQ(back->version, version);
    EXPECT_EQ(back->correlation_id, 7);
    EXPECT_FALSE(back->client_id.has_value());
    EXPECT_EQ(reader.remaining(), 0U);
  }
}

TEST(HeaderTest, ResponseHeadersAreFlexibleExceptThatOfApiVersions) {
  const auto header = [](ApiKey api, std::int16_t version) {
    Writer writer;
    EncodeResponseHeader(api, version, 7, writer);
    return writer.bytes();
  };
  EXPECT_EQ(header(ApiKey::kMetadata, 8), (ByteList{0, 0, 0, 7}));
  EXPECT_EQ(header(ApiKey::kMetadata, 9), (ByteList{0, 0, 0, 7, 0}));
  EXPECT_EQ(header(ApiKey::kApiVersions, 3), (ByteList{0, 0, 0, 7}));
  const ByteList with_tag = {0, 0, 0, 7, 1, 9, 2, 0, 0};
  Reader reader(with_tag);
  const auto id = DecodeResponseHeader(ApiKey::kMetadata, 9, reader);
  ASSERT_TRUE(id.ok()) << id.error();
  EXPECT_EQ(*id, 7);
  EXPECT_EQ(reader.remaining(), 0U);
}

TEST(ApiTableTest, IsFoundByKey) {
  EXPECT_EQ(KnownApis().size(), 41U);
  ASSERT_NE(FindApi(ApiKey::kOffsetFetch), nullptr);
  EXPECT_EQ(FindApi(ApiKey::kOffsetFetch)->name, "OffsetFetch");
  EXPECT_EQ(FindApi(9999), nullptr);
  EXPECT_EQ(ApiName(ApiKey::kElectLeaders), "ElectLeaders");
}

TEST(AssignmentTest, IsReadWithUserDataAndNewerVersions) {
  // Version 1, topic "t" with partitions 0 and 5, user data {1}, then a byte of some later version.
  const ByteList bytes = {0, 1, 0, 0, 0, 1, 0, 1, 't', 0, 0, 0, 2, 0,
                          0, 0, 0, 0, 0, 0, 5, 0, 0,   0, 1, 1, 9};
  EXPECT_THAT(ReadAssignment(bytes), ElementsAre(TopicPartition{"t", 0}, TopicPartition{"t", 5}));
}

TEST(AssignmentTest, ComesBack) {
  const std::vector<TopicPartition> partitions = {{"a", 1}, {"a", 2}, {"b", 0}};
  EXPECT_EQ(ReadAssignment(WriteAssignment(partitions).data), partitions);
}

TEST(AssignmentTest, OpaqueBytesGiveNothing) {
  EXPECT_THAT(ReadAssignment({}), IsEmpty());
  const ByteList json = {'{', '"', 'k', '"', ':', '1', '}'};
  EXPECT_THAT(ReadAssignment(json), IsEmpty());
  const ByteList huge = {0, 0, 0x7F, 0xFF, 0xFF, 0xFF};
  EXPECT_THAT(ReadAssignment(huge), IsEmpty());
  const ByteList good = {0, 1, 0, 0, 0, 1, 0, 1, 't', 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 0};
  ASSERT_THAT(ReadAssignment(good), ElementsAre(TopicPartition{"t", 5}));
  for (std::size_t size = 0; size < good.size() - 4; ++size) {
    EXPECT_THAT(ReadAssignment(std::span(good).first(size)), IsEmpty()) << size;
  }
}

}  // namespace
}  // namespace levelwind::kafka
