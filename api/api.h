#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/backend.h"
#include "api/compat/burrow_api.h"
#include "api/daemon_metrics.h"
#include "api/http.h"
#include "api/series_set.h"
#include "api/snapshot_metrics.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json_writer.h"

namespace levelwind::api {

struct ApiOptions {
  /// A snapshot older than this is marked "stale": true in every answer.
  Duration stale_after = std::chrono::seconds(30);
  MetricsSetup metrics;
  BurrowFacts burrow;
};

/// The daemon's HTTP API: routes, JSON and metrics (docs/api.md). Called from any number of
/// threads; holds nothing but caches, and acts only through Backend.
///
/// Every JSON answer made from a snapshot carries the snapshot's sequence, time and age. Errors are
/// {"error":{"code","message"}}; the code is an ErrorCodeName.
class Api final : public Handler {
 public:
  /// Both must outlive this.
  Api(Backend& backend, const Clock& clock, ApiOptions options);

  Lane LaneOf(const Request& request) const override;
  Response Handle(const Request& request) override;
  Response Refuse(int status, std::string message) const override;

  /// Makes the page of a new snapshot ready, so that scrapes do not wait for it.
  void PrepareMetrics(const SnapshotPtr& snapshot) { snapshot_metrics_.Prepare(snapshot); }

 private:
  /// One request with the parts of its path that the pattern left open.
  struct Call {
    const Request& request;
    RouteParameters parameters;
    const std::string& operator[](const std::string& name) const { return parameters.at(name); }
  };
  using Answer = Response (Api::*)(const Call&);
  struct Route {
    std::string_view method;
    std::string_view pattern;  ///< "/api/v1/groups/{name}"
    Lane lane;
    Answer answer;
    std::string_view help;
  };
  static const std::vector<Route>& Routes();
  const Route* FindRoute(const Request& request, RouteParameters* parameters) const;
  Response NoRoute(const Request& request) const;

  // read_routes.cc
  Response Index(const Call& call);
  Response Healthy(const Call& call);
  Response Ready(const Call& call);
  Response Metrics(const Call& call);
  Response Status(const Call& call);
  Response Brokers(const Call& call);
  Response Topics(const Call& call);
  Response Partitions(const Call& call);
  Response Groups(const Call& call);
  Response Group(const Call& call);
  Response GroupHistory(const Call& call);  // history_route.cc
  Response Canary(const Call& call);        // canary_route.cc
  Response Autoscale(const Call& call);     // autoscale_routes.cc, as the next
  Response AutoscaleGroup(const Call& call);
  Response Anomalies(const Call& call);  // healing_routes.cc, as the next
  Response OneAnomaly(const Call& call);
  Response ApproveHealing(const Call& call);
  Response DenyHealing(const Call& call);
  Response MuteHealing(const Call& call);
  Response Healing(const Call& call, HealingCommand command);
  Response Proposals(const Call& call);
  Response OneProposal(const Call& call);
  Response WhyNot(const Call& call);
  Response Placement(const Call& call);       // placement_route.cc
  Response ExplainMetrics(const Call& call);  // explain_metrics_route.cc
  Response Audit(const Call& call);           // audit_routes.cc, as the next
  Response Throttles(const Call& call);
  Response Operations(const Call& call);
  Response OneOperation(const Call& call);
  // command_routes.cc
  Response NewProposal(const Call& call);
  Response ApplyProposal(const Call& call);
  Response CancelOperation(const Call& call);
  Response PauseOperation(const Call& call);
  Response ResumeOperation(const Call& call);
  Response RollbackOperation(const Call& call);
  Response LookForOrphans(const Call& call);
  Response ClearThrottles(const Call& call);
  Response Steer(const Call& call, levelwind::Status (Backend::*command)(const OperationCommand&));

  /// {"cluster":..,"snapshot":..,"<key>":<value>}
  Response FromSnapshot(const ClusterSnapshot& snapshot, std::string_view key,
                        std::string_view value) const;
  /// The same where there may be no snapshot (null then).
  Response Enveloped(std::string_view key, std::string_view value) const;
  void WriteHead(JsonWriter& json, const ClusterSnapshot* snapshot) const;
  void WriteStatus(JsonWriter& json, const DaemonInfo& info, const SnapshotPtr& snapshot) const;
  Response NotReady() const;

  Backend& backend_;
  const Clock& clock_;
  const ApiOptions options_;
  SnapshotMetricsCache snapshot_metrics_;
  BurrowApi burrow_;
  DaemonMetrics own_metrics_;
};

/// HTTP status of an error: 400, 401, 403, 404, 409, 429, 500, 501, 503 or 504.
int HttpStatusOf(ErrorCode code);
Response JsonResponse(int status, std::string json);
Response ErrorResponse(int status, std::string_view code, std::string_view message);
Response ErrorResponse(const Error& error);

}  // namespace levelwind::api
