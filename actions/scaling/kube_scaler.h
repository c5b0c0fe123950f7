#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "actions/scaling/action_log.h"
#include "actions/scaling/kube_client.h"
#include "actions/scaling/kube_target.h"
#include "actions/scaling/scaler.h"
#include "actions/scaling/scaling_options.h"

namespace levelwind::actions {

/// Whether we may act right now, asked before each changing request: a lease that we hold. An error
/// says why not.
using MayAct = std::function<Status()>;

/// Writes `/scale` of a workload in Kubernetes by itself, without an HPA between. One thread.
///
/// Before each change: nobody else writes the replicas (no HPA, no ScaledObject of KEDA names the
/// workload: two writers would fight), no rollout is in progress, `/scale` is read, and MayAct is
/// asked. The change is a merge patch that names the version that was read, so that a change of
/// somebody else's meanwhile is a 409: then it is read again, and sent again only if the replicas
/// are still what they were (other fields changed), else the decision is superseded.
class KubeScaler final : public Scaler {
 public:
  /// `client`, `log` and `clock` must outlive this.
  KubeScaler(KubeScalerOptions options, KubeClient& client, ActionLog& log, const Clock& clock,
             MayAct may_act);

  Result<ScalingOutcome> Apply(const ScalingDecision& decision) override;
  Result<WorkloadSighting> Observe(const ScalingTarget& target) override;

  /// kFailedPrecondition names the HPA or ScaledObject that writes the replicas of `target`;
  /// others: it cannot be told, and then nothing must be changed. KEDA's resource may be absent.
  Status CheckOneWriter(const ScalingTarget& target);

 private:
  Status CheckDecision(const ScalingDecision& decision) const;
  Result<std::string> FindWriterIn(const std::string& path, const std::string& kind,
                                   const ScalingTarget& target);
  Result<ScaleState> ReadScale(const ScalingTarget& target);
  Result<ScalingOutcome> Write(const ScalingDecision& decision, const ScalingTarget& target,
                               ScaleState read);
  ScalingOutcome OutcomeOf(const ScalingDecision& decision, const char* state,
                           std::string detail) const;

  const KubeScalerOptions options_;
  KubeClient& client_;
  ActionLog& log_;
  const Clock& clock_;
  const MayAct may_act_;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> last_;  // path -> epoch, number
};

/// Whether a decision may be carried out at all: its mode, what it knows, its time, its bounds.
Status CheckActionable(const ScalingDecision& decision, WallTime now);

}  // namespace levelwind::actions
