#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Goals that the newest levelling plan found violated before it: hard ones at all, others by more
/// than detect.goal_violation_cost. Subject: the goal.
DetectorReport DetectGoalViolation(const DetectorInput& input);

}  // namespace levelwind::detectors
