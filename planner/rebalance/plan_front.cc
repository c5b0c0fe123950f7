#include "planner/rebalance/plan_front.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "planner/rebalance/planning.h"

namespace levelwind::planner {

Result<std::vector<Proposal>> PlanFront(const ClusterSnapshot& snapshot,
                                        const PlannerOptions& options,
                                        std::span<const double> shares) {
  LW_ASSIGN_OR_RETURN(const Whole whole, PlanWhole(snapshot, options));
  std::vector<Proposal> front;
  for (const double share : shares) {
    if (share >= 1) {
      front.push_back(whole.proposal);
      continue;
    }
    PlannerOptions limited = options;
    limited.max_bytes = static_cast<std::int64_t>(
        std::floor(std::max(0.0, share) * static_cast<double>(whole.proposal.bytes_to_move)));
    // A relief of fewer bytes is another choice of replicas, not a part of the whole one.
    const bool anew = whole.prepared.relief.has_value();
    LW_ASSIGN_OR_RETURN(Proposal part,
                        Finish(snapshot, limited, whole.prepared,
                               anew ? Search(whole.prepared, limited) : whole.solution));
    front.push_back(std::move(part));
  }
  return front;
}

}  // namespace levelwind::planner
