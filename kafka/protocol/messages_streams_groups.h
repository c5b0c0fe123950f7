#pragma once

// StreamsGroupDescribe: Kafka Streams applications as groups (Kafka 4.1+).

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "kafka/protocol/field.h"
#include "kafka/protocol/messages_cluster.h"

namespace levelwind::kafka {

struct StreamsGroupDescribeResponse {
  static constexpr MessageInfo kInfo{ApiKey::kStreamsGroupDescribe, "StreamsGroupDescribeResponse",
                                     0, 1, 0};
  struct Endpoint {
    std::string host;
    std::uint16_t port = 0;
    static constexpr auto kFields = std::tuple{
        F("Host", &Endpoint::host),
        F("Port", &Endpoint::port),
    };
  };
  struct TaskOffset {
    std::string subtopology_id;
    std::int32_t partition = 0;
    std::int64_t offset = 0;
    static constexpr auto kFields = std::tuple{
        F("SubtopologyId", &TaskOffset::subtopology_id),
        F("Partition", &TaskOffset::partition),
        F("Offset", &TaskOffset::offset),
    };
  };
  struct TaskIds {
    std::string subtopology_id;
    std::vector<std::int32_t> partitions;
    static constexpr auto kFields = std::tuple{
        F("SubtopologyId", &TaskIds::subtopology_id),
        F("Partitions", &TaskIds::partitions),
    };
  };
  struct Assignment {
    std::vector<TaskIds> active_tasks;
    std::vector<TaskIds> standby_tasks;
    std::vector<TaskIds> warmup_tasks;
    static constexpr auto kFields = std::tuple{
        F("ActiveTasks", &Assignment::active_tasks),
        F("StandbyTasks", &Assignment::standby_tasks),
        F("WarmupTasks", &Assignment::warmup_tasks),
    };
  };
  struct KeyValue {
    std::string key;
    std::string value;
    static constexpr auto kFields = std::tuple{
        F("Key", &KeyValue::key),
        F("Value", &KeyValue::value),
    };
  };
  struct TopicInfo {
    std::string name;
    std::int32_t partitions = 0;
    std::int16_t replication_factor = 0;
    std::vector<KeyValue> topic_configs;
    static constexpr auto kFields = std::tuple{
        F("Name", &TopicInfo::name),
        F("Partitions", &TopicInfo::partitions),
        F("ReplicationFactor", &TopicInfo::replication_factor),
        F("TopicConfigs", &TopicInfo::topic_configs),
    };
  };
  struct DescribedNode {
    std::string name;
    std::int8_t node_type = 0;  ///< 1 source, 2 processor, 3 sink.
    std::vector<std::string> source_topics;
    std::optional<std::string> sink_topic;
    std::vector<std::string> stores;
    std::vector<std::string> successors;
    static constexpr auto kFields = std::tuple{
        F("Name", &DescribedNode::name, {.since = 1}),
        F("NodeType", &DescribedNode::node_type, {.since = 1}),
        F("SourceTopics", &DescribedNode::source_topics, {.since = 1}),
        F("SinkTopic", &DescribedNode::sink_topic, {.since = 1, .nullable = 1}),
        F("Stores", &DescribedNode::stores, {.since = 1}),
        F("Successors", &DescribedNode::successors, {.since = 1}),
    };
  };
  struct DescribedSubtopology {
    std::string subtopology_id;
    std::vector<DescribedNode> nodes;
    static constexpr auto kFields = std::tuple{
        F("SubtopologyId", &DescribedSubtopology::subtopology_id, {.since = 1}),
        F("Nodes", &DescribedSubtopology::nodes, {.since = 1}),
    };
  };
  struct DescribedGlobalStore {
    DescribedNode source;
    DescribedNode processor;
    static constexpr auto kFields = std::tuple{
        F("Source", &DescribedGlobalStore::source, {.since = 1}),
        F("Processor", &DescribedGlobalStore::processor, {.since = 1}),
    };
  };
  struct TopologyDescription {
    std::vector<DescribedSubtopology> subtopologies;
    std::vector<DescribedGlobalStore> global_stores;
    static constexpr auto kFields = std::tuple{
        F("Subtopologies", &TopologyDescription::subtopologies, {.since = 1}),
        F("GlobalStores", &TopologyDescription::global_stores, {.since = 1}),
    };
  };
  struct Group {
    struct Topology {
      struct Subtopology {
        std::string subtopology_id;
        std::vector<std::string> source_topics;
        std::vector<std::string> repartition_sink_topics;
        std::vector<TopicInfo> state_changelog_topics;
        std::vector<TopicInfo> repartition_source_topics;
        static constexpr auto kFields = std::tuple{
            F("SubtopologyId", &Subtopology::subtopology_id),
            F("SourceTopics", &Subtopology::source_topics),
            F("RepartitionSinkTopics", &Subtopology::repartition_sink_topics),
            F("StateChangelogTopics", &Subtopology::state_changelog_topics),
            F("RepartitionSourceTopics", &Subtopology::repartition_source_topics),
        };
      };

      std::int32_t epoch = 0;
      std::optional<std::vector<Subtopology>> subtopologies;
      static constexpr auto kFields = std::tuple{
          F("Epoch", &Topology::epoch),
          F("Subtopologies", &Topology::subtopologies, {.nullable = 0}),
      };
    };
    struct Member {
      std::string member_id;
      std::int32_t member_epoch = 0;
      std::optional<std::string> instance_id;
      std::optional<std::string> rack_id;
      std::string client_id;
      std::string client_host;
      std::int32_t topology_epoch = 0;
      std::string process_id;
      std::optional<Endpoint> user_endpoint;
      std::vector<KeyValue> client_tags;
      std::vector<TaskOffset> task_offsets;
      std::vector<TaskOffset> task_end_offsets;
      Assignment assignment;
      Assignment target_assignment;
      bool is_classic = false;
      static constexpr auto kFields = std::tuple{
          F("MemberId", &Member::member_id),
          F("MemberEpoch", &Member::member_epoch),
          F("InstanceId", &Member::instance_id, {.nullable = 0}),
          F("RackId", &Member::rack_id, {.nullable = 0}),
          F("ClientId", &Member::client_id),
          F("ClientHost", &Member::client_host),
          F("TopologyEpoch", &Member::topology_epoch),
          F("ProcessId", &Member::process_id),
          F("UserEndpoint", &Member::user_endpoint, {.nullable = 0}),
          F("ClientTags", &Member::client_tags),
          F("TaskOffsets", &Member::task_offsets),
          F("TaskEndOffsets", &Member::task_end_offsets),
          F("Assignment", &Member::assignment),
          F("TargetAssignment", &Member::target_assignment),
          F("IsClassic", &Member::is_classic),
      };
    };

    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::string group_id;
    std::string group_state;
    std::int32_t group_epoch = 0;
    std::int32_t assignment_epoch = 0;
    std::optional<Topology> topology;
    std::vector<Member> members;
    std::int32_t authorized_operations = kNoOperations;
    std::optional<TopologyDescription> topology_description;
    std::int8_t topology_description_status = 0;  ///< 0 not asked for, 1 none, 2 failed, 3 there.
    std::optional<std::string> assignor_name;
    static constexpr auto kFields = std::tuple{
        F("ErrorCode", &Group::error_code),
        F("ErrorMessage", &Group::error_message, {.nullable = 0}),
        F("GroupId", &Group::group_id),
        F("GroupState", &Group::group_state),
        F("GroupEpoch", &Group::group_epoch),
        F("AssignmentEpoch", &Group::assignment_epoch),
        F("Topology", &Group::topology, {.nullable = 0}),
        F("Members", &Group::members),
        F("AuthorizedOperations", &Group::authorized_operations),
        F("TopologyDescription", &Group::topology_description, {.since = 1, .nullable = 1}),
        F("TopologyDescriptionStatus", &Group::topology_description_status, {.since = 1}),
        F("AssignorName", &Group::assignor_name, {.since = 1, .nullable = 1}),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Group> groups;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &StreamsGroupDescribeResponse::throttle_time_ms),
      F("Groups", &StreamsGroupDescribeResponse::groups),
  };
};

struct StreamsGroupDescribeRequest {
  using Response = StreamsGroupDescribeResponse;
  static constexpr MessageInfo kInfo{ApiKey::kStreamsGroupDescribe, "StreamsGroupDescribeRequest",
                                     0, 1, 0};
  std::vector<std::string> group_ids;
  bool include_authorized_operations = false;
  bool include_topology_description = false;  ///< The whole topology with its nodes.
  static constexpr auto kFields = std::tuple{
      F("GroupIds", &StreamsGroupDescribeRequest::group_ids),
      F("IncludeAuthorizedOperations", &StreamsGroupDescribeRequest::include_authorized_operations),
      F("IncludeTopologyDescription", &StreamsGroupDescribeRequest::include_topology_description,
        {.since = 1}),
  };
};

}  // namespace levelwind::kafka
