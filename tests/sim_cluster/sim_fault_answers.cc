#include "tests/sim_cluster/sim_fault_answers.h"

#include <optional>
#include <string>

namespace levelwind::testing {
namespace {

const std::optional<std::string> kMessage = "A fault of the simulation.";

}  // namespace

kafka::ApiVersionsResponse Refuse(const kafka::ApiVersionsRequest&, std::int16_t code) {
  kafka::ApiVersionsResponse response;
  response.error_code = code;
  return response;
}

kafka::MetadataResponse Refuse(const kafka::MetadataRequest& request, std::int16_t code) {
  kafka::MetadataResponse response;
  if (!request.topics) return response;  // "All topics" has no place for a code: nothing is known.
  for (const auto& asked : *request.topics) {
    auto& topic = response.topics.emplace_back();
    topic.name = asked.name;
    topic.topic_id = asked.topic_id;
    topic.error_code = code;
  }
  return response;
}

kafka::DescribeClusterResponse Refuse(const kafka::DescribeClusterRequest&, std::int16_t code) {
  kafka::DescribeClusterResponse response;
  response.error_code = code;
  response.error_message = kMessage;
  return response;
}

kafka::DescribeLogDirsResponse Refuse(const kafka::DescribeLogDirsRequest&, std::int16_t code) {
  kafka::DescribeLogDirsResponse response;
  response.error_code = code;
  return response;
}

kafka::ListOffsetsResponse Refuse(const kafka::ListOffsetsRequest& request, std::int16_t code) {
  kafka::ListOffsetsResponse response;
  for (const auto& topic : request.topics) {
    auto& wire = response.topics.emplace_back();
    wire.name = topic.name;
    for (const auto& asked : topic.partitions) {
      auto& partition = wire.partitions.emplace_back();
      partition.partition_index = asked.partition_index;
      partition.error_code = code;
    }
  }
  return response;
}

kafka::FetchResponse Refuse(const kafka::FetchRequest&, std::int16_t code) {
  kafka::FetchResponse response;
  response.error_code = code;
  return response;
}

kafka::ListGroupsResponse Refuse(const kafka::ListGroupsRequest&, std::int16_t code) {
  kafka::ListGroupsResponse response;
  response.error_code = code;
  return response;
}

kafka::DescribeGroupsResponse Refuse(const kafka::DescribeGroupsRequest& request,
                                     std::int16_t code) {
  kafka::DescribeGroupsResponse response;
  for (const std::string& name : request.groups) {
    auto& group = response.groups.emplace_back();
    group.group_id = name;
    group.error_code = code;
  }
  return response;
}

kafka::ConsumerGroupDescribeResponse Refuse(const kafka::ConsumerGroupDescribeRequest& request,
                                            std::int16_t code) {
  kafka::ConsumerGroupDescribeResponse response;
  for (const std::string& name : request.group_ids) {
    auto& group = response.groups.emplace_back();
    group.group_id = name;
    group.error_code = code;
    group.error_message = kMessage;
  }
  return response;
}

kafka::FindCoordinatorResponse Refuse(const kafka::FindCoordinatorRequest& request,
                                      std::int16_t code) {
  kafka::FindCoordinatorResponse response;
  response.error_code = code;
  response.node_id = -1;
  for (const std::string& key : request.coordinator_keys) {
    auto& wire = response.coordinators.emplace_back();
    wire.key = key;
    wire.node_id = -1;
    wire.error_code = code;
  }
  return response;
}

kafka::OffsetFetchResponse Refuse(const kafka::OffsetFetchRequest& request, std::int16_t code) {
  kafka::OffsetFetchResponse response;
  response.error_code = code;
  for (const auto& asked : request.groups) {
    auto& group = response.groups.emplace_back();
    group.group_id = asked.group_id;
    group.error_code = code;
  }
  return response;
}

kafka::OffsetCommitResponse Refuse(const kafka::OffsetCommitRequest& request, std::int16_t code) {
  kafka::OffsetCommitResponse response;
  for (const auto& topic : request.topics) {
    auto& wire = response.topics.emplace_back();
    wire.name = topic.name;
    for (const auto& asked : topic.partitions) {
      wire.partitions.push_back({asked.partition_index, code});
    }
  }
  return response;
}

kafka::DescribeConfigsResponse Refuse(const kafka::DescribeConfigsRequest& request,
                                      std::int16_t code) {
  kafka::DescribeConfigsResponse response;
  for (const auto& asked : request.resources) {
    response.results.push_back({code, kMessage, asked.resource_type, asked.resource_name, {}});
  }
  return response;
}

kafka::IncrementalAlterConfigsResponse Refuse(const kafka::IncrementalAlterConfigsRequest& request,
                                              std::int16_t code) {
  kafka::IncrementalAlterConfigsResponse response;
  for (const auto& asked : request.resources) {
    response.responses.push_back({code, kMessage, asked.resource_type, asked.resource_name});
  }
  return response;
}

kafka::AlterPartitionReassignmentsResponse Refuse(
    const kafka::AlterPartitionReassignmentsRequest& request, std::int16_t code) {
  kafka::AlterPartitionReassignmentsResponse response;
  response.allow_replication_factor_change = request.allow_replication_factor_change;
  response.error_code = code;
  response.error_message = kMessage;
  return response;
}

kafka::ListPartitionReassignmentsResponse Refuse(const kafka::ListPartitionReassignmentsRequest&,
                                                 std::int16_t code) {
  kafka::ListPartitionReassignmentsResponse response;
  response.error_code = code;
  response.error_message = kMessage;
  return response;
}

kafka::ElectLeadersResponse Refuse(const kafka::ElectLeadersRequest&, std::int16_t code) {
  kafka::ElectLeadersResponse response;
  response.error_code = code;
  return response;
}

kafka::CreateTopicsResponse Refuse(const kafka::CreateTopicsRequest& request, std::int16_t code) {
  kafka::CreateTopicsResponse response;
  for (const auto& asked : request.topics) {
    auto& topic = response.topics.emplace_back();
    topic.name = asked.name;
    topic.error_code = code;
    topic.error_message = kMessage;
  }
  return response;
}

kafka::DeleteTopicsResponse Refuse(const kafka::DeleteTopicsRequest& request, std::int16_t code) {
  kafka::DeleteTopicsResponse response;
  for (const std::string& name : request.topic_names) {
    response.responses.push_back({name, code, kMessage});
  }
  return response;
}

}  // namespace levelwind::testing
