#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "planner/planner_options.h"
#include "planner/search/placement.h"
#include "planner/search/rng.h"

namespace levelwind::planner {

/// Proposes single changes to a placement and takes those that pass at the present temperature.
/// Each Try... looks at up to a dozen candidates and returns whether it changed the placement.
class Proposer {
 public:
  Proposer(Placement& placement, Rng& rng);

  /// 0: only what is strictly cheaper. Unit: cost of one mean replica.
  void set_temperature(float temperature) { temperature_ = temperature; }

  void TryAny();  ///< One proposal of the mix, around a bad broker.
  bool TryPush(BrokerIndex from);
  bool TryPull(BrokerIndex to);
  bool TryLead(BrokerIndex b);
  bool TrySwap(BrokerIndex b);
  bool TryLeadSwap(BrokerIndex b);
  bool TryReturn();  ///< Takes a displaced replica or leader back home.
  bool TryReturn(std::uint32_t p);
  /// Takes a replica or the lead of `p` home where that leaves no broker further outside a band.
  bool GiveBack(std::uint32_t p);

  BrokerIndex BadBroker();  ///< Worst of four.

 private:
  static constexpr std::size_t kReplicasTried = 6;
  using Sample = std::array<Seat, kReplicasTried>;

  /// A way to bring one replica of a partition, or its lead, back home.
  struct Way {
    bool lead = false;
    std::size_t slot = 0;
    BrokerIndex to = 0;
  };
  void Take(std::uint32_t p, const Way& way);
  template <typename Visit>
  void WaysHome(const PartitionRecord& record, Visit visit) const;

  bool AcceptLead(float delta);
  bool Accept(float delta, const PartitionRecord& record);
  BrokerIndex RandomTarget();
  Seat RandomHeld(BrokerIndex b);
  Sample SampleHeld(BrokerIndex b);
  float SwapDelta(const PartitionRecord& a, std::size_t slot_a, const PartitionRecord& x,
                  std::size_t slot_x) const;
  bool MaySwap(const PartitionRecord& a, std::size_t slot_a, const PartitionRecord& x,
               std::size_t slot_x) const;
  bool PushTo(Seat seat, std::span<const BrokerIndex> candidates);

  Placement& placement_;
  Rng& rng_;
  const BrokerIndex* targets_;
  std::uint32_t target_count_;
  float temperature_ = 0;
  float inverse_mean_disk_ = 0;
  std::array<float, 1024> thresholds_;  ///< -ln(u): what a proposal may cost at temperature 1.
};

/// Simulated annealing from the present placement (phase 1). `proposals` in all; geometric cooling
/// from one mean replica to a two-hundredth of it. Between rounds the price of a violated band
/// grows and that of a kept one falls back; near the end bands that one partition by itself
/// breaks are given up, so that nothing is dragged about for them. `heat` in 1/400..1 begins at
/// that share of the first temperature and ends at the same last one: what is good already mostly
/// stays.
void Anneal(Placement& placement, Rng& rng, std::uint64_t proposals, float heat = 1);

/// Greedy search around the brokers that are outside a band (phase 2), with growing prices, until
/// none is or nothing helps. Ends at the best placement it saw, so never worse than it began.
/// Returns how many bands and capacities stay missed that have not been given up.
std::size_t Repair(Placement& placement, Rng& rng, std::uint64_t proposals);

/// What a missed band costs while bands are counted: `missed` mean brokers' disks once it is missed
/// by `reach` or more, in proportion below. Bands missed from above may be left in proportion all
/// the way: a broker with too little harms nobody, one with too much does.
struct CountPrice {
  float missed = 1;
  float reach = 0.02F;
  bool above = true;
};

/// Annealing for as few missed bands as can be, however far the missed ones are outside: where not
/// all can be met, the placement with the least distance in all may miss more of them than need be.
/// For small clusters, from a placement that Repair has ended with. May end worse than it began.
void AnnealCounts(Placement& placement, Rng& rng, std::uint64_t proposals, CountPrice price);

/// Proposals of one annealing run on a cluster of this size, and of one where so many bands stay
/// open that leadership must be rearranged from the ground up.
std::uint64_t ProposalBudget(Effort effort, std::size_t replicas);
std::uint64_t HardProposalBudget(Effort effort, std::size_t replicas);

}  // namespace levelwind::planner
