#include "model/scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace levelwind {
namespace {

constexpr std::array kModes{std::pair{ScalingMode::kObserve, std::string_view("observe")},
                            std::pair{ScalingMode::kRecommend, std::string_view("recommend")},
                            std::pair{ScalingMode::kAct, std::string_view("act")}};

/// Kinds of workloads that Kubernetes scales, and where their resource is.
struct KnownKind {
  std::string_view kind, group, version, plural;
};
constexpr std::array<KnownKind, 5> kKinds = {
    {{"deployment", "apps", "v1", "deployments"},
     {"statefulset", "apps", "v1", "statefulsets"},
     {"rollout", "argoproj.io", "v1alpha1", "rollouts"},
     {"kafkaconnector", "kafka.strimzi.io", "v1beta2", "kafkaconnectors"},
     {"kafkaconnect", "kafka.strimzi.io", "v1beta2", "kafkaconnects"}}};

}  // namespace

Result<ScalingTarget> ParseScalingTarget(std::string_view text) {
  const auto wrong = [&] {
    return InvalidArgument(fmt::format(
        "'{}' is no workload; write deployment/NAMESPACE/NAME (or statefulset, rollout, "
        "kafkaconnector, kafkaconnect), custom/GROUP/VERSION/PLURAL/NAMESPACE/NAME or "
        "webhook/KIND/NAME",
        EscapeControl(text)));
  };
  std::vector<std::string> parts;
  for (const std::string_view part : Split(text, '/')) parts.emplace_back(part);
  if (std::ranges::any_of(parts, &std::string::empty)) return wrong();
  if (parts.front() == "custom" && parts.size() == 6) {
    return ScalingTarget{parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]};
  }
  if (parts.size() != 3) return wrong();
  if (parts.front() == "webhook") return ScalingTarget{parts[1], {}, {}, {}, {}, parts[2]};
  const auto known = std::ranges::find(kKinds, parts.front(), &KnownKind::kind);
  if (known == kKinds.end()) return wrong();
  return ScalingTarget{parts[0],
                       std::string(known->group),
                       std::string(known->version),
                       std::string(known->plural),
                       parts[1],
                       parts[2]};
}

std::string_view ScalingModeName(ScalingMode mode) {
  for (const auto& [value, name] : kModes) {
    if (value == mode) return name;
  }
  return "observe";
}

std::optional<ScalingMode> ParseScalingMode(std::string_view name) {
  for (const auto& [value, known] : kModes) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::string_view ScalingReasonName(ScalingReason reason) {
  switch (reason) {
    case ScalingReason::kSteady:
      return "steady";
    case ScalingReason::kUpRate:
      return "up_rate";
    case ScalingReason::kUpLag:
      return "up_lag";
    case ScalingReason::kDownRate:
      return "down_rate";
    case ScalingReason::kDownWaiting:
      return "down_waiting";
    case ScalingReason::kPauseTooDear:
      return "pause_too_dear";
    case ScalingReason::kPartitionCeiling:
      return "partition_ceiling";
    case ScalingReason::kSkewCeiling:
      return "skew_ceiling";
    case ScalingReason::kUserLimit:
      return "user_limit";
    case ScalingReason::kRebalancing:
      return "rebalancing";
    case ScalingReason::kSettling:
      return "settling";
    case ScalingReason::kRollout:
      return "rollout";
    case ScalingReason::kNoTokens:
      return "no_tokens";
    case ScalingReason::kStuck:
      return "stuck";
    case ScalingReason::kStandstill:
      return "standstill";
    case ScalingReason::kDownstreamLimit:
      return "downstream_limit";
    case ScalingReason::kIdleToZero:
      return "idle_to_zero";
    case ScalingReason::kWake:
      return "wake";
    case ScalingReason::kUnknownHeld:
      return "unknown_held";
    case ScalingReason::kUnknownFallback:
      return "unknown_fallback";
    case ScalingReason::kLearning:
      return "learning";
    case ScalingReason::kLateMembers:
      return "late_members";
  }
  return "unknown_held";
}

const ScalingGroup* ScalingView::Find(std::string_view group) const {
  const auto found = std::ranges::lower_bound(
      groups, group, {}, [](const auto& one) { return std::string_view(one->decision.group); });
  return found != groups.end() && (*found)->decision.group == group ? found->get() : nullptr;
}

}  // namespace levelwind
