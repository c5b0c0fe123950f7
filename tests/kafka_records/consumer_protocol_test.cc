#include "kafka/protocol/consumer_protocol.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "kafka/protocol/writer.h"

namespace levelwind::kafka {
namespace {

std::vector<std::uint8_t> Assignment(const std::string& topic, std::int32_t partitions) {
  Writer writer;
  writer.Int16(0);
  writer.Int32(1);
  writer.String(false, topic);
  writer.Int32(partitions);
  for (std::int32_t i = 0; i < partitions; ++i) writer.Int32(i);
  writer.Int32(-1);
  return std::move(writer).Take();
}

// 64 KiB of a broker's answer became 256 MiB: each of 8,000 partitions took a copy of a name of
// 32 KiB.
TEST(ConsumerProtocolTest, ALongTopicNameIsNotCopiedForEveryPartition) {
  EXPECT_TRUE(ReadAssignment(Assignment(std::string(32'000, 't'), 8'000)).empty());
  EXPECT_TRUE(ReadAssignment(Assignment(std::string(250, 't'), 1)).empty());
  EXPECT_EQ(ReadAssignment(Assignment(std::string(249, 't'), 2)).size(), 2U);
}

TEST(ConsumerProtocolTest, AnAssignmentIsBounded) {
  EXPECT_EQ(ReadAssignment(Assignment("t", 200'000)).size(), 200'000U);
  EXPECT_TRUE(ReadAssignment(Assignment("t", 200'001)).empty());
}

}  // namespace
}  // namespace levelwind::kafka
