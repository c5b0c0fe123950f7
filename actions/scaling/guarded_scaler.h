#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actions/scaling/kube_scaler.h"
#include "actions/scaling/offset_guard.h"
#include "actions/scaling/scaler.h"

namespace levelwind::actions {

/// Removes static members whose pods are gone after `decision` was carried out; how many left.
using RemoveMembers = std::function<Result<std::size_t>(const ScalingDecision& decision)>;

/// A Scaler that takes no group to zero before its offsets are saved, wakes none before those that
/// expired are put back, and has a StatefulSet's static members removed when a look shows that the
/// pods they ran in are gone. Same thread and errors as the one within; besides:
///   to zero: an Error when the offsets cannot be saved, and nothing is changed;
///   from zero: an Error when it cannot be told whether offsets were lost (a later try may), but
///   never because there is nothing saved or the group has members by now: they have a place.
class GuardedScaler final : public Scaler {
 public:
  /// `guard` must outlive this. `dry_run`: of the one within; nothing is saved, put back or removed
  /// then. `remove`: null: members are left to their session timeout.
  GuardedScaler(std::unique_ptr<Scaler> inner, OffsetGuard& guard, const Clock& clock,
                MayAct may_act, bool dry_run, RemoveMembers remove = nullptr)
      : inner_(std::move(inner)),
        guard_(guard),
        clock_(clock),
        may_act_(std::move(may_act)),
        dry_run_(dry_run),
        remove_(std::move(remove)) {}

  Result<ScalingOutcome> Apply(const ScalingDecision& decision) override;
  Result<WorkloadSighting> Observe(const ScalingTarget& target) override;
  std::vector<std::pair<std::string, ScalingOutcome>> Step(SteadyTime now) override {
    return inner_->Step(now);
  }

 private:
  struct Shrunk {
    ScalingDecision decision;
    SteadyTime at{};
  };

  /// What is to be said about offsets that were put back; empty: none were.
  Result<std::string> Guard(const ScalingDecision& decision);
  void Remember(const ScalingDecision& decision, const ScalingOutcome& outcome);
  /// Whether there is nothing left to do about it.
  bool Sweep(const Shrunk& shrunk, const WorkloadSighting& seen);

  const std::unique_ptr<Scaler> inner_;
  OffsetGuard& guard_;
  const Clock& clock_;
  const MayAct may_act_;
  const bool dry_run_;
  const RemoveMembers remove_;
  std::map<std::string, Shrunk> shrunk_;  // by group
};

}  // namespace levelwind::actions
