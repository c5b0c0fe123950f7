#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "planner/search/judge.h"
#include "planner/search/placement.h"

namespace levelwind::planner {

/// Which goal a move serves and why, for a person.
struct Reason {
  std::string goal;
  std::string sentence;
};

/// Finds the reasons of moves. Both placements must
/// outlive it; `start` is the present one, `end` the planned one, of the same cluster.
class Explainer {
 public:
  Explainer(const Placement& start, const Placement& end, const GoalSet& goals)
      : start_(start), end_(end), goals_(goals) {}

  /// Why partition record `p` changes. The goal is the one that gains most by this move alone at
  /// the start, else the one that would lose most without it at the end.
  Reason WhyMove(std::uint32_t p) const;

  /// Where no move helps: how many single moves around the worst brokers were looked at and what
  /// stood against them ("37 of 120: another replica is on that rack").
  std::vector<std::string> WhyNot() const;

 private:
  struct LaneShare {
    BrokerIndex from = 0;
    BrokerIndex to = 0;
  };
  bool ExplainHard(const PartitionRecord& before, const PartitionRecord& after,
                   Reason& reason) const;
  template <typename Asked>
  bool ExplainGoals(const PartitionRecord& before, const PartitionRecord& after, Reason& reason,
                    Asked asked) const;
  bool ExplainTopic(const PartitionRecord& before, const PartitionRecord& after,
                    Reason& reason) const;
  const Goal* BestLane(const PartitionRecord& before, const PartitionRecord& after,
                       bool at_start) const;
  LaneShare FromTo(const PartitionRecord& before, const PartitionRecord& after,
                   std::size_t lane) const;
  std::string Name(BrokerIndex b) const;

  const Placement& start_;
  const Placement& end_;
  const GoalSet& goals_;
};

}  // namespace levelwind::planner
