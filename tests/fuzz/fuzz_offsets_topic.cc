// The records of __consumer_offsets. The first byte picks the kind, the rest is the key or value.
// What decodes must encode, and decode to the same again.

#include <cstddef>
#include <cstdint>
#include <span>

#include "kafka/protocol/consumer_protocol.h"
#include "kafka/records/offsets_topic.h"
#include "tests/fuzz/require.h"

namespace {

using namespace levelwind::kafka;  // NOLINT: this file is about nothing else

void TryKey(std::span<const std::uint8_t> bytes) {
  const auto key = DecodeOffsetsTopicKey(bytes);
  if (!key.ok()) return;
  const auto encoded = EncodeOffsetsTopicKey(*key);
  Require(encoded.ok());
  const auto again = DecodeOffsetsTopicKey(*encoded);
  Require(again.ok() && *again == *key);
}

void TryCommit(std::span<const std::uint8_t> bytes) {
  const auto value = DecodeOffsetCommitValue(bytes);
  if (!value.ok()) return;
  const std::int16_t version = bytes[1];
  const auto encoded = EncodeOffsetCommitValue(*value, version);
  Require(encoded.ok());
  const auto again = DecodeOffsetCommitValue(*encoded);
  Require(again.ok() && *again == *value);
}

void TryGroup(std::span<const std::uint8_t> bytes) {
  const auto value = DecodeClassicGroupValue(bytes);
  if (!value.ok()) return;
  const std::int16_t version = bytes[1];
  const auto encoded = EncodeClassicGroupValue(*value, version);
  Require(encoded.ok());
  const auto again = DecodeClassicGroupValue(*encoded);
  Require(again.ok() && *again == *value);
  for (const auto& member : value->members) ReadAssignment(member.assignment.data);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::uint8_t> bytes(data + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      TryKey(bytes);
      break;
    case 1:
      TryCommit(bytes);
      break;
    default:
      TryGroup(bytes);
  }
  return 0;
}
