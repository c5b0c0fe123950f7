#include "actions/scaling/kube_scaler.h"

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/log.h"
#include "base/text.h"
#include "kafka/security/url.h"

namespace levelwind::actions {

Status CheckActionable(const ScalingDecision& decision, WallTime now) {
  const std::string what =
      fmt::format("decision {} on group '{}'", decision.number, EscapeControl(decision.group));
  if (decision.mode != ScalingMode::kAct) {
    return FailedPrecondition(fmt::format("{} is in mode {}, and only act is carried out", what,
                                          ScalingModeName(decision.mode)));
  }
  if (decision.stale || decision.desired < 0) {
    return FailedPrecondition(
        fmt::format("{} is held for want of data ({}); nothing is changed", what, decision.why));
  }
  if (now > decision.expires_at) {
    return FailedPrecondition(fmt::format("{} was good until {}; the next one is waited for", what,
                                          FormatTime(decision.expires_at)));
  }
  const bool below = decision.desired < decision.min_members;
  const bool above = decision.max_members >= 0 && decision.desired > decision.max_members;
  if (below || above) {
    return InvalidArgument(fmt::format("{} wants {} members, which is not from {} to {}", what,
                                       decision.desired, decision.min_members,
                                       decision.max_members));
  }
  return Ok();
}

KubeScaler::KubeScaler(KubeScalerOptions options, KubeClient& client, ActionLog& log,
                       const Clock& clock, MayAct may_act)
    : options_(options), client_(client), log_(log), clock_(clock), may_act_(std::move(may_act)) {}

ScalingOutcome KubeScaler::OutcomeOf(const ScalingDecision& decision, const char* state,
                                     std::string detail) const {
  return {decision.number, clock_.WallNow(), kUnknownCount, decision.desired,
          state,           std::move(detail)};
}

Result<std::string> KubeScaler::FindWriterIn(const std::string& path, const std::string& kind,
                                             const ScalingTarget& target) {
  std::string next;
  do {
    const std::string page =
        next.empty() ? "?limit=500" : "?limit=500&continue=" + kafka::UrlEncoded(next);
    LW_ASSIGN_OR_RETURN(const KubeAnswer answer, client_.Get(path + page));
    if (answer.status == 404) return std::string();  // no such resource in this cluster
    if (!answer.ok()) {
      return KubeError(
          answer, fmt::format("looking for a {} that also scales {}", kind, TargetText(target)));
    }
    LW_ASSIGN_OR_RETURN(std::string writer, FindWriter(answer.body, kind, target, next));
    if (!writer.empty()) return writer;
  } while (!next.empty());
  return std::string();
}

Status KubeScaler::CheckOneWriter(const ScalingTarget& target) {
  const std::pair<std::string, const char*> lists[] = {
      {fmt::format("/apis/keda.sh/v1alpha1/namespaces/{}/scaledobjects", target.name_space),
       "ScaledObject"},
      {fmt::format("/apis/autoscaling/v2/namespaces/{}/horizontalpodautoscalers",
                   target.name_space),
       "HorizontalPodAutoscaler"}};
  for (const auto& [path, kind] : lists) {
    LW_ASSIGN_OR_RETURN(const std::string writer, FindWriterIn(path, kind, target));
    if (writer.empty()) continue;
    return FailedPrecondition(fmt::format(
        "{} also scales {}, and two writers would fight; delete it, or set the group's mode to "
        "recommend and let it ask us",
        writer, TargetText(target)));
  }
  return Ok();
}

Result<ScaleState> KubeScaler::ReadScale(const ScalingTarget& target) {
  LW_ASSIGN_OR_RETURN(const KubeAnswer answer, client_.Get(ScalePath(target)));
  if (!answer.ok()) return KubeError(answer, "reading the scale of " + TargetText(target));
  return ParseScale(answer.body, target);
}

Result<WorkloadSighting> KubeScaler::Observe(const ScalingTarget& asked) {
  LW_ASSIGN_OR_RETURN(const ScalingTarget target, CompleteTarget(asked));
  LW_ASSIGN_OR_RETURN(const KubeAnswer answer, client_.Get(ObjectPath(target)));
  if (!answer.ok()) return KubeError(answer, "reading " + TargetText(target));
  LW_ASSIGN_OR_RETURN(WorkloadSighting seen, ParseWorkload(answer.body, target));
  if (seen.replicas == kUnknownCount) {
    // A custom resource keeps the number where only its /scale knows.
    LW_ASSIGN_OR_RETURN(const ScaleState scale, ReadScale(target));
    seen.replicas = scale.replicas;
  }
  return seen;
}

Status KubeScaler::CheckDecision(const ScalingDecision& decision) const {
  LW_RETURN_IF_ERROR(CheckActionable(decision, clock_.WallNow()));
  return may_act_ ? may_act_() : Ok();
}

Result<ScalingOutcome> KubeScaler::Apply(const ScalingDecision& decision) {
  LW_RETURN_IF_ERROR(CheckDecision(decision));
  LW_ASSIGN_OR_RETURN(const ScalingTarget target, CompleteTarget(decision.target));
  const std::pair order{decision.epoch, decision.number};
  const auto last = last_.find(ScalePath(target));
  if (last != last_.end() && order < last->second) {
    return OutcomeOf(decision, "superseded",
                     fmt::format("decision {} of epoch {} was carried out already",
                                 last->second.second, last->second.first));
  }
  LW_RETURN_IF_ERROR(CheckOneWriter(target));
  LW_ASSIGN_OR_RETURN(const WorkloadSighting seen, Observe(target));
  if (seen.rollout) {
    return FailedPrecondition(fmt::format("{} is being rolled out ({}); held until that is over",
                                          TargetText(target), seen.rollout_why));
  }
  LW_ASSIGN_OR_RETURN(ScaleState read, ReadScale(target));
  auto outcome = Write(decision, target, std::move(read));
  if (outcome.ok() && outcome->state != "dry_run") last_[ScalePath(target)] = order;
  return outcome;
}

Result<ScalingOutcome> KubeScaler::Write(const ScalingDecision& decision,
                                         const ScalingTarget& target, ScaleState read) {
  const std::int64_t from = read.replicas;
  const std::string path =
      ScalePath(target) + "?fieldManager=levelwind" + (options_.dry_run ? "&dryRun=All" : "");
  for (std::int32_t tries = 1;; ++tries) {
    ScalingOutcome outcome =
        OutcomeOf(decision, "applied", fmt::format("{} has {} replicas", TargetText(target), from));
    outcome.from = from;
    if (read.replicas == decision.desired) return outcome;
    LW_RETURN_IF_ERROR(CheckDecision(decision));
    JsonWriter patch;
    patch.BeginObject().Key("metadata").BeginObject();
    patch.Field("resourceVersion", read.resource_version).EndObject().Key("spec").BeginObject();
    patch.Field("replicas", decision.desired).EndObject().EndObject();
    LW_ASSIGN_OR_RETURN(
        store::AuditRecord row,
        log_.Intend(ScalingOperation(decision.group, decision.number), "kubernetes PATCH scale",
                    fmt::format("{}: {} -> {}{}", TargetText(target), from, decision.desired,
                                options_.dry_run ? " (dry run)" : "")));
    const auto answer = client_.MergePatch(path, patch.Take());
    const bool good = answer.ok() && answer->ok();
    const std::string doing =
        fmt::format("scaling {} from {} to {}", TargetText(target), from, decision.desired);
    const Error error = good          ? Internal("")
                        : answer.ok() ? KubeError(*answer, doing)
                                      : answer.error().Wrap(doing);
    log_.Done(std::move(row), good ? "ok" : error.ToString());
    if (good) {
      outcome.state = options_.dry_run ? "dry_run" : "applied";
      outcome.detail = fmt::format("{}: {} -> {}", TargetText(target), from, decision.desired);
      return outcome;
    }
    if (error.code() == ErrorCode::kInvalidArgument) {
      outcome.state = "refused";
      outcome.detail = error.message();
      return outcome;
    }
    if (error.code() != ErrorCode::kAborted) return error;
    LW_ASSIGN_OR_RETURN(read, ReadScale(target));
    if (read.replicas != from && read.replicas != decision.desired) {
      outcome.state = "superseded";
      outcome.detail = fmt::format("{} was set to {} replicas by somebody else meanwhile",
                                   TargetText(target), read.replicas);
      return outcome;
    }
    if (tries >= options_.conflict_tries) return error;
  }
}

}  // namespace levelwind::actions
