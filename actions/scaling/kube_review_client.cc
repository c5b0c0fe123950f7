#include "actions/scaling/kube_review_client.h"

#include <map>
#include <utility>

#include <nlohmann/json.hpp>

#include "actions/scaling/kube_json.h"

namespace levelwind::actions {
namespace {

using Json = nlohmann::json;

bool True(const Json& json, const char* key) {
  const Json& value = At(json, key);
  return value.is_boolean() && value.get<bool>();
}
std::vector<std::string> Texts(const Json& json) {
  std::vector<std::string> out;
  if (!json.is_array()) return out;
  for (const Json& item : json) {
    if (item.is_string()) out.push_back(item.get<std::string>());
  }
  return out;
}
Json Parse(const std::string& text) {
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}
/// JSON text, whatever bytes a name has.
std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json IdentityJson(const KubeIdentity& who) {
  Json spec = {{"user", who.user}, {"groups", who.groups}};
  if (!who.uid.empty()) spec["uid"] = who.uid;
  std::map<std::string, std::vector<std::string>> extra;
  for (const auto& [key, value] : who.extra) extra[key].push_back(value);
  if (!extra.empty()) spec["extra"] = extra;
  return spec;
}

}  // namespace

Result<KubeAuthConfig> KubeReviewClient::ReadAuthConfig() {
  LW_ASSIGN_OR_RETURN(
      const KubeAnswer answer,
      client_.Get("/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication"));
  if (!answer.ok()) {
    return KubeError(answer, "reading ConfigMap kube-system/extension-apiserver-authentication");
  }
  const Json map = Parse(answer.body);
  const Json& data = At(map, "data");
  KubeAuthConfig config;
  config.client_ca = Text(data, "client-ca-file");
  config.front_proxy_ca = Text(data, "requestheader-client-ca-file");
  const auto list = [&](const char* key) { return Texts(Parse(Text(data, key))); };
  config.allowed_names = list("requestheader-allowed-names");
  config.user_headers = list("requestheader-username-headers");
  config.group_headers = list("requestheader-group-headers");
  config.uid_headers = list("requestheader-uid-headers");
  config.extra_prefixes = list("requestheader-extra-headers-prefix");
  if (config.front_proxy_ca.empty() || config.user_headers.empty()) {
    return FailedPrecondition(
        "ConfigMap kube-system/extension-apiserver-authentication has no requestheader-client-ca-"
        "file; the API server runs without an aggregation layer (--requestheader-client-ca-file)");
  }
  return config;
}

Result<KubeIdentity> KubeReviewClient::ReviewToken(const std::string& token) {
  const Json body = {{"apiVersion", "authentication.k8s.io/v1"},
                     {"kind", "TokenReview"},
                     {"spec", {{"token", token}}}};
  LW_ASSIGN_OR_RETURN(const KubeAnswer answer,
                      client_.Post("/apis/authentication.k8s.io/v1/tokenreviews", Dump(body)));
  if (!answer.ok()) return KubeError(answer, "asking for a TokenReview");
  const Json review = Parse(answer.body);
  const Json& status = At(review, "status");
  if (!True(status, "authenticated")) {
    return Error(ErrorCode::kUnauthenticated, "the token is not one of this cluster");
  }
  const Json& user = At(status, "user");
  KubeIdentity who;
  who.user = Text(user, "username");
  who.uid = Text(user, "uid");
  who.groups = Texts(At(user, "groups"));
  const Json& extra = At(user, "extra");
  if (extra.is_object()) {
    for (const auto& [key, values] : extra.items()) {
      for (const std::string& value : Texts(values)) who.extra.emplace_back(key, value);
    }
  }
  if (who.user.empty()) return Error(ErrorCode::kUnauthenticated, "the token has no user");
  return who;
}

Result<bool> KubeReviewClient::ReviewAccess(const KubeAccessRequest& request) {
  Json spec = IdentityJson(request.who);
  if (request.path.empty()) {
    spec["resourceAttributes"] = {{"group", "external.metrics.k8s.io"},
                                  {"version", "v1beta1"},
                                  {"resource", request.resource},
                                  {"namespace", request.name_space},
                                  {"verb", request.verb}};
  } else {
    spec["nonResourceAttributes"] = {{"path", request.path}, {"verb", request.verb}};
  }
  const Json body = {
      {"apiVersion", "authorization.k8s.io/v1"}, {"kind", "SubjectAccessReview"}, {"spec", spec}};
  LW_ASSIGN_OR_RETURN(
      const KubeAnswer answer,
      client_.Post("/apis/authorization.k8s.io/v1/subjectaccessreviews", Dump(body)));
  if (!answer.ok()) return KubeError(answer, "asking for a SubjectAccessReview");
  const Json review = Parse(answer.body);
  return True(At(review, "status"), "allowed");
}

}  // namespace levelwind::actions
