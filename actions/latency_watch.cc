#include "actions/latency_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace levelwind::actions {
namespace {

// Few enough to see a change soon, enough for one slow answer not to count.
constexpr std::size_t kRecent = 5;
constexpr std::size_t kCalm = 31;
constexpr std::size_t kLeast = 3;

void Push(std::deque<Duration>& samples, Duration took, std::size_t kept) {
  samples.push_back(took);
  if (samples.size() > kept) samples.pop_front();
}

std::optional<Duration> Median(const std::deque<Duration>& samples) {
  if (samples.size() < kLeast) return std::nullopt;
  std::vector<Duration> sorted(samples.begin(), samples.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

}  // namespace

void LatencyWatch::Add(BrokerId broker, Duration took, bool calm) {
  Samples& samples = brokers_[broker];
  Push(samples.recent, took, kRecent);
  if (calm) Push(samples.calm, took, kCalm);
}

void LatencyWatch::WatchOnly(const std::set<BrokerId>& brokers) {
  for (auto& [broker, samples] : brokers_) {
    if (brokers.count(broker) > 0) continue;
    samples.recent.clear();
    samples.slow = false;
  }
}

bool LatencyWatch::HasCalm(BrokerId broker) const {
  const auto found = brokers_.find(broker);
  return found != brokers_.end() && found->second.calm.size() >= kLeast;
}

std::optional<double> LatencyWatch::Ratio(BrokerId broker) const {
  const auto found = brokers_.find(broker);
  if (found == brokers_.end()) return std::nullopt;
  const auto recent = Median(found->second.recent);
  const auto calm = Median(found->second.calm);
  if (!recent || !calm) return std::nullopt;
  if (*recent <= options_.latency_floor) return 1.0;
  const Duration least = std::max<Duration>(*calm, std::chrono::microseconds(1));
  return ToSeconds(*recent) / ToSeconds(least);
}

std::optional<double> LatencyWatch::Worst() const {
  std::optional<double> worst;
  for (const auto& [broker, samples] : brokers_) {
    const auto ratio = Ratio(broker);
    if (ratio && (!worst || *ratio > *worst)) worst = ratio;
  }
  return worst;
}

std::optional<Breach> LatencyWatch::Judge() {
  if (options_.latency_ratio <= 0) return std::nullopt;
  BrokerId slowest = kNoBroker;
  double worst = 0;
  for (auto& [broker, samples] : brokers_) {
    const auto ratio = Ratio(broker);
    if (!ratio) continue;  // as it was: unknown is neither slow nor quick
    const double limit = options_.latency_ratio * (samples.slow ? 0.5 : 1.0);
    samples.slow = *ratio >= limit;
    if (!samples.slow || *ratio <= worst) continue;
    worst = *ratio;
    slowest = broker;
  }
  if (slowest == kNoBroker) return std::nullopt;
  const Samples& samples = brokers_.at(slowest);
  return Breach{GuardKind::kLatency,
                fmt::format("broker {} answers in {:.0f} ms, {:.0f} times as long as before the "
                            "copies (execute.guard.latency_ratio is {:g})",
                            slowest, ToSeconds(*Median(samples.recent)) * 1000, worst,
                            options_.latency_ratio)};
}

}  // namespace levelwind::actions
