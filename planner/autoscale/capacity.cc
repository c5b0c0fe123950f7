#include "planner/autoscale/capacity.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace levelwind::planner {
namespace {

constexpr double kSampleLife = 120;  // seconds that a sample counts
constexpr std::size_t kMostSamples = 200;
// Nobody was saturated for a while: a member may be able to do more again. What is only hoped stays
// near what was seen, and a hope that failed waits twice as long the next time.
constexpr double kRecoverAfter = 300;  // seconds
constexpr double kRecoverAtMost = 7200;
constexpr double kRecoverPerMinute = 0.04;
constexpr double kHope = 1.6;    // of what was seen
constexpr double kHotter = 1.4;  // than the next: then it is the partition's own limit

double Median(std::deque<std::pair<double, double>>& samples, double t) {
  while (!samples.empty() && samples.front().first < t - kSampleLife) samples.pop_front();
  while (samples.size() > kMostSamples) samples.pop_front();
  if (samples.empty()) return kUnknown;
  std::vector<double> values;
  values.reserve(samples.size());
  for (const auto& [at, value] : samples) values.push_back(value);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void CapacityLearner::Restart() {
  hint_ = KnownOr(hint_, mu_);
  healthy_ = kUnknown;
  learned_ = false;
  mu_ = hint_;
  kappa_ = kappa_hint_;
  samples_.clear();
  kappa_samples_.clear();
}

void CapacityLearner::Look(double t, std::span<const MemberWork> members) {
  TakePartitions(t, members);
  const bool many = TakeSaturated(t, members);
  for (const MemberWork& m : members) {
    // It can do at least that; but the fastest is no measure while many are at a limit below it.
    if (IsKnown(mu_) && m.rate > mu_ && !many) mu_ = m.rate;
    if (IsKnown(proven_) && m.rate > proven_) proven_ = m.rate;
  }
  Recover(t);
  looked_ = t;
}

bool CapacityLearner::OnlyItsPartition(const MemberWork& m) const {
  // A member at its limit shares its time: what is behind goes hardly faster than the next. A
  // partition at its own limit is far ahead of the others, and the member has time to spare.
  return m.behind == 1 && m.partitions > 1 && IsKnown(mu_) && m.rate < 0.95 * mu_ &&
         m.behind_rate_max > kHotter * m.other_rate_max;
}

void CapacityLearner::TakePartitions(double t, std::span<const MemberWork> members) {
  bool found = false;
  for (const MemberWork& m : members) {
    if (IsKnown(kappa_) && m.behind > 0) kappa_ = std::max(kappa_, m.behind_rate_max);
    if (OnlyItsPartition(m) && m.behind_rate_max > 0) {
      kappa_samples_.push_back({t, m.behind_rate_max});
      found = true;
    }
  }
  if (!found) return;  // what is left of old ones as they pass out of the window is no news
  const double seen = Median(kappa_samples_, t);
  if (IsKnown(seen) && kappa_samples_.size() >= 3) kappa_ = seen;
}

bool CapacityLearner::TakeSaturated(double t, std::span<const MemberWork> members) {
  std::vector<double> found;
  for (const MemberWork& m : members) {
    if (m.behind == 0 || m.rate <= 0) continue;
    // Alone with one partition, or with all that is behind at the speed of one partition: the
    // member might do more with more partitions.
    const bool at_kappa = IsKnown(kappa_) && m.behind_rate_min > 0.93 * kappa_;
    if (at_kappa || OnlyItsPartition(m)) continue;
    if (m.partitions == 1 && IsKnown(mu_) && m.rate < mu_) continue;
    found.push_back(m.rate);
  }
  // One alone is no measure for the others; but while it is at its limit nothing is hoped for.
  if (!found.empty() && saturated_ >= 0) saturated_ = t;
  const auto broad = std::max<std::size_t>(1, std::min<std::size_t>(2, members.size()));
  const bool wide = static_cast<double>(found.size()) >= 0.3 * static_cast<double>(members.size());
  if (found.empty() || (found.size() < broad && !wide)) return false;
  for (const double rate : found) samples_.push_back({t, rate});
  const double seen = Median(samples_, t);
  if (!IsKnown(seen)) return false;
  if (recovered_at_ >= 0 && seen < 0.9 * mu_) {
    recover_after_ = std::min(kRecoverAtMost, 2 * std::max(kRecoverAfter, recover_after_));
  }
  recovered_at_ = -1;
  mu_ = seen;
  proven_ = seen;
  healthy_ = std::max(KnownOr(healthy_, seen), seen);
  learned_ = true;
  saturated_ = t;
  return wide;
}

void CapacityLearner::Recover(double t) {
  const double toward = IsKnown(hint_) ? hint_ : healthy_;
  if (!IsKnown(mu_) || !IsKnown(toward) || saturated_ < 0 || mu_ >= toward) return;
  if (t - saturated_ < std::max(kRecoverAfter, recover_after_)) return;
  const double step = 1 + kRecoverPerMinute * std::max(0.0, t - looked_) / 60;
  const double hoped = std::min({toward, mu_ * step, kHope * KnownOr(proven_, mu_)});
  if (hoped <= mu_) return;
  mu_ = hoped;
  recovered_at_ = t;
}

}  // namespace levelwind::planner
