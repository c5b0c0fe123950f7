#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Log dirs that a serving broker tells as offline, and replicas that it cannot serve. Subject
/// "broker 1 log dir /data/2", or "broker 1" where it does not tell which. While a broker is dead
/// it asks for no fix: that one would take the dead broker's replicas as well, before its time.
DetectorReport DetectDiskFailure(const DetectorInput& input);

}  // namespace levelwind::detectors
