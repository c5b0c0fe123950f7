#include "actions/scaling/webhook_message.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "base/json_writer.h"
#include "base/text.h"
#include "kafka/security/crypto.h"

namespace levelwind::actions {
namespace {

namespace crypto = kafka::crypto;

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kShortestKey = 24, kLongestKey = 64;
constexpr std::size_t kMostWhy = 1000;
constexpr std::size_t kMostDetail = 200;

std::string Sign(const Secret& key, const std::string& text) {
  return crypto::Base64(crypto::Hmac(crypto::Hash::kSha256, crypto::AsBytes(key.Reveal()), text));
}

void WriteReplicas(JsonWriter& json, const ScalingDecision& decision) {
  json.Key("replicas").BeginObject();
  json.FieldCount("current", decision.current).Field("desired", decision.desired);
  json.Field("min", decision.min_members).FieldCount("max", decision.max_members);
  json.FieldCount("ceiling_partitions", decision.partition_ceiling);
  json.FieldCount("ceiling_skew", decision.skew_ceiling).EndObject();
}

void WriteEvidence(JsonWriter& json, const ScalingDecision& decision) {
  json.Key("evidence").BeginObject().Field("arrival_rate", decision.arrival_per_s);
  json.Field("capacity_per_member", decision.capacity_per_s);
  json.Field("time_lag_s", decision.time_lag_s).Field("lag", decision.lag);
  json.Field("why", std::string_view(decision.why).substr(0, kMostWhy)).EndObject();
}

/// "it has 1842 of epoch 3", if the answer says so.
std::string LastOf(const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("last") || !json["last"].is_object()) return "";
  const auto& last = json["last"];
  const auto number = [&](const char* key) {
    const auto found = last.find(key);
    return found != last.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
  };
  return fmt::format("it has {} of epoch {}", number("seq"), number("epoch"));
}

}  // namespace

Result<Secret> WebhookKey(WebhookSigning signing, const Secret& secret) {
  if (signing == WebhookSigning::kGithub) return secret;
  const std::string_view text = secret.Reveal();
  if (!text.starts_with(kPrefix)) {
    return InvalidArgument(
        "the webhook's secret does not begin with whsec_; make one with: echo "
        "whsec_$(openssl rand -base64 32)");
  }
  auto bytes = crypto::FromBase64(text.substr(kPrefix.size()));
  if (!bytes || bytes->size() < kShortestKey || bytes->size() > kLongestKey) {
    return InvalidArgument("the webhook's secret is not whsec_ and the base64 of 24 to 64 bytes");
  }
  Secret key(crypto::AsText(*bytes));
  Wipe(bytes->data(), bytes->size());
  return key;
}

std::string DecisionId(std::string_view cluster, const ScalingDecision& decision) {
  const auto digest = crypto::Digest(crypto::Hash::kSha256, cluster);
  return fmt::format("lw_{}_{}_{}", crypto::Hex(digest).substr(0, 12), decision.epoch,
                     decision.number);
}

std::string WebhookBody(std::string_view cluster, const ScalingDecision& decision, bool dry_run,
                        WallTime now) {
  JsonWriter json;
  json.BeginObject().Field("type", "consumer_group.scale").Field("timestamp", FormatTime(now));
  json.Field("specversion", 1).Key("data").BeginObject();
  json.Field("decision_id", DecisionId(cluster, decision)).Field("epoch", decision.epoch);
  json.Field("seq", decision.number).Field("expires_at", FormatTime(decision.expires_at));
  json.Field("dry_run", dry_run).Field("cluster", cluster).Field("group", decision.group);
  json.Key("target").BeginObject().Field("kind", decision.target.kind);
  json.FieldText("namespace", decision.target.name_space);
  json.Field("name", decision.target.name).EndObject();
  WriteReplicas(json, decision);
  json.Field("reason", ScalingReasonName(decision.reason));
  WriteEvidence(json, decision);
  return json.EndObject().EndObject().Take();
}

std::vector<std::pair<std::string, std::string>> WebhookHeaders(WebhookSigning signing,
                                                                const std::vector<Secret>& keys,
                                                                const std::string& id,
                                                                const std::string& body,
                                                                WallTime now) {
  std::vector<std::pair<std::string, std::string>> headers = {{"Content-Type", "application/json"}};
  if (signing == WebhookSigning::kGithub) {
    headers.emplace_back("X-Levelwind-Event", "consumer_group.scale");
    headers.emplace_back("X-Levelwind-Delivery", id);
    std::string name = "X-Hub-Signature-256";
    for (const Secret& key : keys) {
      const auto mac = crypto::Hmac(crypto::Hash::kSha256, crypto::AsBytes(key.Reveal()), body);
      headers.emplace_back(name, "sha256=" + crypto::Hex(mac));
      name = "X-Hub-Signature-256-Previous";
    }
    return headers;
  }
  const std::string timestamp = std::to_string(now.unix_ms / 1000);
  std::string signatures;
  for (const Secret& key : keys) {
    if (!signatures.empty()) signatures += ' ';
    signatures += "v1," + Sign(key, fmt::format("{}.{}.{}", id, timestamp, body));
  }
  headers.emplace_back("webhook-id", id);
  headers.emplace_back("webhook-timestamp", timestamp);
  headers.emplace_back("webhook-signature", signatures);
  return headers;
}

WebhookReading ReadWebhookAnswer(const HttpAnswer& answer, const std::string& host) {
  const std::string said = EscapeControl(std::string_view(answer.body).substr(0, kMostDetail));
  const std::string text =
      fmt::format("{} answered {}{}{}", host, answer.status, said.empty() ? "" : ": ", said);
  if (answer.status == 202) return {WebhookVerdict::kAccepted, text};
  if (answer.status >= 200 && answer.status < 300) return {WebhookVerdict::kApplied, text};
  if (answer.status >= 300 && answer.status < 400) {
    return {WebhookVerdict::kFailed,
            fmt::format("{} answered {}, and redirects are not followed; give the URL that it "
                        "points to",
                        host, answer.status)};
  }
  switch (answer.status) {
    case 409: {
      const std::string last = LastOf(answer.body);
      return {WebhookVerdict::kSuperseded,
              last.empty() ? text : fmt::format("{} answered 409: {}", host, last)};
    }
    case 401:
    case 403:
      return {WebhookVerdict::kRefused,
              text + "; the receiver does not take our signature: compare secrets and clocks"};
    case 422:
      return {WebhookVerdict::kRefused, text + "; the number is out of the receiver's bounds"};
    case 410:
      return {WebhookVerdict::kGone,
              text + "; nothing more is sent there: change the configuration and start again"};
    default:
      return {WebhookVerdict::kRetry, text};
  }
}

}  // namespace levelwind::actions
