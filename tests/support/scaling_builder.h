#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/scaling.h"

namespace levelwind::testing {

/// A decision that may be acted on at `now`, with every figure known.
inline ScalingDecision SomeDecision(std::string group, std::int64_t current, std::int64_t desired,
                                    WallTime now, ScalingMode mode = ScalingMode::kRecommend) {
  ScalingDecision decision;
  decision.number = 1841;
  decision.epoch = 3;
  decision.group = std::move(group);
  decision.mode = mode;
  decision.at = now;
  decision.expires_at = {now.unix_ms + 60'000};
  decision.current = current;
  decision.desired = desired;
  decision.active = desired > 0;
  decision.reason = ScalingReason::kUpRate;
  decision.why = "41230 records/s need 7 members at 70 % of 7900/s";
  decision.target = {"deployment", "apps", "v1", "deployments", "shop", "orders"};
  decision.partition_ceiling = 24;
  decision.skew_ceiling = 11;
  decision.min_members = 1;
  decision.max_members = 24;
  decision.arrival_per_s = 41230.5;
  decision.capacity_per_s = 7900;
  decision.lag = 120034;
  decision.time_lag_s = 3.2;
  return decision;
}

inline std::shared_ptr<const ScalingView> ViewOf(std::vector<ScalingDecision> decisions,
                                                 WallTime now, std::string cluster = "prod") {
  auto view = std::make_shared<ScalingView>();
  view->cluster = std::move(cluster);
  view->at = now;
  std::ranges::sort(decisions, {}, &ScalingDecision::group);
  for (ScalingDecision& decision : decisions) {
    auto group = std::make_shared<ScalingGroup>();
    group->decision = std::move(decision);
    view->groups.push_back(std::move(group));
  }
  return view;
}

}  // namespace levelwind::testing
