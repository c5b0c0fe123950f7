#include "collectors/broker_metrics/prometheus_reader.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/log.h"

namespace levelwind::collectors {
namespace {

constexpr Duration kNoCluster = std::chrono::seconds(1);
constexpr std::size_t kMostTold = 200;

class Queries {
 public:
  explicit Queries(const PrometheusOptions& options) : options_(options) {}

  /// A meter of Kafka's: counter or one-minute rate, under any of the exporters' names.
  std::string Meter(std::string_view by, std::string_view stem, std::string_view bean,
                    std::string_view type_name, std::string_view divided = "") const {
    const std::string rate = fmt::format(
        "rate({}[{}s]){}",
        Series(fmt::format(R"q(__name__=~"(?i:{}(_count|_total|_count_total))")q", stem)),
        static_cast<std::int64_t>(ToSeconds(options_.window)), divided);
    const std::string told = Series(fmt::format(R"q(__name__=~"(?i:{}_oneminuterate)")q", stem));
    const std::string bare =
        Series(fmt::format(R"q(__name__=~"(?i:{}_oneminuterate)",name="{}")q", type_name, bean));
    return fmt::format("{0} or {1} or {2}", Max(by, rate), Max(by, told), Max(by, bare));
  }
  std::string TopicMeter(std::string_view by, std::string_view stem, std::string_view bean) const {
    return Meter(by, fmt::format("kafka_server_brokertopicmetrics_(total_)?{}(persec)?", stem),
                 bean, "kafka_server_brokertopicmetrics");
  }
  std::string Gauge(std::string_view by, std::string_view matchers) const {
    return Max(by, Series(matchers));
  }
  std::string Cpu() const {
    const std::string brokers = Series(R"q(__name__=~"(?i:kafka_server_brokertopicmetrics.*)")q");
    return fmt::format(
        "{} and on ({}) {}",
        Max("", fmt::format("rate({}[{}s])", Series(R"q(__name__="process_cpu_seconds_total")q"),
                            static_cast<std::int64_t>(ToSeconds(options_.window)))),
        options_.broker_label, Max("", brokers));
  }

 private:
  std::string Series(std::string_view matchers) const {
    return fmt::format("{{{}{}{}}}", matchers, options_.selector.empty() ? "" : ",",
                       options_.selector);
  }
  std::string Max(std::string_view by, std::string_view what) const {
    return fmt::format("max by ({}{}) ({})", options_.broker_label, by, what);
  }
  const PrometheusOptions& options_;
};

std::string StringIn(const nlohmann::json& object, const std::string& key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// The value of [time, "text"].
bool ValueOf(const nlohmann::json& series, double& value) {
  const auto pair = series.find("value");
  if (pair == series.end() || !pair->is_array() || pair->size() != 2) return false;
  const nlohmann::json& text = (*pair)[1];
  return text.is_string() && ParseMetricValue(text.get<std::string>(), value);
}

bool TakeSeries(const nlohmann::json& series, const PrometheusQuery& query,
                const std::string& label, const ClusterSnapshot& snapshot,
                std::map<BrokerId, MetricsPage>& pages) {
  if (!series.is_object()) return false;
  const auto metric = series.find("metric");
  if (metric == series.end() || !metric->is_object()) return false;
  const BrokerId broker = BrokerOfLabel(snapshot, StringIn(*metric, label));
  double value = 0;
  if (broker == kNoBroker || !ValueOf(series, value)) return false;
  TakeFigure(query.meaning, StringIn(*metric, "topic"), StringIn(*metric, "partition"), value,
             MetricsPageLimits(), pages[broker]);
  return true;
}

}  // namespace

std::vector<PrometheusQuery> PrometheusQueries(const PrometheusOptions& options) {
  const Queries make(options);
  const std::string topic = ", topic";
  const std::string partition = ", topic, partition";
  const auto p999 = [&](std::string_view stem, std::string_view more) {
    return fmt::format(
        "{} or {}",
        make.Gauge("", fmt::format(R"q(__name__=~"(?i:{})",quantile="0.999"{})q", stem, more)),
        make.Gauge("", fmt::format(R"q(__name__=~"(?i:{}_999thpercentile)"{})q", stem, more)));
  };
  const std::string times = "kafka_network_requestmetrics_";
  return {
      {{Figure::kBytesIn, Form::kRate}, make.TopicMeter(topic, "bytesin", "BytesInPerSec")},
      {{Figure::kBytesOut, Form::kRate}, make.TopicMeter(topic, "bytesout", "BytesOutPerSec")},
      {{Figure::kMessagesIn, Form::kRate},
       make.TopicMeter(topic, "messagesin", "MessagesInPerSec")},
      {{Figure::kReplicationIn, Form::kRate},
       make.TopicMeter("", "replicationbytesin", "ReplicationBytesInPerSec")},
      {{Figure::kReplicationOut, Form::kRate},
       make.TopicMeter("", "replicationbytesout", "ReplicationBytesOutPerSec")},
      {{Figure::kCpuSeconds, Form::kRate}, make.Cpu()},
      {{Figure::kHandlerIdle, Form::kRate},
       make.Meter("", "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_?percent",
                  "RequestHandlerAvgIdlePercent", "kafka_server_kafkarequesthandlerpool",
                  " / 1e9")},
      {{Figure::kNetworkIdle, Form::kGauge},
       make.Gauge("", R"q(__name__=~"(?i:kafka_network_socketserver_networkprocessoravgidle_?)q"
                      R"q(percent(_value)?)")q")},
      {{Figure::kRequestQueue, Form::kGauge},
       make.Gauge("",
                  R"q(__name__=~"(?i:kafka_network_requestchannel_requestqueuesize(_value)?)")q")},
      {{Figure::kLogFlushTime, Form::kP999},
       p999("kafka_log_logflushstats_logflushrateandtimems", "")},
      {{Figure::kProduceLocalTime, Form::kP999},
       p999(times + "localtimems", R"q(,request="Produce")q")},
      {{Figure::kProduceTotalTime, Form::kP999},
       p999(times + "totaltimems", R"q(,request="Produce")q")},
      {{Figure::kFetchTotalTime, Form::kP999},
       p999(times + "totaltimems", R"q(,request="FetchConsumer")q")},
      {{Figure::kLogSize, Form::kGauge},
       make.Gauge(partition, R"q(__name__=~"(?i:kafka_log_log_size(_value)?)")q")},
  };
}

BrokerId BrokerOfLabel(const ClusterSnapshot& snapshot, std::string_view value) {
  if (value.empty()) return kNoBroker;
  const std::string_view host = value.substr(0, value.rfind(':'));
  BrokerId found = kNoBroker;
  for (const Broker& broker : snapshot.brokers) {
    const std::string_view own = broker.host;
    const bool pod =
        own.size() > value.size() && own.starts_with(value) && own[value.size()] == '.';
    const bool same = fmt::format("{}", broker.id) == value || own == value || own == host || pod;
    if (!same) continue;
    if (found != kNoBroker) return kNoBroker;  // several brokers on one host
    found = broker.id;
  }
  return found;
}

Status TakePrometheusAnswer(const std::string& json, const PrometheusQuery& query,
                            const std::string& label, const ClusterSnapshot& snapshot,
                            std::map<BrokerId, MetricsPage>& pages, std::uint64_t& skipped) {
  const auto answer = nlohmann::json::parse(json, nullptr, false);
  if (!answer.is_object() || StringIn(answer, "status") != "success") {
    const std::string said = answer.is_object() ? StringIn(answer, "error") : "no JSON object";
    return DataLoss(fmt::format("the answer to the query of a figure is no success: {}",
                                said.substr(0, kMostTold)));
  }
  const auto data = answer.find("data");
  if (data == answer.end() || !data->is_object() || StringIn(*data, "resultType") != "vector" ||
      !data->contains("result") || !(*data)["result"].is_array()) {
    return DataLoss("the answer to the query of a figure is no vector");
  }
  for (const nlohmann::json& series : (*data)["result"]) {
    if (!TakeSeries(series, query, label, snapshot, pages)) ++skipped;
  }
  return Ok();
}

PrometheusReader::PrometheusReader(const PageSource& source,
                                   const Published<ClusterSnapshot>& snapshots, const Clock& clock,
                                   const PrometheusOptions& options)
    : source_(source),
      snapshots_(snapshots),
      clock_(clock),
      options_(options),
      queries_(PrometheusQueries(options)) {
  last_.source = LoadSource::kPrometheus;
  last_.window = options.interval;
}

Status PrometheusReader::Ask(const ClusterSnapshot& snapshot,
                             std::map<BrokerId, MetricsPage>& pages) {
  const std::string url =
      (options_.url.ends_with('/') ? options_.url.substr(0, options_.url.size() - 1)
                                   : options_.url) +
      "/api/v1/query";
  const auto most = static_cast<std::size_t>(options_.http.most_bytes);
  for (const PrometheusQuery& query : queries_) {
    std::string body;
    ++last_.requests;
    LW_RETURN_IF_ERROR(
        source_.Post(url, {{"query", query.text}}, options_.http, [&](std::string_view piece) {
          if (body.size() + piece.size() > most) return false;
          body += piece;
          return true;
        }));
    const Status taken =
        TakePrometheusAnswer(body, query, options_.broker_label, snapshot, pages, last_.skipped);
    if (!taken.ok()) return taken.error().Wrap(url);
  }
  return Ok();
}

SteadyTime PrometheusReader::Step(SteadyTime now) {
  const SnapshotPtr snapshot = snapshots_.Get();
  if (snapshot == nullptr) return now + kNoCluster;
  const SteadyTime began = clock_.Now();
  std::map<BrokerId, MetricsPage> pages;
  Status status = Ask(*snapshot, pages);
  if (status.ok() && pages.empty()) {
    status =
        NotFound(fmt::format("{} has no series of these brokers: look at "
                             "metrics_sources.prometheus.broker_label ({}), "
                             "whose value has to be a broker's id, host or pod",
                             options_.url, options_.broker_label));
  }
  const std::string problem = status.ok() ? "" : status.error().ToString();
  if (!problem.empty() && last_.problem.empty()) LW_WARN("metrics", "{}", problem);
  last_.problem = problem;
  if (status.ok()) {
    last_.at = began;
    last_.brokers.clear();
    for (auto& [id, page] : pages) {
      page.at = began;
      last_.skipped += page.skipped;
      auto sample = std::make_shared<BrokerSample>(SampleOf(nullptr, page, options_.processors));
      sample->broker = id;
      sample->metrics.source = LoadSource::kPrometheus;
      sample->metrics.measured_at = clock_.WallNow();
      last_.brokers.push_back(std::move(sample));
    }
  }
  facts_.Publish(std::make_shared<const LoadFacts>(last_));
  return began + options_.interval;
}

}  // namespace levelwind::collectors
