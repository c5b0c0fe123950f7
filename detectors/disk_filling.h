#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Log dirs that will be full within hours, or nearly are. Subject "broker 1 log dir /data/2".
DetectorReport DetectDiskFilling(const DetectorInput& input);

}  // namespace levelwind::detectors
