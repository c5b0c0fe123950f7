#include "planner/search/search.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "planner/search/judge.h"

namespace levelwind::planner {
namespace {

constexpr float kHottest = 2.0F;       ///< First temperature, in mean replicas.
constexpr float kCooling = 400.0F;     ///< First over last temperature.
constexpr std::uint64_t kRounds = 50;  ///< Of annealing.
constexpr std::uint64_t kRecompute =
    10;  ///< Rounds in which float sums drift too little to matter.
constexpr std::uint64_t kRepairRecompute = 1;  ///< Proposals per replica between sums anew.
constexpr std::uint64_t kEach = 80;            ///< Proposals of repair per broker and round.
constexpr int kPatience = 250;                 ///< Rounds of repair without a new best.

/// The largest single load in a lane on a broker.
float LargestItem(const Placement& placement, BrokerIndex b, std::size_t lane) {
  float largest = 0;
  for (const Seat seat : placement.held(b)) {
    const PartitionRecord& record = placement.partition(PartitionOf(seat));
    largest = std::max(largest, placement.cluster().LoadOf(record, SlotOfSeat(seat))[lane]);
  }
  return largest;
}

/// Prices of bands over the rounds of one annealing run.
class PriceKeeper {
 public:
  explicit PriceKeeper(Placement& placement)
      : placement_(placement),
        violated_rounds_(placement.cluster().broker_ids.size() * kLanes, 0) {}

  /// Makes violated bands dearer and kept ones cheaper, down to their base price.
  void Adapt(float rise, float fall, float most) {
    const Vec8& base = placement_.bands().weight;
    for (const BrokerIndex b : placement_.cluster().targets) {
      Vec8 weight = placement_.weights(b);
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const float floor = base[lane];
        if (floor <= 0) continue;
        const bool outside = OutsideBand(placement_, b, lane);
        std::uint8_t& rounds = violated_rounds_[b * kLanes + lane];
        rounds = outside ? static_cast<std::uint8_t>(std::min(rounds + 1, 255)) : std::uint8_t{0};
        const float now = weight[lane];
        weight.Set(lane,
                   outside ? std::min(floor * most, now * rise) : std::max(floor, now * fall));
      }
      placement_.SetWeights(b, weight);
    }
  }

  /// Gives up bands that stayed violated for long on a broker where one partition makes up most of
  /// the load: whichever broker has that partition breaks the band.
  void DropHopeless(int rounds) {
    constexpr float kDominates = 0.6F;
    for (const BrokerIndex b : placement_.cluster().targets) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        if (violated_rounds_[b * kLanes + lane] < rounds || placement_.Dropped(b, lane)) continue;
        if (LargestItem(placement_, b, lane) < kDominates * placement_.bands().high[b][lane]) {
          continue;
        }
        placement_.DropBand(b, lane);
      }
    }
  }

 private:
  Placement& placement_;
  std::vector<std::uint8_t> violated_rounds_;
};

/// What is outside and not given up.
struct Open {
  std::vector<BrokerIndex> brokers;
  std::size_t bands = 0;
};

Open FindOpen(const Placement& placement) {
  Open open;
  for (const BrokerIndex b : placement.cluster().targets) {
    std::size_t bands = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (OverCapacity(placement, b, lane)) ++bands;
      if (!placement.Dropped(b, lane) && OutsideBand(placement, b, lane)) ++bands;
    }
    if (bands > 0) open.brokers.push_back(b);
    open.bands += bands;
  }
  return open;
}

void RepairBroker(Proposer& proposer, Rng& rng, BrokerIndex b) {
  const std::uint32_t dice = rng.Below(100);
  if (dice < 25) {
    proposer.TryPush(b);
  } else if (dice < 50) {
    proposer.TryPull(b);
  } else if (dice < 75) {
    proposer.TryLead(b);
  } else if (dice < 92) {
    proposer.TrySwap(b);
  } else {
    proposer.TryLeadSwap(b);
  }
}

}  // namespace

void Anneal(Placement& placement, Rng& rng, std::uint64_t proposals, float heat) {
  const std::size_t replicas = placement.cluster().replica_count;
  if (replicas == 0 || placement.cluster().targets.size() < 2) return;
  Proposer proposer(placement, rng);
  PriceKeeper prices(placement);
  const float hottest = heat * kHottest * static_cast<float>(placement.cluster().targets.size()) /
                        static_cast<float>(replicas);
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    const float progress = static_cast<float>(round) / static_cast<float>(kRounds - 1);
    proposer.set_temperature(hottest * std::pow(heat * kCooling, -progress));
    for (std::uint64_t i = 0; i < proposals / kRounds; ++i) proposer.TryAny();
    if (round % kRecompute == kRecompute - 1) placement.RecomputeLoads();
    prices.Adapt(1.07F, 0.97F, 20.0F);
    if (round == kRounds * 6 / 10 || round == kRounds * 3 / 4 || round == kRounds * 9 / 10) {
      prices.DropHopeless(static_cast<int>(kRounds / 3));
    }
  }
}

void AnnealCounts(Placement& placement, Rng& rng, std::uint64_t proposals, CountPrice price) {
  constexpr float kHot = 0.3F;  // First temperature, as a share of a missed band's price.
  if (placement.cluster().targets.size() < 2) return;
  placement.SetReach(price.above ? price.reach : kNoEdge, price.reach);
  placement.SetLeaderFee(Placement::kLowLeaderFee);
  for (const BrokerIndex b : placement.cluster().targets) {
    Vec8 weight = placement.bands().weight;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (weight[lane] > 0) weight.Set(lane, price.missed / price.reach);
    }
    placement.SetWeights(b, weight);
  }
  Proposer proposer(placement, rng);
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    const float progress = static_cast<float>(round) / static_cast<float>(kRounds - 1);
    proposer.set_temperature(kHot * price.missed * std::pow(kCooling, -progress));
    for (std::uint64_t i = 0; i < proposals / kRounds; ++i) proposer.TryAny();
    if (round % kRecompute == kRecompute - 1) placement.RecomputeLoads();
  }
  placement.SetReach(kNoEdge, kNoEdge);
  placement.SetLeaderFee(Placement::kLeaderFee);
  placement.RestoreBands();
  placement.RecomputeLoads();
}

std::size_t Repair(Placement& placement, Rng& rng, std::uint64_t proposals) {
  placement.RecomputeLoads();
  Open open = FindOpen(placement);
  std::size_t best = open.bands;
  if (best == 0 || placement.cluster().targets.size() < 2) return best;
  Proposer proposer(placement, rng);
  PriceKeeper prices(placement);
  std::vector<Seats> saved = placement.Save();
  int stagnant = 0;
  std::uint64_t used = 0, recomputed = 0;
  while (used < proposals && best > 0 && stagnant < kPatience) {
    const std::uint64_t each = std::max<std::uint64_t>(kEach, 400 / open.brokers.size());
    for (const BrokerIndex b : open.brokers) {
      for (std::uint64_t i = 0; i < each; ++i) RepairBroker(proposer, rng, b);
    }
    used += each * open.brokers.size();
    open = FindOpen(placement);
    if (open.bands < best ||
        used - recomputed > kRepairRecompute * placement.cluster().replica_count) {
      recomputed = used;
      placement.RecomputeLoads();
      open = FindOpen(placement);
    }
    ++stagnant;
    if (open.bands < best) {
      best = open.bands;
      saved = placement.Save();
      stagnant = 0;
    }
    if (open.bands == 0) break;
    prices.Adapt(1.15F, 0.98F, 200.0F);
  }
  placement.Restore(saved);
  placement.RestoreBands();
  return best;
}

namespace {

// Proposals per replica that a cluster of this many replicas gets in full; beyond, fewer per
// replica.
constexpr double kFullUpTo = 30'000;
constexpr double kLeastEach = 7.5;
constexpr double kSmallUpTo = 3'000;

std::uint64_t Proposals(double replicas, double each, double exponent, std::uint64_t least) {
  if (replicas > kFullUpTo) {
    each = std::max(each * std::pow(kFullUpTo / replicas, exponent), std::min(each, kLeastEach));
  }
  return std::max(static_cast<std::uint64_t>(replicas * each), least);
}

}  // namespace

std::uint64_t ProposalBudget(Effort effort, std::size_t replicas) {
  const double count = static_cast<double>(replicas);
  if (effort == Effort::kFast) return Proposals(count, 3, 0, 2'000);
  // Small clusters are searched several times; time grows about as n^0.25 beyond the largest full
  // one, until there are so many replicas that each gets the least.
  const double each = count <= kSmallUpTo ? 20 : 45;
  const double times = effort == Effort::kThorough ? 5 : 1;
  return Proposals(count, times * each, 0.75, 20'000);
}

std::uint64_t HardProposalBudget(Effort effort, std::size_t replicas) {
  const double times = effort == Effort::kThorough ? 5 : 1;
  return Proposals(static_cast<double>(replicas), times * 160, 0.8, 30'000);
}

}  // namespace levelwind::planner
