#include "kafka/security/aws_signer.h"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <utility>

#include "base/json_text.h"
#include "kafka/security/crypto.h"
#include "kafka/security/url.h"

namespace levelwind::kafka {

namespace {

constexpr std::string_view kService = "kafka-cluster";
constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kAction = "kafka-cluster:Connect";

/// "20250102T030405Z"
std::string AmzTime(WallTime time) {
  using std::chrono::floor, std::chrono::days, std::chrono::milliseconds, std::chrono::seconds;
  const std::chrono::sys_time<milliseconds> at{milliseconds(time.unix_ms)};
  const auto day = floor<days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<seconds> clock(floor<seconds>(at - day));
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

/// The values that are signed, by their names in the query. Sorted, as the signature wants them.
using Query = std::map<std::string, std::string>;

Query QueryOf(const AwsKeys& keys, std::string_view region, const std::string& time) {
  Query query = {
      {"Action", std::string(kAction)},
      {"X-Amz-Algorithm", std::string(kAlgorithm)},
      {"X-Amz-Credential",
       fmt::format("{}/{}/{}/{}/aws4_request", keys.key_id, time.substr(0, 8), region, kService)},
      {"X-Amz-Date", time},
      {"X-Amz-Expires", std::to_string(kMskTokenSeconds)},
      {"X-Amz-SignedHeaders", "host"},
  };
  if (!keys.session_token.empty()) {
    query["X-Amz-Security-Token"] = std::string(keys.session_token.Reveal());
  }
  return query;
}

std::string QueryText(const Query& query) {
  std::string text;
  for (const auto& [name, value] : query) {
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", UrlEncoded(name), UrlEncoded(value));
  }
  return text;
}

std::string Sign(const AwsKeys& keys, std::string_view region, std::string_view host,
                 const std::string& query, const std::string& time) {
  using crypto::Hash, crypto::Hmac, crypto::Bytes;
  const std::string date = time.substr(0, 8);
  std::string canonical = fmt::format("GET\n/\n{}\nhost:{}\n\nhost\n{}", query, host,
                                      crypto::Hex(crypto::Digest(Hash::kSha256, "")));
  const std::string to_sign =
      fmt::format("{}\n{}\n{}/{}/{}/aws4_request\n{}", kAlgorithm, time, date, region, kService,
                  crypto::Hex(crypto::Digest(Hash::kSha256, canonical)));
  Wipe(canonical);
  std::string secret = "AWS4";
  secret += keys.secret.Reveal();
  Bytes key = Hmac(Hash::kSha256, crypto::AsBytes(secret), date);
  Wipe(secret);
  for (const std::string_view part : {region, kService, std::string_view("aws4_request")}) {
    Bytes next = Hmac(Hash::kSha256, key, part);
    Wipe(key.data(), key.size());
    key = std::move(next);
  }
  std::string signature = crypto::Hex(Hmac(Hash::kSha256, key, to_sign));
  Wipe(key.data(), key.size());
  return signature;
}

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

}  // namespace

Secret MskToken(const AwsKeys& keys, std::string_view region, WallTime now,
                std::string_view user_agent) {
  const std::string time = AmzTime(now);
  const std::string host = fmt::format("kafka.{}.amazonaws.com", region);
  Query values = QueryOf(keys, region, time);
  std::string query = QueryText(values);
  const std::string signature = Sign(keys, region, host, query, time);
  // Signed in order of the names; Amazon's own signer writes the session's token last, so do we.
  if (auto session = values.extract("X-Amz-Security-Token")) {
    query = QueryText(values) + "&" + QueryText({{session.key(), session.mapped()}});
  }
  std::string url = fmt::format("https://{}/?{}&X-Amz-Signature={}&User-Agent={}", host, query,
                                signature, UrlEncoded(user_agent));
  std::string token = crypto::Base64Url(url);
  Secret secret(token);
  for (std::string* text : {&query, &url, &token}) Wipe(*text);
  return secret;
}

Secret MskIamPayload(const AwsKeys& keys, std::string_view region, std::string_view broker_host,
                     WallTime now, std::string_view user_agent) {
  const std::string time = AmzTime(now);
  Query query = QueryOf(keys, region, time);
  std::string query_text = QueryText(query);
  query["X-Amz-Signature"] = Sign(keys, region, broker_host, query_text, time);
  std::string json = fmt::format("{{\"version\":\"2020_10_22\",\"host\":{},\"user-agent\":{}",
                                 JsonQuoted(broker_host), JsonQuoted(user_agent));
  for (const auto& [name, value] : query) {
    json += fmt::format(",{}:{}", JsonQuoted(Lower(name)), JsonQuoted(value));
  }
  json += '}';
  Secret secret(json);
  Wipe(query_text);
  Wipe(json);
  return secret;
}

}  // namespace levelwind::kafka
