#pragma once

#include <cstddef>
#include <vector>

#include "planner/search/placement.h"

namespace levelwind::planner {

/// What the plans have in common that a lower bound is for: "every plan that does this much".
struct Requirements {
  /// Per broker, in mean brokers, capacities included; -kNoEdge and kNoEdge where nothing is asked.
  std::vector<Vec8> low;
  std::vector<Vec8> high;
  bool drains = true;       ///< No replica stays on a dead or leaving broker.
  bool mends_racks = true;  ///< Every partition is on as many racks as it can be.
  std::size_t open = 0;     ///< Bands and capacities left out of `low` and `high`.

  bool Upper(BrokerIndex b, std::size_t lane) const { return high[b][lane] < kNoEdge / 2; }
  bool Lower(BrokerIndex b, std::size_t lane) const { return low[b][lane] > -kNoEdge / 2; }
};

/// Everything that `end` achieves: all bands and capacities but those that it misses. A bound for
/// these can be set against the bytes of that plan whatever it leaves open. Edges are loosened by
/// what a judge rounds away, so that no plan that counts as inside is below the bound.
Requirements WhatItKeeps(const Placement& end);

}  // namespace levelwind::planner
