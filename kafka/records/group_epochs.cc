#include "kafka/records/group_epochs.h"

#include <fmt/format.h>

#include "kafka/protocol/reader.h"

namespace levelwind::kafka {
namespace {

/// Kafka numbers the states of streams members from 1 and all others from 0.
constexpr std::int16_t kStreamsMember = 22;
constexpr std::int8_t kSettled = 0;
constexpr std::int8_t kSettledStreams = 1;

Error NotAValue(std::int16_t key_type, const Error& error) {
  return error.Wrap(fmt::format("decoding a value of type {} in __consumer_offsets", key_type));
}

Status ReadVersion(Reader& reader, std::int16_t key_type) {
  const std::int16_t version = reader.Int16();
  if (!reader.ok()) return NotAValue(key_type, reader.failure());
  if (version < 0) return NotAValue(key_type, DataLoss("no such version"));
  if (version == 0) return Ok();
  return Error(ErrorCode::kUnimplemented,
               fmt::format("v{} of type {} in __consumer_offsets is newer than this build knows "
                           "(up to v0)",
                           version, key_type));
}

}  // namespace

Result<std::int32_t> DecodeGroupEpoch(std::int16_t key_type, std::span<const std::uint8_t> value) {
  Reader reader(value);
  LW_RETURN_IF_ERROR(ReadVersion(reader, key_type));
  const std::int32_t epoch = reader.Int32();
  if (!reader.ok()) return NotAValue(key_type, reader.failure());
  if (epoch < 0) return NotAValue(key_type, DataLoss(fmt::format("the epoch is {}", epoch)));
  return epoch;
}

Result<MemberEpoch> DecodeMemberEpoch(std::int16_t key_type, std::span<const std::uint8_t> value) {
  Reader reader(value);
  LW_RETURN_IF_ERROR(ReadVersion(reader, key_type));
  MemberEpoch member;
  member.epoch = reader.Int32();
  reader.Int32();  // the epoch before
  const std::int8_t state = reader.Int8();
  if (!reader.ok()) return NotAValue(key_type, reader.failure());
  member.settled = state == (key_type == kStreamsMember ? kSettledStreams : kSettled);
  return member;
}

}  // namespace levelwind::kafka
