#include "detectors/disk_filling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/text.h"
#include "detectors/describe.h"
#include "detectors/trend_history.h"

namespace levelwind::detectors {
namespace {

/// Steps of ten minutes.
constexpr std::size_t kShort = 6;
constexpr std::size_t kLong = 36;
/// As many times as long as it looks back, a forecast looks ahead.
constexpr double kAhead = 12;

struct Forecast {
  double slope = kUnknown;  ///< Bytes per second that both spans tell at least; <= 0: not filling.
  double hours = kUnknown;  ///< Until full; unknown: not in sight.
};

Forecast Predict(const StepSeries& series, double free_bytes, double horizon_s) {
  std::vector<double> values = series.Values();
  if (values.size() > kLong) values.erase(values.begin(), values.end() - kLong);
  const auto first = std::ranges::find_if(values, [](double v) { return std::isfinite(v); });
  if (first == values.end()) return {};
  // Not in sight even if all of the rise of the whole span were of its last hour.
  const double lowest = *std::ranges::min_element(first, values.end(), [](double a, double b) {
    return a < b || (std::isnan(b) && !std::isnan(a));
  });
  if ((series.Back(0) - lowest) / (kShort * series.step_s()) * horizon_s < free_bytes) {
    return {.slope = 0, .hours = kUnknown};
  }
  const std::vector<double> late(
      values.end() - std::min<std::ptrdiff_t>(kShort + 1, std::ssize(values)), values.end());
  Forecast forecast;
  forecast.slope =
      std::min(RobustSlope(values, series.step_s()), RobustSlope(late, series.step_s()));
  if (forecast.slope > 0) forecast.hours = free_bytes / forecast.slope / 3600;
  return forecast;
}

/// For a dir that fills too fast for hours to tell, or is not watched for one: by the last minutes,
/// no further ahead than twelve times as long as they are, which is what an hour tells of a day's
/// half. Where it was as full before, it is a wave, and hours tell more.
Forecast PredictSoon(const StepSeries& lately, const StepSeries& steps, double free_bytes) {
  std::vector<double> values = lately.Values();
  const auto first = std::ranges::find_if(values, [](double v) { return std::isfinite(v); });
  const double rise = lately.Back(0) - (first == values.end() ? kUnknown : *first);
  const double span_s = static_cast<double>(values.end() - first - 1) * lately.step_s();
  for (std::size_t back = 2; back < steps.size(); ++back) {
    if (lately.Back(0) < steps.Back(back) + rise / 2) return {.slope = 0, .hours = kUnknown};
  }
  Forecast forecast;
  forecast.slope = RobustSlope(values, lately.step_s());
  const double left_s = free_bytes / forecast.slope;
  if (forecast.slope > 0 && left_s <= kAhead * span_s) forecast.hours = left_s / 3600;
  return forecast;
}

/// Whether it was watched for as long as DetectorOptions::disk_watch_s.
bool WatchedForLong(const StepSeries* lately) {
  return lately != nullptr && lately->size() > TrendHistory::kWatchSteps;
}

Forecast ForecastOf(const DetectorInput& input, const Broker& broker, const LogDir& dir) {
  if (input.trends == nullptr) return {};
  const StepSeries* steps = input.trends->FindLogDir(broker.id, dir.path);
  const StepSeries* lately = input.trends->FindLogDirLately(broker.id, dir.path);
  const auto free_bytes = static_cast<double>(dir.usable_bytes);
  Forecast forecast;
  if (steps != nullptr && steps->size() > kShort) {
    forecast = Predict(*steps, free_bytes, input.options.disk_full_hours * 3600);
  }
  if (!WatchedForLong(lately)) return forecast;
  const Forecast soon = PredictSoon(*lately, *steps, free_bytes);
  const bool sooner = IsKnown(soon.hours) && !(forecast.hours <= soon.hours);
  return sooner || !IsKnown(forecast.slope) ? soon : forecast;
}

double UsedShare(const LogDir& dir) {
  return 1 - static_cast<double>(dir.usable_bytes) / static_cast<double>(dir.total_bytes);
}

/// Whether it is nearly full, and not on its way out of that: a wave of retention in every hour is
/// no way out.
bool IsNearlyFull(const DetectorOptions& options, const LogDir& dir, const Forecast& forecast) {
  constexpr double kSoonS = 3600;
  const double above = UsedShare(dir) - options.disk_full_share;
  if (above < 0) return false;
  return !(forecast.slope * kSoonS < -above * static_cast<double>(dir.total_bytes));
}

/// Whether the other log dirs of the broker could take it, and not be full as soon themselves: then
/// no byte crosses the network.
bool OthersHaveRoom(const DetectorInput& input, const Broker& broker) {
  double used = 0, total = 0, growth = 0;
  for (const LogDir& dir : broker.log_dirs) {
    if (dir.offline || !IsKnown(dir.total_bytes) || !IsKnown(dir.usable_bytes)) return false;
    used += static_cast<double>(dir.total_bytes - dir.usable_bytes);
    total += static_cast<double>(dir.total_bytes);
    const double slope = ForecastOf(input, broker, dir).slope;
    if (slope > 0) growth += slope;  // NaN: false.
  }
  constexpr double kRoomy = 0.7;
  const bool lasts = total - used > growth * input.options.disk_full_hours * 3600;
  return broker.log_dirs.size() > 1 && used < kRoomy * total && lasts;
}

void Describe(const DetectorInput& input, const Broker& broker, const LogDir& dir,
              const Forecast& forecast, DetectorReport& report) {
  const double share = UsedShare(dir);
  const bool in_sight = forecast.hours <= input.options.disk_full_hours;  // NaN: false.
  const bool soon =
      forecast.hours <= input.options.disk_critical_hours ||
      (share >= input.options.disk_critical_share && IsNearlyFull(input.options, dir, forecast));
  Anomaly anomaly =
      FindingOf(report, fmt::format("broker {} log dir {}", broker.id, EscapeControl(dir.path)),
                soon ? Severity::kCritical : Severity::kWarning);
  anomaly.brokers = {broker.id};
  anomaly.value = in_sight ? forecast.hours : share;
  anomaly.threshold = in_sight ? input.options.disk_full_hours : input.options.disk_full_share;
  anomaly.evidence = {{"used", share * 100, "%"},
                      {"free", static_cast<double>(dir.usable_bytes), "bytes"}};
  if (IsKnown(forecast.slope)) anomaly.evidence.push_back({"grows", forecast.slope, "bytes/s"});
  if (in_sight) anomaly.evidence.push_back({"full in", forecast.hours, "h"});
  anomaly.message =
      in_sight ? fmt::format("{} is full in {:.1f} hours: {:.0f} % used, {} free, grows by {}",
                             anomaly.subject, forecast.hours, share * 100,
                             HumanBytes(static_cast<double>(dir.usable_bytes)),
                             HumanRate(forecast.slope))
               : fmt::format("{} is {:.0f} % full, {} free", anomaly.subject, share * 100,
                             HumanBytes(static_cast<double>(dir.usable_bytes)));
  if (OthersHaveRoom(input, broker)) {
    AskLogDirs(anomaly);
    anomaly.next_step = "level its log dirs: levelwind plan --log-dirs; or shorten the retention";
  } else {
    AskRelieve(anomaly);
    anomaly.next_step = fmt::format(
        "levelwind plan --relieve-brokers {} moves the fewest bytes; or shorten the retention",
        broker.id);
  }
  report.anomalies.push_back(std::move(anomaly));
}

}  // namespace

DetectorReport DetectDiskFilling(const DetectorInput& input) {
  DetectorReport report = ReportOf("disk_filling");
  std::size_t unknown = 0, young = 0;
  for (const Broker& broker : input.now.brokers) {
    if (broker.state == BrokerState::kDead) continue;
    for (const LogDir& dir : broker.log_dirs) {
      if (dir.offline) continue;
      if (!IsKnown(dir.total_bytes) || !IsKnown(dir.usable_bytes) || dir.total_bytes == 0) {
        ++unknown;
        continue;
      }
      const bool watched = input.trends != nullptr &&
                           WatchedForLong(input.trends->FindLogDirLately(broker.id, dir.path));
      if (!watched) ++young;
      const Forecast forecast = ForecastOf(input, broker, dir);
      if (forecast.hours <= input.options.disk_full_hours ||
          IsNearlyFull(input.options, dir, forecast)) {
        Describe(input, broker, dir, forecast, report);
      }
    }
  }
  Hold(report, WhyStale(input.now, "log_dirs"));
  if (unknown > 0) {
    Hold(report,
         fmt::format("size of {} unknown (told since Kafka 3.3)", Count(unknown, "log dir")));
  }
  if (young > 0) {
    Hold(report, fmt::format("{} not watched for {} yet", Count(young, "log dir"),
                             HumanDuration(input.options.disk_watch_s)));
  }
  return report;
}

}  // namespace levelwind::detectors
