#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Brokers whose inbound rate (replication included) or cpu is far above the mean of the serving
/// ones. Subject "broker N". Held without rates.
DetectorReport DetectHotBroker(const DetectorInput& input);

}  // namespace levelwind::detectors
