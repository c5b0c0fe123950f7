#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Groups with lag that commit nothing new, lost their members, or leave a partition to nobody.
/// Subject "group billing".
DetectorReport DetectStuckGroup(const DetectorInput& input);

}  // namespace levelwind::detectors
