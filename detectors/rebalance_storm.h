#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Groups that keep rebalancing, and what it most likely comes from. Subject "group billing".
DetectorReport DetectRebalanceStorm(const DetectorInput& input);

}  // namespace levelwind::detectors
