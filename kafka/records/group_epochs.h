#pragma once

// How far a group of Kafka 4 (consumer, share or streams) is in a rebalance, as the records of
// __consumer_offsets tell it: the group's epoch goes up when members or subscriptions change, and
// the rebalance is over when every member has come to it. Pure functions of bytes, any thread.

#include <cstdint>
#include <span>

#include "base/result.h"

namespace levelwind::kafka {

/// What keys of a type are about, as far as rebalances go.
enum class EpochRecord : std::uint8_t {
  kNone,
  kGroup,   ///< Types 3, 11 and 17: the group and its epoch. A tombstone: there is no such group.
  kMember,  ///< Types 8, 14 and 22: where a member is. A tombstone: it has left.
};
constexpr EpochRecord EpochRecordOf(std::int16_t key_type) {
  switch (key_type) {
    case 3:
    case 11:
    case 17:
      return EpochRecord::kGroup;
    case 8:
    case 14:
    case 22:
      return EpochRecord::kMember;
    default:
      return EpochRecord::kNone;
  }
}

struct MemberEpoch {
  std::int32_t epoch = -1;
  /// It has all partitions that the epoch gives it and holds none that it has to give up.
  bool settled = false;
  friend bool operator==(const MemberEpoch&, const MemberEpoch&) = default;
};

/// Only the first fields of a value are read: what follows them differs between releases that give
/// it the same version. Errors as of DecodeOffsetCommitValue.
Result<std::int32_t> DecodeGroupEpoch(std::int16_t key_type, std::span<const std::uint8_t> value);
Result<MemberEpoch> DecodeMemberEpoch(std::int16_t key_type, std::span<const std::uint8_t> value);

}  // namespace levelwind::kafka
