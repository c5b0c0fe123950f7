#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "actions/scaling/kube_reviews.h"
#include "api/external_metrics/delegated_auth.h"
#include "api/external_metrics/external_metrics_api.h"
#include "api/external_metrics/external_metrics_options.h"
#include "api/http_server.h"
#include "base/clock.h"
#include "base/published.h"
#include "base/result.h"
#include "model/scaling.h"

namespace levelwind::api {

/// The external.metrics.k8s.io listener: TLS, delegated authentication and authorisation, and
/// ExternalMetricsApi behind them. Health paths need no identity.
///
/// Threads, all made by the owner: exactly one in Run, two or more in RunLane (each may wait for
/// the API server), and `Step` now and then on any one.
class ExternalMetricsServer {
 public:
  /// Reads whom to trust (one exchange with the API server), and binds. Half secured it does not
  /// start. kInvalidArgument: no certificate, or files or an address that cannot be used;
  /// kFailedPrecondition: the port is taken, or the API server has no aggregation layer; others:
  /// what the API server said. All three references must outlive this.
  static Result<std::unique_ptr<ExternalMetricsServer>> Start(const ExternalMetricsOptions& options,
                                                              const Published<ScalingView>& views,
                                                              actions::KubeReviews& reviews,
                                                              const Clock& clock);

  void Run(std::stop_token stop) { server_->Run(std::move(stop)); }
  void RunLane(std::stop_token stop) { server_->RunLane(Lane::kRead, std::move(stop)); }
  /// Reads whom to trust again, each minute. May block for one exchange. When it is due next.
  SteadyTime Step(SteadyTime now);

  std::uint16_t port() const { return server_->port(); }
  std::string url() const { return server_->url(); }

 private:
  ExternalMetricsServer(const Published<ScalingView>& views, actions::KubeReviews& reviews,
                        const Clock& clock);

  DelegatedAuth auth_;
  ExternalMetricsApi api_;
  std::unique_ptr<HttpServer> server_;
  SteadyTime next_{};
};

}  // namespace levelwind::api
