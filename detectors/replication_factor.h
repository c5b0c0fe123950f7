#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Topics with fewer replicas than wanted, or than min.insync.replicas + 1. Subject "topics below 3
/// replicas".
DetectorReport DetectReplicationFactor(const DetectorInput& input);

}  // namespace levelwind::detectors
