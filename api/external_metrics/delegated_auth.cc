#include "api/external_metrics/delegated_auth.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/log.h"
#include "base/text.h"

namespace levelwind::api {
namespace {

constexpr Duration kGood = std::chrono::seconds(10);
constexpr std::size_t kMostCached = 1000;
constexpr const char* kAnybody = "system:authenticated";
constexpr const char* kMasters = "system:masters";

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return text;
}

Error Unauthenticated(std::string message) {
  return {ErrorCode::kUnauthenticated, std::move(message)};
}

/// Values of a header, in the order that they came.
std::vector<std::string> ValuesOf(const Request& request, const std::string& name) {
  std::vector<std::string> values;
  const std::string wanted = Lower(name);
  for (const auto& [key, value] : request.headers) {
    if (key == wanted) values.push_back(value);
  }
  return values;
}

/// The first value of the first of these headers that there is.
std::string FirstOf(const Request& request, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto values = ValuesOf(request, name);
    if (!values.empty() && !values.front().empty()) return values.front();
  }
  return "";
}

int HexOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// %XX decoded; what is not well formed stays as it is, as client-go leaves it.
std::string Unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool whole =
        text[i] == '%' && i + 2 < text.size() && HexOf(text[i + 1]) >= 0 && HexOf(text[i + 2]) >= 0;
    if (whole) {
      out += static_cast<char>(HexOf(text[i + 1]) * 16 + HexOf(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::optional<std::string> BearerOf(const Request& request) {
  const auto values = ValuesOf(request, "authorization");
  constexpr std::string_view kScheme = "bearer ";
  if (values.size() != 1 || values.front().size() <= kScheme.size()) return std::nullopt;
  if (Lower(values.front().substr(0, kScheme.size())) != kScheme) return std::nullopt;
  return values.front().substr(kScheme.size());
}

/// Tells two questions apart, whatever bytes names have.
std::string KeyOf(const DelegatedAuth::Identity& who, const std::string& verb,
                  const std::string& name_space, const std::string& resource) {
  std::string key;
  const auto add = [&](const std::string& part) {
    key += fmt::format("{}:{};", part.size(), part);
  };
  for (const std::string& part : {who.user, who.uid, verb, name_space, resource}) add(part);
  add(std::to_string(who.groups.size()));
  for (const std::string& group : who.groups) add(group);
  for (const auto& [name, value] : who.extra) {
    add(name);
    add(value);
  }
  return key;
}

}  // namespace

Status DelegatedAuth::Refresh() {
  LW_ASSIGN_OR_RETURN(actions::KubeAuthConfig config, reviews_.ReadAuthConfig());
  config_.Publish(std::make_shared<const actions::KubeAuthConfig>(std::move(config)));
  return Ok();
}

Result<DelegatedAuth::Identity> DelegatedAuth::FrontProxyUser(const Request& request,
                                                              const actions::KubeAuthConfig& config,
                                                              const std::string& name) const {
  const bool allowed = config.allowed_names.empty() ||
                       std::ranges::find(config.allowed_names, name) != config.allowed_names.end();
  if (!allowed) {
    return Unauthenticated(
        fmt::format("'{}' is not one of the front proxies that are allowed", EscapeControl(name)));
  }
  Identity who;
  who.user = FirstOf(request, config.user_headers);
  if (who.user.empty()) return Unauthenticated("the front proxy does not say for whom it asks");
  who.uid = FirstOf(request, config.uid_headers);
  for (const std::string& header : config.group_headers) {
    for (std::string& group : ValuesOf(request, header)) who.groups.push_back(std::move(group));
  }
  for (const std::string& prefix : config.extra_prefixes) {
    const std::string begin = Lower(prefix);
    for (const auto& [key, value] : request.headers) {
      if (key.size() > begin.size() && key.starts_with(begin)) {
        who.extra.emplace_back(Lower(Unescape(key.substr(begin.size()))), value);
      }
    }
  }
  return who;
}

Result<DelegatedAuth::Identity> DelegatedAuth::Authenticate(const Request& request) {
  const auto config = config_.Get();
  if (config == nullptr) return Unavailable("whom to trust has not been read yet");
  Result<Identity> who = Unauthenticated("no client certificate and no bearer token");
  bool shown = false;
  if (request.peer != nullptr) {
    const auto& chain = request.peer->der;
    const auto proxy = VerifyClient(chain, config->front_proxy_ca, clock_.WallNow());
    const auto client = proxy.ok() || config->client_ca.empty()
                            ? Result<CertificateOwner>(Unauthenticated("no authority of clients"))
                            : VerifyClient(chain, config->client_ca, clock_.WallNow());
    shown = proxy.ok() || client.ok();
    if (proxy.ok()) {
      who = FrontProxyUser(request, *config, proxy->common_name);
    } else if (client.ok()) {
      Identity own;
      own.user = client->common_name;
      own.groups = client->organisations;
      who = own;
    } else {
      who = proxy.error().Wrap("client certificate");
    }
  }
  if (!shown) {
    if (const auto token = BearerOf(request)) who = reviews_.ReviewToken(*token);
  }
  if (!who.ok()) return who;
  if (who->user.empty()) return Unauthenticated("the certificate names nobody");
  auto& groups = who->groups;
  if (std::ranges::find(groups, kAnybody) == groups.end() && who->user != "system:anonymous") {
    groups.emplace_back(kAnybody);
  }
  return who;
}

Status DelegatedAuth::Authorize(const Identity& who, const std::string& verb,
                                const std::string& name_space, const std::string& resource) {
  if (std::ranges::find(who.groups, kMasters) != who.groups.end()) return Ok();
  const std::string key = KeyOf(who, verb, name_space, resource);
  const SteadyTime now = clock_.Now();
  std::optional<bool> allowed;
  {
    const std::lock_guard lock(mutex_);
    const auto known = cache_.find(key);
    if (known != cache_.end() && now - known->second.at < kGood) allowed = known->second.allowed;
  }
  if (!allowed) {
    LW_ASSIGN_OR_RETURN(allowed, reviews_.ReviewAccess({who, verb, name_space, resource, ""}));
    const std::lock_guard lock(mutex_);
    if (cache_.size() >= kMostCached) {
      std::erase_if(cache_, [&](const auto& entry) { return now - entry.second.at >= kGood; });
    }
    if (cache_.size() >= kMostCached) cache_.clear();
    cache_[key] = {now, *allowed};
  }
  if (*allowed) return Ok();
  return Error(ErrorCode::kPermissionDenied,
               fmt::format("user '{}' may not {} {}.external.metrics.k8s.io in namespace '{}'",
                           EscapeControl(who.user), verb, EscapeControl(resource),
                           EscapeControl(name_space)));
}

}  // namespace levelwind::api
