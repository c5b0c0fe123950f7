#pragma once

#include "detectors/detector.h"

namespace levelwind::detectors {

/// Groups that fall behind: their lag grew in this and the looks before, and they commit less than
/// is produced. Subject "group NAME". A group whose lag or growth is unknown is not judged, and
/// named in held_because.
DetectorReport DetectLaggingGroup(const DetectorInput& input);

}  // namespace levelwind::detectors
