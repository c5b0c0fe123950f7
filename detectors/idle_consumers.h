#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Groups with more members than partitions to read. Subject "group billing".
DetectorReport DetectIdleConsumers(const DetectorInput& input);

}  // namespace levelwind::detectors
