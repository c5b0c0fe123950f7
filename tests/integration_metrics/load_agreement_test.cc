// On real brokers with a JMX exporter in them: the rates per partition of source 1 (growth), of
// source 2 (the brokers' pages) and of source 3 (a Prometheus that scrapes these) agree within a
// tenth with what was produced.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "collectors/broker_metrics/http_get.h"
#include "collectors/broker_metrics/metrics_scraper.h"
#include "collectors/broker_metrics/prometheus_reader.h"
#include "collectors/monitor.h"
#include "kafka/client.h"
#include "kafka/data/producer.h"
#include "tests/kafka_cluster/daemon.h"
#include "tests/kafka_cluster/real_cluster.h"
#include "tests/kafka_cluster/subprocess.h"

namespace levelwind::testing {
namespace {

using std::chrono::milliseconds, std::chrono::seconds;

constexpr std::size_t kRecordBytes = 2000;
constexpr int kBrokers = 3;

/// Records a second for each partition of a topic.
const std::map<std::string, std::vector<int>> kLoads = {
    {"uniform", {40, 40, 40, 40, 40, 40}},
    {"zipf", {120, 60, 40, 30, 24, 20}},
    {"hot.key", {200, 10, 10, 10, 10, 10}},
};

std::string AgentJar() {
  const char* jar = std::getenv("LEVELWIND_JMX_AGENT");
  return jar == nullptr ? "" : jar;
}

/// The beginning of a port number that is free with every broker's id behind it.
int PortStem() {
  for (int tries = 0; tries < 50; ++tries) {
    const int stem = FreePort() / 10;
    if (stem * 10 + kBrokers < 65536) return stem;
  }
  return 2000;
}

class LoadAgreement : public ::testing::Test {
 protected:
  void Start() {
    stem_ = PortStem();
    RealClusterOptions options;
    options.brokers = kBrokers;
    options.racks = "r1,r2,r3";
    options.jvm_options.push_back(fmt::format(
        "-javaagent:{}=127.0.0.1:{}{{id}}:{}/tests/integration_metrics/jmx_exporter.yml",
        AgentJar(), stem_, LEVELWIND_SOURCE_DIR));
    auto started = RealCluster::Start(options);
    ASSERT_TRUE(started.ok()) << started.error();
    kafka_ = std::move(started).value();
    for (const auto& [name, rates] : kLoads) {
      kafka::NewTopic topic;
      topic.name = name;
      topic.partitions = static_cast<std::int32_t>(rates.size());
      topic.replication_factor = 2;
      const Status made = kafka_->CreateTopic(topic);
      ASSERT_TRUE(made.ok()) << made.error();
    }
    kafka::ClientOptions client;
    client.bootstrap = kafka_->bootstrap_list();
    client.read_only = true;
    auto made = kafka::KafkaClient::Create(client);
    ASSERT_TRUE(made.ok()) << made.error();
    client_ = std::move(made).value();
    io_ = std::jthread([this](std::stop_token stop) { client_->Run(std::move(stop)); });
  }

  /// A Prometheus that scrapes the brokers' pages, until this object ends.
  void StartPrometheus() {
    std::string config = "global: {scrape_interval: 2s}\nscrape_configs:\n  - job_name: kafka\n";
    config += "    static_configs:\n";
    for (int id = 1; id <= kBrokers; ++id) {
      config += fmt::format("      - {{targets: ['127.0.0.1:{}{}'], labels: {{broker: '{}'}}}}\n",
                            stem_, id, id);
    }
    std::ofstream(folder_.path() + "/prometheus.yml") << config;
    prometheus_port_ = FreePort();
    SubprocessOptions options;
    options.argv = {"prometheus", "--config.file=" + folder_.path() + "/prometheus.yml",
                    "--storage.tsdb.path=" + folder_.path() + "/data",
                    fmt::format("--web.listen-address=127.0.0.1:{}", prometheus_port_),
                    "--log.level=warn"};
    options.stdout_file = options.stderr_file = folder_.path() + "/log";
    auto started = Subprocess::Start(options);
    ASSERT_TRUE(started.ok()) << started.error();
    prometheus_.emplace(std::move(started).value());
  }

  /// Sends every tenth of a second what is due, until asked to stop.
  void Produce(const std::stop_token& stop) {
    kafka::ProducerOptions options;
    options.bootstrap = kafka_->bootstrap();
    auto producer = kafka::Producer::Create(options);
    ASSERT_TRUE(producer.ok()) << producer.error();
    const std::string value(kRecordBytes, 'x');
    std::map<std::string, std::vector<std::int64_t>> sent;
    for (const auto& [topic, rates] : kLoads) sent[topic].resize(rates.size());
    const SteadyTime began = clock_.Now();
    while (!stop.stop_requested()) {
      const double elapsed = ToSeconds(clock_.Now() - began);
      for (const auto& [topic, rates] : kLoads) {
        for (std::size_t p = 0; p < rates.size(); ++p) {
          while (static_cast<double>(sent[topic][p]) < elapsed * rates[p]) {
            const Status ok =
                (*producer)->Send(topic, static_cast<std::int32_t>(p), std::nullopt, value);
            ASSERT_TRUE(ok.ok()) << ok.error();
            ++sent[topic][p];
          }
        }
      }
      (*producer)->Poll(milliseconds(0));
      std::this_thread::sleep_for(milliseconds(100));
    }
  }

  /// `within`: a tenth, but a Prometheus server's rates are over its own scrapes, which shift.
  void ExpectAgreement(const ClusterSnapshot& snapshot, LoadSource source) {
    const double within = source == LoadSource::kPrometheus ? 0.2 : 0.1;
    for (const auto& [topic, rates] : kLoads) {
      for (std::size_t p = 0; p < rates.size(); ++p) {
        const Partition* partition = snapshot.FindPartition(topic, static_cast<std::int32_t>(p));
        ASSERT_NE(partition, nullptr);
        const double produced = rates[p] * static_cast<double>(kRecordBytes);
        const PartitionLoad& load = partition->load;
        const std::string what = fmt::format("{}-{} by {}: {:.0f} for {:.0f} bytes/s", topic, p,
                                             LoadSourceName(source), load.bytes_in_per_s, produced);
        std::printf("%s\n", what.c_str());
        EXPECT_NEAR(load.bytes_in_per_s, produced, produced * within) << what;
        EXPECT_EQ(load.in_from, source) << what;
        // Nobody reads: one follower takes it all.
        EXPECT_NEAR(load.bytes_out_per_s, produced, produced * within) << what;
        EXPECT_NEAR(load.messages_in_per_s, rates[p], rates[p] * within) << what;
      }
    }
  }

  const SystemClock clock_;
  int stem_ = 0;
  int prometheus_port_ = 0;
  TempDir folder_{"prometheus"};
  std::optional<Subprocess> prometheus_;
  std::unique_ptr<RealCluster> kafka_;
  std::unique_ptr<kafka::KafkaClient> client_;
  std::jthread io_;
};

TEST_F(LoadAgreement, RatesPerPartitionAgreeWithWhatIsProduced) {
  ASSERT_TRUE(std::filesystem::exists(AgentJar())) << "no JMX exporter here: run scripts/setup";
  ASSERT_NO_FATAL_FAILURE(Start());
  ASSERT_NO_FATAL_FAILURE(StartPrometheus());
  std::jthread producer([this](const std::stop_token& stop) { Produce(stop); });

  collectors::Monitor plain(*client_, clock_, {});
  collectors::Monitor measured(*client_, clock_, {});
  collectors::EndpointOptions options;
  options.url = fmt::format("http://{{host}}:{}{{id}}/metrics", stem_);
  options.interval = seconds(10);
  const auto pages = collectors::MakeHttpPageSource(clock_);
  collectors::MetricsScraper scraper(*pages, measured.snapshots(), clock_, options);
  measured.AddLoadSource("endpoints", scraper.facts());

  collectors::Monitor served(*client_, clock_, {});
  collectors::PrometheusOptions server;
  server.url = fmt::format("http://127.0.0.1:{}", prometheus_port_);
  server.broker_label = "broker";
  server.selector = "job=\"kafka\"";
  server.window = seconds(20);
  server.interval = seconds(10);
  collectors::PrometheusReader reader(*pages, served.snapshots(), clock_, server);
  served.AddLoadSource("prometheus", reader.facts());

  const SteadyTime began = clock_.Now();
  SteadyTime served_due = began;
  SteadyTime reader_due = began;
  SteadyTime plain_due = began;
  SteadyTime measured_due = began;
  SteadyTime scraper_due = began;
  double rates_after = 0;
  while (clock_.Now() - began < seconds(45)) {
    const SteadyTime now = clock_.Now();
    if (now >= plain_due) plain_due = plain.Step(now);
    if (now >= measured_due) measured_due = measured.Step(now);
    if (now >= scraper_due) scraper_due = scraper.Step(now);
    if (now >= served_due) served_due = served.Step(now);
    if (now >= reader_due) reader_due = reader.Step(now);
    const SnapshotPtr snapshot = plain.snapshots().Get();
    if (rates_after == 0 && snapshot != nullptr && snapshot->confidence.rates) {
      rates_after = ToSeconds(clock_.Now() - began);
    }
    std::this_thread::sleep_for(milliseconds(50));
  }
  std::printf("rates by growth after %.1f s\n", rates_after);
  const SnapshotPtr by_growth = plain.snapshots().Get();
  const SnapshotPtr by_pages = measured.snapshots().Get();
  const SnapshotPtr by_server = served.snapshots().Get();
  producer.request_stop();
  producer.join();
  ASSERT_NE(by_growth, nullptr);
  ASSERT_NE(by_pages, nullptr);
  ASSERT_NE(by_server, nullptr);
  ExpectAgreement(*by_growth, LoadSource::kGrowth);
  ExpectAgreement(*by_pages, LoadSource::kEndpoint);
  ExpectAgreement(*by_server, LoadSource::kPrometheus);
  for (const Broker& broker : by_server->brokers) {
    EXPECT_EQ(broker.metrics.source, LoadSource::kPrometheus) << broker.id;
    EXPECT_GT(broker.metrics.bytes_in_per_s, 0) << broker.id;
  }
  for (const Broker& broker : by_pages->brokers) {
    EXPECT_EQ(broker.metrics.source, LoadSource::kEndpoint);
    EXPECT_GT(broker.metrics.bytes_in_per_s, 0);
    EXPECT_GT(broker.metrics.cpu_percent, 0);
    EXPECT_LE(broker.metrics.cpu_percent, 100);
    EXPECT_TRUE(IsKnown(broker.metrics.produce_total_p999_ms));
    EXPECT_GT(broker.metrics.handler_idle_share, 0);
    std::printf("broker %d: cpu %.1f %%, idle %.2f, produce p999 %.1f ms\n", broker.id,
                broker.metrics.cpu_percent, broker.metrics.handler_idle_share,
                broker.metrics.produce_total_p999_ms);
  }
  for (const SourceStatus& status : by_pages->sources) {
    EXPECT_TRUE(status.ok) << status.name << ": " << status.error;
  }
}

}  // namespace
}  // namespace levelwind::testing
