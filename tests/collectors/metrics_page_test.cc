// Brokers' metrics pages: the format, the names that exporters give, rates, and poison.

#include "collectors/broker_metrics/metrics_page.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "collectors/broker_metrics/metric_names.h"
#include "collectors/broker_metrics/metrics_text.h"

namespace levelwind {
namespace {

using collectors::Figure;
using collectors::Form;
using collectors::MetricLine;
using collectors::MetricsPage;
using collectors::MetricsText;
using std::chrono::seconds;

MetricsPage PageOf(const std::string& text, SteadyTime at = SteadyTime{} + seconds(100)) {
  MetricsPage page;
  page.at = at;
  MetricsText reader([&](const MetricLine& line) { TakeLine(line, {}, page); });
  reader.Feed(text);
  reader.End();
  page.skipped += reader.skipped();
  return page;
}

std::vector<MetricLine> LinesOf(const std::string& text) {
  std::vector<MetricLine> lines;
  MetricsText reader([&](const MetricLine& line) {
    lines.push_back(line);
    lines.back().name = "";  // points into the reader
  });
  reader.Feed(text);
  reader.End();
  return lines;
}

TEST(MetricsText, ReadsLabelsEscapesTimesAndExemplars) {
  const auto lines = LinesOf(
      "# HELP a b\n# TYPE a counter\n"
      "a{x=\"1\\\"2\\\\3\\n\",y = \"z\" , } 1.5e3 1700000000000\r\n"
      "a_total 7 # {trace_id=\"abc\"} 1\n"
      "  a\t-4\n\n"
      "a{}+Inf");
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(*lines[0].Label("x"), "1\"2\\3\n");
  EXPECT_EQ(*lines[0].Label("y"), "z");
  EXPECT_EQ(lines[0].value, 1500);
  EXPECT_EQ(lines[0].kind, collectors::MetricKind::kCounter);
  EXPECT_EQ(lines[1].value, 7);
  EXPECT_EQ(lines[1].kind, collectors::MetricKind::kCounter);
  EXPECT_EQ(lines[2].value, -4);
  EXPECT_TRUE(std::isinf(lines[3].value));
}

TEST(MetricsText, GivesTheSameHoweverTheTextIsCut) {
  const std::string text =
      "# TYPE k gauge\nk{topic=\"a b\"} 1\nbroken{ 1\nk 2\n\n# x\nk{q=\"\"} 3\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    double sum = 0;
    MetricsText reader([&](const MetricLine& line) { sum += line.value; });
    for (std::size_t at = 0; at < text.size(); at += piece) reader.Feed(text.substr(at, piece));
    reader.End();
    EXPECT_EQ(sum, 6) << piece;
    EXPECT_EQ(reader.skipped(), 1U) << piece;
  }
}

TEST(MetricsText, SkipsWhatMakesNoSenseAndCountsIt) {
  MetricsText reader([](const MetricLine& line) { ADD_FAILURE() << line.name; });
  for (const char* bad :
       {"1abc 2\n", "a\n", "a b\n", "a{x} 1\n", "a{x=1} 1\n", "a{x=\"1} 1\n", "a{x=\"1\" 1\n",
        "{x=\"1\"} 1\n", "a --1\n", "a 1x\n", "a 0x1f\n", "\xff\xfe 1\n"}) {
    const std::uint64_t before = reader.skipped();
    reader.Feed(bad);
    EXPECT_EQ(reader.skipped(), before + 1) << bad;
  }
}

TEST(MetricsText, StopsAtItsLimits) {
  collectors::MetricsTextLimits limits;
  limits.most_line = 20;
  limits.most_bytes = 60;
  int lines = 0;
  MetricsText reader([&](const MetricLine&) { ++lines; }, limits);
  EXPECT_TRUE(reader.Feed("a 1\n" + std::string(30, 'x') + " 1\na 2\n"));
  EXPECT_EQ(lines, 2);
  EXPECT_EQ(reader.skipped(), 1U);
  EXPECT_FALSE(reader.Feed(std::string(100, 'y')));
  EXPECT_TRUE(reader.cut());
  EXPECT_LE(reader.bytes(), 60U);
}

struct Named {
  const char* line;
  Figure figure;
  Form form;
};

/// One line of each figure as the exporters' rules write it.
TEST(MetricNames, AreUnderstoodWhateverTheRules) {
  const std::vector<Named> all = {
      // Strimzi's kafka-metrics, jmx_exporter's kafka-2_0_0.yml and kafka-kraft-3_0_0.yml
      {"kafka_server_brokertopicmetrics_bytesin_total{topic=\"t\"} 1", Figure::kBytesIn,
       Form::kCounter},
      {"kafka_server_brokertopicmetrics_bytesout_total 1", Figure::kBytesOut, Form::kCounter},
      {"kafka_server_brokertopicmetrics_messagesin_total 1", Figure::kMessagesIn, Form::kCounter},
      {"kafka_server_brokertopicmetrics_replicationbytesin_total 1", Figure::kReplicationIn,
       Form::kCounter},
      {"kafka_server_brokertopicmetrics_totalproducerequests_total 1", Figure::kProduceRequests,
       Form::kCounter},
      {"kafka_log_log_size{topic=\"t\",partition=\"3\"} 1", Figure::kLogSize, Form::kGauge},
      {"kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent 1", Figure::kHandlerIdle,
       Form::kMeanRate},
      {"kafka_server_kafkarequesthandlerpool_requesthandleravgidlepercent_count 1",
       Figure::kHandlerIdle, Form::kCounter},
      {"kafka_network_socketserver_networkprocessoravgidle_percent 1", Figure::kNetworkIdle,
       Form::kGauge},
      {"kafka_network_requestmetrics_totaltimems{request=\"Produce\",quantile=\"0.999\"} 1",
       Figure::kProduceTotalTime, Form::kP999},
      {"kafka_network_requestmetrics_totaltimems{request=\"FetchConsumer\",quantile=\"0.999\"} 1",
       Figure::kFetchTotalTime, Form::kP999},
      {"kafka_log_logflushstats_logflushrateandtimems{quantile=\"0.999\"} 1", Figure::kLogFlushTime,
       Form::kP999},
      {"kafka_network_requestchannel_requestqueuesize 1", Figure::kRequestQueue, Form::kGauge},
      {"process_cpu_seconds_total 1", Figure::kCpuSeconds, Form::kCounter},
      // without rules, as Cruise Control's Prometheus sampler expects it
      {"kafka_server_BrokerTopicMetrics_OneMinuteRate{name=\"BytesInPerSec\",topic=\"t\"} 1",
       Figure::kBytesIn, Form::kRate},
      {"kafka_server_BrokerTopicMetrics_Count{name=\"BytesOutPerSec\"} 1", Figure::kBytesOut,
       Form::kCounter},
      {"kafka_log_Log_Value{name=\"Size\",topic=\"t\",partition=\"3\"} 1", Figure::kLogSize,
       Form::kGauge},
      {"kafka_network_RequestMetrics_999thPercentile{name=\"LocalTimeMs\",request=\"Produce\"} 1",
       Figure::kProduceLocalTime, Form::kP999},
      {"java_lang_OperatingSystem_ProcessCpuLoad 1", Figure::kCpuLoad, Form::kGauge},
      // the Bitnami chart's
      {"kafka_server_brokertopicmetrics_total_bytesinpersec_count 1", Figure::kBytesIn,
       Form::kCounter},
      {"kafka_server_brokertopicmetrics_bytesinpersec_oneminuterate{topic=\"t\"} 1",
       Figure::kBytesIn, Form::kRate},
      // quotas
      {"kafka_server_quota_byte_rate{resource=\"Produce\",clientId=\"c\"} 1",
       Figure::kClientProduce, Form::kGauge},
      {"kafka_server_Fetch_byte_rate{client_id=\"c\",user=\"u\"} 1", Figure::kClientFetch,
       Form::kGauge},
      {"kafka_server_Request_request_time{client_id=\"c\"} 1", Figure::kClientTime, Form::kGauge},
  };
  for (const Named& named : all) {
    int seen = 0;
    MetricsText reader([&](const MetricLine& line) {
      ++seen;
      const auto meaning = collectors::MeaningOf(line);
      ASSERT_TRUE(meaning.has_value()) << named.line;
      EXPECT_EQ(static_cast<int>(meaning->figure), static_cast<int>(named.figure)) << named.line;
      EXPECT_EQ(static_cast<int>(meaning->form), static_cast<int>(named.form)) << named.line;
    });
    reader.Feed(named.line);
    reader.End();
    EXPECT_EQ(seen, 1) << named.line;
  }
}

TEST(MetricNames, OthersAreNotTakenForOurs) {
  const MetricsPage page = PageOf(
      "kafka_server_brokertopicmetrics_bytesrejected_total 1\n"
      "kafka_server_brokertopicmetrics_reassignmentbytesin_total 1\n"
      "kafka_server_brokertopicmetrics_failedproducerequests_total 1\n"
      "kafka_server_brokertopicmetrics_bytesinpersec_fifteenminuterate 1\n"
      "kafka_server_brokertopicmetrics_bytesinpersec 1\n"  // counter or rate? nobody says
      "kafka_network_requestmetrics_totaltimems{request=\"FetchFollower\",quantile=\"0.999\"} 1\n"
      "kafka_log_logflushstats_logflushrateandtimems{quantile=\"0.99\"} 1\n"
      "kafka_controller_kafkacontroller_activecontrollercount 1\n"
      "process_open_fds 1\njvm_memory_used_bytes 1\n");
  EXPECT_EQ(page.taken, 0U);
  EXPECT_EQ(page.skipped, 0U);
}

std::string Counters(double in, double topic_in) {
  return fmt::format(
      "kafka_server_brokertopicmetrics_bytesin_total {}\n"
      "kafka_server_brokertopicmetrics_bytesin_total{{topic=\"orders\"}} {}\n"
      "process_cpu_seconds_total {}\n",
      in, topic_in, in / 1000);
}

TEST(MetricsPage, CountersBecomeRatesBetweenTwoPages) {
  const MetricsPage first = PageOf(Counters(1000, 500));
  const MetricsPage second = PageOf(Counters(4000, 2000), SteadyTime{} + seconds(110));
  EXPECT_FALSE(IsKnown(SampleOf(nullptr, first, 2).metrics.bytes_in_per_s));
  const BrokerSample sample = SampleOf(&first, second, 2);
  EXPECT_DOUBLE_EQ(sample.metrics.bytes_in_per_s, 300);
  ASSERT_EQ(sample.topics.size(), 1U);
  EXPECT_EQ(sample.topics[0].topic, "orders");
  EXPECT_DOUBLE_EQ(sample.topics[0].bytes_in_per_s, 150);
  EXPECT_NEAR(sample.metrics.cpu_percent, 0.3 / 2 * 100, 1e-9);
  EXPECT_FALSE(IsKnown(SampleOf(&first, second, 0).metrics.cpu_percent));
}

TEST(MetricsPage, ARestartOfTheBrokerIsNoRate) {
  const MetricsPage first = PageOf(Counters(9e9, 8e9));
  const MetricsPage second =
      PageOf(Counters(5, 5) + "kafka_server_brokertopicmetrics_bytesinpersec_oneminuterate 77\n",
             SteadyTime{} + seconds(110));
  const BrokerSample sample = SampleOf(&first, second, 2);
  EXPECT_DOUBLE_EQ(sample.metrics.bytes_in_per_s, 77);  // what else it tells stands in
  EXPECT_TRUE(sample.topics.empty());
  EXPECT_FALSE(IsKnown(sample.metrics.cpu_percent));
}

TEST(MetricsPage, PoisonIsSkippedAndCounted) {
  const std::string name = "kafka_server_brokertopicmetrics_bytesin_total{topic=\"t\"} ";
  const std::string rate = "kafka_server_BrokerTopicMetrics_OneMinuteRate{name=\"BytesInPerSec\"} ";
  for (const char* poison : {"NaN", "+Inf", "-Inf", "-1", "1e300", "1e19", "-0.001"}) {
    EXPECT_EQ(PageOf(name + poison).skipped, 1U) << poison;
    EXPECT_EQ(PageOf(name + poison).taken, 0U) << poison;
    EXPECT_EQ(PageOf(rate + poison).taken, 0U) << poison;
  }
  EXPECT_EQ(PageOf(rate + "1e14").taken, 0U);  // 100 TB/s
  EXPECT_EQ(PageOf("java_lang_OperatingSystem_ProcessCpuLoad 7").taken, 0U);
  EXPECT_EQ(PageOf("kafka_log_log_size{topic=\"t\",partition=\"-3\"} 1").taken, 0U);
  EXPECT_EQ(PageOf("kafka_log_log_size{topic=\"t\",partition=\"3x\"} 1").taken, 0U);
  EXPECT_EQ(PageOf("kafka_log_log_size{partition=\"3\"} 1").taken, 0U);
}

TEST(MetricsPage, OnePercentOfGarbageLinesSpoilsNothing) {
  std::mt19937 random(7);
  std::string text;
  int garbage = 0;
  for (int i = 0; i < 5000; ++i) {
    text += fmt::format(
        "kafka_server_BrokerTopicMetrics_OneMinuteRate{{name=\"BytesInPerSec\",topic=\"t{}\"}} "
        "{}\n",
        i, i);
    if (i % 100 != 0) continue;
    for (int k = 0; k < 40; ++k) {
      const char c = static_cast<char>(random() % 256);
      text += c == '\n' || c == '#' || c == '\0' ? '{' : c;
    }
    text += "{\n";
    ++garbage;
  }
  const MetricsPage page = PageOf(text);
  EXPECT_EQ(page.taken, 5000U);
  EXPECT_EQ(page.skipped, static_cast<std::uint64_t>(garbage));
  const BrokerSample sample = SampleOf(nullptr, page, 0);
  ASSERT_EQ(sample.topics.size(), 5000U);
  for (const TopicSample& topic : sample.topics) {
    EXPECT_EQ("t" + fmt::format("{:.0f}", topic.bytes_in_per_s), topic.topic);
  }
}

}  // namespace
}  // namespace levelwind
