#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// A client (or, where clients are not told, a topic) that takes most of a broker without idle
/// threads. Subject "broker 1 client etl".
DetectorReport DetectNoisyNeighbour(const DetectorInput& input);

}  // namespace levelwind::detectors
