#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Brokers whose disks answer slowly for what they take in, against their own past and against the
/// others. After Cruise Control's slow broker finder, but that the score comes from the kept steps
/// and not from a counter. First leadership is to go, then the replicas. Subject "broker 1".
DetectorReport DetectSlowBroker(const DetectorInput& input);

}  // namespace levelwind::detectors
