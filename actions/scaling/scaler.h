#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/scaling.h"

namespace levelwind::actions {

/// What a workload shows of itself.
struct WorkloadSighting {
  std::int64_t replicas = kUnknownCount;  ///< Wanted by its specification.
  std::int64_t ready = kUnknownCount;
  std::int64_t pods = kUnknownCount;  ///< There are, those that are ending too.
  bool rollout = false;     ///< A new version is being rolled out, or that cannot be told yet.
  std::string rollout_why;  ///< "3 of 5 replicas are of the new version"
  std::string revision;     ///< Of what its pods run. Empty: not told, or a rollout is under way.
};

/// Carries decisions out on one kind of workload: Kubernetes' /scale or a webhook. Calls block for
/// as long as the other side takes, at most some of its timeouts; one thread at a time.
class Scaler {
 public:
  virtual ~Scaler() = default;

  /// Makes the workload have `decision.desired` members. What the other side says is an outcome; an
  /// Error is for what kept us from asking: kPermissionDenied (we may not act: no lease, no right),
  /// kFailedPrecondition (another writer, a rollout in progress, a decision that is stale or not to
  /// be acted on), kUnavailable (try the next decision), kInvalidArgument (a target that cannot
  /// be). Nothing was changed then. States of the outcome:
  ///   applied     the workload's specification has the number now, or had it
  ///   sent        told, without an answer that settles it; Step goes on
  ///   superseded  somebody changed the workload, or a newer decision is out: decide anew
  ///   refused     the other side says no: a person has to look
  ///   failed      given up; the next decision carries the whole truth
  ///   dry_run     it would be taken; nothing was changed
  virtual Result<ScalingOutcome> Apply(const ScalingDecision& decision) = 0;

  /// kUnimplemented where the other side cannot be asked: count the group's members then.
  virtual Result<WorkloadSighting> Observe(const ScalingTarget& target) = 0;

  /// What became, since the last call, of decisions whose Apply said "sent": (group, outcome).
  virtual std::vector<std::pair<std::string, ScalingOutcome>> Step(SteadyTime) { return {}; }
};

}  // namespace levelwind::actions
