#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// A broker's latencies or queue far above its own past, or its request handlers busy as never.
/// After Cruise Control's percentile finder. Subject "broker 1 log flush 99.9th".
DetectorReport DetectMetricAnomaly(const DetectorInput& input);

}  // namespace levelwind::detectors
