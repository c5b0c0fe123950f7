#pragma once

// CreateTopics, DeleteTopics, CreatePartitions.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/uuid.h"
#include "kafka/protocol/field.h"

namespace levelwind::kafka {

struct CreateTopicsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kCreateTopics, "CreateTopicsResponse", 2, 7, 5};
  struct Config {
    std::string name;
    std::optional<std::string> value = std::string();
    bool read_only = false;
    std::int8_t config_source = -1;
    bool is_sensitive = false;
    static constexpr auto kFields = std::tuple{
        F("Name", &Config::name, {.since = 5}),
        F("Value", &Config::value, {.since = 5, .nullable = 5}),
        F("ReadOnly", &Config::read_only, {.since = 5}),
        F("ConfigSource", &Config::config_source, {.since = 5}),
        F("IsSensitive", &Config::is_sensitive, {.since = 5}),
    };
  };
  struct Topic {
    std::string name;
    Uuid topic_id;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = std::string();
    std::int16_t topic_config_error_code = 0;
    std::int32_t num_partitions = -1;
    std::int16_t replication_factor = -1;
    std::optional<std::vector<Config>> configs = std::vector<Config>();
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name),
        F("TopicId", &Topic::topic_id, {.since = 7}),
        F("ErrorCode", &Topic::error_code),
        F("ErrorMessage", &Topic::error_message, {.since = 1, .nullable = 0}),
        F("TopicConfigErrorCode", &Topic::topic_config_error_code, {.since = 5, .tag = 0}),
        F("NumPartitions", &Topic::num_partitions, {.since = 5}),
        F("ReplicationFactor", &Topic::replication_factor, {.since = 5}),
        F("Configs", &Topic::configs, {.since = 5, .nullable = 5}),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &CreateTopicsResponse::throttle_time_ms, {.since = 2}),
      F("Topics", &CreateTopicsResponse::topics),
  };
};

struct CreateTopicsRequest {
  using Response = CreateTopicsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kCreateTopics, "CreateTopicsRequest", 2, 7, 5};
  struct Assignment {
    std::int32_t partition_index = 0;
    std::vector<std::int32_t> broker_ids;
    static constexpr auto kFields = std::tuple{
        F("PartitionIndex", &Assignment::partition_index),
        F("BrokerIds", &Assignment::broker_ids),
    };
  };
  struct Config {
    std::string name;
    std::optional<std::string> value = std::string();
    static constexpr auto kFields = std::tuple{
        F("Name", &Config::name),
        F("Value", &Config::value, {.nullable = 0}),
    };
  };
  struct Topic {
    std::string name;
    std::int32_t num_partitions = 0;      ///< -1: the broker's default (v4+), or with assignments.
    std::int16_t replication_factor = 0;  ///< As above.
    std::vector<Assignment> assignments;
    std::vector<Config> configs;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name),
        F("NumPartitions", &Topic::num_partitions),
        F("ReplicationFactor", &Topic::replication_factor),
        F("Assignments", &Topic::assignments),
        F("Configs", &Topic::configs),
    };
  };

  std::vector<Topic> topics;
  std::int32_t timeout_ms = 60'000;
  bool validate_only = false;
  static constexpr auto kFields = std::tuple{
      F("Topics", &CreateTopicsRequest::topics),
      F("timeoutMs", &CreateTopicsRequest::timeout_ms),  // sic, also the next
      F("validateOnly", &CreateTopicsRequest::validate_only, {.since = 1}),
  };
};

struct DeleteTopicsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kDeleteTopics, "DeleteTopicsResponse", 1, 5, 4};
  struct Topic {
    std::string name;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name),
        F("ErrorCode", &Topic::error_code),
        F("ErrorMessage", &Topic::error_message, {.since = 5, .nullable = 5}),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> responses;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &DeleteTopicsResponse::throttle_time_ms, {.since = 1}),
      F("Responses", &DeleteTopicsResponse::responses),
  };
};

struct DeleteTopicsRequest {
  using Response = DeleteTopicsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kDeleteTopics, "DeleteTopicsRequest", 1, 5, 4};

  std::vector<std::string> topic_names;
  std::int32_t timeout_ms = 0;
  static constexpr auto kFields = std::tuple{
      F("TopicNames", &DeleteTopicsRequest::topic_names, {.until = 5}),
      F("TimeoutMs", &DeleteTopicsRequest::timeout_ms),
  };
};

struct CreatePartitionsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kCreatePartitions, "CreatePartitionsResponse", 0, 3,
                                     2};
  struct Topic {
    std::string name;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name),
        F("ErrorCode", &Topic::error_code),
        F("ErrorMessage", &Topic::error_message, {.nullable = 0}),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> results;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &CreatePartitionsResponse::throttle_time_ms),
      F("Results", &CreatePartitionsResponse::results),
  };
};

struct CreatePartitionsRequest {
  using Response = CreatePartitionsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kCreatePartitions, "CreatePartitionsRequest", 0, 3, 2};
  struct Topic {
    struct Assignment {
      std::vector<std::int32_t> broker_ids;
      static constexpr auto kFields = std::tuple{
          F("BrokerIds", &Assignment::broker_ids),
      };
    };

    std::string name;
    std::int32_t count = 0;  ///< The new total.
    std::optional<std::vector<Assignment>> assignments =
        std::vector<Assignment>();  ///< Of the new partitions; null: the broker chooses.
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name),
        F("Count", &Topic::count),
        F("Assignments", &Topic::assignments, {.nullable = 0}),
    };
  };

  std::vector<Topic> topics;
  std::int32_t timeout_ms = 0;
  bool validate_only = false;
  static constexpr auto kFields = std::tuple{
      F("Topics", &CreatePartitionsRequest::topics),
      F("TimeoutMs", &CreatePartitionsRequest::timeout_ms),
      F("ValidateOnly", &CreatePartitionsRequest::validate_only),
  };
};

}  // namespace levelwind::kafka
