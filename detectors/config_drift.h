#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Settings that not all brokers have alike, for longer than a rolling change takes. Subject
/// "setting num.io.threads".
DetectorReport DetectConfigDrift(const DetectorInput& input);

}  // namespace levelwind::detectors
