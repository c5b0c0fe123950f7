#include "actions/scaling/kube_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace levelwind::actions {
namespace {

constexpr std::size_t kMostAnswer = std::size_t{8} << 20;
constexpr std::size_t kMostMessage = 500;

std::string NextStep(int status) {
  switch (status) {
    case 401:
      return "; the token is not (any more) one of this API server";
    case 403:
      return "; grant it to our service account (deploy/examples/scale-rbac.yaml)";
    default:
      return "";
  }
}

ErrorCode CodeOf(int status) {
  if (status == 401) return ErrorCode::kUnauthenticated;
  if (status == 403) return ErrorCode::kPermissionDenied;
  if (status == 404) return ErrorCode::kNotFound;
  if (status == 409) return ErrorCode::kAborted;
  if (status == 429 || status >= 500) return ErrorCode::kUnavailable;
  return ErrorCode::kInvalidArgument;
}

Result<Secret> ReadFile(const std::string& file, std::string_view what) {
  SecretSource source;
  source.file = file;
  return ReadSecret(source, what);
}

/// The message of a Status, or the beginning of whatever came.
std::string MessageOf(const KubeAnswer& answer) {
  const auto json = nlohmann::json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  std::string text = answer.body;
  if (json.is_object() && json.contains("message") && json["message"].is_string()) {
    text = json["message"].get<std::string>();
  }
  return EscapeControl(std::string_view(text).substr(0, kMostMessage));
}

}  // namespace

std::map<std::string, std::string> KubeEnvironment() {
  std::map<std::string, std::string> found;
  for (const char* const name : {"KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"}) {
    if (const char* const value = std::getenv(name)) found[name] = value;
  }
  return found;
}

Result<KubeAccess> ResolveKubeAccess(const KubeOptions& options,
                                     const std::map<std::string, std::string>& environment) {
  KubeAccess access;
  access.server = options.server;
  if (access.server.empty()) {
    const auto host = environment.find("KUBERNETES_SERVICE_HOST");
    const auto port = environment.find("KUBERNETES_SERVICE_PORT");
    if (host == environment.end() || port == environment.end()) {
      return InvalidArgument(
          "no API server of Kubernetes is configured, and this is no pod (KUBERNETES_SERVICE_HOST "
          "and KUBERNETES_SERVICE_PORT are not set); give its URL, CA file and token file");
    }
    const bool v6 = host->second.find(':') != std::string::npos;
    access.server = v6 ? fmt::format("https://[{}]:{}", host->second, port->second)
                       : fmt::format("https://{}:{}", host->second, port->second);
  }
  while (access.server.ends_with('/')) access.server.pop_back();
  if (!access.server.starts_with("https://") || AddressGuard::HostOf(access.server).empty()) {
    return InvalidArgument(fmt::format("'{}' is not the URL of an API server: https://HOST:PORT",
                                       EscapeControl(access.server)));
  }
  const std::string& mount = options.service_account_dir;
  access.ca_file = options.ca_file.empty() ? mount + "/ca.crt" : options.ca_file;
  access.token_file = options.token_file.empty() ? mount + "/token" : options.token_file;
  access.name_space = options.name_space;
  if (access.name_space.empty()) {
    const auto own = ReadFile(mount + "/namespace", "the namespace");
    access.name_space = own.ok() ? std::string(own->Reveal()) : "default";
  }
  if (!IsKubeName(access.name_space)) {
    return InvalidArgument(
        fmt::format("'{}' is not a namespace", EscapeControl(access.name_space)));
  }
  return access;
}

Result<std::unique_ptr<KubeClient>> KubeClient::Make(const KubeOptions& options,
                                                     const Clock& clock) {
  LW_ASSIGN_OR_RETURN(KubeAccess access, ResolveKubeAccess(options, KubeEnvironment()));
  // The server is the operator's choice, wherever it is; it is the only host that is spoken to.
  AddressGuard guard({AddressGuard::HostOf(access.server)}, "the configuration");
  HttpClientOptions http{.timeout = options.timeout, .most_answer = kMostAnswer};
  http.ca_file = access.ca_file;
  http.keep_alive = true;
  return std::make_unique<KubeClient>(std::move(access), options.token_reload,
                                      MakeCurlClient(std::move(guard), std::move(http)), clock);
}

KubeClient::KubeClient(KubeAccess access, Duration token_reload, std::unique_ptr<HttpClient> http,
                       const Clock& clock)
    : access_(std::move(access)),
      token_reload_(token_reload),
      http_(std::move(http)),
      clock_(clock) {}

Status KubeClient::ReadToken(bool again) {
  const SteadyTime now = clock_.Now();
  if (!again && token_read_ && now - *token_read_ < token_reload_) return Ok();
  LW_ASSIGN_OR_RETURN(token_, ReadFile(access_.token_file, "the token for Kubernetes"));
  token_read_ = now;
  return Ok();
}

Result<KubeAnswer> KubeClient::Call(const std::string& method, const std::string& path,
                                    const std::string& json, const std::string& type) {
  const std::lock_guard lock(mutex_);
  if (not_before_ && clock_.Now() < *not_before_) {
    return Unavailable(fmt::format("the API server asked to be left alone for another {}",
                                   HumanDuration(ToSeconds(*not_before_ - clock_.Now()))));
  }
  for (bool again = false;; again = true) {
    if (const Status read = ReadToken(again); !read.ok()) {
      return Error(ErrorCode::kUnauthenticated, read.error().message());
    }
    HttpCall call{method, access_.server + path, {{"Accept", "application/json"}}, json};
    if (method != "GET") call.headers.emplace_back("Content-Type", type);
    call.headers.emplace_back("Authorization", "Bearer " + std::string(token_.Reveal()));
    auto answer = http_->Send(call);
    Wipe(call.headers.back().second);
    if (!answer.ok()) return answer.error().Wrap("the API server of Kubernetes");
    if (answer->status == 401 && !again) continue;
    const bool busy = answer->status == 429 || answer->status == 503;
    if (busy && answer->retry_after) not_before_ = clock_.Now() + *answer->retry_after;
    return KubeAnswer{answer->status, std::move(answer->body)};
  }
}

Result<KubeAnswer> KubeClient::Get(const std::string& path) { return Call("GET", path, "", ""); }
Result<KubeAnswer> KubeClient::Post(const std::string& path, const std::string& json) {
  return Call("POST", path, json, "application/json");
}
Result<KubeAnswer> KubeClient::Put(const std::string& path, const std::string& json) {
  return Call("PUT", path, json, "application/json");
}
Result<KubeAnswer> KubeClient::MergePatch(const std::string& path, const std::string& json) {
  return Call("PATCH", path, json, "application/merge-patch+json");
}

Error KubeError(const KubeAnswer& answer, const std::string& doing) {
  const ErrorCode code = CodeOf(answer.status);
  Error error(code, fmt::format("{}: {} {}{}", doing, answer.status, MessageOf(answer),
                                NextStep(answer.status)));
  return error.set_retriable(code == ErrorCode::kUnavailable);
}

bool IsKubeName(const std::string& name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= 253 && plain(name.front()) && plain(name.back()) &&
         std::ranges::all_of(name, [&](char c) { return plain(c) || c == '-' || c == '.'; });
}

}  // namespace levelwind::actions
