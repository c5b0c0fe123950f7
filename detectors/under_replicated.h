#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// One anomaly for all offline partitions (subject "offline partitions"), one for all that have a
/// leader but a replica that is not in sync (subject "under-replicated partitions"). Partitions
/// that are being reassigned are left out: their new replicas are out of sync by nature.
DetectorReport DetectUnderReplicated(const DetectorInput& input);

}  // namespace levelwind::detectors
