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
#include "collectors/reporter_topic/maintenance_reader.h"
#include "collectors/reporter_topic/reporter_reader.h"
#include "config/config.h"
#include "kafka/client.h"

namespace levelwind::daemon {

/// The sources beside the monitor's own looks, with their threads: of loads, and of announced
/// maintenance. None where none is configured. Made, started and stopped by the main thread; must
/// outlive the monitor's thread.
class MetricsSources {
 public:
  /// Attaches what is configured to `monitor`, which must not run yet. Sends nothing.
  static Result<std::unique_ptr<MetricsSources>> Create(const config::Config& config,
                                                        const Clock& clock,
                                                        collectors::Monitor& monitor);
  ~MetricsSources();

  void Start();
  void Stop();

  /// Null: no topic is read.
  kafka::KafkaClient* client() { return client_.get(); }
  kafka::KafkaClient* maintenance_client() { return maintenance_client_.get(); }
  /// Null: the maintenance topic is not read.
  const Published<collectors::MaintenanceFacts>* maintenance() const {
    return maintenance_ ? &maintenance_->facts() : nullptr;
  }

 private:
  explicit MetricsSources(const Clock& clock) : clock_(clock) {}

  const Clock& clock_;
  int threads_of_scraper_ = 0;
  std::unique_ptr<collectors::PageSource> pages_;
  std::unique_ptr<collectors::MetricsScraper> scraper_;
  std::unique_ptr<collectors::PrometheusReader> prometheus_;
  std::unique_ptr<kafka::KafkaClient> client_;
  std::unique_ptr<collectors::ReporterReader> reporter_;
  std::unique_ptr<kafka::KafkaClient> maintenance_client_;
  std::unique_ptr<collectors::MaintenanceReader> maintenance_;
  std::vector<std::jthread> threads_;
};

}  // namespace levelwind::daemon
