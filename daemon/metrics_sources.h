#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "collectors/broker_metrics/http_get.h"
#include "collectors/broker_metrics/metrics_scraper.h"
#include "collectors/broker_metrics/prometheus_reader.h"
#include "collectors/monitor.h"
#include "collectors/reporter_topic/reporter_reader.h"
#include "config/config.h"
#include "kafka/client.h"

namespace levelwind::daemon {

/// The sources of load beside the monitor's own looks, with their threads: none where none is
/// configured. Made, started and stopped by the main thread; must outlive the monitor's thread.
class MetricsSources {
 public:
  /// Attaches what is configured to `monitor`, which must not run yet. Sends nothing.
  static Result<std::unique_ptr<MetricsSources>> Create(const config::Config& config,
                                                        const Clock& clock,
                                                        collectors::Monitor& monitor);
  ~MetricsSources();

  void Start();
  void Stop();

  /// Null: the reporter's topic is not read.
  kafka::KafkaClient* client() { return client_.get(); }

 private:
  explicit MetricsSources(const Clock& clock) : clock_(clock) {}

  const Clock& clock_;
  int threads_of_scraper_ = 0;
  std::unique_ptr<collectors::PageSource> pages_;
  std::unique_ptr<collectors::MetricsScraper> scraper_;
  std::unique_ptr<collectors::PrometheusReader> prometheus_;
  std::unique_ptr<kafka::KafkaClient> client_;
  std::unique_ptr<collectors::ReporterReader> reporter_;
  std::vector<std::jthread> threads_;
};

}  // namespace levelwind::daemon
