#include "api/api.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <utility>

#include "base/json_writer.h"
#include "base/log.h"
#include "base/text.h"

namespace levelwind::api {

int HttpStatusOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 400;
    case ErrorCode::kUnauthenticated:
      return 401;
    case ErrorCode::kPermissionDenied:
      return 403;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kFailedPrecondition:
    case ErrorCode::kAborted:
    case ErrorCode::kCancelled:
      return 409;
    case ErrorCode::kResourceExhausted:
      return 429;
    case ErrorCode::kUnimplemented:
      return 501;
    case ErrorCode::kUnavailable:
      return 503;
    case ErrorCode::kDeadlineExceeded:
      return 504;
    case ErrorCode::kDataLoss:
    case ErrorCode::kInternal:
      break;
  }
  return 500;
}

Response JsonResponse(int status, std::string json) {
  json += '\n';
  return TextResponse(status, "application/json", std::move(json));
}

Response ErrorResponse(int status, std::string_view code, std::string_view message) {
  JsonWriter json;
  json.BeginObject().Key("error").BeginObject();
  json.Field("code", code).Field("message", message).EndObject().EndObject();
  return JsonResponse(status, json.Take());
}

Response ErrorResponse(const Error& error) {
  return ErrorResponse(HttpStatusOf(error.code()), ErrorCodeName(error.code()), error.message());
}

Api::Api(Backend& backend, const Clock& clock, ApiOptions options)
    : backend_(backend),
      clock_(clock),
      options_(std::move(options)),
      snapshot_metrics_(options_.metrics),
      burrow_(backend, clock, options_.burrow, options_.metrics.cluster_name) {}

const std::vector<Api::Route>& Api::Routes() {
  static const std::vector<Route> kRoutes = {
      {"GET", "/", Lane::kProbe, &Api::Index, "this list"},
      {"GET", "/-/healthy", Lane::kProbe, &Api::Healthy, "200 while the process serves"},
      {"GET", "/-/ready", Lane::kProbe, &Api::Ready, "200 once the cluster was seen, 503 before"},
      {"GET", "/metrics", Lane::kRead, &Api::Metrics, "Prometheus metrics"},
      {"GET", "/api/v1/status", Lane::kRead, &Api::Status, "one look at everything"},
      {"GET", "/api/v1/brokers", Lane::kRead, &Api::Brokers, "brokers with their load"},
      {"GET", "/api/v1/topics", Lane::kRead, &Api::Topics, "topics with size and rate"},
      {"GET", "/api/v1/partitions", Lane::kRead, &Api::Partitions,
       "partitions with replicas; ?topic=NAME for one topic"},
      {"GET", "/api/v1/groups", Lane::kRead, &Api::Groups,
       "consumer groups, the worst first; ?limit=100&from=0"},
      {"GET", "/api/v1/groups/{name}/history", Lane::kRead, &Api::GroupHistory,
       "a group's lag over time; ?from=UNIX_SECONDS&to=UNIX_SECONDS&points=120"},
      {"GET", "/api/v1/groups/{name}", Lane::kRead, &Api::Group, "one group with its partitions"},
      {"GET", "/api/v1/canary", Lane::kRead, &Api::Canary, "what the end-to-end canary saw"},
      {"GET", "/api/v1/autoscale", Lane::kRead, &Api::Autoscale, "the autoscaler's decisions"},
      {"GET", "/api/v1/autoscale/{cluster}/{group}", Lane::kRead, &Api::AutoscaleGroup,
       "the members that a group should have, for other autoscalers; 503 when stale"},
      {"GET", "/api/v1/anomalies", Lane::kRead, &Api::Anomalies, "what the detectors found"},
      {"GET", "/api/v1/anomalies/{id}", Lane::kRead, &Api::OneAnomaly,
       "the decision record of one anomaly, such as a3"},
      {"POST", "/api/v1/anomalies/{id}/approve", Lane::kCommand, &Api::ApproveHealing,
       "let the plan that waits be carried out"},
      {"POST", "/api/v1/anomalies/{id}/deny", Lane::kCommand, &Api::DenyHealing,
       "do nothing about it until it is gone"},
      {"POST", "/api/v1/anomalies/{id}/mute", Lane::kCommand, &Api::MuteHealing,
       "do and tell nothing for \"for\": \"4h\"; \"0s\" takes it back"},
      {"GET", "/api/v1/proposals", Lane::kRead, &Api::Proposals, "proposals, newest first"},
      {"POST", "/api/v1/proposals", Lane::kCommand, &Api::NewProposal, "plan now"},
      {"GET", "/api/v1/proposals/{id}", Lane::kRead, &Api::OneProposal,
       "one proposal with its moves; ?format=reassign for Kafka's tool"},
      {"POST", "/api/v1/proposals/{id}/apply", Lane::kCommand, &Api::ApplyProposal,
       "carry out exactly this proposal"},
      {"GET", "/api/v1/why-not/{partition}/{broker}", Lane::kRead, &Api::WhyNot,
       "what each goal says about a replica there"},
      {"GET", "/api/v1/explain/metrics/{what}", Lane::kRead, &Api::ExplainMetrics,
       "where the loads of a topic or partition come from, and what is missing"},
      {"GET", "/api/v1/placement/{topic}", Lane::kRead, &Api::Placement,
       "where a new topic should go; ?partitions=12&replication_factor=3"},
      {"GET", "/api/v1/operations", Lane::kRead, &Api::Operations, "operations, newest first"},
      {"GET", "/api/v1/operations/{id}", Lane::kRead, &Api::OneOperation, "one, with its steps"},
      {"POST", "/api/v1/operations/{id}/cancel", Lane::kCommand, &Api::CancelOperation,
       "stop an operation safely"},
      {"POST", "/api/v1/operations/{id}/pause", Lane::kCommand, &Api::PauseOperation,
       "start no new step of an operation"},
      {"POST", "/api/v1/operations/{id}/resume", Lane::kCommand, &Api::ResumeOperation,
       "let a paused operation go on"},
      {"POST", "/api/v1/operations/{id}/rollback", Lane::kCommand, &Api::RollbackOperation,
       "bring back what an operation changed"},
      {"GET", "/api/v1/audit", Lane::kRead, &Api::Audit,
       "changing requests, newest first; ?operation=op1&limit=100"},
      {"GET", "/api/v1/throttles", Lane::kRead, &Api::Throttles,
       "replication throttles that no operation owes, at the last look"},
      {"POST", "/api/v1/throttles/look", Lane::kCommand, &Api::LookForOrphans, "look for them now"},
      {"POST", "/api/v1/throttles/clear", Lane::kCommand, &Api::ClearThrottles, "delete them"},
  };
  return kRoutes;
}

const Api::Route* Api::FindRoute(const Request& request, RouteParameters* parameters) const {
  const std::string_view method =
      request.method == "HEAD" ? "GET" : std::string_view(request.method);
  for (const Route& route : Routes()) {
    if (route.method == method && FitsPattern(route.pattern, request.segments, parameters))
      return &route;
  }
  return nullptr;
}

Lane Api::LaneOf(const Request& request) const {
  if (BurrowApi::Owns(request)) return burrow_.LaneOf(request);
  RouteParameters parameters;
  const Route* route = FindRoute(request, &parameters);
  return route == nullptr ? Lane::kProbe : route->lane;
}

Response Api::Handle(const Request& request) {
  const SteadyTime start = clock_.Now();
  Call call{request, {}};
  const bool burrow = BurrowApi::Owns(request);
  const Route* route = burrow ? nullptr : FindRoute(request, &call.parameters);
  Response response;
  try {
    if (burrow) {
      response = burrow_.Handle(request);
    } else {
      response = route == nullptr ? NoRoute(request) : (this->*route->answer)(call);
    }
  } catch (const std::exception& problem) {
    LW_ERROR("api", "{} {}: {}", request.method, request.path, problem.what());
    response = ErrorResponse(Internal("the request could not be answered; the log says why"));
  }
  const std::string_view unrouted = burrow ? "burrow" : "none";
  own_metrics_.CountRequest(std::string(route == nullptr ? unrouted : route->pattern),
                            std::string(route == nullptr ? "other" : route->method),
                            response.status, clock_.Now() - start);
  return response;
}

Response Api::Refuse(int status, std::string message) const {
  const bool overload = status == 503;
  Response response = ErrorResponse(
      status, ErrorCodeName(overload ? ErrorCode::kResourceExhausted : ErrorCode::kInvalidArgument),
      message);
  if (overload) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response Api::NoRoute(const Request& request) const {
  std::string allowed;
  RouteParameters ignored;
  for (const Route& route : Routes()) {
    if (!FitsPattern(route.pattern, request.segments, &ignored)) continue;
    if (!allowed.empty()) allowed += ", ";
    allowed += route.method == "GET" ? "GET, HEAD" : route.method;
  }
  if (allowed.empty()) {
    return ErrorResponse(NotFound("there is nothing at '" + EscapeControl(request.path) +
                                  "'; GET / lists what there is"));
  }
  Response response = ErrorResponse(405, ErrorCodeName(ErrorCode::kInvalidArgument),
                                    "this path takes " + allowed + " only");
  response.headers.emplace_back("Allow", allowed);
  return response;
}

}  // namespace levelwind::api
