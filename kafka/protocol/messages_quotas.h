#pragma once

// DescribeClientQuotas, AlterClientQuotas.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "kafka/protocol/field.h"

namespace levelwind::kafka {

struct DescribeClientQuotasResponse {
  static constexpr MessageInfo kInfo{ApiKey::kDescribeClientQuotas, "DescribeClientQuotasResponse",
                                     0, 1, 1};
  struct Entry {
    struct Entity {
      std::string entity_type;
      std::optional<std::string> entity_name = std::string();  ///< Null: the default entity.
      static constexpr auto kFields = std::tuple{
          F("EntityType", &Entity::entity_type),
          F("EntityName", &Entity::entity_name, {.nullable = 0}),
      };
    };
    struct Value {
      std::string key;
      double value = 0;
      static constexpr auto kFields = std::tuple{
          F("Key", &Value::key),
          F("Value", &Value::value),
      };
    };

    std::vector<Entity> entity;
    std::vector<Value> values;
    static constexpr auto kFields = std::tuple{
        F("Entity", &Entry::entity),
        F("Values", &Entry::values),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = std::string();
  std::optional<std::vector<Entry>> entries = std::vector<Entry>();
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &DescribeClientQuotasResponse::throttle_time_ms),
      F("ErrorCode", &DescribeClientQuotasResponse::error_code),
      F("ErrorMessage", &DescribeClientQuotasResponse::error_message, {.nullable = 0}),
      F("Entries", &DescribeClientQuotasResponse::entries, {.nullable = 0}),
  };
};

struct DescribeClientQuotasRequest {
  using Response = DescribeClientQuotasResponse;
  static constexpr MessageInfo kInfo{ApiKey::kDescribeClientQuotas, "DescribeClientQuotasRequest",
                                     0, 1, 1};
  struct Component {
    std::string entity_type;
    std::int8_t match_type = 0;                        ///< 0 exact, 1 default, 2 any.
    std::optional<std::string> match = std::string();  ///< The name for an exact match, else null.
    static constexpr auto kFields = std::tuple{
        F("EntityType", &Component::entity_type),
        F("MatchType", &Component::match_type),
        F("Match", &Component::match, {.nullable = 0}),
    };
  };

  std::vector<Component> components;
  bool strict = false;  ///< Exclude entities with further components.
  static constexpr auto kFields = std::tuple{
      F("Components", &DescribeClientQuotasRequest::components),
      F("Strict", &DescribeClientQuotasRequest::strict),
  };
};

struct AlterClientQuotasResponse {
  static constexpr MessageInfo kInfo{ApiKey::kAlterClientQuotas, "AlterClientQuotasResponse", 0, 1,
                                     1};
  struct Entry {
    struct Entity {
      std::string entity_type;
      std::optional<std::string> entity_name = std::string();  ///< Null: the default entity.
      static constexpr auto kFields = std::tuple{
          F("EntityType", &Entity::entity_type),
          F("EntityName", &Entity::entity_name, {.nullable = 0}),
      };
    };

    std::int16_t error_code = 0;
    std::optional<std::string> error_message = std::string();
    std::vector<Entity> entity;
    static constexpr auto kFields = std::tuple{
        F("ErrorCode", &Entry::error_code),
        F("ErrorMessage", &Entry::error_message, {.nullable = 0}),
        F("Entity", &Entry::entity),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Entry> entries;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &AlterClientQuotasResponse::throttle_time_ms),
      F("Entries", &AlterClientQuotasResponse::entries),
  };
};

struct AlterClientQuotasRequest {
  using Response = AlterClientQuotasResponse;
  static constexpr MessageInfo kInfo{ApiKey::kAlterClientQuotas, "AlterClientQuotasRequest", 0, 1,
                                     1};
  struct Entry {
    struct Entity {
      std::string entity_type;
      std::optional<std::string> entity_name = std::string();  ///< Null: the default entity.
      static constexpr auto kFields = std::tuple{
          F("EntityType", &Entity::entity_type),
          F("EntityName", &Entity::entity_name, {.nullable = 0}),
      };
    };
    struct Op {
      std::string key;
      double value = 0;
      bool remove = false;
      static constexpr auto kFields = std::tuple{
          F("Key", &Op::key),
          F("Value", &Op::value),
          F("Remove", &Op::remove),
      };
    };

    std::vector<Entity> entity;
    std::vector<Op> ops;
    static constexpr auto kFields = std::tuple{
        F("Entity", &Entry::entity),
        F("Ops", &Entry::ops),
    };
  };

  std::vector<Entry> entries;
  bool validate_only = false;
  static constexpr auto kFields = std::tuple{
      F("Entries", &AlterClientQuotasRequest::entries),
      F("ValidateOnly", &AlterClientQuotasRequest::validate_only),
  };
};

}  // namespace levelwind::kafka
