#include "api/external_metrics/external_metrics_api.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "api/api.h"
#include "api/scaling_answer.h"
#include "base/json_writer.h"
#include "base/log.h"
#include "base/text.h"

namespace levelwind::api {
namespace {

constexpr std::string_view kGroup = "external.metrics.k8s.io";
constexpr std::string_view kGroupVersion = "external.metrics.k8s.io/v1beta1";
constexpr std::string_view kMetric = "levelwind_desired_members";

std::string_view ReasonOf(int status) {
  switch (status) {
    case 400:
      return "BadRequest";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "NotFound";
    case 405:
      return "MethodNotAllowed";
    case 409:
      return "Conflict";
    case 429:
      return "TooManyRequests";
    case 503:
      return "ServiceUnavailable";
    case 504:
      return "Timeout";
    default:
      return "InternalError";
  }
}

Response StatusResponse(int status, std::string_view message) {
  JsonWriter json;
  json.BeginObject().Field("kind", "Status").Field("apiVersion", "v1");
  json.Key("metadata").BeginObject().EndObject().Field("status", "Failure");
  json.Field("message", message).Field("reason", ReasonOf(status)).Field("code", status);
  return JsonResponse(status, json.EndObject().Take());
}
Response StatusResponse(const Error& error) {
  return StatusResponse(HttpStatusOf(error.code()), error.message());
}

void WriteVersion(JsonWriter& json) {
  json.BeginObject().Field("groupVersion", kGroupVersion).Field("version", "v1beta1").EndObject();
}

void WriteGroup(JsonWriter& json, bool whole) {
  json.BeginObject();
  if (whole) json.Field("kind", "APIGroup").Field("apiVersion", "v1");
  json.Field("name", kGroup).Key("versions").BeginArray();
  WriteVersion(json);
  json.EndArray().Key("preferredVersion");
  WriteVersion(json);
  json.EndObject();
}

std::string GroupsJson() {
  JsonWriter json;
  json.BeginObject().Field("kind", "APIGroupList").Field("apiVersion", "v1");
  json.Key("groups").BeginArray();
  WriteGroup(json, false);
  return json.EndArray().EndObject().Take();
}

std::string GroupJson() {
  JsonWriter json;
  WriteGroup(json, true);
  return json.Take();
}

std::string ResourcesJson() {
  JsonWriter json;
  json.BeginObject().Field("kind", "APIResourceList").Field("apiVersion", "v1");
  json.Field("groupVersion", kGroupVersion).Key("resources").BeginArray().BeginObject();
  json.Field("name", kMetric).Field("singularName", "").Field("namespaced", true);
  json.Field("kind", "ExternalMetricValueList").Key("verbs").BeginArray().Value("get");
  return json.EndArray().EndObject().EndArray().EndObject().Take();
}

/// "2026-08-20T19:53:42Z": metav1.Time has no fractions.
std::string SecondsOf(WallTime time) { return FormatTime(time).substr(0, 19) + "Z"; }

std::string ValuesJson(const ServedScaling& served) {
  const ScalingDecision& decision = served.decision();
  JsonWriter json;
  json.BeginObject().Field("kind", "ExternalMetricValueList").Field("apiVersion", kGroupVersion);
  json.Key("metadata").BeginObject().EndObject().Key("items").BeginArray().BeginObject();
  json.Field("metricName", kMetric).Key("metricLabels").BeginObject();
  json.Field("cluster", served.view->cluster).Field("group", decision.group).EndObject();
  json.Field("timestamp", SecondsOf(decision.at));
  json.Field("value", std::to_string(decision.desired));
  return json.EndObject().EndArray().EndObject().Take();
}

bool IsHealth(const Request& request) {
  return request.segments.size() == 1 &&
         (request.segments[0] == "healthz" || request.segments[0] == "livez" ||
          request.segments[0] == "readyz");
}

}  // namespace

Result<MetricSelector> ParseSelector(std::string_view selector) {
  MetricSelector chosen;
  if (selector.empty()) return InvalidArgument("no labelSelector: name the group, group=orders");
  for (const std::string_view part : Split(selector, ',')) {
    const std::size_t at = part.find('=');
    const bool odd = at == std::string_view::npos || at == 0 || part[at - 1] == '!' ||
                     part.find_first_of(" ()") != std::string_view::npos;
    if (odd) {
      return InvalidArgument(
          fmt::format("labelSelector '{}' is not understood: only equality is, "
                      "such as group=orders",
                      EscapeControl(part)));
    }
    std::string_view value = part.substr(at + 1);
    if (value.starts_with('=')) value.remove_prefix(1);
    const std::string_view key = part.substr(0, at);
    if (key == "group") {
      chosen.group = value;
    } else if (key == "cluster") {
      chosen.cluster = value;
    } else {
      return InvalidArgument(
          fmt::format("there is no label '{}'; there are group and cluster", EscapeControl(key)));
    }
  }
  if (chosen.group.empty())
    return InvalidArgument("the labelSelector names no group: group=orders");
  return chosen;
}

Lane ExternalMetricsApi::LaneOf(const Request& request) const {
  return IsHealth(request) ? Lane::kProbe : Lane::kRead;
}

Response ExternalMetricsApi::Refuse(int status, std::string message) const {
  return StatusResponse(status, message);
}

Response ExternalMetricsApi::Handle(const Request& request) {
  try {
    return Answer(request);
  } catch (const std::exception& problem) {
    LW_ERROR("external-metrics", "{} {}: {}", request.method, request.path, problem.what());
    return StatusResponse(500, "the request could not be answered; the log says why");
  }
}

Response ExternalMetricsApi::Answer(const Request& request) {
  if (IsHealth(request)) return TextResponse(200, "text/plain", "ok");
  const auto who = auth_.Authenticate(request);
  if (!who.ok()) return StatusResponse(who.error());
  if (request.method != "GET") return StatusResponse(405, "only GET is answered here");
  const auto& path = request.segments;
  // Who is anybody at all may see what there is (ClusterRole system:discovery).
  if (request.path == "/apis") return JsonResponse(200, GroupsJson());
  const bool ours = path.size() >= 2 && path[0] == "apis" && path[1] == kGroup;
  if (ours && path.size() == 2) return JsonResponse(200, GroupJson());
  const bool version = ours && path[2] == "v1beta1";
  if (version && path.size() == 3) return JsonResponse(200, ResourcesJson());
  if (version && path.size() == 6 && path[3] == "namespaces") {
    if (const Status may = auth_.Authorize(*who, "list", path[4], path[5]); !may.ok()) {
      return StatusResponse(may.error());
    }
    return Values(request, path[4], path[5]);
  }
  return StatusResponse(404, fmt::format("there is nothing at '{}'", EscapeControl(request.path)));
}

Response ExternalMetricsApi::Values(const Request& request, const std::string&,
                                    const std::string& metric) {
  if (metric != kMetric) {
    return StatusResponse(404, fmt::format("there is no metric '{}'; the only one is {}",
                                           EscapeControl(metric), kMetric));
  }
  const auto text = request.query.find("labelSelector");
  const auto chosen =
      ParseSelector(text == request.query.end() ? std::string_view() : text->second);
  if (!chosen.ok()) return StatusResponse(chosen.error());
  const auto served = AnswerScaling(views_.Get(), chosen->cluster, chosen->group, clock_.WallNow());
  if (!served.ok()) return StatusResponse(served.error());
  return JsonResponse(200, ValuesJson(*served));
}

}  // namespace levelwind::api
