#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// No controller, or voters and brokers that lag behind the metadata log. Subjects "controller",
/// "controller 3", "broker 1".
DetectorReport DetectQuorumLag(const DetectorInput& input);

}  // namespace levelwind::detectors
