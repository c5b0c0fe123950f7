#include "daemon/planner_loop.h"

#include <chrono>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "planner/requested.h"

namespace levelwind::daemon {

Result<ProposalPtr> PlannerLoop::Plan(planner::PlannerOptions options, PlanRequest asked,
                                      Duration timeout) {
  if (snapshots_.Get() == nullptr) {
    return FailedPrecondition("no snapshot of the cluster yet; 'levelwind status' says why");
  }
  auto reply = std::make_shared<Reply<ProposalPtr>>();
  auto request = std::make_unique<Request>();
  request->options = std::move(options);
  request->asked = std::move(asked);
  request->reply = Reply<ProposalPtr>::Sender(reply);
  requests_.Push(std::move(request));
  return reply->Wait(timeout, "planning");
}

void PlannerLoop::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    auto request = requests_.Pop(stop, std::chrono::seconds(1));
    if (request) {
      (*request)->reply.Send(PlanNow((*request)->options, (*request)->asked));
    } else if (const auto check = checks_.Pop(stop, Duration::zero())) {
      CheckNow(**check);
    }
  }
}

void PlannerLoop::CheckGoals(planner::PlannerOptions options) {
  checks_.Push(std::make_unique<planner::PlannerOptions>(std::move(options)));
}

void PlannerLoop::CheckNow(const planner::PlannerOptions& options) {
  const SnapshotPtr snapshot = snapshots_.Get();
  if (snapshot == nullptr) return;
  auto plan = planner::PlanRequested(*snapshot, options, {});
  if (!plan.ok()) {
    LW_WARN("planner", "the goals cannot be judged: {}", plan.error().message());
    return;
  }
  plan->created_at = clock_.WallNow();
  goal_check_.Publish(std::make_shared<Proposal>(*std::move(plan)));
}

Result<ProposalPtr> PlannerLoop::PlanNow(const planner::PlannerOptions& options,
                                         const PlanRequest& asked) {
  const SnapshotPtr snapshot = snapshots_.Get();
  const SteadyTime began = clock_.Now();
  LW_ASSIGN_OR_RETURN(Proposal proposal, planner::PlanRequested(*snapshot, options, asked));
  proposal.created_at = clock_.WallNow();
  LW_INFO("planner", "planned in {} from snapshot {}: {}",
          HumanDuration(ToSeconds(clock_.Now() - began)), snapshot->sequence, proposal.summary);
  return book_.Add(std::move(proposal));
}

}  // namespace levelwind::daemon
