// metrics_sources and capacity: where loads and capacities come from besides Kafka itself.

#include <string_view>
#include <vector>

#include "config/schema_parts.h"

namespace levelwind::config {
namespace {

constexpr double kMinute = 60;
constexpr double kMiB = 1 << 20;

void Text(std::vector<SchemaEntry>& out, std::string_view key, FieldRef (*field)(Config&),
          std::string_view description, std::string_view example) {
  out.push_back({key, ValueType::kText, field, description, example});
}

void AddEndpoints(std::vector<SchemaEntry>& out) {
  Text(
      out, "metrics_sources.endpoints.url",
      [](Config& c) -> FieldRef { return &c.metrics_sources.endpoints.url; },
      "Address of each broker's metrics page (JMX exporter): {host} is the host that Kafka "
      "advertises, {id} the broker's id. Empty: no page is read.",
      "http://{host}:7071/metrics");
  out.push_back({"metrics_sources.endpoints.interval", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.metrics_sources.endpoints.interval; },
                 "Time between two looks at a broker's page; counters become rates over it.", "15s",
                 5, 10 * kMinute});
  out.push_back({"metrics_sources.endpoints.timeout", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.metrics_sources.endpoints.http.timeout; },
                 "Limit of one look.", "5s", 0.1, kMinute});
  out.push_back({"metrics_sources.endpoints.most_bytes", ValueType::kBytes,
                 [](Config& c) -> FieldRef { return &c.metrics_sources.endpoints.http.most_bytes; },
                 "Most of a page that is read.", "64MiB", 65536, 1024 * kMiB});
  out.push_back({"metrics_sources.endpoints.threads", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.metrics_sources.endpoints.threads; },
                 "How many brokers are asked at once.", "4", 1, 32});
  out.push_back({"metrics_sources.endpoints.processors", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.metrics_sources.endpoints.processors; },
                 "Processors of a broker's machine, where its page does not tell them; 0: then cpu "
                 "stays unknown.",
                 "8", 0, 4096});
  Text(
      out, "metrics_sources.endpoints.user",
      [](Config& c) -> FieldRef { return &c.metrics_sources.endpoints.http.user; },
      "User for basic authentication; empty: none.", "levelwind");
  Text(
      out, "metrics_sources.endpoints.password_file",
      [](Config& c) -> FieldRef { return &c.metrics_sources.endpoints.http.password.file; },
      "File with that user's password.", "/etc/levelwind/metrics.password");
  Text(
      out, "metrics_sources.endpoints.bearer_token_file",
      [](Config& c) -> FieldRef { return &c.metrics_sources.endpoints.http.bearer_token.file; },
      "File with a bearer token, instead of user and password.", "/etc/levelwind/metrics.token");
  Text(
      out, "metrics_sources.endpoints.ca_file",
      [](Config& c) -> FieldRef { return &c.metrics_sources.endpoints.http.ca_file; },
      "PEM file that https certificates are checked against. Empty: the system's.",
      "/etc/levelwind/ca.pem");
}

void AddPrometheus(std::vector<SchemaEntry>& out) {
  Text(
      out, "metrics_sources.prometheus.url",
      [](Config& c) -> FieldRef { return &c.metrics_sources.prometheus.url; },
      "Address of a Prometheus server that scrapes the brokers. Empty: none is asked.",
      "http://prometheus:9090");
  Text(
      out, "metrics_sources.prometheus.broker_label",
      [](Config& c) -> FieldRef { return &c.metrics_sources.prometheus.broker_label; },
      "Label that tells the broker: its id, its host (with a port or without), or the first part "
      "of its host (a pod's name).",
      "instance");
  Text(
      out, "metrics_sources.prometheus.selector",
      [](Config& c) -> FieldRef { return &c.metrics_sources.prometheus.selector; },
      "Further label matchers, as PromQL has them between braces; needed where the server scrapes "
      "several clusters.",
      "'job=\"kafka\",cluster=\"orders\"'");
  out.push_back({"metrics_sources.prometheus.window", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.metrics_sources.prometheus.window; },
                 "Rates are taken over so long: at least twice the server's scrape interval.", "1m",
                 10, 60 * kMinute});
  out.push_back({"metrics_sources.prometheus.interval", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.metrics_sources.prometheus.interval; },
                 "Time between two rounds of queries.", "30s", 5, 10 * kMinute});
  out.push_back({"metrics_sources.prometheus.timeout", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.metrics_sources.prometheus.http.timeout; },
                 "Limit of one query.", "5s", 0.1, kMinute});
  out.push_back({"metrics_sources.prometheus.processors", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.metrics_sources.prometheus.processors; },
                 "Processors of a broker's machine; 0: cpu stays unknown.", "8", 0, 4096});
  Text(
      out, "metrics_sources.prometheus.user",
      [](Config& c) -> FieldRef { return &c.metrics_sources.prometheus.http.user; },
      "User for basic authentication; empty: none.", "levelwind");
  Text(
      out, "metrics_sources.prometheus.password_file",
      [](Config& c) -> FieldRef { return &c.metrics_sources.prometheus.http.password.file; },
      "File with that user's password.", "/etc/levelwind/prometheus.password");
  Text(
      out, "metrics_sources.prometheus.bearer_token_file",
      [](Config& c) -> FieldRef { return &c.metrics_sources.prometheus.http.bearer_token.file; },
      "File with a bearer token, instead of user and password.", "/etc/levelwind/prometheus.token");
  Text(
      out, "metrics_sources.prometheus.ca_file",
      [](Config& c) -> FieldRef { return &c.metrics_sources.prometheus.http.ca_file; },
      "PEM file that https certificates are checked against. Empty: the system's.",
      "/etc/levelwind/ca.pem");
}

void AddReporter(std::vector<SchemaEntry>& out) {
  out.push_back({"metrics_sources.reporter.enabled", ValueType::kBool,
                 [](Config& c) -> FieldRef { return &c.metrics_sources.reporter.enabled; },
                 "Whether the topic of Cruise Control's metrics reporter is read; needs the right "
                 "to read it.",
                 "true"});
  Text(
      out, "metrics_sources.reporter.topic",
      [](Config& c) -> FieldRef { return &c.metrics_sources.reporter.topic; },
      "That topic (cruise.control.metrics.topic).", "__CruiseControlMetrics");
  out.push_back({"metrics_sources.reporter.interval", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.metrics_sources.reporter.interval; },
                 "How often the reporters send; figures are unknown three times that after the "
                 "last.",
                 "1m", 1, 60 * kMinute});
  out.push_back({"metrics_sources.reporter.warm_start", ValueType::kBool,
                 [](Config& c) -> FieldRef { return &c.metrics_sources.reporter.warm_start; },
                 "Whether Cruise Control's stored samples are read at the start.", "false"});
  Text(
      out, "metrics_sources.reporter.partition_samples_topic",
      [](Config& c) -> FieldRef { return &c.metrics_sources.reporter.partition_samples_topic; },
      "Topic of its partition samples.", "__KafkaCruiseControlPartitionMetricSamples");
  Text(
      out, "metrics_sources.reporter.broker_samples_topic",
      [](Config& c) -> FieldRef { return &c.metrics_sources.reporter.broker_samples_topic; },
      "Topic of its broker samples.", "__KafkaCruiseControlModelTrainingSamples");
}

}  // namespace

void AddMetricsSources(std::vector<SchemaEntry>& out) {
  AddEndpoints(out);
  AddPrometheus(out);
  AddReporter(out);
  Text(
      out, "capacity.file", [](Config& c) -> FieldRef { return &c.capacity_file; },
      "What the brokers can bear, as Cruise Control's capacity.json, capacityCores.json or "
      "capacityJBOD.json. A changed file counts without a restart. Empty: only disks are known.",
      "/etc/levelwind/capacity.json");
}

}  // namespace levelwind::config
