#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Brokers that are not registered (or fenced) and still hold replicas. Subject "broker N".
DetectorReport DetectDeadBroker(const DetectorInput& input);

}  // namespace levelwind::detectors
