#pragma once

#include <memory>
#include <string>

#include "api/backend.h"
#include "api/metrics_options.h"
#include "api/metrics_text.h"
#include "base/clock.h"

namespace levelwind::api {

/// The families about the daemon itself and what it does now: build, collectors, anomalies, the
/// newest proposal, operations, requests to Kafka. Small, rendered for each scrape.
std::string RenderActivityMetrics(const Backend& backend, const Clock& clock,
                                  const MetricsOptions& options, MetricsText::Format format);

/// The daemon's own counters and process figures, in prometheus-cpp's registry. Any thread.
class DaemonMetrics {
 public:
  DaemonMetrics();
  ~DaemonMetrics();

  /// `route` is the route's pattern, never a path: paths have no bound.
  void CountRequest(const std::string& route, const std::string& method, int status, Duration took);
  /// With the process's memory, CPU time and open files read now.
  std::string Render(MetricsText::Format format) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace levelwind::api
