#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Three looks: preferred leaders lost (subject "preferred leaders"), brokers that lead too many
/// partitions, and brokers that lead too much of the produced bytes (subject "broker N"; one
/// anomaly per broker, the worse of the two). Without rates the last look is held.
DetectorReport DetectLeaderImbalance(const DetectorInput& input);

}  // namespace levelwind::detectors
