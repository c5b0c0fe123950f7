#include "planner/goals/goal.h"

namespace levelwind::planner {

std::string Goal::Note(const Placement& end, const GoalTally& /*after*/) const {
  const std::string reason = NotJudged(end);
  return reason.empty() ? "" : "not judged: " + reason;
}

}  // namespace levelwind::planner
