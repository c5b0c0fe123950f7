#include "api/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

#include "api/metrics_text.h"
#include "tests/api/api_fixture.h"
#include "tests/api/compat_fixture.h"

namespace levelwind::api {
namespace {

using Format = MetricsText::Format;
using ::testing::HasSubstr;
using ::testing::Not;

// ---- who gets which format

TEST(ChooseExposition, OpenMetricsForThoseWhoNameIt) {
  const auto format = [](const char* accept) { return ChooseExposition(accept).format; };
  EXPECT_EQ(format(""), Format::kPrometheus);
  EXPECT_EQ(format("*/*"), Format::kPrometheus);
  EXPECT_EQ(format("text/html, application/xml;q=0.9, */*;q=0.8"), Format::kPrometheus);
  EXPECT_EQ(format("text/plain;version=0.0.4"), Format::kPrometheus);
  EXPECT_EQ(format("application/openmetrics-text"), Format::kOpenMetrics);
  EXPECT_EQ(format("Application/OpenMetrics-Text; Version=1.0.0"), Format::kOpenMetrics);
  // What Prometheus 2.42 and 3.0 send.
  EXPECT_EQ(format("application/openmetrics-text;version=1.0.0,"
                   "application/openmetrics-text;version=0.0.1;q=0.75,"
                   "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
            Format::kOpenMetrics);
  EXPECT_EQ(format("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                   "application/openmetrics-text;version=0.0.1;q=0.5,"
                   "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                   "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"),
            Format::kOpenMetrics);
  // Unwanted, liked less, or of a version that we do not speak.
  EXPECT_EQ(format("application/openmetrics-text;q=0"), Format::kPrometheus);
  EXPECT_EQ(format("text/plain;q=0.9,application/openmetrics-text;q=0.5"), Format::kPrometheus);
  EXPECT_EQ(format("application/openmetrics-text;version=2.0.0,text/plain"), Format::kPrometheus);
  EXPECT_EQ(format(";;,,=;q=,application/openmetrics-text;q=x"), Format::kPrometheus);
}

TEST(ChooseExposition, SaysTheVersionThatWasAskedFor) {
  EXPECT_EQ(ChooseExposition("application/openmetrics-text").content_type,
            "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_EQ(ChooseExposition("application/openmetrics-text;version=0.0.1").content_type,
            "application/openmetrics-text; version=0.0.1; charset=utf-8");
  EXPECT_EQ(ChooseExposition("").content_type, "text/plain; version=0.0.4; charset=utf-8");
}

// ---- what it is

TEST(OpenMetrics, CountersSamplesEndWithTotalAndTheirFamilyDoesNot) {
  MetricsText text(Format::kOpenMetrics);
  text.Family("a_total", MetricsText::Type::kCounter, "A.");
  text.Count("", 1);
  text.Family("sent_bytes", MetricsText::Type::kCounter, "B.");
  text.Count("", 2);
  text.Family("lag_total", MetricsText::Type::kGauge, "C.");
  text.Count("", 3);
  EXPECT_EQ(text.Take(),
            "# HELP a A.\n# TYPE a counter\na_total 1\n"
            "# HELP sent_bytes B.\nsent_bytes 2\n"
            "# HELP lag_total C.\n# TYPE lag_total gauge\nlag_total 3\n");
}

TEST(OpenMetrics, OfTheClientLibrarysText) {
  EXPECT_EQ(ToOpenMetrics("# HELP a_total A of total\n# TYPE a_total counter\na_total{x=\"1\"} 3\n"
                          "# HELP h H\n# TYPE h histogram\nh_bucket{le=\"0.5\"} 1\n"
                          "h_bucket{le=\"10\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_count 2\nh_sum 1\n"),
            "# HELP a A of total\n# TYPE a counter\na_total{x=\"1\"} 3\n"
            "# HELP h H\n# TYPE h histogram\nh_bucket{le=\"0.5\"} 1\n"
            "h_bucket{le=\"10.0\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_count 2\nh_sum 1\n");
}

/// What OpenMetrics 1.0 asks of a page, as far as ours could break it: it ends with "# EOF" and has
/// no empty line, no other comment and no timestamp; families do not interleave; each sample
/// belongs to the family before it with a suffix that its type has. Empty when all is well.
std::string OpenMetricsProblem(const std::string& page) {
  if (!page.ends_with("\n# EOF\n")) return "does not end with # EOF";
  std::istringstream lines(page.substr(0, page.size() - 6));
  std::set<std::string> seen;
  std::string family;
  std::string type;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) return "an empty line";
    if (line.starts_with("# HELP ") || line.starts_with("# TYPE ")) {
      const std::size_t end = line.find(' ', 7);
      const std::string name = line.substr(7, end - 7);
      if (name != family) {
        if (!seen.insert(name).second) return name + " is begun twice";
        type = "unknown";  // unless it is told
      }
      family = name;
      if (line[2] == 'T') type = line.substr(end + 1);
      continue;
    }
    if (line[0] == '#') return "a comment: " + line;
    const std::string name = line.substr(0, line.find_first_of("{ "));
    std::set<std::string> names = {family};
    if (type == "counter") names = {family + "_total"};
    if (type == "histogram") names = {family + "_bucket", family + "_count", family + "_sum"};
    if (!names.contains(name)) return name + " in the family " + family + " of type " + type;
    const std::size_t close = line.rfind('}');
    const std::string value = line.substr(close == std::string::npos ? name.size() : close + 1);
    if (value.find(' ', 1) != std::string::npos) return "a timestamp: " + line;
  }
  return "";
}

class OpenMetricsPage : public testing::ApiFixture {
 protected:
  std::string Get(const std::string& accept, ApiOptions options = {}) {
    Api api(backend_, clock_, std::move(options));
    Request request;
    request.method = "GET";
    request.path = "/metrics";
    request.segments = {"metrics"};
    request.accept = accept;
    api.Handle(request);  // so that there is a histogram with something in it
    const Response response = api.Handle(request);
    content_type_ = response.content_type;
    return testing::Body(response);
  }
  std::string content_type_;
};

TEST_F(OpenMetricsPage, IsServedWhenAskedFor) {
  auto snapshot = testing::FullSnapshot();
  testing::AddBurrow(*snapshot);
  backend_.snapshot = snapshot;
  ApiOptions options;
  options.metrics.options.kafka_exporter = options.metrics.options.kminion = true;
  options.metrics.options.kafka_lag_exporter = true;
  const std::string page = Get("application/openmetrics-text", options);
  EXPECT_EQ(content_type_, "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_EQ(OpenMetricsProblem(page), "");
  EXPECT_THAT(testing::Promtool(page), Not(HasSubstr("exit 1")));
  EXPECT_THAT(page, HasSubstr("\n# TYPE levelwind_http_requests counter\n"));
  EXPECT_THAT(page, HasSubstr("\nlevelwind_http_requests_total{"));
  EXPECT_THAT(page, HasSubstr("\n# TYPE process_cpu_seconds counter\n"));
}

TEST_F(OpenMetricsPage, TheSnapshotsPartIsTheSameTextInBoth) {
  const std::string open = Get("application/openmetrics-text");
  const std::string plain = Get("");
  EXPECT_EQ(content_type_, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(testing::Promtool(plain), "");
  const std::string snapshot = RenderSnapshotMetrics(*backend_.snapshot, {});
  EXPECT_TRUE(open.starts_with(snapshot));
  EXPECT_TRUE(plain.starts_with(snapshot));
  EXPECT_THAT(plain, Not(HasSubstr("# EOF")));
}

// Kafka lets anybody name a group as they like.
TEST_F(OpenMetricsPage, GroupNamesWithEveryByteAreValidInBothFormats) {
  auto snapshot = testing::FullSnapshot();
  const ConsumerGroup like = snapshot->groups[0];
  snapshot->groups.clear();
  for (int byte = 0; byte < 256; ++byte) {
    ConsumerGroup group = like;
    group.name = std::string("g-") + static_cast<char>(byte) + "-" + std::to_string(byte);
    snapshot->groups.push_back(group);
  }
  backend_.snapshot = snapshot;
  ApiOptions options;
  options.metrics.options.kafka_exporter = options.metrics.options.kminion = true;
  options.metrics.options.kafka_lag_exporter = true;
  const std::string open = Get("application/openmetrics-text", options);
  const std::string plain = Get("", options);
  EXPECT_EQ(OpenMetricsProblem(open), "");
  EXPECT_THAT(testing::Promtool(open), Not(HasSubstr("exit 1")));
  EXPECT_THAT(testing::Promtool(plain), Not(HasSubstr("exit 1")));
  EXPECT_EQ(testing::Duplicates(plain), "");
  EXPECT_EQ(testing::Families(plain)["levelwind_group_total_lag"].series, 256)
      << "each has its series";
  EXPECT_THAT(plain, HasSubstr("group=\"g-\xef\xbf\xbd-255\""));
}

}  // namespace
}  // namespace levelwind::api
