#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "collectors/broker_metrics/metrics_text.h"

namespace levelwind::collectors {

/// What a metric of a Kafka broker says.
enum class Figure : std::uint8_t {
  kBytesIn,  ///< The first four: of a topic or, without a topic, of the broker.
  kBytesOut,
  kMessagesIn,
  kTopicFigures,  ///< Not a figure: how many can be of a topic.
  kReplicationIn = kTopicFigures,
  kReplicationOut,
  kProduceRequests,
  kFetchRequests,
  kCpuSeconds,  ///< Of the process.
  kCpuLoad,     ///< Of the process, 0..1 of the machine.
  kProcessors,
  kHandlerIdle,
  kNetworkIdle,
  kRequestQueue,
  kLogFlushTime,
  kProduceLocalTime,
  kProduceTotalTime,
  kFetchTotalTime,
  kBrokerFigures,  ///< Not a figure: how many there are of a broker.
  kLogSize,        ///< Of a partition.
  kClientProduce,
  kClientFetch,
  kClientTime,
};

/// How it says it. Where a page has several of one figure, the first of them is taken.
enum class Form : std::uint8_t {
  kCounter,   ///< Grows; its rate is between two pages.
  kRate,      ///< A second, over the last minute.
  kMeanRate,  ///< A second, since the broker started.
  kGauge,
  kP999,
};
constexpr std::size_t kForms = 5;

struct Meaning {
  Figure figure{};
  Form form{};
};

/// What a line means, whatever the rules of the exporter made of Kafka's names. Empty: nothing that
/// is used here.
///
/// Kafka's beans have a domain, a type, a name and an attribute. Exporters differ in capitals,
/// underscores, in the words PerSec, Percent and total, in whether the name is a label, and in how
/// they call the attribute; so the name is compared without all of that. Known to fit: Strimzi's
/// kafka-metrics ConfigMap (packaging/examples/metrics/kafka-metrics.yaml), jmx_exporter's examples
/// kafka-2_0_0.yml and kafka-kraft-3_0_0.yml, its own names without rules (as Cruise Control's
/// Prometheus sampler expects them), and those of the Bitnami chart's jmx-configmap.
std::optional<Meaning> MeaningOf(const MetricLine& line);

/// A label whatever its capitals, dashes and underscores: "clientId", "client_id". Empty: none.
std::string_view LooseLabel(const MetricLine& line, std::string_view plain);

}  // namespace levelwind::collectors
