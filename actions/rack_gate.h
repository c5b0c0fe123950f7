#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.h"
#include "model/proposal.h"

namespace levelwind::actions {

/// Rack of each live broker; empty: none. As Observation::Racks tells it.
using Racks = std::map<BrokerId, std::string>;

/// How many racks the replicas are on. A broker without a rack is one of its own.
std::size_t RackCount(const std::vector<BrokerId>& replicas, const Racks& racks);

/// Why the move may not start any more: since `then`, when its plan was accepted, a broker it goes
/// to has come to be on another rack, and the replicas would be on fewer racks than the plan put
/// them on (I8). A broker that is down is on the rack it had. Pure.
std::optional<std::string> WhyOtherRacks(const Move& move, const Racks& then, const Racks& now);

}  // namespace levelwind::actions
