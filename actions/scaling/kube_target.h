#pragma once

#include <string>

#include "actions/scaling/scaler.h"
#include "base/result.h"
#include "model/scaling.h"

namespace levelwind::actions {

/// Fills in group, version and plural of the kinds that are known: deployment, statefulset (apps),
/// rollout (Argo), kafkaconnector (Strimzi); "custom" brings its own. kInvalidArgument: a kind,
/// name or namespace that cannot be; names are checked, so that paths can be made of them. Pure.
Result<ScalingTarget> CompleteTarget(ScalingTarget target);

/// "/apis/apps/v1/namespaces/shop/deployments/orders". Of a target that CompleteTarget gave.
std::string ObjectPath(const ScalingTarget& target);
/// The same with "/scale".
std::string ScalePath(const ScalingTarget& target);
/// "Deployment shop/orders", for people.
std::string TargetText(const ScalingTarget& target);

/// What `/scale` says.
struct ScaleState {
  std::int64_t replicas = 0;  ///< Wanted; a field that is absent stands for 0.
  std::string resource_version;
};
Result<ScaleState> ParseScale(const std::string& json, const ScalingTarget& target);

/// Replicas, ready ones and whether a new version is being rolled out, of the whole object:
/// observedGeneration behind generation (not told yet), updatedReplicas behind replicas
/// (Deployment; StatefulSet while its revisions differ), stableRS other than currentPodHash (Argo).
Result<WorkloadSighting> ParseWorkload(const std::string& json, const ScalingTarget& target);

/// Who else writes the replicas of `target`: "HorizontalPodAutoscaler shop/orders-hpa", out of one
/// page of a list of HPAs or ScaledObjects; empty: nobody on this page. `next` is the token of the
/// next page, empty at the end.
Result<std::string> FindWriter(const std::string& json, const std::string& kind,
                               const ScalingTarget& target, std::string& next);

}  // namespace levelwind::actions
