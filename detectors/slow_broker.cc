#include "detectors/slow_broker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "detectors/describe.h"
#include "detectors/trend_history.h"

namespace levelwind::detectors {
namespace {

/// Steps that count for the score; what is older is the past that they are measured against.
constexpr std::size_t kScored = 60;
/// An hour: less of a past is none.
constexpr std::size_t kLeastPast = 12;

struct Watched {
  BrokerId id = kNoBroker;
  const BrokerTrend* trend = nullptr;
};

double Flush(const BrokerTrend& trend, std::size_t back) {
  return trend.Of(BrokerFigure::kLogFlushP999).Back(back);
}
/// Milliseconds per megabyte a second: slow for what it has to do.
double Ratio(const BrokerTrend& trend, std::size_t back) {
  const double in = trend.Of(BrokerFigure::kBytesIn).Back(back) / (1024 * 1024);
  return in > 0 ? Flush(trend, back) / in : kUnknown;
}

/// What is usual: of the broker's own past (90th percentile) and of the others now (median).
struct Usual {
  double flush = kUnknown, ratio = kUnknown;
};

Usual OwnPast(const BrokerTrend& trend, std::size_t before) {
  std::vector<double> flush, ratio;
  const std::size_t size = trend.Of(BrokerFigure::kLogFlushP999).size();
  for (std::size_t back = before; back < size; ++back) {
    flush.push_back(Flush(trend, back));
    ratio.push_back(Ratio(trend, back));
  }
  if (flush.size() < kLeastPast) return {};
  return {PercentileOfKnown(flush, 0.9), PercentileOfKnown(ratio, 0.9)};
}

Usual Peers(const std::vector<Watched>& all, BrokerId self, std::size_t back) {
  std::vector<double> flush, ratio;
  for (const Watched& peer : all) {
    if (peer.id == self) continue;
    flush.push_back(Flush(*peer.trend, back));
    ratio.push_back(Ratio(*peer.trend, back));
  }
  return {MedianOfKnown(flush), MedianOfKnown(ratio)};
}

bool IsFar(double flush, double ratio, const Usual& usual, double factor) {
  return flush > factor * usual.flush && ratio > factor * usual.ratio;  // NaN: false.
}

struct Score {
  std::int32_t score = 0;
  Usual own, peers;  ///< At the newest whole step.
};

bool MayBeSlow(const DetectorOptions& options, const BrokerTrend& trend, std::size_t back) {
  return Flush(trend, back) > options.slow_flush_ms &&
         trend.Of(BrokerFigure::kBytesIn).Back(back) >= options.slow_min_bytes_in_per_s;
}

Score ScoreOf(const DetectorOptions& options, const std::vector<Watched>& all,
              const Watched& broker) {
  Score result;
  const std::size_t size = broker.trend->Of(BrokerFigure::kLogFlushP999).size();
  // The past ends where it became slow: else a long illness would be its own measure.
  std::size_t first = 0;
  for (std::size_t back = 1; back <= kScored && back < size; ++back) {
    if (MayBeSlow(options, *broker.trend, back)) first = back;
  }
  if (first == 0) return result;
  result.own = OwnPast(*broker.trend, first + 1);
  for (std::size_t back = first; back >= 1; --back) {
    const Usual peers = Peers(all, broker.id, back);
    const double flush = Flush(*broker.trend, back), ratio = Ratio(*broker.trend, back);
    const bool slow = MayBeSlow(options, *broker.trend, back) &&
                      (IsFar(flush, ratio, result.own, options.slow_factor) ||
                       IsFar(flush, ratio, peers, options.slow_factor));
    result.score = slow ? result.score + 1 : std::max(0, result.score - 1);
    result.peers = peers;
  }
  return result;
}

Anomaly Describe(const DetectorInput& input, const DetectorReport& report, const Watched& broker,
                 const Score& score, bool too_many) {
  const bool remove = score.score >= input.options.slow_remove_score;
  Anomaly anomaly = FindingOf(report, fmt::format("broker {}", broker.id), Severity::kWarning);
  anomaly.brokers = {broker.id};
  anomaly.value = score.score;
  anomaly.threshold = input.options.slow_demote_score;
  const double flush = Flush(*broker.trend, 1);
  anomaly.message = fmt::format(
      "broker {} flushes slowly: 99.9th {:.0f} ms (its past {:.0f}, the others {:.0f}), {} steps "
      "of "
      "5 minutes",
      broker.id, flush, score.own.flush, score.peers.flush, score.score);
  anomaly.evidence = {{"log flush 99.9th", flush, "ms"},
                      {"its own 90th percentile", score.own.flush, "ms"},
                      {"median of the others", score.peers.flush, "ms"},
                      {"flush per MiB/s taken in", Ratio(*broker.trend, 1), "ms"},
                      {"score", static_cast<double>(score.score), ""}};
  std::erase_if(anomaly.evidence, [](const Evidence& e) { return !IsKnown(e.value); });
  if (too_many) {
    anomaly.next_step =
        "look at what the slow brokers share (storage, network, a client): too many are slow for "
        "each to be at fault";
  } else if (remove) {
    AskRemove(anomaly);
    anomaly.next_step =
        fmt::format("look at its disks; levelwind plan --remove-brokers {}", broker.id);
  } else {
    AskDemote(anomaly);
    anomaly.next_step = fmt::format(
        "look at its disks; levelwind plan --demote-brokers {} --leadership-only", broker.id);
  }
  return anomaly;
}

}  // namespace

DetectorReport DetectSlowBroker(const DetectorInput& input) {
  DetectorReport report = ReportOf("slow_broker");
  std::vector<Watched> all;
  std::size_t serving = 0;
  for (const Broker& broker : input.now.brokers) {
    if (!broker.serving()) continue;
    ++serving;
    const BrokerTrend* trend =
        input.trends == nullptr ? nullptr : input.trends->FindBroker(broker.id);
    if (trend == nullptr || trend->Of(BrokerFigure::kLogFlushP999).size() < 2) continue;
    all.push_back({broker.id, trend});
  }
  if (all.size() < serving) {
    report.held_because = fmt::format("{} of {} brokers do not tell their log flush time",
                                      serving - all.size(), serving);
  }
  std::vector<std::pair<const Watched*, Score>> slow;
  for (const Watched& broker : all) {
    const Score score = ScoreOf(input.options, all, broker);
    if (score.score >= input.options.slow_demote_score) slow.emplace_back(&broker, score);
  }
  const double allowed =
      std::max(1.0, input.options.slow_max_share * static_cast<double>(all.size()));
  const bool too_many = static_cast<double>(slow.size()) > allowed;
  for (const auto& [broker, score] : slow) {
    report.anomalies.push_back(Describe(input, report, *broker, score, too_many));
  }
  return report;
}

}  // namespace levelwind::detectors
