#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <stop_token>

#include "base/bounded_queue.h"
#include "base/clock.h"
#include "base/published.h"
#include "base/result.h"
#include "daemon/proposal_book.h"
#include "daemon/reply.h"
#include "model/cluster_snapshot.h"
#include "model/plan_request.h"
#include "model/proposal.h"
#include "planner/planner_options.h"

namespace levelwind::daemon {

/// Runs the planner on its own thread, one plan at a time; of the waiting requests the newest wins,
/// and the one it replaces is told so.
class PlannerLoop {
 public:
  PlannerLoop(const Published<ClusterSnapshot>& snapshots, ProposalBook& book, const Clock& clock)
      : snapshots_(snapshots), book_(book), clock_(clock) {}

  /// Any thread: plans what was requested (planner/requested.h) from the newest snapshot and waits
  /// at most `timeout`. kFailedPrecondition while there is no snapshot.
  Result<ProposalPtr> Plan(planner::PlannerOptions options, PlanRequest asked, Duration timeout);

  /// The planner thread's body.
  void Run(std::stop_token stop);

 private:
  struct Request {
    planner::PlannerOptions options;
    PlanRequest asked;
    Reply<ProposalPtr>::Sender reply;
  };
  Result<ProposalPtr> PlanNow(const planner::PlannerOptions& options, const PlanRequest& asked);

  const Published<ClusterSnapshot>& snapshots_;
  ProposalBook& book_;
  const Clock& clock_;
  BoundedQueue<std::unique_ptr<Request>> requests_{1, Overflow::kDropOldest};
};

}  // namespace levelwind::daemon
