#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Groups whose next records are about to be deleted, or were. Subject "group billing".
DetectorReport DetectRetentionLoss(const DetectorInput& input);

}  // namespace levelwind::detectors
