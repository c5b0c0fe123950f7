#include "actions/scaling/kube_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "actions/scaling/kube_client.h"
#include "actions/scaling/kube_json.h"
#include "base/text.h"

namespace levelwind::actions {
namespace {

using Json = nlohmann::json;

struct Kind {
  std::string_view kind, group, version, plural, name;
};
// Argo Rollouts: pkg/apis/rollouts/v1alpha1; Strimzi: the KafkaConnector definition, whose scale is
// spec.tasksMax.
constexpr Kind kKinds[] = {
    {"deployment", "apps", "v1", "deployments", "Deployment"},
    {"statefulset", "apps", "v1", "statefulsets", "StatefulSet"},
    {"rollout", "argoproj.io", "v1alpha1", "rollouts", "Rollout"},
    {"kafkaconnector", "kafka.strimzi.io", "v1beta2", "kafkaconnectors", "KafkaConnector"},
};

const Kind* FindKind(std::string_view kind) {
  const auto* const found = std::ranges::find(kKinds, kind, &Kind::kind);
  return found == std::end(kKinds) ? nullptr : found;
}

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return text;
}

Result<Json> ParseObject(const std::string& text, const std::string& of) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Unavailable(of + ": the API server's answer is no JSON object");
  return json;
}

std::int64_t Number(const Json& json, const char* key, std::int64_t otherwise) {
  const Json& value = At(json, key);
  return value.is_number_integer() ? value.get<std::int64_t>() : otherwise;
}

void JudgeRollout(const Json& object, const ScalingTarget& target, WorkloadSighting& seen) {
  const Json& status = At(object, "status");
  const std::int64_t generation = Number(At(object, "metadata"), "generation", kUnknownCount);
  std::int64_t observed = Number(status, "observedGeneration", kUnknownCount);
  if (target.kind == "rollout" && observed == kUnknownCount) {
    // Argo writes it as text.
    const std::string text = Text(status, "observedGeneration");
    if (text == std::to_string(generation)) observed = generation;
  }
  const bool tells = target.kind != "custom" || observed != kUnknownCount;
  if (tells && generation != kUnknownCount && observed < generation) {
    seen.rollout = true;
    seen.rollout_why = fmt::format("its controller has not seen generation {} yet", generation);
    return;
  }
  if (target.kind == "rollout") {
    const std::string stable = Text(status, "stableRS"), now = Text(status, "currentPodHash");
    if (!stable.empty() && !now.empty() && stable != now) {
      seen.rollout = true;
      seen.rollout_why = fmt::format("version {} is taking over from {}", now, stable);
    }
    return;
  }
  const std::int64_t have = Number(status, "replicas", 0);
  const std::int64_t updated = Number(status, "updatedReplicas", 0);
  const bool stateful = target.kind == "statefulset";
  const bool changing =
      stateful ? Text(status, "currentRevision") != Text(status, "updateRevision") : true;
  if ((stateful || target.kind == "deployment") && changing && updated < have) {
    seen.rollout = true;
    seen.rollout_why = fmt::format("{} of {} replicas are of the new version", updated, have);
  }
}

/// Another text: its pods run something else, which may do more or less.
std::string RevisionOf(const Json& object, const std::string& kind) {
  const Json& status = At(object, "status");
  if (kind == "statefulset") return Text(status, "currentRevision");
  if (kind == "rollout") return Text(status, "currentPodHash");
  const Json& notes = At(At(object, "metadata"), "annotations");
  return kind == "deployment" ? Text(notes, "deployment.kubernetes.io/revision") : "";
}

bool Targets(const Json& ref, const ScalingTarget& target) {
  if (Text(ref, "name") != target.name) return false;
  std::string version = Text(ref, "apiVersion"), kind = Lower(Text(ref, "kind"));
  if (version.empty()) version = "apps/v1";  // what KEDA takes for nothing
  if (kind.empty()) kind = "deployment";
  const std::string group = version.substr(0, version.find('/'));
  if (group != target.api_group) return false;
  // A custom resource's kind is not known, only its plural: the same group and name is enough.
  return FindKind(target.kind) == nullptr || kind == target.kind;
}

}  // namespace

Result<ScalingTarget> CompleteTarget(ScalingTarget target) {
  const Kind* const kind = FindKind(target.kind);
  if (kind == nullptr && target.kind != "custom") {
    return InvalidArgument(fmt::format(
        "'{}' is no kind that is scaled by /scale; there are deployment, statefulset, rollout, "
        "kafkaconnector and custom",
        EscapeControl(target.kind)));
  }
  if (kind != nullptr) {
    if (target.api_group.empty()) target.api_group = kind->group;
    if (target.api_version.empty()) target.api_version = kind->version;
    if (target.plural.empty()) target.plural = kind->plural;
  }
  const std::pair<const char*, const std::string*> parts[] = {{"group", &target.api_group},
                                                              {"version", &target.api_version},
                                                              {"plural", &target.plural},
                                                              {"namespace", &target.name_space},
                                                              {"name", &target.name}};
  for (const auto& [what, value] : parts) {
    if (IsKubeName(*value)) continue;
    return InvalidArgument(
        fmt::format("'{}' is not a {} in Kubernetes (small letters, digits, '-' "
                    "and '.')",
                    EscapeControl(*value), what));
  }
  return target;
}

std::string ObjectPath(const ScalingTarget& target) {
  return fmt::format("/apis/{}/{}/namespaces/{}/{}/{}", target.api_group, target.api_version,
                     target.name_space, target.plural, target.name);
}
std::string ScalePath(const ScalingTarget& target) { return ObjectPath(target) + "/scale"; }

std::string TargetText(const ScalingTarget& target) {
  const Kind* const kind = FindKind(target.kind);
  const std::string what = kind == nullptr ? fmt::format("{}.{}", target.plural, target.api_group)
                                           : std::string(kind->name);
  return fmt::format("{} {}/{}", what, target.name_space, target.name);
}

Result<ScaleState> ParseScale(const std::string& json, const ScalingTarget& target) {
  LW_ASSIGN_OR_RETURN(const Json scale, ParseObject(json, TargetText(target)));
  const Json& spec = At(scale, "spec");
  ScaleState state;
  state.resource_version = Text(At(scale, "metadata"), "resourceVersion");
  const Json& replicas = At(spec, "replicas");
  const bool odd = Text(scale, "kind") != "Scale" || state.resource_version.empty() ||
                   (!replicas.is_null() && !replicas.is_number_integer());
  if (odd) return Unavailable(TargetText(target) + ": what came is no Scale with a version");
  state.replicas = Number(spec, "replicas", 0);
  return state;
}

Result<WorkloadSighting> ParseWorkload(const std::string& json, const ScalingTarget& target) {
  LW_ASSIGN_OR_RETURN(const Json object, ParseObject(json, TargetText(target)));
  WorkloadSighting seen;
  const bool connector = target.kind == "kafkaconnector";
  const bool pods =
      target.kind == "deployment" || target.kind == "statefulset" || target.kind == "rollout";
  const Json& spec = At(object, "spec");
  seen.replicas = Number(spec, connector ? "tasksMax" : "replicas", pods ? 1 : kUnknownCount);
  const Json& status = At(object, "status");
  // Left out while it is zero, where pods are counted at all.
  const bool counted = pods && status.is_object();
  seen.ready = Number(status, "readyReplicas", counted ? 0 : kUnknownCount);
  seen.pods = Number(status, "replicas", counted ? 0 : kUnknownCount);
  JudgeRollout(object, target, seen);
  if (!seen.rollout) seen.revision = RevisionOf(object, target.kind);
  return seen;
}

Result<std::string> FindWriter(const std::string& json, const std::string& kind,
                               const ScalingTarget& target, std::string& next) {
  LW_ASSIGN_OR_RETURN(const Json list, ParseObject(json, "list of " + kind));
  const Json& items = At(list, "items");
  if (!items.is_array()) return Unavailable("list of " + kind + ": what came is no list");
  next = Text(At(list, "metadata"), "continue");
  for (const Json& item : items) {
    if (!Targets(At(At(item, "spec"), "scaleTargetRef"), target)) continue;
    return fmt::format("{} {}/{}", kind, target.name_space,
                       EscapeControl(Text(At(item, "metadata"), "name")));
  }
  return std::string();
}

}  // namespace levelwind::actions
