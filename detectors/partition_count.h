#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Too few partitions: more bytes for each than one should take, or a lagging group with a consumer
/// for each. Too many: on a broker, in the cluster, in a topic that takes nothing.
DetectorReport DetectPartitionCount(const DetectorInput& input);

}  // namespace levelwind::detectors
