#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Topics whose partitions stay uneven: over the fading mean of about an hour one takes far more
/// than its even share. Names the keys where sampling is allowed. Subject: the topic.
DetectorReport DetectKeySkew(const DetectorInput& input);

}  // namespace levelwind::detectors
