#pragma once

// The records of Kafka's own topic __consumer_offsets: what groups have committed and, for groups
// of the classic protocol, who is in them. Pure functions of bytes, any thread.
//
// The layouts are those of the record schemas in kafka-group-coordinator 4.3 (OffsetCommitKey and
// -Value, GroupMetadataKey and -Value); they hold for every broker since 0.9, as each record says
// its version. A record without a value (a tombstone) takes back what its key stands for.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/uuid.h"
#include "kafka/protocol/field.h"
#include "model/ids.h"

namespace levelwind::kafka {

/// Key of types 0 and 1: the offset that a group has committed for a partition.
struct OffsetCommitKey {
  std::string group;
  TopicPartition partition;
  friend bool operator==(const OffsetCommitKey&, const OffsetCommitKey&) = default;
};

/// Key of type 2: a group of the classic protocol.
struct ClassicGroupKey {
  std::string group;
  friend bool operator==(const ClassicGroupKey&, const ClassicGroupKey&) = default;
};

/// Any other key: consumer groups of Kafka 4 (types 3 to 8 and 16), share groups (10 to 15),
/// streams groups (17 to 23), and what later brokers add. Of their values kafka/records/
/// group_epochs.h reads what tells rebalances; the rest is for the coordinator alone.
struct OtherCoordinatorKey {
  std::int16_t type = 0;
  std::string group;   ///< All those named above begin with it. Empty for a type not named.
  std::string member;  ///< Of types that are about one member (16: a regular expression).
  friend bool operator==(const OtherCoordinatorKey&, const OtherCoordinatorKey&) = default;
};

/// Types up to this one have a known key.
inline constexpr std::int16_t kNewestCoordinatorKey = 23;
/// Whether keys of the type are about one member of a group.
constexpr bool IsMemberKey(std::int16_t type) {
  return type == 5 || type == 7 || type == 8 || type == 10 || type == 13 || type == 14 ||
         type == 16 || type == 19 || type == 21 || type == 22;
}

using OffsetsTopicKey = std::variant<OffsetCommitKey, ClassicGroupKey, OtherCoordinatorKey>;

/// kDataLoss when the bytes are not a key of the type that they say.
Result<OffsetsTopicKey> DecodeOffsetsTopicKey(std::span<const std::uint8_t> bytes);

/// Value for an OffsetCommitKey, versions 0 to 4.
struct OffsetCommitValue {
  std::int64_t offset = 0;
  std::int32_t leader_epoch = -1;         ///< Of the last consumed record. -1: unknown.
  std::string metadata;                   ///< The client's own note, mostly empty.
  std::int64_t commit_timestamp_ms = 0;   ///< Unix time on the coordinator.
  std::int64_t expire_timestamp_ms = -1;  ///< Version 1 only. -1: by the broker's retention.
  Uuid topic_id;                          ///< Version 4. All zero: not given.
  friend bool operator==(const OffsetCommitValue&, const OffsetCommitValue&) = default;

  static constexpr std::int16_t kNewest = 4;
  static constexpr std::int16_t kFlexible = 4;
  static constexpr std::string_view kName = "OffsetCommitValue";
  static constexpr auto kFields = std::tuple{
      F("offset", &OffsetCommitValue::offset),
      F("leaderEpoch", &OffsetCommitValue::leader_epoch, {.since = 3}),
      F("metadata", &OffsetCommitValue::metadata),
      F("commitTimestamp", &OffsetCommitValue::commit_timestamp_ms),
      F("expireTimestamp", &OffsetCommitValue::expire_timestamp_ms, {.since = 1, .until = 1}),
      F("topicId", &OffsetCommitValue::topic_id, {.since = 4, .tag = 0}),
  };
};

/// Value for a ClassicGroupKey, versions 0 to 4.
struct ClassicGroupValue {
  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;  ///< Version 3. Empty: a dynamic member.
    std::string client_id;
    std::string client_host;
    std::int32_t rebalance_timeout_ms = -1;  ///< Version 1. -1: unknown.
    std::int32_t session_timeout_ms = 0;
    Bytes subscription;  ///< As the client sent it; see kafka/protocol/consumer_protocol.h.
    Bytes assignment;    ///< The same.
    friend bool operator==(const Member&, const Member&) = default;
    static constexpr auto kFields = std::tuple{
        F("memberId", &Member::member_id),
        F("groupInstanceId", &Member::group_instance_id, {.since = 3, .nullable = 3}),
        F("clientId", &Member::client_id),
        F("clientHost", &Member::client_host),
        F("rebalanceTimeout", &Member::rebalance_timeout_ms, {.since = 1}),
        F("sessionTimeout", &Member::session_timeout_ms),
        F("subscription", &Member::subscription),
        F("assignment", &Member::assignment),
    };
  };

  std::string protocol_type;  ///< "consumer", "connect"; empty once a group has no member.
  std::int32_t generation = 0;
  std::optional<std::string> protocol;   ///< The assignor. Empty: none chosen.
  std::optional<std::string> leader;     ///< Member id. Empty: none.
  std::int64_t state_timestamp_ms = -1;  ///< Version 2: the last change of state. -1: unknown.
  std::vector<Member> members;
  friend bool operator==(const ClassicGroupValue&, const ClassicGroupValue&) = default;

  static constexpr std::int16_t kNewest = 4;
  static constexpr std::int16_t kFlexible = 4;
  static constexpr std::string_view kName = "GroupMetadataValue";
  static constexpr auto kFields = std::tuple{
      F("protocolType", &ClassicGroupValue::protocol_type),
      F("generation", &ClassicGroupValue::generation),
      F("protocol", &ClassicGroupValue::protocol, {.nullable = 0}),
      F("leader", &ClassicGroupValue::leader, {.nullable = 0}),
      F("currentStateTimestamp", &ClassicGroupValue::state_timestamp_ms, {.since = 2}),
      F("members", &ClassicGroupValue::members),
  };
};

/// kDataLoss when the bytes are not a value of the version that they say; kUnimplemented when that
/// version is newer than this build knows (KIP-915: newer fields come as tags, so none is
/// expected).
Result<OffsetCommitValue> DecodeOffsetCommitValue(std::span<const std::uint8_t> bytes);
Result<ClassicGroupValue> DecodeClassicGroupValue(std::span<const std::uint8_t> bytes);

// What a coordinator writes; for tests and for the simulated cluster.
Result<std::vector<std::uint8_t>> EncodeOffsetsTopicKey(const OffsetsTopicKey& key);
Result<std::vector<std::uint8_t>> EncodeOffsetCommitValue(const OffsetCommitValue& value,
                                                          std::int16_t version);
Result<std::vector<std::uint8_t>> EncodeClassicGroupValue(const ClassicGroupValue& value,
                                                          std::int16_t version);

}  // namespace levelwind::kafka
