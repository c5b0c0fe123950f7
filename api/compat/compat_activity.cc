#include "api/compat/compat_activity.h"

#include <algorithm>

namespace levelwind::api {
namespace {

using Type = MetricsText::Type;

void RenderKminionActivity(const DaemonInfo& info, const ClusterSnapshot* snapshot,
                           MetricsText& text) {
  const bool up = snapshot != nullptr && std::ranges::all_of(snapshot->sources, &SourceStatus::ok);
  text.Family("kminion_exporter_up", Type::kGauge,
              "Whether every look at the cluster succeeded the last time.");
  text.Count(MetricLabels({{"version", info.version}}), up ? 1 : 0);
  std::uint64_t requests = 0;
  for (const auto& [api, count] : info.kafka_requests) requests += count;
  const auto counter = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    text.Family(name, Type::kCounter, help);
    text.Count("", value);
  };
  counter("kminion_kafka_requests_sent_total", "Requests sent to brokers.", requests);
  counter("kminion_kafka_sent_bytes", "Bytes sent to brokers.", info.kafka_bytes_sent);
  counter("kminion_kafka_received_bytes", "Bytes received from brokers.",
          info.kafka_bytes_received);
}

}  // namespace

void RenderCompatActivity(const DaemonInfo& info, const ClusterSnapshot* snapshot,
                          const MetricsOptions& options, MetricsText& text) {
  if (options.kafka_exporter) {
    text.Family("kafka_exporter_build_info", Type::kGauge,
                "Version of what stands in for kafka_exporter; always 1.");
    text.Count(MetricLabels({{"version", "levelwind-" + info.version},
                             {"revision", ""},
                             {"branch", ""},
                             {"goversion", ""},
                             {"goos", "linux"},
                             {"goarch", ""},
                             {"tags", ""}}),
               1);
  }
  if (options.kminion) RenderKminionActivity(info, snapshot, text);
}

}  // namespace levelwind::api
