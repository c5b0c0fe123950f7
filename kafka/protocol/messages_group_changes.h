#pragma once

// OffsetDelete, DeleteGroups, LeaveGroup. OffsetCommit is with the other offset messages.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "kafka/protocol/field.h"

namespace levelwind::kafka {

struct OffsetDeleteResponse {
  static constexpr MessageInfo kInfo{ApiKey::kOffsetDelete, "OffsetDeleteResponse", 0, 0};
  struct Topic {
    struct Partition {
      std::int32_t partition_index = 0;
      std::int16_t error_code = 0;
      static constexpr auto kFields = std::tuple{
          F("PartitionIndex", &Partition::partition_index),
          F("ErrorCode", &Partition::error_code),
      };
    };

    std::string name;
    std::vector<Partition> partitions;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name),
        F("Partitions", &Topic::partitions),
    };
  };

  std::int16_t error_code = 0;
  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;
  static constexpr auto kFields = std::tuple{
      F("ErrorCode", &OffsetDeleteResponse::error_code),
      F("ThrottleTimeMs", &OffsetDeleteResponse::throttle_time_ms),
      F("Topics", &OffsetDeleteResponse::topics),
  };
};

struct OffsetDeleteRequest {
  using Response = OffsetDeleteResponse;
  static constexpr MessageInfo kInfo{ApiKey::kOffsetDelete, "OffsetDeleteRequest", 0, 0};
  struct Topic {
    struct Partition {
      std::int32_t partition_index = 0;
      static constexpr auto kFields = std::tuple{
          F("PartitionIndex", &Partition::partition_index),
      };
    };

    std::string name;
    std::vector<Partition> partitions;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name),
        F("Partitions", &Topic::partitions),
    };
  };

  std::string group_id;
  std::vector<Topic> topics;
  static constexpr auto kFields = std::tuple{
      F("GroupId", &OffsetDeleteRequest::group_id),
      F("Topics", &OffsetDeleteRequest::topics),
  };
};

struct DeleteGroupsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kDeleteGroups, "DeleteGroupsResponse", 1, 2, 2};
  struct Group {
    std::string group_id;
    std::int16_t error_code = 0;
    static constexpr auto kFields = std::tuple{
        F("GroupId", &Group::group_id),
        F("ErrorCode", &Group::error_code),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Group> results;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &DeleteGroupsResponse::throttle_time_ms),
      F("Results", &DeleteGroupsResponse::results),
  };
};

struct DeleteGroupsRequest {
  using Response = DeleteGroupsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kDeleteGroups, "DeleteGroupsRequest", 1, 2, 2};
  std::vector<std::string> groups_names;
  static constexpr auto kFields = std::tuple{
      F("GroupsNames", &DeleteGroupsRequest::groups_names),
  };
};

struct LeaveGroupResponse {
  static constexpr MessageInfo kInfo{ApiKey::kLeaveGroup, "LeaveGroupResponse", 3, 5, 4};
  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id = std::string();
    std::int16_t error_code = 0;
    static constexpr auto kFields = std::tuple{
        F("MemberId", &Member::member_id, {.since = 3}),
        F("GroupInstanceId", &Member::group_instance_id, {.since = 3, .nullable = 3}),
        F("ErrorCode", &Member::error_code, {.since = 3}),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::vector<Member> members;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &LeaveGroupResponse::throttle_time_ms, {.since = 1}),
      F("ErrorCode", &LeaveGroupResponse::error_code),
      F("Members", &LeaveGroupResponse::members, {.since = 3}),
  };
};

struct LeaveGroupRequest {
  using Response = LeaveGroupResponse;
  static constexpr MessageInfo kInfo{ApiKey::kLeaveGroup, "LeaveGroupRequest", 3, 5, 4};
  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::optional<std::string> reason;
    static constexpr auto kFields = std::tuple{
        F("MemberId", &Member::member_id, {.since = 3}),
        F("GroupInstanceId", &Member::group_instance_id, {.since = 3, .nullable = 3}),
        F("Reason", &Member::reason, {.since = 5, .nullable = 5}),
    };
  };

  std::string group_id;
  std::vector<Member> members;
  static constexpr auto kFields = std::tuple{
      F("GroupId", &LeaveGroupRequest::group_id),
      F("Members", &LeaveGroupRequest::members, {.since = 3}),
  };
};

}  // namespace levelwind::kafka
