#include "kafka/records/group_epochs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/kafka_records/batch_builder.h"

namespace levelwind::kafka {
namespace {

using testing::FromHex;
using ::testing::HasSubstr;

TEST(GroupEpochsTest, TheEpochOfAGroupIsReadWhateverFollowsIt) {
  for (const char* hex : {"0000"
                          "00000007"
                          "00",  // a consumer group of Kafka 4.0
                          "0000"
                          "00000007"
                          "0100080000000000000001",  // with a hash of its metadata, 4.1
                          "0000"
                          "00000007"
                          "0000000000000001"
                          "00"}) {  // a share group of 4.1
    const auto epoch = DecodeGroupEpoch(3, FromHex(hex));
    ASSERT_TRUE(epoch.ok()) << epoch.error();
    EXPECT_EQ(*epoch, 7);
  }
}

TEST(GroupEpochsTest, AMemberHasSettledInTheStateThatItsKindOfGroupNumbersSo) {
  const std::string head =
      "0000"
      "00000005"
      "00000004";
  const auto member = [&](std::int16_t type, const char* state) {
    return DecodeMemberEpoch(type, FromHex(head + state + "010100")).value();
  };
  EXPECT_EQ(member(8, "00"), (MemberEpoch{5, true}));
  EXPECT_EQ(member(8, "01"), (MemberEpoch{5, false}));
  EXPECT_EQ(member(8, "7f"), (MemberEpoch{5, false}));
  EXPECT_EQ(member(14, "00"), (MemberEpoch{5, true}));
  EXPECT_EQ(member(22, "01"), (MemberEpoch{5, true}));
  EXPECT_EQ(member(22, "00"), (MemberEpoch{5, false}));
}

TEST(GroupEpochsTest, WhatIsNoneIsAnErrorAndWhatIsNewerIsToldFromIt) {
  for (const char* hex : {"", "00", "0000", "0000000000", "ffff00000001", "0000ffffffff"}) {
    const auto epoch = DecodeGroupEpoch(11, FromHex(hex));
    ASSERT_FALSE(epoch.ok()) << hex;
    EXPECT_EQ(epoch.error().code(), ErrorCode::kDataLoss) << hex;
    EXPECT_THAT(epoch.error().message(), HasSubstr("type 11 in __consumer_offsets"));
  }
  EXPECT_EQ(DecodeMemberEpoch(8, FromHex("00000000000500000004")).error().code(),
            ErrorCode::kDataLoss);
  EXPECT_EQ(DecodeGroupEpoch(3, FromHex("000100000007")).error().code(), ErrorCode::kUnimplemented);
  EXPECT_EQ(DecodeMemberEpoch(8, FromHex("00010000000500000004"
                                         "00"))
                .error()
                .code(),
            ErrorCode::kUnimplemented);
}

}  // namespace
}  // namespace levelwind::kafka
