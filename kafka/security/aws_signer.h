#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/secret.h"

namespace levelwind::kafka {

/// What Amazon's signature version 4 is made with.
struct AwsKeys {
  std::string key_id;
  Secret secret;
  Secret session_token;  ///< Empty with long-lived keys.
};

/// How long a signed login is good for; Amazon takes at most this.
inline constexpr int kMskTokenSeconds = 900;

/// The token for OAUTHBEARER that Amazon MSK takes: a presigned URL of kafka.REGION.amazonaws.com
/// in base64url. `user_agent` is in it, unsigned.
Secret MskToken(const AwsKeys& keys, std::string_view region, WallTime now,
                std::string_view user_agent);

/// The payload of the AWS_MSK_IAM mechanism: a JSON document, signed for one broker's host name.
Secret MskIamPayload(const AwsKeys& keys, std::string_view region, std::string_view broker_host,
                     WallTime now, std::string_view user_agent);

}  // namespace levelwind::kafka
