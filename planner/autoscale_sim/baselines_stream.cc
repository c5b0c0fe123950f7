// B5, B6, B9: rules of stream processors, and numaflow's.

#include <algorithm>
#include <cmath>

#include "planner/autoscale_sim/baselines.h"

namespace levelwind::planner::sim {
namespace {

/// Records/s that one member could do if it were busy all the time; 0: nobody was.
double TrueRate(const Look& look) {
  double sum = 0;
  int known = 0;
  for (const SeenMember& member : look.members) {
    if (member.busy < 0.01) continue;
    sum += member.rate / member.busy;
    ++known;
  }
  return known > 0 ? sum / known : 0;
}

std::int64_t RawLag(const Look& look) {
  std::int64_t sum = 0;
  for (std::size_t p = 0; p < look.log_end.size(); ++p) sum += look.log_end[p] - look.committed[p];
  return sum;
}

class Ds2 final : public Scaler {
 public:
  explicit Ds2(const Workload& w) : least_(w.to_zero ? 0 : 1), most_(MostReplicas(w)) {}
  int Want(const Look& look) override {
    rates_.Add(look);
    if (!look.ok || !rates_.ready() || look.t % 30 != 0) return look.replicas;
    if (skip_ > 0) {
      --skip_;
      return look.replicas;
    }
    const double true_rate = TrueRate(look), rate = rates_.Total();
    if (true_rate > 0) last_rate_ = true_rate;
    const double one = last_rate_ > 0 ? last_rate_ : kMemberRate;
    const int wanted = std::clamp(static_cast<int>(std::ceil(rate / one)), least_, most_);
    agreed_ = wanted == last_wanted_ ? agreed_ + 1 : 1;
    last_wanted_ = wanted;
    if (agreed_ < 3 || wanted == look.replicas) return look.replicas;
    skip_ = 2;
    agreed_ = 0;
    return wanted;
  }

 private:
  int least_, most_, skip_ = 0, agreed_ = 0, last_wanted_ = -1;
  double last_rate_ = 0;
  SeenRates rates_{30};
};

class Flink final : public Scaler {
 public:
  Flink(const Workload& w, int down_delay)
      : least_(w.to_zero ? 0 : 1),
        most_(MostReplicas(w)),
        partitions_(w.partitions),
        down_delay_(down_delay) {}

  int Want(const Look& look) override {
    rates_.Add(look);
    if (look.ok) busy_.push_back({look.t, TrueRate(look)});
    while (!busy_.empty() && busy_.front().first <= look.t - 300) busy_.pop_front();
    if (!look.ok || look.t % 30 != 0 || look.t - acted_ < 300) return look.replicas;
    const double rate = rates_.Total(), lag = static_cast<double>(RawLag(look));
    if (look.replicas == 0) return Act(look, rate > 0 ? std::max(1, Scale(look, rate, lag)) : 0);
    if (rate <= 0 && lag <= 0) return least_ == 0 && Quiet(look) ? Act(look, 0) : look.replicas;
    quiet_since_ = look.t;
    const int members = std::max<int>(1, static_cast<int>(look.members.size()));
    const double capacity = OneMember(rate, lag, members) * members;
    const double upper = Need(rate, lag, 1.0, false), lower = Need(rate, lag, 0.4, true);
    const bool may_shrink = rate <= 0 || lag / rate <= 300;
    if (capacity < upper) {
      down_since_ = -1;
      return Act(look, Scale(look, rate, lag));
    }
    if (capacity <= lower || !may_shrink) {
      down_since_ = -1;
      wanted_.clear();
      return look.replicas;
    }
    wanted_.push_back(Scale(look, rate, lag));
    if (down_since_ < 0) down_since_ = look.t;
    if (look.t - down_since_ < down_delay_) return look.replicas;
    return Act(look, std::min(look.replicas, *std::ranges::max_element(wanted_)));
  }

 private:
  static constexpr double kCatchUp = 600, kRestart = 8;

  static double Need(double rate, double lag, double utilisation, bool restart) {
    return lag / kCatchUp + (restart ? rate * kRestart / kCatchUp : 0) + rate / utilisation;
  }
  double OneMember(double rate, double lag, int members) {
    double sum = 0;
    int known = 0;
    for (const auto& [t, one] : busy_) {
      if (one <= 0) continue;
      sum += one;
      ++known;
    }
    double one = known > 0 ? sum / known : last_one_;
    // While it is behind, what it does is what it can do.
    const double seen = rates_.Consumed() / members;
    if (lag >= 30 * rate && seen > 0 && one > 1.15 * seen) one = seen;
    return last_one_ = one;
  }
  int Scale(const Look& look, double rate, double lag) {
    const int members = std::max<int>(1, static_cast<int>(look.members.size()));
    const double target = Need(rate, lag, 0.7, true);
    int wanted = static_cast<int>(std::ceil(target / std::max(1.0, OneMember(rate, lag, members))));
    wanted = std::clamp(wanted, std::max(1, least_), most_);
    for (int p = wanted; p <= std::min(most_, partitions_); ++p) {
      if (partitions_ % p == 0 || partitions_ / p < partitions_ / wanted) return p;
    }
    return wanted;
  }
  bool Quiet(const Look& look) const { return look.t - quiet_since_ > 300; }
  int Act(const Look& look, int wanted) {
    if (wanted == look.replicas) return wanted;
    acted_ = look.t;
    down_since_ = -1;
    wanted_.clear();
    return wanted;
  }

  int least_, most_, partitions_, down_delay_;
  int acted_ = -1000, down_since_ = -1, quiet_since_ = 0;
  double last_one_ = kMemberRate;
  std::vector<int> wanted_;
  std::deque<std::pair<int, double>> busy_;
  SeenRates rates_{300};
};

class Numaflow final : public Scaler {
 public:
  explicit Numaflow(const Workload& w) : least_(w.to_zero ? 0 : 1), most_(MostReplicas(w)) {}
  int Want(const Look& look) override {
    Remember(look);
    if (!look.ok || look.t % 30 != 0 || look.t - acted_ < 90) return look.replicas;
    const auto& old = points_.front();
    const double span = std::max(1, look.t - old.first);
    double most = 0, pending_sum = 0, rate_sum = 0;
    for (std::size_t p = 0; p < look.committed.size(); ++p) {
      const double pending = static_cast<double>(look.log_end[p] - look.committed[p]);
      const double rate = static_cast<double>(look.committed[p] - old.second[p]) / span;
      pending_sum += pending;
      rate_sum += rate;
      if (rate > 0) most = std::max(most, std::round(pending / rate / 20 * look.replicas));
      if (rate <= 0 && pending > 0) most = std::max<double>(most, look.replicas);
    }
    if (look.replicas == 0) return pending_sum > 0 ? Act(look, 1) : 0;
    int wanted = static_cast<int>(most);
    if (pending_sum <= 0 && rate_sum <= 0) wanted = 0;
    wanted = std::clamp(wanted, look.replicas - 2, look.replicas + 2);
    return Act(look, std::clamp(wanted, least_, most_));
  }

 private:
  void Remember(const Look& look) {
    if (look.ok) points_.push_back({look.t, look.committed});
    while (points_.size() > 1 && points_[1].first <= look.t - 120) points_.pop_front();
  }
  int Act(const Look& look, int wanted) {
    if (wanted != look.replicas) acted_ = look.t;
    return wanted;
  }
  int least_, most_, acted_ = -1000;
  std::deque<std::pair<int, std::vector<std::int64_t>>> points_;
};

}  // namespace

std::unique_ptr<Scaler> MakeDs2(const Workload& w) { return std::make_unique<Ds2>(w); }
std::unique_ptr<Scaler> MakeFlink(const Workload& w, int down_delay_s) {
  return std::make_unique<Flink>(w, down_delay_s);
}
std::unique_ptr<Scaler> MakeNumaflow(const Workload& w) { return std::make_unique<Numaflow>(w); }

}  // namespace levelwind::planner::sim
