// Metrics pages of brokers: the same figures however the text is cut, none of them senseless.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "collectors/broker_metrics/metrics_page.h"
#include "collectors/broker_metrics/metrics_text.h"
#include "tests/fuzz/require.h"

namespace {

using levelwind::collectors::MetricLine;
using levelwind::collectors::MetricsPage;
using levelwind::collectors::MetricsText;

MetricsPage Read(std::string_view text, std::size_t piece) {
  MetricsPage page;
  MetricsText reader([&](const MetricLine& line) { TakeLine(line, {}, page); });
  for (std::size_t at = 0; at < text.size(); at += piece) reader.Feed(text.substr(at, piece));
  reader.End();
  page.skipped += reader.skipped();
  return page;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const MetricsPage whole = Read(text, std::max<std::size_t>(1, text.size()));
  const MetricsPage pieces = Read(text, 1 + data[0] % 7U);
  Require(whole.taken == pieces.taken && whole.skipped == pieces.skipped);
  levelwind::BrokerSample sample = SampleOf(&whole, pieces, 2);
  for (const auto& topic : sample.topics) {
    Require(std::isnan(topic.bytes_in_per_s) ||
            (topic.bytes_in_per_s >= 0 && topic.bytes_in_per_s <= 1e13));
  }
  const double cpu = sample.metrics.cpu_percent;
  Require(std::isnan(cpu) || (cpu >= 0 && cpu <= 100));
  return 0;
}
