#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// What was announced on the maintenance topic and has not expired. Subject "remove_broker 4".
DetectorReport DetectMaintenanceEvent(const DetectorInput& input);

}  // namespace levelwind::detectors
