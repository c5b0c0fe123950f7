#pragma once

// SaslHandshake, SaslAuthenticate: the login that comes after ApiVersions and before everything
// else.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "kafka/protocol/field.h"

namespace levelwind::kafka {

struct SaslHandshakeResponse {
  static constexpr MessageInfo kInfo{ApiKey::kSaslHandshake, "SaslHandshakeResponse", 1, 1};
  std::int16_t error_code = 0;
  std::vector<std::string> mechanisms;  ///< What the broker accepts; told with error 33 too.
  static constexpr auto kFields = std::tuple{
      F("ErrorCode", &SaslHandshakeResponse::error_code),
      F("Mechanisms", &SaslHandshakeResponse::mechanisms),
  };
};

struct SaslHandshakeRequest {
  using Response = SaslHandshakeResponse;
  static constexpr MessageInfo kInfo{ApiKey::kSaslHandshake, "SaslHandshakeRequest", 1, 1};
  std::string mechanism;
  static constexpr auto kFields = std::tuple{
      F("Mechanism", &SaslHandshakeRequest::mechanism),
  };
};

struct SaslAuthenticateResponse {
  static constexpr MessageInfo kInfo{ApiKey::kSaslAuthenticate, "SaslAuthenticateResponse", 0, 2,
                                     2};
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = std::string();
  Bytes auth_bytes;  ///< As the mechanism defines them.
  std::int64_t session_lifetime_ms =
      0;  ///< Above 0: log in again on this connection before that long.
  static constexpr auto kFields = std::tuple{
      F("ErrorCode", &SaslAuthenticateResponse::error_code),
      F("ErrorMessage", &SaslAuthenticateResponse::error_message, {.nullable = 0}),
      F("AuthBytes", &SaslAuthenticateResponse::auth_bytes),
      F("SessionLifetimeMs", &SaslAuthenticateResponse::session_lifetime_ms, {.since = 1}),
  };
};

struct SaslAuthenticateRequest {
  using Response = SaslAuthenticateResponse;
  static constexpr MessageInfo kInfo{ApiKey::kSaslAuthenticate, "SaslAuthenticateRequest", 0, 2, 2};
  Bytes auth_bytes;  ///< As the mechanism defines them.
  static constexpr auto kFields = std::tuple{
      F("AuthBytes", &SaslAuthenticateRequest::auth_bytes),
  };
};

}  // namespace levelwind::kafka
