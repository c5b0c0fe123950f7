#pragma once

// DescribeConfigs, IncrementalAlterConfigs, ListConfigResources.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "kafka/protocol/field.h"

namespace levelwind::kafka {

struct DescribeConfigsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kDescribeConfigs, "DescribeConfigsResponse", 1, 4, 4};
  struct Synonym {
    std::string name;
    std::optional<std::string> value = std::string();
    std::int8_t source = 0;
    static constexpr auto kFields = std::tuple{
        F("Name", &Synonym::name, {.since = 1}),
        F("Value", &Synonym::value, {.since = 1, .nullable = 0}),
        F("Source", &Synonym::source, {.since = 1}),
    };
  };
  struct Config {
    std::string name;
    std::optional<std::string> value = std::string();
    bool read_only = false;
    std::int8_t config_source = -1;
    bool is_sensitive = false;
    std::vector<Synonym> synonyms;
    std::int8_t config_type = 0;
    std::optional<std::string> documentation = std::string();
    static constexpr auto kFields = std::tuple{
        F("Name", &Config::name),
        F("Value", &Config::value, {.nullable = 0}),
        F("ReadOnly", &Config::read_only),
        F("ConfigSource", &Config::config_source, {.since = 1}),
        F("IsSensitive", &Config::is_sensitive),
        F("Synonyms", &Config::synonyms, {.since = 1}),
        F("ConfigType", &Config::config_type, {.since = 3}),
        F("Documentation", &Config::documentation, {.since = 3, .nullable = 0}),
    };
  };
  struct Result {
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = std::string();
    std::int8_t resource_type = 0;
    std::string resource_name;
    std::vector<Config> configs;
    static constexpr auto kFields = std::tuple{
        F("ErrorCode", &Result::error_code),
        F("ErrorMessage", &Result::error_message, {.nullable = 0}),
        F("ResourceType", &Result::resource_type),
        F("ResourceName", &Result::resource_name),
        F("Configs", &Result::configs),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Result> results;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &DescribeConfigsResponse::throttle_time_ms),
      F("Results", &DescribeConfigsResponse::results),
  };
};

struct DescribeConfigsRequest {
  using Response = DescribeConfigsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kDescribeConfigs, "DescribeConfigsRequest", 1, 4, 4};
  struct Resource {
    std::int8_t resource_type = 0;
    std::string resource_name;
    std::optional<std::vector<std::string>> configuration_keys = std::vector<std::string>();
    static constexpr auto kFields = std::tuple{
        F("ResourceType", &Resource::resource_type), F("ResourceName", &Resource::resource_name),
        F("ConfigurationKeys", &Resource::configuration_keys, {.nullable = 0}),  // null: all
    };
  };

  std::vector<Resource> resources;
  bool include_synonyms = false;
  bool include_documentation = false;
  static constexpr auto kFields = std::tuple{
      F("Resources", &DescribeConfigsRequest::resources),
      F("IncludeSynonyms", &DescribeConfigsRequest::include_synonyms, {.since = 1}),
      F("IncludeDocumentation", &DescribeConfigsRequest::include_documentation, {.since = 3}),
  };
};

struct IncrementalAlterConfigsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kIncrementalAlterConfigs,
                                     "IncrementalAlterConfigsResponse", 0, 1, 1};
  struct Resource {
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = std::string();
    std::int8_t resource_type = 0;
    std::string resource_name;
    static constexpr auto kFields = std::tuple{
        F("ErrorCode", &Resource::error_code),
        F("ErrorMessage", &Resource::error_message, {.nullable = 0}),
        F("ResourceType", &Resource::resource_type),
        F("ResourceName", &Resource::resource_name),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Resource> responses;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &IncrementalAlterConfigsResponse::throttle_time_ms),
      F("Responses", &IncrementalAlterConfigsResponse::responses),
  };
};

struct IncrementalAlterConfigsRequest {
  using Response = IncrementalAlterConfigsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kIncrementalAlterConfigs,
                                     "IncrementalAlterConfigsRequest", 0, 1, 1};
  struct Config {
    std::string name;
    std::int8_t config_operation = 0;  ///< 0 set, 1 delete, 2 append, 3 subtract.
    std::optional<std::string> value = std::string();
    static constexpr auto kFields = std::tuple{
        F("Name", &Config::name),
        F("ConfigOperation", &Config::config_operation),
        F("Value", &Config::value, {.nullable = 0}),
    };
  };
  struct Resource {
    std::int8_t resource_type = 0;
    std::string resource_name;
    std::vector<Config> configs;
    static constexpr auto kFields = std::tuple{
        F("ResourceType", &Resource::resource_type),
        F("ResourceName", &Resource::resource_name),
        F("Configs", &Resource::configs),
    };
  };

  std::vector<Resource> resources;
  bool validate_only = false;
  static constexpr auto kFields = std::tuple{
      F("Resources", &IncrementalAlterConfigsRequest::resources),
      F("ValidateOnly", &IncrementalAlterConfigsRequest::validate_only),
  };
};

struct ListConfigResourcesResponse {
  static constexpr MessageInfo kInfo{ApiKey::kListConfigResources, "ListConfigResourcesResponse", 0,
                                     1, 0};
  struct Resource {
    std::string resource_name;
    std::int8_t resource_type = 16;
    static constexpr auto kFields = std::tuple{
        F("ResourceName", &Resource::resource_name),
        F("ResourceType", &Resource::resource_type, {.since = 1}),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::vector<Resource> config_resources;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &ListConfigResourcesResponse::throttle_time_ms),
      F("ErrorCode", &ListConfigResourcesResponse::error_code),
      F("ConfigResources", &ListConfigResourcesResponse::config_resources),
  };
};

struct ListConfigResourcesRequest {
  using Response = ListConfigResourcesResponse;
  static constexpr MessageInfo kInfo{ApiKey::kListConfigResources, "ListConfigResourcesRequest", 0,
                                     1, 0};
  std::vector<std::int8_t>
      resource_types;  ///< Empty: all. Before v1 only client metrics are listed.
  static constexpr auto kFields = std::tuple{
      F("ResourceTypes", &ListConfigResourcesRequest::resource_types, {.since = 1}),
  };
};

}  // namespace levelwind::kafka
