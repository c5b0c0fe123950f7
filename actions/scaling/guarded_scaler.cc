#include "actions/scaling/guarded_scaler.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "base/text.h"

namespace levelwind::actions {
namespace {

/// Longer than any session timeout that brokers allow by default (group.max.session.timeout.ms is
/// 30 minutes): whoever is still a member then is alive.
constexpr Duration kSweepFor = std::chrono::minutes(30);

}  // namespace

Result<std::string> GuardedScaler::Guard(const ScalingDecision& decision) {
  LW_RETURN_IF_ERROR(CheckActionable(decision, clock_.WallNow()));
  if (may_act_) LW_RETURN_IF_ERROR(may_act_());
  if (dry_run_) return std::string();
  if (decision.desired == 0) {
    const Status saved = guard_.Save(decision.group);
    if (!saved.ok()) return saved.error().Wrap("not taken to zero, since offsets are not saved");
    return std::string();
  }
  if (decision.current != 0) return std::string();
  const auto restored = guard_.Restore(decision.group);
  if (!restored.ok()) {
    const ErrorCode code = restored.error().code();
    const bool harmless = code == ErrorCode::kNotFound || code == ErrorCode::kFailedPrecondition;
    if (harmless) return std::string();
    return restored.error().Wrap("not woken yet, since its offsets may have to be put back first");
  }
  for (const std::string& skipped : restored->skipped) {
    LW_WARN("autoscale", "group '{}': an offset is not put back: {}", EscapeControl(decision.group),
            skipped);
  }
  if (restored->put_back.empty()) return std::string();
  return fmt::format("; the offsets of {} partitions had expired and were put back",
                     restored->put_back.size());
}

Result<ScalingOutcome> GuardedScaler::Apply(const ScalingDecision& decision) {
  LW_ASSIGN_OR_RETURN(const std::string said, Guard(decision));
  auto outcome = inner_->Apply(decision);
  if (!outcome.ok()) return outcome;
  outcome->detail += said;
  Remember(decision, *outcome);
  return outcome;
}

void GuardedScaler::Remember(const ScalingDecision& decision, const ScalingOutcome& outcome) {
  if (outcome.state != "applied" || dry_run_ || !remove_) return;
  // Whatever was to be removed before: pods of those numbers may start now.
  shrunk_.erase(decision.group);
  const bool fewer = decision.desired < std::max(decision.current, outcome.from);
  if (fewer && decision.target.kind == "statefulset") {
    shrunk_[decision.group] = {decision, clock_.Now()};
  }
}

Result<WorkloadSighting> GuardedScaler::Observe(const ScalingTarget& target) {
  auto seen = inner_->Observe(target);
  if (!seen.ok()) return seen;
  std::erase_if(shrunk_, [&](const auto& one) {
    return one.second.decision.target == target && Sweep(one.second, *seen);
  });
  return seen;
}

bool GuardedScaler::Sweep(const Shrunk& shrunk, const WorkloadSighting& seen) {
  const ScalingDecision& decision = shrunk.decision;
  if (clock_.Now() - shrunk.at > kSweepFor) return true;
  if (IsKnown(seen.replicas) && seen.replicas != decision.desired) return true;  // somebody else
  if (!IsKnown(seen.pods) || seen.pods > decision.desired) return false;
  if (may_act_ && !may_act_().ok()) return false;
  const auto left = remove_(decision);
  if (!left.ok()) {
    LW_WARN("autoscale",
            "group '{}': static members of pods that are gone may still be in it, and their "
            "partitions wait for the session timeout: {}; tried again at the next look",
            EscapeControl(decision.group), left.error().ToString());
    return false;
  }
  if (*left > 0) {
    LW_INFO("autoscale", "group '{}': {} static members of pods that are gone were removed",
            EscapeControl(decision.group), *left);
  }
  return true;
}

}  // namespace levelwind::actions
