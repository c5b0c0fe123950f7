#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace levelwind::kafka {

/// One login as one mechanism sees it: bytes to send, bytes that came back. What wraps the bytes
/// (SaslHandshake, SaslAuthenticate) and how often they may go back and forth is the connection's
/// business. An exchange never falls back to another mechanism. For one login; one thread.
class SaslExchange {
 public:
  virtual ~SaslExchange() = default;
  /// As Kafka's handshake names it.
  virtual std::string_view mechanism() const = 0;
  /// For messages: "user alice with SCRAM-SHA-256", never a secret.
  virtual std::string Who() const = 0;
  /// The first message to send. Once.
  virtual Result<std::vector<std::uint8_t>> Start() = 0;
  /// What the broker answered without an error. The next message to send, or nothing: the broker
  /// has accepted us and, where the mechanism has a proof of that, has proved who it is. An Error
  /// (kUnauthenticated) means that the broker is not to be trusted or broke the protocol.
  virtual Result<std::optional<std::vector<std::uint8_t>>> Next(
      std::span<const std::uint8_t> answer) = 0;
  /// What the mechanism told about a refusal, beside the broker's own words; often empty.
  virtual std::string Refusal() const { return {}; }
};

/// RFC 4616. Sends the password as it is: for TLS only.
std::unique_ptr<SaslExchange> NewPlainExchange(std::string username, Secret password);

/// RFC 6750/7628 in Kafka's shape. `extensions` are "name=value".
std::unique_ptr<SaslExchange> NewOauthExchange(Secret token, std::vector<std::string> extensions);

/// Amazon's own mechanism: one signed JSON document, answered by another.
std::unique_ptr<SaslExchange> NewMskIamExchange(Secret payload);

}  // namespace levelwind::kafka
