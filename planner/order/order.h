#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "planner/search/placement.h"

namespace levelwind::planner {

/// The order in which a plan is carried out.
struct MoveOrder {
  std::vector<std::uint32_t> moves;  ///< Partition records, first to last.
  /// Changes that fit nowhere: whatever the order, a broker would be filled beyond its capacity on
  /// the way. Or, with an allowance, those that it left out.
  std::vector<std::uint32_t> left_out;
  std::size_t stuck = 0;             ///< Of `left_out`, for want of room.
  std::vector<std::uint32_t> mends;  ///< Records whose change mends a hard rule, ascending.
  std::size_t forced = 0;   ///< Of `moves`, those that overfill a broker for a while all the same.
  std::int64_t copies = 0;  ///< Replicas to copy in `moves`.
  std::int64_t bytes = 0;   ///< Known bytes to copy in `moves`.
};

/// Most that the changes may amount to; below 0: no limit.
struct Allowance {
  std::int64_t copies = -1;
  std::int64_t bytes = -1;
  bool any() const { return copies >= 0 || bytes >= 0; }
};

/// Orders the changes from `start`, the present placement, to `end`.
///
/// Leader moves that relieve go first (no bytes), then replicas off dead brokers, then the mending
/// of other hard rules, small before large; then what relieves most per byte where the hottest
/// brokers count most; last what only makes room for others. Every prefix is safe: no capacity is
/// broken by it, the copy under way included (LoadLedger), and no partition is on fewer racks than
/// before, since a partition changes in one step. Where no such order is left, the
/// change that overfills least is taken all the same if it mends a hard rule or if no disk is
/// filled beyond `disk_share` by it: a plan must not fail for a count or a rate that is over its
/// limit between two moves. What would fill a disk is left out.
///
/// With an allowance, what would go beyond it is left out, mends of hard rules included, and so is
/// what does not relieve by itself. `sizes`: bytes of one replica per partition record, below 0
/// where unknown; such a replica is not copied when bytes are limited.
///
/// Deterministic; O(changes x log changes) in practice.
MoveOrder OrderMoves(const Placement& start, const Placement& end,
                     const std::vector<std::int64_t>& sizes, const Allowance& allowance,
                     double disk_share);

}  // namespace levelwind::planner
