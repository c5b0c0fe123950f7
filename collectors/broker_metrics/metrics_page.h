#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "collectors/broker_metrics/metric_names.h"
#include "model/load_facts.h"

namespace levelwind::collectors {

/// One figure in the forms that a page has it in; kUnknown where it does not.
struct Figures {
  Figures() { value.fill(kUnknown); }
  std::array<double, kForms> value;
  double& operator[](Form form) { return value[static_cast<std::size_t>(form)]; }
  double operator[](Form form) const { return value[static_cast<std::size_t>(form)]; }
};

/// What a metrics page of one broker says, of what we use.
struct MetricsPage {
  SteadyTime at{};  ///< When it was asked for: counters are of then or a little later.
  std::array<Figures, static_cast<std::size_t>(Figure::kBrokerFigures)> broker;
  using TopicFigures = std::array<Figures, static_cast<std::size_t>(Figure::kTopicFigures)>;
  std::map<std::string, TopicFigures, std::less<>> topics;
  std::map<std::pair<std::string, std::int32_t>, double> sizes;
  std::map<std::string, ClientUse> clients;
  std::uint64_t taken = 0;    ///< Values that are in it.
  std::uint64_t skipped = 0;  ///< NaN, infinite, negative, impossibly large, no partition number.
};

struct MetricsPageLimits {
  std::size_t most_topics = 100'000;
  std::size_t most_partitions = 1'000'000;
  std::size_t most_clients = 1'000;
};

/// Puts a line into the page if it is of use. What makes no sense is counted and left out: so is
/// what goes beyond the limits.
void TakeLine(const MetricLine& line, const MetricsPageLimits& limits, MetricsPage& page);

/// The same for a figure that is known already; `topic` empty: of the whole broker.
void TakeFigure(Meaning meaning, std::string_view topic, std::string_view partition, double value,
                const MetricsPageLimits& limits, MetricsPage& page);

/// What is kept of a page until the next one: its counters.
MetricsPage CountersOf(const MetricsPage& page);

/// The broker's figures out of its newest page and the one before it. A counter gives the mean rate
/// between the two; where it went back (a restart), or there is no page before, the one-minute rate
/// stands in, then nothing: means since the start are of the past. `processors` is taken where the
/// page does not tell how many there are; 0: not known, and then so is cpu in percent.
BrokerSample SampleOf(const MetricsPage* before, const MetricsPage& page, int processors);

}  // namespace levelwind::collectors
