#include "daemon/metrics_sources.h"

#include <stop_token>
#include <utility>

#include "daemon/step_loop.h"
#include "daemon/thread_name.h"

namespace levelwind::daemon {
namespace {

template <class Source>
std::jthread RunOnThread(Source& source, const Clock& clock, const char* name) {
  return std::jthread([&source, &clock, name](std::stop_token stop) {
    NameThisThread(name);
    RunSteps(stop, [&] { return source.Step(clock.Now()) - clock.Now(); });
  });
}

}  // namespace

Result<std::unique_ptr<MetricsSources>> MetricsSources::Create(const config::Config& config,
                                                               const Clock& clock,
                                                               collectors::Monitor& monitor) {
  const collectors::MetricsSourcesOptions& options = config.metrics_sources;
  std::unique_ptr<MetricsSources> sources(new MetricsSources(clock));
  sources->pages_ = collectors::MakeHttpPageSource(clock);
  if (!options.endpoints.url.empty()) {
    const auto address =
        collectors::ParseHttpAddress(collectors::EndpointUrl(options.endpoints.url, 1, "broker1"));
    if (!address.ok()) return address.error().Wrap("metrics_sources.endpoints.url");
    sources->threads_of_scraper_ = options.endpoints.threads;
    sources->scraper_ = std::make_unique<collectors::MetricsScraper>(
        *sources->pages_, monitor.snapshots(), clock, options.endpoints);
    monitor.AddLoadSource("endpoints", sources->scraper_->facts());
  }
  if (!options.prometheus.url.empty()) {
    const auto address = collectors::ParseHttpAddress(options.prometheus.url);
    if (!address.ok()) return address.error().Wrap("metrics_sources.prometheus.url");
    sources->prometheus_ = std::make_unique<collectors::PrometheusReader>(
        *sources->pages_, monitor.snapshots(), clock, options.prometheus);
    monitor.AddLoadSource("prometheus", sources->prometheus_->facts());
  }
  if (options.reporter.enabled) {
    // A client of its own: a fetch that waits for news would hold up the looks.
    kafka::ClientOptions kafka = config.kafka;
    kafka.read_only = true;
    LW_ASSIGN_OR_RETURN(sources->client_, kafka::KafkaClient::Create(kafka));
    sources->reporter_ = std::make_unique<collectors::ReporterReader>(
        sources->client_->log_reader(), clock, options.reporter);
    monitor.AddLoadSource("reporter_topic", sources->reporter_->live());
    if (options.reporter.warm_start) {
      monitor.AddLoadSource("sample_topics", sources->reporter_->stored());
    }
  }
  if (!options.maintenance_topic.empty()) {
    kafka::ClientOptions kafka = config.kafka;
    kafka.read_only = true;
    LW_ASSIGN_OR_RETURN(sources->maintenance_client_, kafka::KafkaClient::Create(kafka));
    sources->maintenance_ = std::make_unique<collectors::MaintenanceReader>(
        sources->maintenance_client_->log_reader(), clock, options.maintenance_topic);
  }
  return sources;
}

MetricsSources::~MetricsSources() { Stop(); }

void MetricsSources::Start() {
  for (kafka::KafkaClient* client : {client_.get(), maintenance_client_.get()}) {
    if (client == nullptr) continue;
    threads_.emplace_back([client](std::stop_token stop) {
      NameThisThread("kafka-io");
      client->Run(stop);
    });
  }
  if (reporter_) threads_.push_back(RunOnThread(*reporter_, clock_, "reporter"));
  if (maintenance_) threads_.push_back(RunOnThread(*maintenance_, clock_, "maintenance"));
  for (int i = 0; scraper_ && i < threads_of_scraper_; ++i) {
    threads_.push_back(RunOnThread(*scraper_, clock_, "endpoints"));
  }
  if (prometheus_) threads_.push_back(RunOnThread(*prometheus_, clock_, "prometheus"));
}

void MetricsSources::Stop() {
  // The readers before the sockets that they wait for.
  for (std::jthread& thread : threads_) thread.request_stop();
  while (!threads_.empty()) threads_.pop_back();
}

}  // namespace levelwind::daemon
