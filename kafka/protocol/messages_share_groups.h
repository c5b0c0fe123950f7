#pragma once

// ShareGroupDescribe, DescribeShareGroupOffsets: the groups of Kafka 4 that share partitions.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/uuid.h"
#include "kafka/protocol/field.h"
#include "kafka/protocol/messages_cluster.h"

namespace levelwind::kafka {

struct ShareGroupDescribeResponse {
  static constexpr MessageInfo kInfo{ApiKey::kShareGroupDescribe, "ShareGroupDescribeResponse", 1,
                                     1, 0};
  struct TopicPartitions {
    Uuid topic_id;
    std::string topic_name;
    std::vector<std::int32_t> partitions;
    static constexpr auto kFields = std::tuple{
        F("TopicId", &TopicPartitions::topic_id),
        F("TopicName", &TopicPartitions::topic_name),
        F("Partitions", &TopicPartitions::partitions),
    };
  };
  struct Assignment {
    std::vector<TopicPartitions> topic_partitions;
    static constexpr auto kFields = std::tuple{
        F("TopicPartitions", &Assignment::topic_partitions),
    };
  };
  struct Group {
    struct Member {
      std::string member_id;
      std::optional<std::string> rack_id;
      std::int32_t member_epoch = 0;
      std::string client_id;
      std::string client_host;
      std::vector<std::string> subscribed_topic_names;
      Assignment assignment;
      static constexpr auto kFields = std::tuple{
          F("MemberId", &Member::member_id),
          F("RackId", &Member::rack_id, {.nullable = 0}),
          F("MemberEpoch", &Member::member_epoch),
          F("ClientId", &Member::client_id),
          F("ClientHost", &Member::client_host),
          F("SubscribedTopicNames", &Member::subscribed_topic_names),
          F("Assignment", &Member::assignment),
      };
    };

    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::string group_id;
    std::string group_state;
    std::int32_t group_epoch = 0;
    std::int32_t assignment_epoch = 0;
    std::string assignor_name;
    std::vector<Member> members;
    std::int32_t authorized_operations = kNoOperations;
    static constexpr auto kFields = std::tuple{
        F("ErrorCode", &Group::error_code),
        F("ErrorMessage", &Group::error_message, {.nullable = 0}),
        F("GroupId", &Group::group_id),
        F("GroupState", &Group::group_state),
        F("GroupEpoch", &Group::group_epoch),
        F("AssignmentEpoch", &Group::assignment_epoch),
        F("AssignorName", &Group::assignor_name),
        F("Members", &Group::members),
        F("AuthorizedOperations", &Group::authorized_operations),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Group> groups;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &ShareGroupDescribeResponse::throttle_time_ms),
      F("Groups", &ShareGroupDescribeResponse::groups),
  };
};

struct ShareGroupDescribeRequest {
  using Response = ShareGroupDescribeResponse;
  static constexpr MessageInfo kInfo{ApiKey::kShareGroupDescribe, "ShareGroupDescribeRequest", 1, 1,
                                     0};
  std::vector<std::string> group_ids;
  bool include_authorized_operations = false;
  static constexpr auto kFields = std::tuple{
      F("GroupIds", &ShareGroupDescribeRequest::group_ids),
      F("IncludeAuthorizedOperations", &ShareGroupDescribeRequest::include_authorized_operations),
  };
};

struct DescribeShareGroupOffsetsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kDescribeShareGroupOffsets,
                                     "DescribeShareGroupOffsetsResponse", 0, 1, 0};
  struct Group {
    struct Topic {
      struct Partition {
        std::int32_t partition_index = 0;
        std::int64_t start_offset = 0;  ///< -1: none yet.
        std::int32_t leader_epoch = 0;
        std::int64_t lag = -1;  ///< -1: unknown.
        std::int16_t error_code = 0;
        std::optional<std::string> error_message;
        static constexpr auto kFields = std::tuple{
            F("PartitionIndex", &Partition::partition_index),
            F("StartOffset", &Partition::start_offset),
            F("LeaderEpoch", &Partition::leader_epoch),
            F("Lag", &Partition::lag, {.since = 1}),
            F("ErrorCode", &Partition::error_code),
            F("ErrorMessage", &Partition::error_message, {.nullable = 0}),
        };
      };

      std::string topic_name;
      Uuid topic_id;
      std::vector<Partition> partitions;
      static constexpr auto kFields = std::tuple{
          F("TopicName", &Topic::topic_name),
          F("TopicId", &Topic::topic_id),
          F("Partitions", &Topic::partitions),
      };
    };

    std::string group_id;
    std::vector<Topic> topics;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    static constexpr auto kFields = std::tuple{
        F("GroupId", &Group::group_id),
        F("Topics", &Group::topics),
        F("ErrorCode", &Group::error_code),
        F("ErrorMessage", &Group::error_message, {.nullable = 0}),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Group> groups;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &DescribeShareGroupOffsetsResponse::throttle_time_ms),
      F("Groups", &DescribeShareGroupOffsetsResponse::groups),
  };
};

struct DescribeShareGroupOffsetsRequest {
  using Response = DescribeShareGroupOffsetsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kDescribeShareGroupOffsets,
                                     "DescribeShareGroupOffsetsRequest", 0, 1, 0};
  struct Group {
    struct Topic {
      std::string topic_name;
      std::vector<std::int32_t> partitions;
      static constexpr auto kFields = std::tuple{
          F("TopicName", &Topic::topic_name),
          F("Partitions", &Topic::partitions),
      };
    };

    std::string group_id;
    std::optional<std::vector<Topic>> topics = std::vector<Topic>();
    static constexpr auto kFields = std::tuple{
        F("GroupId", &Group::group_id),
        F("Topics", &Group::topics, {.nullable = 0}),
    };
  };

  std::vector<Group> groups;
  static constexpr auto kFields = std::tuple{
      F("Groups", &DescribeShareGroupOffsetsRequest::groups),
  };
};

}  // namespace levelwind::kafka
