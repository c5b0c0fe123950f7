#include "daemon/offsets_loop.h"

#include "daemon/step_loop.h"

namespace levelwind::daemon {

void RunOffsets(collectors::OffsetsReader& reader, const Clock& clock, std::stop_token stop) {
  RunSteps(stop, [&] { return reader.Step(clock.Now()) - clock.Now(); });
}

}  // namespace levelwind::daemon
