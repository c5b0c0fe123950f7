#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Topics with a partition larger than detect.partition_max_bytes. Subject: the topic.
DetectorReport DetectPartitionSize(const DetectorInput& input);

}  // namespace levelwind::detectors
