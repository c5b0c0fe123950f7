#pragma once

// ListOffsets, OffsetFetch, OffsetCommit.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "kafka/protocol/field.h"

namespace levelwind::kafka {

struct ListOffsetsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kListOffsets, "ListOffsetsResponse", 4, 11, 6};
  struct Partition {
    std::int32_t partition_index = 0;
    std::int16_t error_code = 0;
    std::int64_t timestamp = -1;
    std::int64_t offset = -1;
    std::int32_t leader_epoch = -1;
    static constexpr auto kFields = std::tuple{
        F("PartitionIndex", &Partition::partition_index),
        F("ErrorCode", &Partition::error_code),
        F("Timestamp", &Partition::timestamp, {.since = 1}),
        F("Offset", &Partition::offset, {.since = 1}),
        F("LeaderEpoch", &Partition::leader_epoch, {.since = 4}),
    };
  };
  struct Topic {
    std::string name;
    std::vector<Partition> partitions;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name),
        F("Partitions", &Topic::partitions),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &ListOffsetsResponse::throttle_time_ms, {.since = 2}),
      F("Topics", &ListOffsetsResponse::topics),
  };
};

struct ListOffsetsRequest {
  using Response = ListOffsetsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kListOffsets, "ListOffsetsRequest", 4, 11, 6};
  struct Partition {
    std::int32_t partition_index = 0;
    std::int32_t current_leader_epoch = -1;
    /// >= 0: the first offset at or after it. Special values need a version (see the client): a
    /// broker takes those it does not know for a time and answers without an error.
    std::int64_t timestamp = 0;
    static constexpr auto kFields = std::tuple{
        F("PartitionIndex", &Partition::partition_index),
        F("CurrentLeaderEpoch", &Partition::current_leader_epoch, {.since = 4}),
        F("Timestamp", &Partition::timestamp),
    };
  };
  struct Topic {
    std::string name;
    std::vector<Partition> partitions;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name),
        F("Partitions", &Topic::partitions),
    };
  };

  std::int32_t replica_id = 0;      ///< -1 for a client.
  std::int8_t isolation_level = 0;  ///< 1: the last stable offset instead of the high watermark.
  std::vector<Topic> topics;
  std::int32_t timeout_ms = 0;
  static constexpr auto kFields = std::tuple{
      F("ReplicaId", &ListOffsetsRequest::replica_id),
      F("IsolationLevel", &ListOffsetsRequest::isolation_level, {.since = 2}),
      F("Topics", &ListOffsetsRequest::topics),
      F("TimeoutMs", &ListOffsetsRequest::timeout_ms, {.since = 10}),
  };
};

struct OffsetFetchResponse {
  static constexpr MessageInfo kInfo{ApiKey::kOffsetFetch, "OffsetFetchResponse", 5, 9, 6};
  /// The same fields in both generations of the message, only the versions differ.
  struct OldPartition {
    std::int32_t partition_index = 0;
    std::int64_t committed_offset = 0;
    std::int32_t committed_leader_epoch = -1;
    std::optional<std::string> metadata = std::string();
    std::int16_t error_code = 0;
    static constexpr auto kFields = std::tuple{
        F("PartitionIndex", &OldPartition::partition_index, {.until = 7}),
        F("CommittedOffset", &OldPartition::committed_offset, {.until = 7}),
        F("CommittedLeaderEpoch", &OldPartition::committed_leader_epoch, {.since = 5, .until = 7}),
        F("Metadata", &OldPartition::metadata, {.until = 7, .nullable = 0}),
        F("ErrorCode", &OldPartition::error_code, {.until = 7}),
    };
  };
  struct OldTopic {
    std::string name;
    std::vector<OldPartition> partitions;
    static constexpr auto kFields = std::tuple{
        F("Name", &OldTopic::name, {.until = 7}),
        F("Partitions", &OldTopic::partitions, {.until = 7}),
    };
  };
  struct Partition {
    std::int32_t partition_index = 0;
    std::int64_t committed_offset = 0;
    std::int32_t committed_leader_epoch = -1;
    std::optional<std::string> metadata = std::string();
    std::int16_t error_code = 0;
    static constexpr auto kFields = std::tuple{
        F("PartitionIndex", &Partition::partition_index, {.since = 8}),
        F("CommittedOffset", &Partition::committed_offset, {.since = 8}),
        F("CommittedLeaderEpoch", &Partition::committed_leader_epoch, {.since = 8}),
        F("Metadata", &Partition::metadata, {.since = 8, .nullable = 8}),
        F("ErrorCode", &Partition::error_code, {.since = 8}),
    };
  };
  struct Topic {
    std::string name;
    std::vector<Partition> partitions;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name, {.since = 8, .until = 9}),
        F("Partitions", &Topic::partitions, {.since = 8}),
    };
  };
  struct Group {
    std::string group_id;
    std::vector<Topic> topics;
    std::int16_t error_code = 0;
    static constexpr auto kFields = std::tuple{
        F("GroupId", &Group::group_id, {.since = 8}),
        F("Topics", &Group::topics, {.since = 8}),
        F("ErrorCode", &Group::error_code, {.since = 8}),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<OldTopic> topics;  ///< Up to v7: one group a request.
  std::int16_t error_code = 0;
  std::vector<Group> groups;  ///< From v8 on.
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &OffsetFetchResponse::throttle_time_ms, {.since = 3}),
      F("Topics", &OffsetFetchResponse::topics, {.until = 7}),
      F("ErrorCode", &OffsetFetchResponse::error_code, {.since = 2, .until = 7}),
      F("Groups", &OffsetFetchResponse::groups, {.since = 8}),
  };
};

struct OffsetFetchRequest {
  using Response = OffsetFetchResponse;
  static constexpr MessageInfo kInfo{ApiKey::kOffsetFetch, "OffsetFetchRequest", 5, 9, 6};
  struct OldTopic {
    std::string name;
    std::vector<std::int32_t> partition_indexes;
    static constexpr auto kFields = std::tuple{
        F("Name", &OldTopic::name, {.until = 7}),
        F("PartitionIndexes", &OldTopic::partition_indexes, {.until = 7}),
    };
  };
  struct Topic {
    std::string name;
    std::vector<std::int32_t> partition_indexes;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name, {.since = 8, .until = 9}),
        F("PartitionIndexes", &Topic::partition_indexes, {.since = 8}),
    };
  };
  struct Group {
    std::string group_id;
    std::optional<std::string> member_id;
    std::int32_t member_epoch = -1;
    std::optional<std::vector<Topic>> topics = std::vector<Topic>();  ///< Null: all.
    static constexpr auto kFields = std::tuple{
        F("GroupId", &Group::group_id, {.since = 8}),
        F("MemberId", &Group::member_id, {.since = 9, .nullable = 9}),
        F("MemberEpoch", &Group::member_epoch, {.since = 9}),
        F("Topics", &Group::topics, {.since = 8, .nullable = 8}),
    };
  };

  std::string group_id;
  std::optional<std::vector<OldTopic>> topics = std::vector<OldTopic>();  ///< Null: all.
  std::vector<Group> groups;
  bool require_stable = false;
  static constexpr auto kFields = std::tuple{
      F("GroupId", &OffsetFetchRequest::group_id, {.until = 7}),
      F("Topics", &OffsetFetchRequest::topics, {.until = 7, .nullable = 2}),
      F("Groups", &OffsetFetchRequest::groups, {.since = 8}),
      F("RequireStable", &OffsetFetchRequest::require_stable, {.since = 7}),
  };
};

struct OffsetCommitResponse {
  static constexpr MessageInfo kInfo{ApiKey::kOffsetCommit, "OffsetCommitResponse", 7, 9, 8};
  struct Partition {
    std::int32_t partition_index = 0;
    std::int16_t error_code = 0;
    static constexpr auto kFields = std::tuple{
        F("PartitionIndex", &Partition::partition_index),
        F("ErrorCode", &Partition::error_code),
    };
  };
  struct Topic {
    std::string name;
    std::vector<Partition> partitions;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name, {.until = 9}),
        F("Partitions", &Topic::partitions),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &OffsetCommitResponse::throttle_time_ms, {.since = 3}),
      F("Topics", &OffsetCommitResponse::topics),
  };
};

struct OffsetCommitRequest {
  using Response = OffsetCommitResponse;
  static constexpr MessageInfo kInfo{ApiKey::kOffsetCommit, "OffsetCommitRequest", 7, 9, 8};
  struct Partition {
    std::int32_t partition_index = 0;
    std::int64_t committed_offset = 0;
    std::int32_t committed_leader_epoch = -1;
    std::optional<std::string> committed_metadata = std::string();
    static constexpr auto kFields = std::tuple{
        F("PartitionIndex", &Partition::partition_index),
        F("CommittedOffset", &Partition::committed_offset),
        F("CommittedLeaderEpoch", &Partition::committed_leader_epoch, {.since = 6}),
        F("CommittedMetadata", &Partition::committed_metadata, {.nullable = 0}),
    };
  };
  struct Topic {
    std::string name;
    std::vector<Partition> partitions;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name, {.until = 9}),
        F("Partitions", &Topic::partitions),
    };
  };

  std::string group_id;
  std::int32_t generation_id_or_member_epoch = -1;  ///< -1 with an empty member: a lone commit.
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::vector<Topic> topics;
  static constexpr auto kFields = std::tuple{
      F("GroupId", &OffsetCommitRequest::group_id),
      F("GenerationIdOrMemberEpoch", &OffsetCommitRequest::generation_id_or_member_epoch,
        {.since = 1}),
      F("MemberId", &OffsetCommitRequest::member_id, {.since = 1}),
      F("GroupInstanceId", &OffsetCommitRequest::group_instance_id, {.since = 7, .nullable = 7}),
      F("Topics", &OffsetCommitRequest::topics),
  };
};

}  // namespace levelwind::kafka
