#pragma once

// ApiVersions, Metadata, DescribeCluster.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/uuid.h"
#include "kafka/protocol/field.h"

namespace levelwind::kafka {

/// "Not asked for" in fields that hold a set of authorized operations.
inline constexpr std::int32_t kNoOperations = std::numeric_limits<std::int32_t>::min();

struct ApiVersionsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kApiVersions, "ApiVersionsResponse", 0, 4, 3};
  struct ApiVersion {
    std::int16_t api_key = 0;
    std::int16_t min_version = 0;
    std::int16_t max_version = 0;
    static constexpr auto kFields = std::tuple{
        F("ApiKey", &ApiVersion::api_key),
        F("MinVersion", &ApiVersion::min_version),
        F("MaxVersion", &ApiVersion::max_version),
    };
  };
  struct SupportedFeature {
    std::string name;
    std::int16_t min_version = 0;
    std::int16_t max_version = 0;
    static constexpr auto kFields = std::tuple{
        F("Name", &SupportedFeature::name, {.since = 3}),
        F("MinVersion", &SupportedFeature::min_version, {.since = 3}),
        F("MaxVersion", &SupportedFeature::max_version, {.since = 3}),
    };
  };
  struct FinalizedFeature {
    std::string name;
    std::int16_t max_version_level = 0;
    std::int16_t min_version_level = 0;
    static constexpr auto kFields = std::tuple{
        F("Name", &FinalizedFeature::name, {.since = 3}),
        F("MaxVersionLevel", &FinalizedFeature::max_version_level, {.since = 3}),
        F("MinVersionLevel", &FinalizedFeature::min_version_level, {.since = 3}),
    };
  };

  std::int16_t error_code = 0;
  std::vector<ApiVersion> api_keys;
  std::int32_t throttle_time_ms = 0;
  std::vector<SupportedFeature> supported_features;
  std::int64_t finalized_features_epoch = -1;
  std::vector<FinalizedFeature> finalized_features;
  bool zk_migration_ready = false;
  static constexpr auto kFields = std::tuple{
      F("ErrorCode", &ApiVersionsResponse::error_code),
      F("ApiKeys", &ApiVersionsResponse::api_keys),
      F("ThrottleTimeMs", &ApiVersionsResponse::throttle_time_ms, {.since = 1}),
      F("SupportedFeatures", &ApiVersionsResponse::supported_features, {.since = 3, .tag = 0}),
      F("FinalizedFeaturesEpoch", &ApiVersionsResponse::finalized_features_epoch,
        {.since = 3, .tag = 1}),
      F("FinalizedFeatures", &ApiVersionsResponse::finalized_features, {.since = 3, .tag = 2}),
      F("ZkMigrationReady", &ApiVersionsResponse::zk_migration_ready, {.since = 3, .tag = 3}),
  };
};

struct ApiVersionsRequest {
  using Response = ApiVersionsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kApiVersions, "ApiVersionsRequest", 0, 4, 3};

  std::string client_software_name;  ///< Letters, digits, '.' and '-' only.
  std::string client_software_version;
  static constexpr auto kFields = std::tuple{
      F("ClientSoftwareName", &ApiVersionsRequest::client_software_name, {.since = 3}),
      F("ClientSoftwareVersion", &ApiVersionsRequest::client_software_version, {.since = 3}),
  };
};

struct MetadataResponse {
  static constexpr MessageInfo kInfo{ApiKey::kMetadata, "MetadataResponse", 7, 12, 9};
  struct Broker {
    std::int32_t node_id = 0;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;
    static constexpr auto kFields = std::tuple{
        F("NodeId", &Broker::node_id),
        F("Host", &Broker::host),
        F("Port", &Broker::port),
        F("Rack", &Broker::rack, {.since = 1, .nullable = 1}),
    };
  };
  struct Partition {
    std::int16_t error_code = 0;
    std::int32_t partition_index = 0;
    std::int32_t leader_id = 0;
    std::int32_t leader_epoch = -1;
    std::vector<std::int32_t> replica_nodes;
    std::vector<std::int32_t> isr_nodes;
    std::vector<std::int32_t> offline_replicas;
    static constexpr auto kFields = std::tuple{
        F("ErrorCode", &Partition::error_code),
        F("PartitionIndex", &Partition::partition_index),
        F("LeaderId", &Partition::leader_id),
        F("LeaderEpoch", &Partition::leader_epoch, {.since = 7}),
        F("ReplicaNodes", &Partition::replica_nodes),
        F("IsrNodes", &Partition::isr_nodes),
        F("OfflineReplicas", &Partition::offline_replicas, {.since = 5}),
    };
  };
  struct Topic {
    std::int16_t error_code = 0;
    std::optional<std::string> name = std::string();
    Uuid topic_id;
    bool is_internal = false;
    std::vector<Partition> partitions;
    std::int32_t topic_authorized_operations = kNoOperations;
    static constexpr auto kFields = std::tuple{
        F("ErrorCode", &Topic::error_code),
        F("Name", &Topic::name, {.nullable = 12}),
        F("TopicId", &Topic::topic_id, {.since = 10}),
        F("IsInternal", &Topic::is_internal, {.since = 1}),
        F("Partitions", &Topic::partitions),
        F("TopicAuthorizedOperations", &Topic::topic_authorized_operations, {.since = 8}),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Broker> brokers;
  std::optional<std::string> cluster_id;
  std::int32_t controller_id = -1;
  std::vector<Topic> topics;
  std::int32_t cluster_authorized_operations = kNoOperations;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &MetadataResponse::throttle_time_ms, {.since = 3}),
      F("Brokers", &MetadataResponse::brokers),
      F("ClusterId", &MetadataResponse::cluster_id, {.since = 2, .nullable = 2}),
      F("ControllerId", &MetadataResponse::controller_id, {.since = 1}),
      F("Topics", &MetadataResponse::topics),
      F("ClusterAuthorizedOperations", &MetadataResponse::cluster_authorized_operations,
        {.since = 8, .until = 10}),
  };
};

struct MetadataRequest {
  using Response = MetadataResponse;
  static constexpr MessageInfo kInfo{ApiKey::kMetadata, "MetadataRequest", 7, 12, 9};
  struct Topic {
    Uuid topic_id;
    std::optional<std::string> name = std::string();
    static constexpr auto kFields = std::tuple{
        F("TopicId", &Topic::topic_id, {.since = 10}),
        F("Name", &Topic::name, {.nullable = 10}),
    };
  };

  std::optional<std::vector<Topic>> topics = std::vector<Topic>();  ///< Null: all. Empty: none.
  /// Kafka's own default is true; asking for metadata must never create a topic.
  bool allow_auto_topic_creation = false;
  bool include_cluster_authorized_operations = false;
  bool include_topic_authorized_operations = false;
  static constexpr auto kFields = std::tuple{
      F("Topics", &MetadataRequest::topics, {.nullable = 1}),
      F("AllowAutoTopicCreation", &MetadataRequest::allow_auto_topic_creation, {.since = 4}),
      F("IncludeClusterAuthorizedOperations",
        &MetadataRequest::include_cluster_authorized_operations, {.since = 8, .until = 10}),
      F("IncludeTopicAuthorizedOperations", &MetadataRequest::include_topic_authorized_operations,
        {.since = 8}),
  };
};

struct DescribeClusterResponse {
  static constexpr MessageInfo kInfo{ApiKey::kDescribeCluster, "DescribeClusterResponse", 0, 2, 0};
  struct Broker {
    std::int32_t broker_id = 0;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;
    bool is_fenced = false;
    static constexpr auto kFields = std::tuple{
        F("BrokerId", &Broker::broker_id),
        F("Host", &Broker::host),
        F("Port", &Broker::port),
        F("Rack", &Broker::rack, {.nullable = 0}),
        F("IsFenced", &Broker::is_fenced, {.since = 2}),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message;
  std::int8_t endpoint_type = 1;
  std::string cluster_id;
  std::int32_t controller_id = -1;
  std::vector<Broker> brokers;
  std::int32_t cluster_authorized_operations = kNoOperations;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &DescribeClusterResponse::throttle_time_ms),
      F("ErrorCode", &DescribeClusterResponse::error_code),
      F("ErrorMessage", &DescribeClusterResponse::error_message, {.nullable = 0}),
      F("EndpointType", &DescribeClusterResponse::endpoint_type, {.since = 1}),
      F("ClusterId", &DescribeClusterResponse::cluster_id),
      F("ControllerId", &DescribeClusterResponse::controller_id),
      F("Brokers", &DescribeClusterResponse::brokers),
      F("ClusterAuthorizedOperations", &DescribeClusterResponse::cluster_authorized_operations),
  };
};

struct DescribeClusterRequest {
  using Response = DescribeClusterResponse;
  static constexpr MessageInfo kInfo{ApiKey::kDescribeCluster, "DescribeClusterRequest", 0, 2, 0};

  bool include_cluster_authorized_operations = false;
  std::int8_t endpoint_type = 1;  ///< 1: brokers. 2: controllers.
  bool include_fenced_brokers = false;
  static constexpr auto kFields = std::tuple{
      F("IncludeClusterAuthorizedOperations",
        &DescribeClusterRequest::include_cluster_authorized_operations),
      F("EndpointType", &DescribeClusterRequest::endpoint_type, {.since = 1}),
      F("IncludeFencedBrokers", &DescribeClusterRequest::include_fenced_brokers, {.since = 2}),
  };
};

}  // namespace levelwind::kafka
