#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Serving brokers with (almost) no replicas: just added, or forgotten. Subject "broker N".
DetectorReport DetectEmptyBroker(const DetectorInput& input);

}  // namespace levelwind::detectors
