#pragma once

// ListGroups, DescribeGroups, ConsumerGroupDescribe, FindCoordinator.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/uuid.h"
#include "kafka/protocol/field.h"
#include "kafka/protocol/messages_cluster.h"

namespace levelwind::kafka {

struct ListGroupsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kListGroups, "ListGroupsResponse", 2, 5, 3};
  struct Group {
    std::string group_id;
    std::string protocol_type;
    std::string group_state;
    std::string group_type;
    static constexpr auto kFields = std::tuple{
        F("GroupId", &Group::group_id),
        F("ProtocolType", &Group::protocol_type),
        F("GroupState", &Group::group_state, {.since = 4}),
        F("GroupType", &Group::group_type, {.since = 5}),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::vector<Group> groups;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &ListGroupsResponse::throttle_time_ms, {.since = 1}),
      F("ErrorCode", &ListGroupsResponse::error_code),
      F("Groups", &ListGroupsResponse::groups),
  };
};

struct ListGroupsRequest {
  using Response = ListGroupsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kListGroups, "ListGroupsRequest", 2, 5, 3};

  std::vector<std::string> states_filter;  ///< Empty: all.
  std::vector<std::string> types_filter;   ///< Empty: all.
  static constexpr auto kFields = std::tuple{
      F("StatesFilter", &ListGroupsRequest::states_filter, {.since = 4}),
      F("TypesFilter", &ListGroupsRequest::types_filter, {.since = 5}),
  };
};

struct DescribeGroupsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kDescribeGroups, "DescribeGroupsResponse", 4, 6, 5};
  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::string client_id;
    std::string client_host;
    Bytes member_metadata;
    Bytes member_assignment;  ///< kafka/protocol/consumer_protocol.h reads it.
    static constexpr auto kFields = std::tuple{
        F("MemberId", &Member::member_id),
        F("GroupInstanceId", &Member::group_instance_id, {.since = 4, .nullable = 4}),
        F("ClientId", &Member::client_id),
        F("ClientHost", &Member::client_host),
        F("MemberMetadata", &Member::member_metadata),
        F("MemberAssignment", &Member::member_assignment),
    };
  };
  struct Group {
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::string group_id;
    std::string group_state;  ///< Up to v5 "Dead" also means "not a classic group".
    std::string protocol_type;
    std::string protocol_data;
    std::vector<Member> members;
    std::int32_t authorized_operations = kNoOperations;
    static constexpr auto kFields = std::tuple{
        F("ErrorCode", &Group::error_code),
        F("ErrorMessage", &Group::error_message, {.since = 6, .nullable = 6}),
        F("GroupId", &Group::group_id),
        F("GroupState", &Group::group_state),
        F("ProtocolType", &Group::protocol_type),
        F("ProtocolData", &Group::protocol_data),
        F("Members", &Group::members),
        F("AuthorizedOperations", &Group::authorized_operations, {.since = 3}),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Group> groups;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &DescribeGroupsResponse::throttle_time_ms, {.since = 1}),
      F("Groups", &DescribeGroupsResponse::groups),
  };
};

struct DescribeGroupsRequest {
  using Response = DescribeGroupsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kDescribeGroups, "DescribeGroupsRequest", 4, 6, 5};

  std::vector<std::string> groups;
  bool include_authorized_operations = false;
  static constexpr auto kFields = std::tuple{
      F("Groups", &DescribeGroupsRequest::groups),
      F("IncludeAuthorizedOperations", &DescribeGroupsRequest::include_authorized_operations,
        {.since = 3}),
  };
};

struct ConsumerGroupDescribeResponse {
  static constexpr MessageInfo kInfo{ApiKey::kConsumerGroupDescribe,
                                     "ConsumerGroupDescribeResponse", 0, 1, 0};
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
  struct Member {
    std::string member_id;
    std::optional<std::string> instance_id;
    std::optional<std::string> rack_id;
    std::int32_t member_epoch = 0;
    std::string client_id;
    std::string client_host;
    std::vector<std::string> subscribed_topic_names;
    std::optional<std::string> subscribed_topic_regex;
    Assignment assignment;
    Assignment target_assignment;
    std::int8_t member_type = -1;  ///< 0: classic. 1: consumer.
    static constexpr auto kFields = std::tuple{
        F("MemberId", &Member::member_id),
        F("InstanceId", &Member::instance_id, {.nullable = 0}),
        F("RackId", &Member::rack_id, {.nullable = 0}),
        F("MemberEpoch", &Member::member_epoch),
        F("ClientId", &Member::client_id),
        F("ClientHost", &Member::client_host),
        F("SubscribedTopicNames", &Member::subscribed_topic_names),
        F("SubscribedTopicRegex", &Member::subscribed_topic_regex, {.nullable = 0}),
        F("Assignment", &Member::assignment),
        F("TargetAssignment", &Member::target_assignment),
        F("MemberType", &Member::member_type, {.since = 1}),
    };
  };
  struct Group {
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
      F("ThrottleTimeMs", &ConsumerGroupDescribeResponse::throttle_time_ms),
      F("Groups", &ConsumerGroupDescribeResponse::groups),
  };
};

struct ConsumerGroupDescribeRequest {
  using Response = ConsumerGroupDescribeResponse;
  static constexpr MessageInfo kInfo{ApiKey::kConsumerGroupDescribe, "ConsumerGroupDescribeRequest",
                                     0, 1, 0};

  std::vector<std::string> group_ids;
  bool include_authorized_operations = false;
  static constexpr auto kFields = std::tuple{
      F("GroupIds", &ConsumerGroupDescribeRequest::group_ids),
      F("IncludeAuthorizedOperations",
        &ConsumerGroupDescribeRequest::include_authorized_operations),
  };
};

struct FindCoordinatorResponse {
  static constexpr MessageInfo kInfo{ApiKey::kFindCoordinator, "FindCoordinatorResponse", 1, 4, 3};
  struct Coordinator {
    std::string key;
    std::int32_t node_id = 0;
    std::string host;
    std::int32_t port = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = std::string();
    static constexpr auto kFields = std::tuple{
        F("Key", &Coordinator::key, {.since = 4}),
        F("NodeId", &Coordinator::node_id, {.since = 4}),
        F("Host", &Coordinator::host, {.since = 4}),
        F("Port", &Coordinator::port, {.since = 4}),
        F("ErrorCode", &Coordinator::error_code, {.since = 4}),
        F("ErrorMessage", &Coordinator::error_message, {.since = 4, .nullable = 4}),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;  ///< This to port: the one answer up to v3.
  std::optional<std::string> error_message = std::string();
  std::int32_t node_id = 0;
  std::string host;
  std::int32_t port = 0;
  std::vector<Coordinator> coordinators;  ///< From v4 on.
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &FindCoordinatorResponse::throttle_time_ms, {.since = 1}),
      F("ErrorCode", &FindCoordinatorResponse::error_code, {.until = 3}),
      F("ErrorMessage", &FindCoordinatorResponse::error_message,
        {.since = 1, .until = 3, .nullable = 1}),
      F("NodeId", &FindCoordinatorResponse::node_id, {.until = 3}),
      F("Host", &FindCoordinatorResponse::host, {.until = 3}),
      F("Port", &FindCoordinatorResponse::port, {.until = 3}),
      F("Coordinators", &FindCoordinatorResponse::coordinators, {.since = 4}),
  };
};

struct FindCoordinatorRequest {
  using Response = FindCoordinatorResponse;
  static constexpr MessageInfo kInfo{ApiKey::kFindCoordinator, "FindCoordinatorRequest", 1, 4, 3};

  std::string key;                            ///< Up to v3.
  std::int8_t key_type = 0;                   ///< 0: group. 1: transaction.
  std::vector<std::string> coordinator_keys;  ///< From v4 on.
  static constexpr auto kFields = std::tuple{
      F("Key", &FindCoordinatorRequest::key, {.until = 3}),
      F("KeyType", &FindCoordinatorRequest::key_type, {.since = 1}),
      F("CoordinatorKeys", &FindCoordinatorRequest::coordinator_keys, {.since = 4}),
  };
};

}  // namespace levelwind::kafka
