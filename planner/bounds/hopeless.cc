#include "planner/bounds/hopeless.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "planner/search/judge.h"

namespace levelwind::planner {
namespace {

constexpr int kIterations = 100;
constexpr int kPatience = 35;         // Iterations without a better bound.
constexpr double kAim = 0.05;         // What the ascent hopes to prove (Polyak's step).
constexpr double kLongestStep = 0.3;  // Prices beyond the good ones cost hundreds at once.
constexpr double kProven = 1e-4;      // Mean brokers: well above what floats round away.
constexpr float kWorthALook = 0.3F;   // Share of a band's upper edge that one leader takes.
constexpr float kEdgeless = kNoEdge / 2;

/// A broker that is outside a band, and the leader that may be why.
struct Suspect {
  BrokerIndex broker = 0;
  std::uint32_t partition = 0;
  float share = 0;       ///< Of the upper edge of a band.
  std::size_t lane = 0;  ///< Which band's.
};

/// The leader that takes the largest share of a band on the broker.
Suspect LargestLeader(const Placement& placement, BrokerIndex b) {
  Suspect largest{.broker = b};
  for (const Seat seat : placement.held(b)) {
    if (SlotOfSeat(seat) != 0) continue;
    const Vec8 load = placement.cluster().LeaderLoad(placement.partition(PartitionOf(seat)));
    for (std::size_t r = 0; r < kLanes; ++r) {
      const float high = placement.bands().high[b][r];
      if (!placement.bands().distribution[r] || load[r] <= largest.share * high) continue;
      largest.share = load[r] / high;
      largest.partition = PartitionOf(seat);
      largest.lane = r;
    }
  }
  return largest;
}

/// Most suspect first.
std::vector<Suspect> Suspects(const Placement& placement) {
  std::vector<Suspect> suspects;
  for (const BrokerIndex b : placement.cluster().targets) {
    bool outside = false;
    for (std::size_t r = 0; r < kLanes; ++r) outside |= OutsideBand(placement, b, r);
    if (!outside) continue;
    const Suspect suspect = LargestLeader(placement, b);
    if (suspect.share >= kWorthALook) suspects.push_back(suspect);
  }
  std::ranges::stable_sort(suspects, std::ranges::greater{}, &Suspect::share);
  return suspects;
}

class Prover {
 public:
  Prover(const Placement& placement, std::vector<Priced>& tried, PriceCache& known)
      : placement_(placement), tried_(tried), known_(known) {}

  /// What the prices tried so far prove.
  std::optional<HopelessBroker> Prove(const Suspect& suspect) const {
    const LaneArray base = BaseOf(suspect.broker, suspect.partition);
    HopelessBroker found{suspect.broker, suspect.partition, 0, {}};
    for (const Priced& priced : tried_) {
      const double value = Value(suspect.broker, base, priced);
      if (value <= std::max(kProven, found.least_outside)) continue;
      found.least_outside = value;
      for (std::size_t r = 0; r < kLanes; ++r) found.lanes[r] = std::abs(priced.y[r]) > 0.05;
    }
    return found.least_outside > 0 ? std::optional(found) : std::nullopt;
  }

  void Ascend(const Suspect& suspect) {
    const BrokerIndex b = suspect.broker;
    const LaneArray base = BaseOf(b, suspect.partition);
    // Not where the broker is outside now, so that later calls walk the same way at known prices.
    Priced start;
    start.y[suspect.lane] = Clamp(b, suspect.lane, 1.0);
    Ascend(b, base, start);
  }

 private:
  LaneArray BaseOf(BrokerIndex b, std::uint32_t p) const {
    const Vec8 load = placement_.cluster().LeaderLoad(placement_.partition(p)) +
                      placement_.cluster().pinned_load[b];
    LaneArray base;
    for (std::size_t r = 0; r < kLanes; ++r) base[r] = static_cast<double>(load[r]);
    return base;
  }

  /// Keeps a price within -1..1 and at 0 where there is no edge on that side.
  double Clamp(BrokerIndex b, std::size_t lane, double y) const {
    const Bands& bands = placement_.bands();
    if (!bands.distribution[lane]) return 0;
    const double low = bands.low[b][lane] > -kEdgeless ? -1.0 : 0.0;
    const double high = bands.high[b][lane] < kEdgeless ? 1.0 : 0.0;
    return std::clamp(y, low, high);
  }

  double Edge(BrokerIndex b, std::size_t lane, double y) const {
    if (y == 0) return 0;
    const Bands& bands = placement_.bands();
    return static_cast<double>(y > 0 ? bands.high[b][lane] : bands.low[b][lane]);
  }

  double Value(BrokerIndex b, const LaneArray& base, const Priced& priced) const {
    double value = priced.rest;
    for (std::size_t r = 0; r < kLanes; ++r) {
      const double y = Clamp(b, r, priced.y[r]);
      if (y != priced.y[r]) return 0;  // These prices are for another kind of broker.
      value += y * (base[r] - Edge(b, r, y));
    }
    return value;
  }

  void Price(Priced& priced) {
    Vec8 y = Vec8::Fill(0);
    for (std::size_t r = 0; r < kLanes; ++r) {
      y.Set(r, static_cast<float>(priced.y[r]));
      priced.y[r] = static_cast<double>(y[r]);
    }
    const auto [at, is_new] = known_.try_emplace(priced.y, priced);
    if (is_new) SumUp(y, at->second);
    priced = at->second;
  }

  void SumUp(const Vec8& y, Priced& priced) const {
    const FlatCluster& cluster = placement_.cluster();
    priced.load = {};
    Vec8 block = Vec8::Fill(0);  // Summed in blocks, so that floats add small to small.
    const auto flush = [&] {
      for (std::size_t r = 0; r < kLanes; ++r) priced.load[r] += static_cast<double>(block[r]);
      block = Vec8::Fill(0);
    };
    std::size_t count = 0;
    for (const PartitionRecord& p : placement_.partitions()) {
      const Vec8 follower = cluster.FollowerLoad(p);
      const Vec8 leader = cluster.LeaderLoad(p);
      const float follow = (follower * y).Sum();
      const float lead = (leader * y).Sum();
      if (follow < 0 || lead < 0) block += lead < follow ? leader : follower;
      if (++count % 256 == 0) flush();
    }
    flush();
    priced.rest = 0;
    for (std::size_t r = 0; r < kLanes; ++r) priced.rest += priced.y[r] * priced.load[r];
  }

  void Ascend(BrokerIndex b, const LaneArray& base, Priced now) {
    // Goes on from the best prices known: partitions of one topic make alike suspects.
    double best = Value(b, base, now);
    for (const Priced& priced : tried_) {
      const double value = Value(b, base, priced);
      if (value <= best) continue;
      best = value;
      now = priced;
    }
    LaneArray direction{};
    best = -std::numeric_limits<double>::infinity();
    for (int i = 0, stagnant = 0; i < kIterations && stagnant < kPatience; ++i, ++stagnant) {
      Price(now);
      tried_.push_back(now);
      const double value = Value(b, base, now);
      if (value > 10 * kProven) return;
      if (value > best) stagnant = 0;
      best = std::max(best, value);
      Turn(direction, Slope(b, base, now));
      double norm = 0;
      for (const double d : direction) norm += d * d;
      if (norm <= 0) return;
      const double step = std::min((kAim - value) / norm, kLongestStep / std::sqrt(norm));
      for (std::size_t r = 0; r < kLanes; ++r) {
        double y = now.y[r] + step * direction[r];
        if (y * now.y[r] < 0) y = 0;  // Stop at the kink between the two edges.
        now.y[r] = Clamp(b, r, y);
      }
    }
  }

  LaneArray Slope(BrokerIndex b, const LaneArray& base, const Priced& now) const {
    LaneArray slope{};
    for (std::size_t r = 0; r < kLanes; ++r) {
      if (!placement_.bands().distribution[r]) continue;
      const double load = base[r] + now.load[r];
      const double over = load - static_cast<double>(placement_.bands().high[b][r]);
      const double under = load - static_cast<double>(placement_.bands().low[b][r]);
      const double y = now.y[r];
      // At 0 the slope is what points out of the band, if anything does.
      slope[r] = y > 0 ? over : y < 0 ? under : std::max(over, 0.0) + std::min(under, 0.0);
    }
    return slope;
  }

  /// Subgradients zigzag; what points back along the last direction is taken out (Camerini, Fratta,
  /// Maffioli 1975, with their factor 1.5).
  static void Turn(LaneArray& direction, const LaneArray& slope) {
    double along = 0, norm = 0;
    for (std::size_t r = 0; r < kLanes; ++r) {
      along += slope[r] * direction[r];
      norm += direction[r] * direction[r];
    }
    const double keep = norm > 0 ? std::max(0.0, -1.5 * along / norm) : 0.0;
    for (std::size_t r = 0; r < kLanes; ++r) direction[r] = slope[r] + keep * direction[r];
  }

  const Placement& placement_;
  std::vector<Priced>& tried_;
  PriceCache& known_;
};

}  // namespace

std::vector<HopelessBroker> HopelessFinder::Find(const Placement& placement) {
  const std::vector<Suspect> suspects = Suspects(placement);
  Prover prover(placement, tried_, known_);
  for (const Suspect& suspect : suspects) {
    if (ascents_ == 0) break;
    if (prover.Prove(suspect)) continue;
    --ascents_;
    prover.Ascend(suspect);
  }
  // What was found for one may prove another one before it.
  std::vector<HopelessBroker> found;
  for (const Suspect& suspect : suspects) {
    if (const auto hopeless = prover.Prove(suspect)) found.push_back(*hopeless);
  }
  return found;
}

}  // namespace levelwind::planner
