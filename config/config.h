#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "actions/executor_options.h"
#include "actions/notify/notify_options.h"
#include "api/metrics_options.h"
#include "base/log.h"
#include "base/result.h"
#include "collectors/broker_metrics/broker_metrics_options.h"
#include "collectors/canary/canary_options.h"
#include "collectors/collector_options.h"
#include "config/autoscale_config.h"
#include "detectors/detector_options.h"
#include "kafka/client_options.h"
#include "planner/healing/healing_options.h"
#include "planner/planner_options.h"

namespace levelwind::config {

/// Whether the daemon may change the cluster.
enum class Mode : std::uint8_t {
  kObserve,  ///< Looks, judges and plans; sends no changing request (I15). The default.
  kOperate,  ///< Carries out proposals that a person applies.
};

/// Everything that can be configured, with its default. config/schema.cc gives each member its key,
/// range and description; docs/configuration.md is made from that table. Plain value.
struct Config {
  std::string cluster_name = "default";  ///< Shown to people; several clusters come later.
  kafka::ClientOptions kafka;
  Mode mode = Mode::kObserve;
  std::string listen = "127.0.0.1:8844";
  std::string state_dir;  ///< Journal (required in operate mode) and lag history.
  std::int64_t history_max_bytes = std::int64_t{256} << 20;
  LogOptions log;
  collectors::CollectorOptions collect;
  collectors::CanaryOptions canary;
  collectors::MetricsSourcesOptions metrics_sources;
  std::string capacity_file;  ///< Cruise Control's format; empty: none.
  api::MetricsOptions metrics;
  detectors::DetectorOptions detect;
  planner::PlannerOptions plan;
  actions::ExecutorOptions execute;
  planner::HealingOptions heal;
  AutoscaleConfig autoscale;
  actions::NotifyOptions notify;
};

/// Options of the planner that know how the executor will copy.
planner::PlannerOptions PlanOptions(const Config& config);

std::string_view ModeName(Mode mode);

/// An address to listen on, taken apart.
struct ListenAddress {
  std::string ip;
  std::uint16_t port = 0;
};
/// "127.0.0.1:8844", "[::1]:8844", "localhost:0". Anything wider than the loopback is refused.
Result<ListenAddress> ParseListen(std::string_view text);

/// The same for any IP address: whether it may be wider than the loopback is for who listens.
Result<ListenAddress> ParseWideListen(std::string_view text);

/// Checks "host:port" of a bootstrap list.
Status CheckHostPort(std::string_view text);

}  // namespace levelwind::config
