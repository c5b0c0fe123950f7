#include "model/scaling.h"

#include <algorithm>
#include <array>
#include <utility>

namespace levelwind {
namespace {

constexpr std::array kModes{std::pair{ScalingMode::kObserve, std::string_view("observe")},
                            std::pair{ScalingMode::kRecommend, std::string_view("recommend")},
                            std::pair{ScalingMode::kAct, std::string_view("act")}};

}  // namespace

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
  }
  return "unknown_held";
}

const ScalingGroup* ScalingView::Find(std::string_view group) const {
  const auto found = std::ranges::lower_bound(
      groups, group, {}, [](const auto& one) { return std::string_view(one->decision.group); });
  return found != groups.end() && (*found)->decision.group == group ? found->get() : nullptr;
}

}  // namespace levelwind
