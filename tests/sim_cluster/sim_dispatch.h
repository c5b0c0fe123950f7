#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "kafka/protocol/codec.h"
#include "model/ids.h"
#include "tests/sim_cluster/sim_faults.h"
#include "tests/sim_cluster/sim_world.h"

namespace levelwind::testing {

/// What to do with a connection after a request was read.
struct SimReply {
  std::vector<std::uint8_t> frame;  ///< With its length. Empty: no answer.
  Duration latency = Duration::zero();
  bool close = false;  ///< At once (there is no frame then).
};

/// The header of a request frame (without its length); nullopt when it is not one.
std::optional<kafka::RequestHeader> ReadHeader(std::span<const std::uint8_t> frame);

/// Serves one request frame as a broker does: a key, a version or bytes that the broker does not
/// know close the connection; only ApiVersions answers an unknown version.
SimReply Serve(SimWorld& world, BrokerId broker, std::span<const std::uint8_t> frame,
               const SimFault& fault);

}  // namespace levelwind::testing
