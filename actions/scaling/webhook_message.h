#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actions/http/http_client.h"
#include "actions/scaling/scaling_options.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "model/scaling.h"

namespace levelwind::actions {

/// The bytes of a key: of "whsec_" and base64 (24 to 64 bytes), or of any text for kGithub.
/// kInvalidArgument says what is wrong with it, never what it is.
Result<Secret> WebhookKey(WebhookSigning signing, const Secret& secret);

/// The same on every try of one decision: the receiver's idempotency key.
std::string DecisionId(std::string_view cluster, const ScalingDecision& decision);

/// What is wanted, not what is to be added: {"type":"consumer_group.scale",...,"data":{...}}, with
/// (epoch, seq) to fence and expires_at. Pure.
std::string WebhookBody(std::string_view cluster, const ScalingDecision& decision, bool dry_run,
                        WallTime now);

/// Headers with the signatures of `body` by each key, the newest first. Formulas: Standard Webhooks
/// (standardwebhooks.com, "Signature scheme"): HMAC-SHA256 of "ID.TIMESTAMP.BODY" in base64;
/// GitHub (docs.github.com, "Validating webhook deliveries"): "sha256=" and the hex HMAC-SHA256 of
/// the body; a second key's is in X-Hub-Signature-256-Previous. Pure.
std::vector<std::pair<std::string, std::string>> WebhookHeaders(WebhookSigning signing,
                                                                const std::vector<Secret>& keys,
                                                                const std::string& id,
                                                                const std::string& body,
                                                                WallTime now);

/// What a receiver's answer says.
enum class WebhookVerdict : std::uint8_t {
  kApplied,     ///< 2xx.
  kAccepted,    ///< 202: it will, later.
  kSuperseded,  ///< 409: it has a newer one.
  kRefused,     ///< 401, 403, 422: a person has to look.
  kGone,        ///< 410: this endpoint is no more.
  kFailed,      ///< 3xx: not followed, not tried again.
  kRetry,       ///< 429, 5xx, anything else.
};
struct WebhookReading {
  WebhookVerdict verdict = WebhookVerdict::kRetry;
  std::string detail;  ///< "hooks.example answered 409: it has 1842 of epoch 3"
};
WebhookReading ReadWebhookAnswer(const HttpAnswer& answer, const std::string& host);

}  // namespace levelwind::actions
