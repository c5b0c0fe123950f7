#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "kafka/admin_client.h"
#include "kafka/errors.h"
#include "kafka/net/connection.h"
#include "kafka/protocol/messages_cluster.h"
#include "kafka/protocol/reader.h"

namespace levelwind::kafka {

namespace {

/// A broker that does not know the asked version answers in version 0, whatever was asked.
std::int16_t VersionOfAnswer(const RawAnswer& answer) {
  Reader reader = answer.reader();
  return reader.Int16() == kUnsupportedVersion ? std::int16_t{0} : answer.version;
}

/// The highest version of ApiVersions that both sides know, after a refusal that tells the
/// broker's. Versions 1 and 2 bring nothing over 0.
std::int16_t Fallback(const ApiVersionsResponse& refusal) {
  for (const auto& api : refusal.api_keys) {
    if (api.api_key != static_cast<std::int16_t>(ApiKey::kApiVersions)) continue;
    const std::int16_t both = std::min(api.max_version, ApiVersionsRequest::kInfo.max);
    return both >= ApiVersionsRequest::kInfo.flexible ? both : std::int16_t{0};
  }
  return 0;
}

}  // namespace

void Connection::Negotiate(std::int16_t version) {
  ApiVersionsRequest request;
  request.client_software_name = "levelwind";
  request.client_software_version = LEVELWIND_VERSION;
  SendNow({MakeSpec(std::move(request)), connect_by_,
           [this](Outcome outcome) { OnVersions(std::move(outcome)); }},
          version);
}

void Connection::OnVersions(Outcome outcome) {
  // A lost connection is told to those who wait for it; here is nothing to add.
  if (!outcome.answer.ok()) return;
  const RawAnswer& answer = *outcome.answer;
  const std::int16_t version = VersionOfAnswer(answer);
  Reader reader = answer.reader();
  Result<ApiVersionsResponse> response = Decode<ApiVersionsResponse>(reader, version);
  if (!response.ok()) {
    return Close(
        {ErrorCode::kFailedPrecondition, fmt::format("{} does not answer like a Kafka broker: {}",
                                                     Address(), response.error().message())});
  }
  if (response->error_code == kUnsupportedVersion && answer.version != 0) {
    return Negotiate(Fallback(*response));
  }
  if (response->error_code != 0) {
    return Close(KafkaError(response->error_code, Address() + " refused ApiVersions"));
  }
  for (const auto& api : response->api_keys) {
    // Only what we know: a peer can name 65,536 of them.
    if (api.api_key < 0 || std::cmp_greater_equal(api.api_key, kApiKeys)) continue;
    versions_[api.api_key] = {api.min_version, api.max_version};
  }
  if (!security_.wants_login()) return OnReady();
  state_ = State::kLoggingIn;
  PrepareLogin();
}

void Connection::OnReady() {
  state_ = State::kReady;
  was_ready_ = true;
  SpokenVersions spoken;
  spoken.fill(-1);
  for (const auto& [key, range] : versions_) {
    spoken[static_cast<std::size_t>(key)] = range.max;
  }
  stats_.Connected(Address(), spoken);
}

Result<std::int16_t> Connection::ChooseVersion(const RequestSpec& spec) const {
  const auto found = versions_.find(static_cast<std::int16_t>(spec.api));
  if (found == versions_.end()) {
    return Error{ErrorCode::kUnimplemented,
                 fmt::format("broker {} does not offer {}: its Kafka is too old for that, or the "
                             "port is a controller's",
                             Address(), ApiName(spec.api))};
  }
  const VersionRange& theirs = found->second;
  const std::int16_t version = std::min(theirs.max, spec.max_version);
  if (version < std::max(theirs.min, spec.min_version)) {
    return Error{
        ErrorCode::kUnimplemented,
        fmt::format("broker {} offers {} versions {} to {}, but {} to {} are needed", Address(),
                    ApiName(spec.api), theirs.min, theirs.max, spec.min_version, spec.max_version)};
  }
  return version;
}

}  // namespace levelwind::kafka
