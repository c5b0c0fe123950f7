#pragma once

// DescribeQuorum, UpdateFeatures, UnregisterBroker, UnregisterController.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/uuid.h"
#include "kafka/protocol/field.h"

namespace levelwind::kafka {

struct DescribeQuorumResponse {
  static constexpr MessageInfo kInfo{ApiKey::kDescribeQuorum, "DescribeQuorumResponse", 0, 2, 0};
  struct Topic {
    struct Partition {
      struct ReplicaState {
        std::int32_t replica_id = 0;
        Uuid replica_directory_id;
        std::int64_t log_end_offset = 0;
        std::int64_t last_fetch_timestamp = -1;
        std::int64_t last_caught_up_timestamp = -1;
        static constexpr auto kFields = std::tuple{
            F("ReplicaId", &ReplicaState::replica_id),
            F("ReplicaDirectoryId", &ReplicaState::replica_directory_id, {.since = 2}),
            F("LogEndOffset", &ReplicaState::log_end_offset),
            F("LastFetchTimestamp", &ReplicaState::last_fetch_timestamp, {.since = 1}),
            F("LastCaughtUpTimestamp", &ReplicaState::last_caught_up_timestamp, {.since = 1}),
        };
      };

      std::int32_t partition_index = 0;
      std::int16_t error_code = 0;
      std::optional<std::string> error_message = std::string();
      std::int32_t leader_id = 0;
      std::int32_t leader_epoch = 0;
      std::int64_t high_watermark = 0;
      std::vector<ReplicaState> current_voters;
      std::vector<ReplicaState> observers;
      static constexpr auto kFields = std::tuple{
          F("PartitionIndex", &Partition::partition_index),
          F("ErrorCode", &Partition::error_code),
          F("ErrorMessage", &Partition::error_message, {.since = 2, .nullable = 2}),
          F("LeaderId", &Partition::leader_id),
          F("LeaderEpoch", &Partition::leader_epoch),
          F("HighWatermark", &Partition::high_watermark),
          F("CurrentVoters", &Partition::current_voters),
          F("Observers", &Partition::observers),
      };
    };

    std::string topic_name;
    std::vector<Partition> partitions;
    static constexpr auto kFields = std::tuple{
        F("TopicName", &Topic::topic_name),
        F("Partitions", &Topic::partitions),
    };
  };
  struct Node {
    struct Listener {
      std::string name;
      std::string host;
      std::uint16_t port = 0;
      static constexpr auto kFields = std::tuple{
          F("Name", &Listener::name, {.since = 2}),
          F("Host", &Listener::host, {.since = 2}),
          F("Port", &Listener::port, {.since = 2}),
      };
    };

    std::int32_t node_id = 0;
    std::vector<Listener> listeners;
    static constexpr auto kFields = std::tuple{
        F("NodeId", &Node::node_id, {.since = 2}),
        F("Listeners", &Node::listeners, {.since = 2}),
    };
  };

  std::int16_t error_code = 0;
  std::optional<std::string> error_message = std::string();
  std::vector<Topic> topics;
  std::vector<Node> nodes;
  static constexpr auto kFields = std::tuple{
      F("ErrorCode", &DescribeQuorumResponse::error_code),
      F("ErrorMessage", &DescribeQuorumResponse::error_message, {.since = 2, .nullable = 2}),
      F("Topics", &DescribeQuorumResponse::topics),
      F("Nodes", &DescribeQuorumResponse::nodes, {.since = 2}),
  };
};

struct DescribeQuorumRequest {
  using Response = DescribeQuorumResponse;
  static constexpr MessageInfo kInfo{ApiKey::kDescribeQuorum, "DescribeQuorumRequest", 0, 2, 0};
  struct Topic {
    struct Partition {
      std::int32_t partition_index = 0;
      static constexpr auto kFields = std::tuple{
          F("PartitionIndex", &Partition::partition_index),
      };
    };

    std::string topic_name;
    std::vector<Partition> partitions;
    static constexpr auto kFields = std::tuple{
        F("TopicName", &Topic::topic_name),
        F("Partitions", &Topic::partitions),
    };
  };

  std::vector<Topic> topics;
  static constexpr auto kFields = std::tuple{
      F("Topics", &DescribeQuorumRequest::topics),
  };
};

struct UpdateFeaturesResponse {
  static constexpr MessageInfo kInfo{ApiKey::kUpdateFeatures, "UpdateFeaturesResponse", 0, 2, 0};
  struct Feature {
    std::string feature;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = std::string();
    static constexpr auto kFields = std::tuple{
        F("Feature", &Feature::feature),
        F("ErrorCode", &Feature::error_code),
        F("ErrorMessage", &Feature::error_message, {.nullable = 0}),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = std::string();
  std::vector<Feature> results;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &UpdateFeaturesResponse::throttle_time_ms),
      F("ErrorCode", &UpdateFeaturesResponse::error_code),
      F("ErrorMessage", &UpdateFeaturesResponse::error_message, {.nullable = 0}),
      F("Results", &UpdateFeaturesResponse::results, {.until = 1}),
  };
};

struct UpdateFeaturesRequest {
  using Response = UpdateFeaturesResponse;
  static constexpr MessageInfo kInfo{ApiKey::kUpdateFeatures, "UpdateFeaturesRequest", 0, 2, 0};
  struct FeatureUpdate {
    std::string feature;
    std::int16_t max_version_level = 0;
    bool allow_downgrade = false;  ///< v0 only.
    std::int8_t upgrade_type = 1;  ///< 1 upgrade, 2 safe downgrade, 3 unsafe downgrade.
    static constexpr auto kFields = std::tuple{
        F("Feature", &FeatureUpdate::feature),
        F("MaxVersionLevel", &FeatureUpdate::max_version_level),
        F("AllowDowngrade", &FeatureUpdate::allow_downgrade, {.until = 0}),
        F("UpgradeType", &FeatureUpdate::upgrade_type, {.since = 1}),
    };
  };

  std::int32_t timeout_ms = 60'000;
  std::vector<FeatureUpdate> feature_updates;
  bool validate_only = false;
  static constexpr auto kFields = std::tuple{
      F("timeoutMs", &UpdateFeaturesRequest::timeout_ms),
      F("FeatureUpdates", &UpdateFeaturesRequest::feature_updates),
      F("ValidateOnly", &UpdateFeaturesRequest::validate_only, {.since = 1}),
  };
};

struct UnregisterBrokerResponse {
  static constexpr MessageInfo kInfo{ApiKey::kUnregisterBroker, "UnregisterBrokerResponse", 0, 0,
                                     0};
  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = std::string();
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &UnregisterBrokerResponse::throttle_time_ms),
      F("ErrorCode", &UnregisterBrokerResponse::error_code),
      F("ErrorMessage", &UnregisterBrokerResponse::error_message, {.nullable = 0}),
  };
};

struct UnregisterBrokerRequest {
  using Response = UnregisterBrokerResponse;
  static constexpr MessageInfo kInfo{ApiKey::kUnregisterBroker, "UnregisterBrokerRequest", 0, 0, 0};
  std::int32_t broker_id = 0;
  static constexpr auto kFields = std::tuple{
      F("BrokerId", &UnregisterBrokerRequest::broker_id),
  };
};

struct UnregisterControllerResponse {
  static constexpr MessageInfo kInfo{ApiKey::kUnregisterController, "UnregisterControllerResponse",
                                     0, 0, 0};
  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = std::string();
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &UnregisterControllerResponse::throttle_time_ms),
      F("ErrorCode", &UnregisterControllerResponse::error_code),
      F("ErrorMessage", &UnregisterControllerResponse::error_message, {.nullable = 0}),
  };
};

struct UnregisterControllerRequest {
  using Response = UnregisterControllerResponse;
  static constexpr MessageInfo kInfo{ApiKey::kUnregisterController, "UnregisterControllerRequest",
                                     0, 0, 0};
  std::int32_t controller_id = 0;
  static constexpr auto kFields = std::tuple{
      F("ControllerId", &UnregisterControllerRequest::controller_id),
  };
};

}  // namespace levelwind::kafka
