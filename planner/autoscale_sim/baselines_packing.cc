// B1, B7, B8: those that deal the partitions out themselves.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "planner/autoscale/assignors.h"
#include "planner/autoscale_sim/baselines.h"

namespace levelwind::planner::sim {
namespace {

/// Worst fit, largest first, into `members` bins.
std::vector<std::int32_t> Spread(const std::vector<double>& loads, int members) {
  const auto size = static_cast<std::int32_t>(loads.size());
  return DealWeighted(
      {.topic_sizes = {&size, 1}, .members = members, .owners = {}, .weights = loads});
}

double FullestBin(const std::vector<double>& loads, const std::vector<std::int32_t>& owner) {
  std::vector<double> bins;
  for (std::size_t p = 0; p < loads.size(); ++p) {
    if (owner[p] < 0) continue;
    const auto bin = static_cast<std::size_t>(owner[p]);
    if (bin >= bins.size()) bins.resize(bin + 1, 0);
    bins[bin] += loads[p];
  }
  return bins.empty() ? 0 : *std::ranges::max_element(bins);
}

/// Fewest bins into which the loads go by worst fit; at most `most`.
int BinsFor(const std::vector<double>& loads, double size, int most) {
  const double sum = std::accumulate(loads.begin(), loads.end(), 0.0);
  int bins = std::max(1, static_cast<int>(std::ceil(sum / size)));
  while (bins < most && FullestBin(loads, Spread(loads, bins)) > size) ++bins;
  return std::min(bins, most);
}

/// Knows the arrivals to come and what members can do: the fewest members, anew each five minutes,
/// that leave nothing over at the end of them.
class Clairvoyant final : public Scaler {
 public:
  explicit Clairvoyant(const Workload& w) : workload_(w) {}
  bool Free() const override { return true; }
  bool Assigns() const override { return true; }
  bool WantsReassignment() override { return std::exchange(reassign_, false); }
  void SeeBacklog(const std::vector<double>& records) override { backlog_ = records; }

  int Want(const Look& look) override {
    if (look.t % kPeriod != 0) return look.replicas;
    const int end = std::min(workload_.seconds, look.t + kPeriod);
    // What one member and one partition can do within the period.
    double seconds = 0;
    for (int t = look.t; t < end; ++t) {
      const double slow = workload_.outage.Has(t) ? 0 : workload_.slow.Has(t) ? 0.5 : 1;
      const double leak =
          workload_.leak.Has(t) ? std::pow(0.99, (t - workload_.leak.from) / 60.0) : 1;
      seconds += slow * leak;
    }
    const auto partitions = static_cast<std::size_t>(workload_.partitions);
    loads_.assign(partitions, 0);
    double sum = 0, peak = 0;
    for (std::size_t p = 0; p < partitions; ++p) {
      double records = backlog_.empty() ? 0 : backlog_[p];
      for (int t = look.t; t < end; ++t) records += workload_.At(t, static_cast<int>(p));
      const bool stuck = static_cast<int>(p) == workload_.poisoned && workload_.poison.Has(look.t);
      loads_[p] = stuck ? 0 : std::min(records, kPartitionRate * seconds);
      sum += loads_[p];
    }
    for (int t = look.t; t + 30 <= end; t += 30) peak = std::max(peak, Window(t));
    reassign_ = true;
    if (sum <= 0 || seconds <= 0) return workload_.to_zero ? 0 : 1;
    const double scale = static_cast<double>(end - look.t) / seconds;
    const int for_peak = static_cast<int>(std::ceil(peak * scale / kMemberRate));
    const int packed = BinsFor(loads_, kMemberRate * seconds, workload_.partitions);
    return std::clamp(std::max(for_peak, packed), 1, workload_.partitions);
  }
  std::vector<std::int32_t> Assignment(const Look&, int members) override {
    return loads_.empty() || members == 0 ? std::vector<std::int32_t>{} : Spread(loads_, members);
  }

 private:
  static constexpr int kPeriod = 300;
  double Window(int from) const {
    double sum = 0;
    for (int t = from; t < from + 30; ++t) sum += workload_.Total(t);
    return sum / 30;
  }
  const Workload& workload_;
  std::vector<double> backlog_, loads_;
  bool reassign_ = false;
};

/// Landau: packs write rates, members sorted by what they have, worst fit.
class Landau final : public Scaler {
 public:
  explicit Landau(const Workload& w) : least_(w.to_zero ? 0 : 1), most_(MostReplicas(w)) {}
  bool Assigns() const override { return true; }
  bool WantsReassignment() override { return std::exchange(reassign_, false); }

  int Want(const Look& look) override {
    rates_.Add(look);
    if (!look.ok || !rates_.ready() || look.rebalancing || look.t % 30 != 0) return look.replicas;
    loads_.resize(look.log_end.size());
    for (std::size_t p = 0; p < loads_.size(); ++p) loads_[p] = rates_.Of(p);
    const double sum = std::accumulate(loads_.begin(), loads_.end(), 0.0);
    if (sum <= 0) {
      if (look.t - active_ > 300 && least_ == 0) return 0;
      return look.replicas;
    }
    active_ = look.t;
    const bool orphan = std::ranges::find(look.owner, -1) != look.owner.end();
    if (look.replicas > 0 && !orphan && FullestBin(loads_, look.owner) <= kSize &&
        look.t - packed_ < 600) {
      return look.replicas;
    }
    packed_ = look.t;
    const int bins = std::clamp(BinsFor(loads_, kSize, most_), std::max(1, least_), most_);
    reassign_ = bins == look.replicas && static_cast<int>(look.members.size()) == bins;
    return bins;
  }
  std::vector<std::int32_t> Assignment(const Look&, int members) override {
    return loads_.empty() || members == 0 ? std::vector<std::int32_t>{} : Spread(loads_, members);
  }

 private:
  static constexpr double kSize = 0.85 * kMemberRate;
  int least_, most_, packed_ = 0, active_ = 0;
  bool reassign_ = false;
  std::vector<double> loads_;
  SeenRates rates_{60};
};

/// Ezzeddine: packs rate and lag; the lag with what the pause will add.
class TwoDimensions final : public Scaler {
 public:
  explicit TwoDimensions(const Workload& w) : least_(w.to_zero ? 0 : 1), most_(MostReplicas(w)) {}
  bool Assigns() const override { return true; }
  bool WantsReassignment() override { return std::exchange(reassign_, false); }

  int Want(const Look& look) override {
    rates_.Add(look);
    if (!look.ok || !rates_.ready() || look.rebalancing || look.t % 30 != 0) return look.replicas;
    // One load that is full when either dimension is.
    loads_.resize(look.log_end.size());
    double sum = 0;
    for (std::size_t p = 0; p < loads_.size(); ++p) {
      const double rate = rates_.Of(p);
      const double lag = static_cast<double>(look.log_end[p] - look.committed[p]) + 2 * rate;
      loads_[p] = std::min(std::max(rate, lag / kObjective), kMemberRate * 0.4);
      sum += loads_[p];
    }
    if (sum <= 0) return look.t - active_ > 300 && least_ == 0 ? 0 : look.replicas;
    active_ = look.t;
    const int up = BinsFor(loads_, 0.9 * kMemberRate, most_);
    if (up > look.replicas) return up;
    const int down = BinsFor(loads_, 0.4 * kMemberRate, most_);
    if (down < look.replicas) return std::max({down, least_, 1});
    const int members = static_cast<int>(look.members.size());
    reassign_ = members == look.replicas && look.t - packed_ >= 60 &&
                FullestBin(loads_, look.owner) > kMemberRate;
    if (reassign_) packed_ = look.t;
    return look.replicas;
  }
  std::vector<std::int32_t> Assignment(const Look&, int members) override {
    return loads_.empty() || members == 0 ? std::vector<std::int32_t>{} : Spread(loads_, members);
  }

 private:
  static constexpr double kObjective = 60;
  int least_, most_, active_ = 0, packed_ = 0;
  bool reassign_ = false;
  std::vector<double> loads_;
  SeenRates rates_{60};
};

}  // namespace

std::unique_ptr<Scaler> MakeClairvoyant(const Workload& w) {
  return std::make_unique<Clairvoyant>(w);
}
std::unique_ptr<Scaler> MakeLandau(const Workload& w) { return std::make_unique<Landau>(w); }
std::unique_ptr<Scaler> MakeTwoDimensions(const Workload& w) {
  return std::make_unique<TwoDimensions>(w);
}

}  // namespace levelwind::planner::sim
