#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Partitions whose produce rate is far above their topic's median and that make up much of what
/// their broker leads. Subject "topic-N". Held without rates; a topic with an unknown rate is left
/// out.
DetectorReport DetectHotPartition(const DetectorInput& input);

}  // namespace levelwind::detectors
