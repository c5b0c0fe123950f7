#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actions/scaling/kube_scaler.h"
#include "actions/scaling/offset_guard.h"
#include "actions/scaling/scaler.h"

namespace levelwind::actions {

/// A Scaler that takes no group to zero before its offsets are saved, and wakes none before those
/// that expired are put back. Same thread and errors as the one within; besides:
///   to zero: an Error when the offsets cannot be saved, and nothing is changed;
///   from zero: an Error when it cannot be told whether offsets were lost (a later try may), but
///   never because there is nothing saved or the group has members by now: they have a place.
class GuardedScaler final : public Scaler {
 public:
  /// `guard` must outlive this. `dry_run`: of the one within; nothing is saved or put back then.
  GuardedScaler(std::unique_ptr<Scaler> inner, OffsetGuard& guard, const Clock& clock,
                MayAct may_act, bool dry_run)
      : inner_(std::move(inner)),
        guard_(guard),
        clock_(clock),
        may_act_(std::move(may_act)),
        dry_run_(dry_run) {}

  Result<ScalingOutcome> Apply(const ScalingDecision& decision) override;
  Result<WorkloadSighting> Observe(const ScalingTarget& target) override {
    return inner_->Observe(target);
  }
  std::vector<std::pair<std::string, ScalingOutcome>> Step(SteadyTime now) override {
    return inner_->Step(now);
  }

 private:
  /// What is to be said about offsets that were put back; empty: none were.
  Result<std::string> Guard(const ScalingDecision& decision);

  const std::unique_ptr<Scaler> inner_;
  OffsetGuard& guard_;
  const Clock& clock_;
  const MayAct may_act_;
  const bool dry_run_;
};

}  // namespace levelwind::actions
