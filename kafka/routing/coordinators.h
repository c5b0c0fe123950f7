#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "kafka/errors.h"
#include "kafka/routing/caller.h"

namespace levelwind::kafka {

/// Groups (or transactional ids) by the broker that coordinates them, and the code of those for
/// which none was found.
struct Coordinators {
  using ByBroker = std::map<BrokerId, std::vector<std::string>>;
  ByBroker groups;
  std::map<std::string, std::int16_t> errors;
};

/// Looks the coordinators up: from the cache, and for the rest with one batched FindCoordinator
/// (one request a group before Kafka 3.0). Fails only when no broker can be asked.
Result<Coordinators> FindCoordinators(Caller& caller, const std::vector<std::string>& groups,
                                      SteadyTime deadline,
                                      CoordinatorKind kind = CoordinatorKind::kGroup);

/// Runs `ask` with the groups of each round until none is left to try again: `ask` sends the
/// requests and returns the groups whose answer was a passing error (their coordinators are
/// forgotten then). `unresolved` is told each group that has no coordinator, with Kafka's code.
template <class Ask, class Unresolved>
Status WithCoordinators(Caller& caller, std::vector<std::string> groups, SteadyTime deadline,
                        Ask ask, Unresolved unresolved,
                        CoordinatorKind kind = CoordinatorKind::kGroup) {
  constexpr int kRounds = 4;
  for (int round = 0; !groups.empty() && round < kRounds; ++round) {
    if (round > 0 && !caller.BackOff(round - 1, deadline)) break;
    LW_ASSIGN_OR_RETURN(const Coordinators found, FindCoordinators(caller, groups, deadline, kind));
    LW_ASSIGN_OR_RETURN(groups, ask(found.groups));
    for (const auto& [group, code] : found.errors) {
      unresolved(group, code);
      if (RetryOf(code) != Retry::kFinal) groups.push_back(group);
    }
    for (const std::string& group : groups) caller.router().ForgetCoordinator(group, kind);
  }
  return Ok();
}

}  // namespace levelwind::kafka
