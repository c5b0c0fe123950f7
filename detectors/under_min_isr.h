#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Partitions with fewer replicas in sync than min.insync.replicas: acks=all is refused. Subject
/// "partitions under min ISR".
DetectorReport DetectUnderMinIsr(const DetectorInput& input);

}  // namespace levelwind::detectors
