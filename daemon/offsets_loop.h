#pragma once

#include <stop_token>

#include "base/clock.h"
#include "collectors/offsets_topic/offsets_reader.h"

namespace levelwind::daemon {

/// The offsets thread: reads __consumer_offsets until `stop`. Ends within a fetch after it.
void RunOffsets(collectors::OffsetsReader& reader, const Clock& clock, std::stop_token stop);

}  // namespace levelwind::daemon
