#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/secret.h"

namespace levelwind::collectors {

/// How a server with metrics is asked.
struct HttpSourceOptions {
  /// Limit of one question, the answer included. Range 100 ms to 1 min.
  Duration timeout = std::chrono::seconds(5);
  /// Most bytes of one answer; the rest of it is not read. Range 64 KiB to 1 GiB.
  std::int64_t most_bytes = std::int64_t{64} << 20;
  std::string user;  ///< Basic authentication, with `password_file`; empty: none.
  SecretSource password;
  SecretSource bearer_token;  ///< Instead of user and password.
  std::string ca_file;        ///< PEM, for https; empty: the system's.
};

/// The brokers' own metrics pages (source 2).
struct EndpointOptions {
  /// "http://{host}:7071/metrics": {host} is the broker's, as Kafka advertises it, {id} its id.
  /// Empty: off.
  std::string url;
  /// Between two looks at a broker; counters become rates over it. Range 5 s to 10 min.
  Duration interval = std::chrono::seconds(15);
  HttpSourceOptions http;
  /// Processors of a broker's machine, for cpu in percent where the page does not tell. 0: unknown.
  std::int32_t processors = 0;
  /// How many brokers are asked at once. Range 1 to 32.
  std::int32_t threads = 4;
};

/// A Prometheus server (source 3).
struct PrometheusOptions {
  std::string url;  ///< "http://prometheus:9090"; empty: off.
  /// The label that tells the broker: its id, its host (and port), or the first part of its host.
  std::string broker_label = "instance";
  /// Only series with these labels, as PromQL has it between braces: cluster="a",job="kafka".
  std::string selector;
  /// Rates are taken over so long; at least twice the server's scrape interval. Range 10 s to 1 h.
  Duration window = std::chrono::minutes(1);
  Duration interval = std::chrono::seconds(30);  ///< Range 5 s to 10 min.
  HttpSourceOptions http;
  std::int32_t processors = 0;  ///< As EndpointOptions::processors.
};

/// Cruise Control's topics (source 4).
struct ReporterOptions {
  bool enabled = false;
  std::string topic = "__CruiseControlMetrics";
  /// Whether Cruise Control's stored samples are read at the start, for figures at once.
  bool warm_start = true;
  std::string partition_samples_topic = "__KafkaCruiseControlPartitionMetricSamples";
  std::string broker_samples_topic = "__KafkaCruiseControlModelTrainingSamples";
  /// How often the reporters send (cruise.control.metrics.reporter.metrics.reporting.interval.ms):
  /// figures are unknown three of it after the last. Range 1 s to 1 h.
  Duration interval = std::chrono::minutes(1);
};

/// Where loads come from besides the agentless looks. All off.
struct MetricsSourcesOptions {
  EndpointOptions endpoints;
  PrometheusOptions prometheus;
  ReporterOptions reporter;
  /// Cruise Control's topic of announced maintenance (__MaintenanceEvent); empty: not read.
  std::string maintenance_topic;
};

}  // namespace levelwind::collectors
