#pragma once

// How many members a load needs, given who would get which partition.

#include <cstdint>
#include <span>
#include <vector>

#include "model/measure.h"
#include "planner/autoscale/assignors.h"

namespace levelwind::planner {

/// How full members may be, as shares of what one can do.
struct Fullness {
  double mean = 0.75;  ///< Of all members together.
  double most = 0.92;  ///< Of the fullest one.
};

/// The load of the fullest member for every number of members, under one assignor. Each is worked
/// out once, when it is first asked for. Lives for one decision.
class LoadTable {
 public:
  /// `loads` are records/s of each partition. `owners` and `sizes` as in Dealing. `shared`: a share
  /// group, whose members share every partition. The spans must outlive the table.
  LoadTable(AssignorKind kind, std::span<const std::int32_t> sizes,
            std::span<const std::int32_t> owners, std::span<const double> loads, bool shared);

  double total() const { return total_; }
  double largest_partition() const { return largest_; }
  std::int32_t most_useful() const { return most_useful_; }
  /// Load of the fullest member of `members`.
  double Fullest(std::int32_t members);
  /// Fewest members, at most most_useful(), for which no member is fuller than asked for; 0 when
  /// there is no load. `capacity` is one member's.
  /// Not fewer than `from`, that limit aside: with fewer members a dealing may come out better than
  /// with more, and whether the present one does is what Fits tells.
  std::int32_t Needed(double capacity, const Fullness& fullness, std::int32_t from = 1);
  /// Whether no member is fuller than asked for with just so many of them.
  bool Fits(std::int32_t members, double capacity, const Fullness& fullness);
  /// Fewest members at which the fullest one carries hardly more than the largest partition: more
  /// of them cannot relieve it. Unknown when the largest partition is no more than `capacity`.
  std::int32_t SkewCeiling(double capacity);
  std::int64_t evaluations() const { return evaluations_; }

 private:
  /// What the fullest member may carry.
  double Allowed(double capacity, const Fullness& fullness) const;

  AssignorKind kind_;
  std::span<const std::int32_t> sizes_, owners_;
  std::span<const double> loads_;
  bool shared_;
  double total_ = 0, largest_ = 0;
  std::int32_t most_useful_ = 0;
  std::vector<double> fullest_;  // by members; < 0: not worked out yet
  std::int64_t evaluations_ = 0;
};

}  // namespace levelwind::planner
