#include "api/external_metrics/external_metrics_server.h"

#include <chrono>
#include <utility>

#include "base/log.h"

namespace levelwind::api {
namespace {

constexpr auto kRefresh = std::chrono::minutes(1);

}  // namespace

ExternalMetricsServer::ExternalMetricsServer(const Published<ScalingView>& views,
                                             actions::KubeReviews& reviews, const Clock& clock)
    : auth_(reviews, clock), api_(views, auth_, clock), next_(clock.Now() + kRefresh) {}

Result<std::unique_ptr<ExternalMetricsServer>> ExternalMetricsServer::Start(
    const ExternalMetricsOptions& options, const Published<ScalingView>& views,
    actions::KubeReviews& reviews, const Clock& clock) {
  if (options.cert_file.empty() || options.key_file.empty()) {
    return InvalidArgument(
        "the external metrics API needs a certificate and its key: the API "
        "server speaks to it over TLS only");
  }
  std::unique_ptr<ExternalMetricsServer> server(new ExternalMetricsServer(views, reviews, clock));
  if (const Status trusted = server->auth_.Refresh(); !trusted.ok()) {
    return trusted.error().Wrap(
        "the external metrics API is not served, since nobody could be told");
  }
  HttpServerOptions http;
  http.address = options.address;
  http.port = options.port;
  http.tls = HttpTls{options.cert_file, options.key_file};
  LW_ASSIGN_OR_RETURN(server->server_, HttpServer::Listen(http, server->api_));
  return server;
}

SteadyTime ExternalMetricsServer::Step(SteadyTime now) {
  if (now < next_) return next_;
  next_ = now + kRefresh;
  if (const Status trusted = auth_.Refresh(); !trusted.ok()) {
    LW_WARN("external-metrics", "whom to trust stays as it was: {}", trusted.error().message());
  }
  return next_;
}

}  // namespace levelwind::api
