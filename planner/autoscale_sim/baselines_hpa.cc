// B0, B2, B2b, B3, B4: what Kubernetes' HorizontalPodAutoscaler makes of a metric.

#include <algorithm>
#include <cmath>

#include "planner/autoscale_sim/baselines.h"

namespace levelwind::planner::sim {

std::int64_t KedaLag(const Look& look, std::int64_t threshold) {
  std::int64_t sum = 0;
  for (std::size_t p = 0; p < look.log_end.size(); ++p) {
    if (look.log_end[p] < 0) continue;  // could not be read: no lag
    // Without a commit the default, offsetResetPolicy latest, counts one.
    sum +=
        look.committed[p] < 0 ? 1 : std::max<std::int64_t>(0, look.log_end[p] - look.committed[p]);
  }
  const auto cap = static_cast<std::int64_t>(look.log_end.size());
  return sum / threshold > cap ? cap * threshold : sum;
}

int RollingMax::Add(int t, int value) {
  while (!values_.empty() && values_.front().first <= t - span_) values_.pop_front();
  while (!values_.empty() && values_.back().second <= value) values_.pop_back();
  values_.push_back({t, value});
  return values_.front().second;
}

void SeenRates::Add(const Look& look) {
  if (!look.ok) return;
  points_.push_back({look.t, look.log_end, look.committed});
  while (points_.size() > 2 && points_[1].t <= look.t - window_) points_.pop_front();
}

double SeenRates::Of(std::size_t p) const {
  if (!ready()) return 0;
  const double span = points_.back().t - points_.front().t;
  return static_cast<double>(points_.back().end[p] - points_.front().end[p]) / span;
}

double SeenRates::Total() const {
  double sum = 0;
  if (ready()) {
    for (std::size_t p = 0; p < points_.back().end.size(); ++p) sum += Of(p);
  }
  return sum;
}

double SeenRates::Consumed() const {
  if (!ready()) return 0;
  double sum = 0;
  for (std::size_t p = 0; p < points_.back().committed.size(); ++p) {
    sum += static_cast<double>(points_.back().committed[p] - points_.front().committed[p]);
  }
  return sum / (points_.back().t - points_.front().t);
}

namespace {

class StaticPeak final : public Scaler {
 public:
  explicit StaticPeak(const Workload& w) {
    double peak = 0;
    for (int from = 0; from + 60 <= w.seconds; from += 60) {
      double sum = 0;
      for (int t = from; t < from + 60; ++t) sum += w.Total(t);
      peak = std::max(peak, sum / 60);
    }
    replicas_ =
        std::clamp(static_cast<int>(std::ceil(peak / (0.7 * kMemberRate))), 1, w.partitions);
  }
  int Want(const Look&) override { return replicas_; }

 private:
  int replicas_ = 1;
};

/// The 10 % tolerance of an AverageValue metric: `metric` is the sum over all replicas.
int HpaDesired(double metric, double target, int pods) {
  if (pods > 0 && std::abs(1 - metric / (target * pods)) <= 0.1) return pods;
  return static_cast<int>(std::ceil(metric / target));
}

class Keda final : public Scaler {
 public:
  Keda(const Workload& w, double threshold)
      : threshold_(static_cast<std::int64_t>(threshold)),
        least_(w.to_zero ? 0 : 1),
        most_(MostReplicas(w)) {}

  int Want(const Look& look) override {
    int spec = look.replicas;
    if (look.t % 30 == 0 && look.ok) {
      const bool active = KedaLag(look, threshold_) > 0;
      if (active && spec == 0) spec = std::max(1, least_);
      if (active) last_active_ = look.t;
      if (!active && spec > 0 && least_ == 0 && look.t - last_active_ > 300) spec = 0;
    }
    if (look.t % 15 != 0 || spec == 0 || !look.ok) return spec;
    int desired = HpaDesired(static_cast<double>(KedaLag(look, threshold_)),
                             static_cast<double>(threshold_), look.pods);
    desired = down_.Add(look.t, desired);
    return std::clamp(desired, std::max(1, least_), std::min(most_, std::max(2 * spec, 4)));
  }

 private:
  std::int64_t threshold_;
  int least_, most_, last_active_ = 0;
  RollingMax down_{300};
};

/// HPA with an empty `behavior`: rates are limited over the last 15 s.
class HpaBehavior {
 public:
  HpaBehavior(int least, int most) : least_(least), most_(most) {}
  int Step(const Look& look, int desired) {
    const int spec = look.replicas;
    int added = 0, removed = 0;
    for (const auto& [t, change] : changes_) {
      if (t <= look.t - 15) continue;
      (change > 0 ? added : removed) += std::abs(change);
    }
    const int start = spec - added + removed;
    const int limit = std::max(2 * start, start + 4);
    const int held = down_.Add(look.t, desired);
    int wanted = spec;
    if (desired > spec) wanted = std::min(desired, std::max(spec, limit));
    if (held < spec) wanted = held;
    wanted = std::clamp(wanted, std::max(1, least_), most_);
    if (wanted != spec) changes_.push_back({look.t, wanted - spec});
    if (changes_.size() > 64) changes_.pop_front();
    return wanted;
  }

 private:
  int least_, most_;
  RollingMax down_{300};
  std::deque<std::pair<int, int>> changes_;
};

class KedaBehavior final : public Scaler {
 public:
  explicit KedaBehavior(const Workload& w)
      : least_(w.to_zero ? 0 : 1), hpa_(least_, MostReplicas(w)) {}
  int Want(const Look& look) override {
    constexpr std::int64_t kThreshold = static_cast<std::int64_t>(5 * kMemberRate);
    int spec = look.replicas;
    if (!look.ok) return spec;
    if (look.t % 30 == 0) {
      const bool active = KedaLag(look, kThreshold) > 0;
      if (active && spec == 0) spec = std::max(1, least_);
      if (active) last_active_ = look.t;
      if (!active && spec > 0 && least_ == 0 && look.t - last_active_ > 300) spec = 0;
    }
    if (look.t % 15 != 0 || spec == 0 || spec != look.replicas) return spec;
    return hpa_.Step(
        look, HpaDesired(static_cast<double>(KedaLag(look, kThreshold)), kThreshold, look.pods));
  }

 private:
  int least_, last_active_ = 0;
  HpaBehavior hpa_;
};

class HpaOnRate final : public Scaler {
 public:
  explicit HpaOnRate(const Workload& w)
      : least_(w.to_zero ? 0 : 1), hpa_(least_, MostReplicas(w)) {}
  int Want(const Look& look) override {
    rates_.Add(look);
    const int spec = look.replicas;
    if (!look.ok || !rates_.ready()) return spec;
    const double rate = rates_.Total();
    if (rate > 0) last_active_ = look.t;
    if (spec == 0) return rate > 0 ? 1 : 0;
    if (least_ == 0 && look.t - last_active_ > 300) return 0;
    if (look.t % 15 != 0) return spec;
    return hpa_.Step(look, HpaDesired(rate, 0.7 * kMemberRate, look.pods));
  }

 private:
  int least_, last_active_ = 0;
  SeenRates rates_{60};
  HpaBehavior hpa_;
};

}  // namespace

std::unique_ptr<Scaler> MakeStaticPeak(const Workload& w) {
  return std::make_unique<StaticPeak>(w);
}
std::unique_ptr<Scaler> MakeKeda(const Workload& w, double threshold) {
  return std::make_unique<Keda>(w, threshold);
}
std::unique_ptr<Scaler> MakeKedaBehavior(const Workload& w) {
  return std::make_unique<KedaBehavior>(w);
}
std::unique_ptr<Scaler> MakeHpaOnRate(const Workload& w) { return std::make_unique<HpaOnRate>(w); }

}  // namespace levelwind::planner::sim
