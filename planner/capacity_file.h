#pragma once

#include <string_view>

#include "base/result.h"
#include "model/cluster_snapshot.h"

namespace levelwind::planner {

/// Sets brokers' capacities from Cruise Control's capacity file, in all its forms (capacity.json,
/// capacityCores.json, capacityJBOD.json):
///
/// {"brokerCapacities":[{"brokerId":"-1","capacity":{"DISK":"100000","CPU":"100",
///   "NW_IN":"10000","NW_OUT":"10000"}}, ...]}
///
/// brokerId -1 is for all brokers that are not named. DISK in MB (1024 KB), or one figure per log
/// dir, which are summed; CPU in percent, or {"num.cores":"16"}, which stands for 100 as in Cruise
/// Control; NW_IN and NW_OUT in KB/s. Figures may be texts or numbers. What is not given keeps the
/// snapshot's value and source; brokers that the snapshot does not have are skipped. Errors:
/// InvalidArgument with the place.
Status ApplyCapacityJson(std::string_view json, ClusterSnapshot& snapshot);

}  // namespace levelwind::planner
