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

  /// Any thread, and returns at once: as soon as nobody waits for a plan, one is made that levels
  /// the cluster, for its goals' verdicts. It is not numbered, kept or applied.
  void CheckGoals(planner::PlannerOptions options);
  /// The newest one; null: none was made yet. Any thread.
  ProposalPtr goal_check() const { return goal_check_.Get(); }

  /// The planner thread's body.
  void Run(std::stop_token stop);

 private:
  struct Request {
    planner::PlannerOptions options;
    PlanRequest asked;
    Reply<ProposalPtr>::Sender reply;
  };
  void CheckNow(const planner::PlannerOptions& options);
  Result<ProposalPtr> PlanNow(const planner::PlannerOptions& options, const PlanRequest& asked);

  const Published<ClusterSnapshot>& snapshots_;
  ProposalBook& book_;
  const Clock& clock_;
  BoundedQueue<std::unique_ptr<Request>> requests_{1, Overflow::kDropOldest};
  BoundedQueue<std::unique_ptr<planner::PlannerOptions>> checks_{1, Overflow::kDropOldest};
  Published<Proposal> goal_check_;
};

}  // namespace levelwind::daemon
