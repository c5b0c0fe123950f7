#pragma once

#include <string>
#include <string_view>

#include "api/external_metrics/delegated_auth.h"
#include "api/http.h"
#include "base/clock.h"
#include "base/published.h"
#include "model/scaling.h"

namespace levelwind::api {

/// external.metrics.k8s.io/v1beta1, read by the HorizontalPodAutoscaler through the aggregation
/// layer: one metric, levelwind_desired_members, chosen by the labels `group` and, optionally,
/// `cluster`; an AverageValue of 1 makes the HPA want exactly that number. JSON only, which
/// client-go accepts. Errors are Kubernetes' Status; stale or missing data is a 503, and the HPA
/// then changes nothing. Any thread, on Lane::kRead; it blocks for at most two exchanges with the
/// API server.
class ExternalMetricsApi final : public Handler {
 public:
  /// All must outlive this.
  ExternalMetricsApi(const Published<ScalingView>& views, DelegatedAuth& auth, const Clock& clock)
      : views_(views), auth_(auth), clock_(clock) {}

  Lane LaneOf(const Request& request) const override;
  Response Handle(const Request& request) override;
  Response Refuse(int status, std::string message) const override;

 private:
  Response Answer(const Request& request);
  Response Values(const Request& request, const std::string& name_space, const std::string& metric);

  const Published<ScalingView>& views_;
  DelegatedAuth& auth_;
  const Clock& clock_;
};

/// "group=orders,cluster=prod" -> those two. Only equality (= and ==) is understood.
struct MetricSelector {
  std::string group, cluster;
};
Result<MetricSelector> ParseSelector(std::string_view selector);

}  // namespace levelwind::api
