#include "planner/bounds/dual_bound.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "planner/bounds/priced_choice.h"

namespace levelwind::planner {
namespace {

constexpr double kFirstStep = 0.03;
constexpr double kDecay = 100;     // First over last step.
constexpr float kDearest = 20.0F;  // Keeps prices finite where the edges cannot all be kept.
constexpr float kDiskPrice = 0.95F;

/// Adam's moments of one price.
struct Moments {
  double mean = 0;
  double square = 0;
};

class Ascent {
 public:
  Ascent(const Placement& start, const Requirements& kept)
      : start_(start),
        kept_(kept),
        choice_(start.cluster(), kept.mends_racks),
        prices_(start.cluster().broker_ids.size(), Vec8::Fill(0)),
        moments_(prices_.size() * kLanes) {}

  double Run(const DualEffort& effort) {
    const std::uint64_t looks = std::max<std::uint64_t>(
        1, std::uint64_t{start_.cluster().targets.size()} * start_.partitions().size());
    const std::size_t steps =
        std::clamp<std::uint64_t>(effort.most_looks / looks, 1, effort.most_steps);
    Begin();
    std::vector<Vec8> best_prices = prices_;
    double best = 0;
    for (std::size_t i = 0; i < steps; ++i) {
      const double value = Value();
      if (value > best) {
        best = value;
        best_prices = prices_;
      }
      const double progress = static_cast<double>(i) / static_cast<double>(steps);
      Climb(i + 1, kFirstStep * std::pow(kDecay, -progress));
    }
    prices_ = best_prices;
    return std::max(0.0, ExactValue());
  }

 private:
  /// Most bounds are made by what must leave the full brokers or by what must come to the empty
  /// ones: begins with the better of both.
  void Begin() {
    StartFrom(true);
    const double leaving = Value();
    StartFrom(false);
    if (leaving > Value()) StartFrom(true);
  }

  void StartFrom(bool full) {
    for (const BrokerIndex b : start_.cluster().targets) {
      const float load = start_.load(b)[kDisk];
      float price = 0;
      if (full && load > kept_.high[b][kDisk]) price = kDiskPrice;
      if (!full && load < kept_.low[b][kDisk]) price = -kDiskPrice;
      prices_[b].Set(kDisk, price);
    }
  }

  /// What all edges together take off at these prices.
  double Edges() const {
    double sum = 0;
    for (const BrokerIndex b : start_.cluster().targets) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const float price = prices_[b][lane];
        if (price == 0) continue;
        const float edge = price > 0 ? kept_.high[b][lane] : kept_.low[b][lane];
        const float pinned = start_.cluster().pinned_load[b][lane];
        sum +=
            static_cast<double>(price) * (static_cast<double>(pinned) - static_cast<double>(edge));
      }
    }
    return sum;
  }

  /// The bound at the present prices, and the load that attains it.
  double Value() {
    const FlatCluster& cluster = start_.cluster();
    choice_.SetPrices(prices_);
    load_ = cluster.pinned_load;
    double value = Edges();
    for (const PartitionRecord& record : start_.partitions()) {
      const PricedChoice::Choice choice = choice_.Best(record);
      value += static_cast<double>(choice.cost);
      for (std::size_t slot = 0; slot < record.rf; ++slot) {
        load_[choice.seats[slot]] += cluster.LoadOf(record, slot);
      }
    }
    return value;
  }

  double ExactValue() {
    choice_.SetPrices(prices_);
    double value = Edges();
    for (const PartitionRecord& record : start_.partitions()) value += choice_.ExactCost(record);
    return value;
  }

  /// How the bound changes with one price: by what the cheapest choices overshoot the edge.
  double Slope(BrokerIndex b, std::size_t lane) const {
    const double load = static_cast<double>(load_[b][lane]);
    const double over =
        kept_.Upper(b, lane) ? load - static_cast<double>(kept_.high[b][lane]) : 0.0;
    const double under =
        kept_.Lower(b, lane) ? load - static_cast<double>(kept_.low[b][lane]) : 0.0;
    const float price = prices_[b][lane];
    if (price > 0) return over;
    if (price < 0) return under;
    return std::max(over, 0.0) + std::min(under, 0.0);
  }

  void Climb(std::size_t step, double rate) {
    constexpr double kKeepMean = 0.9, kKeepSquare = 0.999, kTiny = 1e-8;
    const double mean_bias = 1 - std::pow(kKeepMean, static_cast<double>(step));
    const double square_bias = 1 - std::pow(kKeepSquare, static_cast<double>(step));
    for (const BrokerIndex b : start_.cluster().targets) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        if (!kept_.Upper(b, lane) && !kept_.Lower(b, lane)) continue;
        const double slope = Slope(b, lane);
        Moments& m = moments_[b * kLanes + lane];
        m.mean = kKeepMean * m.mean + (1 - kKeepMean) * slope;
        m.square = kKeepSquare * m.square + (1 - kKeepSquare) * slope * slope;
        const double change =
            rate * (m.mean / mean_bias) / (std::sqrt(m.square / square_bias) + kTiny);
        const float now = prices_[b][lane];
        float next = now + static_cast<float>(change);
        if (next * now < 0) next = 0;  // Stop at the kink between the two edges.
        const float least = kept_.Lower(b, lane) ? -kDearest : 0.0F;
        const float most = kept_.Upper(b, lane) ? kDearest : 0.0F;
        prices_[b].Set(lane, std::clamp(next, least, most));
      }
    }
  }

  const Placement& start_;
  const Requirements& kept_;
  PricedChoice choice_;
  std::vector<Vec8> prices_;
  std::vector<Vec8> load_;
  std::vector<Moments> moments_;
};

}  // namespace

double DualBytesBound(const Placement& start, const Requirements& kept, const DualEffort& effort) {
  const std::size_t brokers = start.cluster().targets.size();
  const bool room = std::ranges::all_of(start.partitions(),
                                        [&](const PartitionRecord& p) { return p.rf <= brokers; });
  if (!kept.drains || !room || brokers == 0 || start.partitions().empty()) return 0;
  return Ascent(start, kept).Run(effort);
}

}  // namespace levelwind::planner
