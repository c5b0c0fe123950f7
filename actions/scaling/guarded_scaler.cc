#include "actions/scaling/guarded_scaler.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"

namespace levelwind::actions {

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
  if (outcome.ok()) outcome->detail += said;
  return outcome;
}

}  // namespace levelwind::actions
