#include "detectors/metric_anomaly.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "detectors/describe.h"
#include "detectors/trend_history.h"

namespace levelwind::detectors {
namespace {

/// Two hours: a percentile of less is chance.
constexpr std::size_t kLeastSteps = 24;
constexpr double kLeastQueue = 100;
constexpr double kBusyIdleShare = 0.1;

struct Watched {
  BrokerFigure figure;
  std::string_view name;
  std::string_view unit;
};
constexpr std::array<Watched, 5> kWatched = {{
    {BrokerFigure::kLogFlushP999, "log flush 99.9th", "ms"},
    {BrokerFigure::kProduceLocalP999, "produce local 99.9th", "ms"},
    {BrokerFigure::kProduceTotalP999, "produce total 99.9th", "ms"},
    {BrokerFigure::kFetchTotalP999, "fetch total 99.9th", "ms"},
    {BrokerFigure::kRequestQueue, "request queue", "requests"},
}};

Anomaly Describe(const DetectorReport& report, BrokerId broker, const Watched& watched,
                 double value, double limit, double usual) {
  Anomaly anomaly =
      FindingOf(report, fmt::format("broker {} {}", broker, watched.name), Severity::kWarning);
  anomaly.brokers = {broker};
  anomaly.value = value;
  anomaly.threshold = limit;
  anomaly.message = fmt::format(
      "broker {}'s {} is {:.3g} {} for ten minutes; its 95th percentile of the last "
      "day is {:.3g}",
      broker, watched.name, value, watched.unit, usual);
  anomaly.evidence = {{std::string(watched.name), value, std::string(watched.unit)},
                      {"95th percentile of its past", usual, std::string(watched.unit)}};
  anomaly.next_step = "look at the broker's disks, its clients and its logs";
  return anomaly;
}

/// Judges the last two whole steps; unknown ones are no verdict.
void JudgeHigh(const DetectorInput& input, BrokerId broker, const BrokerTrend& trend,
               const Watched& watched, DetectorReport& report) {
  const StepSeries& series = trend.Of(watched.figure);
  const double value = std::min(series.Back(1), series.Back(2));
  const double floor =
      watched.figure == BrokerFigure::kRequestQueue ? kLeastQueue : input.options.metric_floor_ms;
  if (!(value > floor) || !IsKnown(series.Back(2))) return;
  const double usual = PercentileOfKnown(series.Values(3), 0.95);
  const double limit = std::max(floor, usual * input.options.metric_factor);
  if (!(value > limit)) return;
  report.anomalies.push_back(Describe(report, broker, watched, value, limit, usual));
}

void JudgeIdle(BrokerId broker, const BrokerTrend& trend, DetectorReport& report) {
  const StepSeries& series = trend.Of(BrokerFigure::kHandlerIdle);
  const double value = std::max(series.Back(1), series.Back(2));
  if (!(value < kBusyIdleShare) || !IsKnown(series.Back(2))) return;
  const double usual = PercentileOfKnown(series.Values(3), 0.05);
  if (!(value < usual / 2)) return;
  report.anomalies.push_back(Describe(report, broker,
                                      {BrokerFigure::kHandlerIdle, "handler idle share", ""}, value,
                                      usual / 2, usual));
  report.anomalies.back().message = fmt::format(
      "broker {}'s request handlers are idle for {:.0f} % of the time, never below "
      "{:.0f} % on usual days",
      broker, value * 100, usual * 100);
}

}  // namespace

DetectorReport DetectMetricAnomaly(const DetectorInput& input) {
  DetectorReport report = ReportOf("metric_anomaly");
  if (input.trends == nullptr) {
    report.held_because = "no history is kept";
    return report;
  }
  std::size_t without = 0, serving = 0;
  for (const Broker& broker : input.now.brokers) {
    if (!broker.serving()) continue;
    ++serving;
    const BrokerTrend* trend = input.trends->FindBroker(broker.id);
    if (trend == nullptr || !broker.metrics.known()) {
      ++without;
      continue;
    }
    bool enough = false;
    for (const Watched& watched : kWatched) {
      if (trend->Of(watched.figure).size() < kLeastSteps) continue;
      enough = true;
      JudgeHigh(input, broker.id, *trend, watched, report);
    }
    if (trend->Of(BrokerFigure::kHandlerIdle).size() >= kLeastSteps) {
      enough = true;
      JudgeIdle(broker.id, *trend, report);
    }
    without += enough ? 0 : 1;
  }
  if (without > 0) {
    report.held_because = fmt::format(
        "{} of {} brokers have no metrics, or less than two hours of them", without, serving);
  }
  return report;
}

}  // namespace levelwind::detectors
