#include "kafka/records/crc32c.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <span>
#include <string_view>
#include <vector>

namespace levelwind::kafka {
namespace {

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(Crc32cTest, HasTheCheckValueOfTheStandard) {
  EXPECT_EQ(Crc32c(Bytes("123456789")), 0xE3069283U);
  EXPECT_EQ(Crc32cByTable(Bytes("123456789")), 0xE3069283U);
  EXPECT_EQ(Crc32c({}), 0U);
}

TEST(Crc32cTest, TheExamplesOfTheRfc) {  // RFC 3720, B.4
  const std::vector<std::uint8_t> zeros(32, 0);
  const std::vector<std::uint8_t> ones(32, 0xFF);
  EXPECT_EQ(Crc32c(zeros), 0x8A9136AAU);
  EXPECT_EQ(Crc32c(ones), 0x62A8AB43U);
  EXPECT_EQ(Crc32cByTable(zeros), 0x8A9136AAU);
  EXPECT_EQ(Crc32cByTable(ones), 0x62A8AB43U);
}

TEST(Crc32cTest, InstructionAndTableAgreeAtEveryLengthAndAlignment) {
  std::mt19937 random(1);
  std::vector<std::uint8_t> bytes(300);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  for (std::size_t from = 0; from < 16; ++from) {
    for (std::size_t size = 0; from + size <= bytes.size(); ++size) {
      const auto part = std::span<const std::uint8_t>(bytes).subspan(from, size);
      ASSERT_EQ(Crc32c(part), Crc32cByTable(part)) << from << " " << size;
    }
  }
}

}  // namespace
}  // namespace levelwind::kafka
