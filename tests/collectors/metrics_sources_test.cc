// The scraper, the Prometheus reader and the reporter's tally, without a network.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/published.h"
#include "collectors/broker_metrics/http_get.h"
#include "collectors/broker_metrics/metrics_scraper.h"
#include "collectors/broker_metrics/prometheus_reader.h"
#include "collectors/reporter_topic/reporter_tally.h"
#include "tests/support/manual_clock.h"

namespace levelwind::testing {
namespace {

using collectors::ReporterMetric;
using std::chrono::seconds;

class FakePages final : public collectors::PageSource {
 public:
  Status Get(const std::string& url, const collectors::HttpSourceOptions&,
             const Sink& sink) const override {
    asked.push_back(url);
    const auto page = pages.find(url);
    if (page == pages.end()) return Unavailable(url + ": connection refused");
    sink(page->second);
    return Ok();
  }
  Status Post(const std::string& url, const Form& form, const collectors::HttpSourceOptions&,
              const Sink& sink) const override {
    asked.push_back(form.at(0).second);
    const auto page = pages.find(url);
    if (page == pages.end()) return Unavailable(url + ": connection refused");
    sink(page->second);
    return Ok();
  }
  std::map<std::string, std::string> pages;
  mutable std::vector<std::string> asked;
};

class MetricsSources : public ::testing::Test {
 protected:
  MetricsSources() {
    auto snapshot = std::make_shared<ClusterSnapshot>();
    for (const BrokerId id : {1, 2}) {
      Broker& broker = snapshot->brokers.emplace_back();
      broker.id = id;
      broker.host = fmt::format("kafka-{}.svc", id);
    }
    snapshots_.Publish(std::move(snapshot));
  }

  ManualClock clock_;
  FakePages pages_;
  Published<ClusterSnapshot> snapshots_;
};

std::string Page(int bytes) {
  return fmt::format("kafka_server_brokertopicmetrics_bytesin_total {}\n", bytes);
}

TEST_F(MetricsSources, TheScraperAsksEachBrokerInItsTurn) {
  collectors::EndpointOptions options;
  options.url = "http://{host}:7071/b{id}";
  collectors::MetricsScraper scraper(pages_, snapshots_, clock_, options);
  const std::string one = "http://kafka-1.svc:7071/b1";
  const std::string two = "http://kafka-2.svc:7071/b2";
  pages_.pages[one] = Page(1000);
  for (int i = 0; i < 3; ++i) scraper.Step(clock_.Now());
  EXPECT_EQ(pages_.asked, (std::vector<std::string>{one, two}));
  auto facts = scraper.facts().Get();
  ASSERT_EQ(facts->brokers.size(), 1U);
  EXPECT_NE(facts->problem.find("1 of 2 brokers"), std::string::npos) << facts->problem;
  EXPECT_NE(facts->problem.find("connection refused"), std::string::npos) << facts->problem;

  clock_.Advance(seconds(15));
  pages_.pages[one] = Page(4000);
  pages_.pages[two] = Page(5);
  for (int i = 0; i < 3; ++i) scraper.Step(clock_.Now());
  facts = scraper.facts().Get();
  ASSERT_EQ(facts->brokers.size(), 2U);
  EXPECT_DOUBLE_EQ(facts->Find(1)->metrics.bytes_in_per_s, 200);
  EXPECT_EQ(facts->problem, "");
  EXPECT_NE(facts->at, SteadyTime{});
}

TEST_F(MetricsSources, ABrokerThatFailsIsAskedLessOften) {
  collectors::EndpointOptions options;
  options.url = "http://{host}/";
  collectors::MetricsScraper scraper(pages_, snapshots_, clock_, options);
  for (int i = 0; i < 40; ++i) {
    for (int k = 0; k < 3; ++k) scraper.Step(clock_.Now());
    clock_.Advance(seconds(15));
  }
  // 1, 2, 4, then every 8 intervals: 3 and some in 40 intervals, for each of the two.
  EXPECT_LE(pages_.asked.size(), 18U);
  EXPECT_GE(pages_.asked.size(), 12U);
}

TEST_F(MetricsSources, APageThatIsNotABrokersSaysSo) {
  collectors::EndpointOptions options;
  options.url = "http://{host}/";
  pages_.pages["http://kafka-1.svc/"] = "node_cpu_seconds_total 7\n";
  collectors::MetricsScraper scraper(pages_, snapshots_, clock_, options);
  scraper.Step(clock_.Now());
  EXPECT_NE(scraper.facts().Get()->problem.find("none of a Kafka broker"), std::string::npos);
}

TEST(EndpointUrl, FillsInHostAndId) {
  EXPECT_EQ(collectors::EndpointUrl("http://{host}:70{id}/m", 3, "a.b"), "http://a.b:703/m");
  EXPECT_EQ(collectors::EndpointUrl("http://{host}:7071/", 3, "::1"), "http://[::1]:7071/");
}

TEST(HttpAddress, TakesOnlyWhatItCanAsk) {
  const auto good = collectors::ParseHttpAddress("https://h:1/a?b=c");
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(good->origin, "https://h:1");
  EXPECT_EQ(good->target, "/a?b=c");
  EXPECT_EQ(collectors::ParseHttpAddress("http://h")->target, "/");
  for (const char* bad : {"", "h:1", "ftp://h/", "http://", "http:///x", "http://u:p@h/",
                          "http://h/\r\nX: y", "file:///etc/passwd", "http://h /"}) {
    EXPECT_FALSE(collectors::ParseHttpAddress(bad).ok()) << bad;
  }
}

std::string Answer(const std::string& series) {
  return R"({"status":"success","data":{"resultType":"vector","result":[)" + series + "]}}";
}

TEST_F(MetricsSources, PrometheusAnswersBecomeFiguresOfBrokers) {
  const auto snapshot = snapshots_.Get();
  std::map<BrokerId, collectors::MetricsPage> pages;
  std::uint64_t skipped = 0;
  const collectors::PrometheusQuery query{{collectors::Figure::kBytesIn, collectors::Form::kRate},
                                          "q"};
  const std::string good =
      Answer(R"({"metric":{"instance":"kafka-1.svc:7071","topic":"t"},"value":[1.5,"250"]},)"
             R"({"metric":{"instance":"2"},"value":[1.5,"7"]},)"
             R"({"metric":{"instance":"other:1"},"value":[1.5,"7"]},)"
             R"({"metric":{"instance":"2","topic":"n"},"value":[1.5,"NaN"]},)"
             R"({"metric":{"instance":"2","topic":"m"},"value":[1.5,"-Inf"]},)"
             R"({"metric":7,"value":[1]},{"value":"x"},3)");
  ASSERT_TRUE(TakePrometheusAnswer(good, query, "instance", *snapshot, pages, skipped).ok());
  EXPECT_EQ(skipped, 4U);
  EXPECT_EQ(pages.at(2).skipped, 2U);
  const BrokerSample sample = SampleOf(nullptr, pages.at(1), 0);
  ASSERT_EQ(sample.topics.size(), 1U);
  EXPECT_EQ(sample.topics[0].bytes_in_per_s, 250);
  EXPECT_EQ(SampleOf(nullptr, pages.at(2), 0).metrics.bytes_in_per_s, 7);
  for (const char* bad :
       {"", "[]", "{}", R"({"status":"error","error":"parse"})", R"({"status":"success"})",
        R"({"status":"success","data":{"resultType":"matrix","result":[]}})"}) {
    EXPECT_FALSE(TakePrometheusAnswer(bad, query, "instance", *snapshot, pages, skipped).ok())
        << bad;
  }
}

TEST_F(MetricsSources, LabelsMeanABrokerOrNone) {
  const auto snapshot = snapshots_.Get();
  EXPECT_EQ(collectors::BrokerOfLabel(*snapshot, "1"), 1);
  EXPECT_EQ(collectors::BrokerOfLabel(*snapshot, "kafka-2.svc"), 2);
  EXPECT_EQ(collectors::BrokerOfLabel(*snapshot, "kafka-2.svc:9404"), 2);
  EXPECT_EQ(collectors::BrokerOfLabel(*snapshot, "kafka-2"), 2);
  EXPECT_EQ(collectors::BrokerOfLabel(*snapshot, "kafka"), kNoBroker);
  EXPECT_EQ(collectors::BrokerOfLabel(*snapshot, ""), kNoBroker);
  ClusterSnapshot one_host = *snapshot;
  for (Broker& broker : one_host.brokers) broker.host = "127.0.0.1";
  EXPECT_EQ(collectors::BrokerOfLabel(one_host, "127.0.0.1:7071"), kNoBroker);
}

TEST(PrometheusQueries, NameTheSelectorAndTheLabelEverywhere) {
  collectors::PrometheusOptions options;
  options.broker_label = "pod";
  options.selector = "cluster=\"a\"";
  for (const auto& query : PrometheusQueries(options)) {
    EXPECT_NE(query.text.find("max by (pod"), std::string::npos) << query.text;
    EXPECT_NE(query.text.find(",cluster=\"a\"}"), std::string::npos) << query.text;
    EXPECT_EQ(std::count(query.text.begin(), query.text.end(), '('),
              std::count(query.text.begin(), query.text.end(), ')'))
        << query.text;
  }
}

// ---- the reporter's topic

std::vector<std::uint8_t> Record(int kind, ReporterMetric metric, std::int64_t time_ms, int broker,
                                 const std::string& topic, double value, int partition = 0) {
  std::vector<std::uint8_t> bytes = {static_cast<std::uint8_t>(kind), 0,
                                     static_cast<std::uint8_t>(metric)};
  const auto put = [&](std::uint64_t number, int size) {
    for (int i = size - 1; i >= 0; --i) bytes.push_back(static_cast<std::uint8_t>(number >> 8 * i));
  };
  put(static_cast<std::uint64_t>(time_ms), 8);
  put(static_cast<std::uint64_t>(broker), 4);
  if (kind > 0) {
    put(topic.size(), 4);
    bytes.insert(bytes.end(), topic.begin(), topic.end());
  }
  if (kind == 2) put(static_cast<std::uint64_t>(partition), 4);
  put(std::bit_cast<std::uint64_t>(value), 8);
  return bytes;
}

TEST(ReporterTally, ARoundIsASampleWhenTheNextOneBegins) {
  collectors::ReporterTally tally(seconds(60));
  const SteadyTime now = SteadyTime{} + seconds(1000);
  const WallTime wall{1'800'000'000'000};
  const auto send = [&](std::int64_t ms, double value) {
    tally.Metric(Record(0, ReporterMetric::kBrokerCpu, wall.unix_ms + ms, 1, "", value), wall, now);
    tally.Metric(
        Record(1, ReporterMetric::kTopicBytesIn, wall.unix_ms + ms + 20, 1, "a_b", 1000 * value),
        wall, now);
    tally.Metric(Record(2, ReporterMetric::kPartitionSize, wall.unix_ms + ms, 1, "a_b", 5, 3), wall,
                 now);
  };
  send(-120'000, 0.25);
  EXPECT_TRUE(tally.Live().empty());
  send(-60'000, 0.5);
  ASSERT_EQ(tally.Live().size(), 1U);
  const BrokerSamplePtr sample = tally.Live()[0];
  EXPECT_EQ(sample->metrics.cpu_percent, 25);
  EXPECT_EQ(sample->at, now - seconds(120));
  ASSERT_EQ(sample->topics.size(), 1U);
  EXPECT_EQ(sample->topics[0].bytes_in_per_s, 250);
  ASSERT_EQ(sample->partitions.size(), 1U);
  EXPECT_EQ(sample->partitions[0].partition, 3);
  EXPECT_TRUE(sample->dots_as_underscores);
  tally.Settle(wall, now);
  EXPECT_EQ(tally.Live()[0]->metrics.cpu_percent, 50);
  send(-90'000, 0.75);  // late
  tally.Settle(wall, now);
  EXPECT_EQ(tally.Live()[0]->metrics.cpu_percent, 50);
  EXPECT_EQ(tally.skipped(), 0U);
}

TEST(ReporterTally, PoisonIsSkippedAndCounted) {
  collectors::ReporterTally tally(seconds(60));
  const WallTime wall{1'800'000'000'000};
  const double infinity = std::numeric_limits<double>::infinity();
  std::uint64_t sent = 0;
  for (const double poison : {infinity, -infinity, kUnknown, -1.0, 1e300, 1e14}) {
    tally.Metric(Record(1, ReporterMetric::kTopicBytesIn, wall.unix_ms - 9000, 1, "t", poison),
                 wall, {});
    EXPECT_EQ(tally.skipped(), ++sent) << poison;
  }
  tally.Metric(Record(0, ReporterMetric::kBrokerCpu, wall.unix_ms - 9000, 1, "", 40), wall, {});
  EXPECT_EQ(tally.skipped(), ++sent);
  for (const std::int64_t time :
       {wall.unix_ms + 10'000'000, std::int64_t{0}, std::numeric_limits<std::int64_t>::min(),
        std::numeric_limits<std::int64_t>::max()}) {
    tally.Metric(Record(1, ReporterMetric::kTopicBytesIn, time, 1, "t", 1), wall, {});
    EXPECT_EQ(tally.skipped(), ++sent) << time;
  }
  tally.Settle(wall, {});
  EXPECT_TRUE(tally.Live().empty());
}

TEST(ReporterTally, OnePercentOfGarbageRecordsSpoilsNothing) {
  collectors::ReporterTally tally(seconds(60));
  const WallTime wall{1'800'000'000'000};
  std::mt19937 random(11);
  std::uint64_t garbage = 0;
  for (int i = 0; i < 10'000; ++i) {
    tally.Metric(
        Record(1, ReporterMetric::kTopicBytesIn, wall.unix_ms - 9000, 1, fmt::format("t{}", i), i),
        wall, {});
    if (i % 100 != 0) continue;
    std::vector<std::uint8_t> junk(random() % 60);
    for (std::uint8_t& byte : junk) byte = static_cast<std::uint8_t>(random());
    if (!junk.empty()) junk[0] = 99;
    tally.Metric(junk, wall, {});
    tally.Partition(junk, wall, {});
    tally.Broker(junk, wall, {});
    garbage += 3;
  }
  tally.Settle(wall, {});
  EXPECT_EQ(tally.skipped(), garbage);
  ASSERT_EQ(tally.Live().size(), 1U);
  ASSERT_EQ(tally.Live()[0]->topics.size(), 10'000U);
  for (const TopicSample& topic : tally.Live()[0]->topics) {
    EXPECT_EQ("t" + fmt::format("{:.0f}", topic.bytes_in_per_s), topic.topic);
  }
}

}  // namespace
}  // namespace levelwind::testing
