#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "model/operation.h"
#include "tests/executor_proof/rig.h"

namespace levelwind::testing {

/// The faults of one run, and how often each came.
using FaultCounts = std::map<std::string, int>;

struct StormResult {
  std::string broken;  ///< Empty: no rule was broken and the run ended.
  std::map<OperationState, int> ends;
  FaultCounts faults;
  std::uint64_t requests = 0;
  std::size_t kills = 0;
};

/// Carries out the plan of one random cluster while brokers die and return, other tools reassign,
/// cancel and change throttles, topics come, go and come back under the same name, brokers flap,
/// crawl and join, replicas fall behind, min ISR and the wall clock change, log dirs fill, fail and
/// stay silent, configurations cannot be read, requests get lost or answered too late, the
/// controller moves, the journal cannot be written, the process is killed, people cancel, pause,
/// resume and roll back. After the storm everything works again, and every operation must end or
/// say what holds it.
///
/// `seed` decides everything. With `only`, faults of other names are left out: for single rows of
/// the fault matrix.
StormResult RunStorm(std::uint64_t seed, const std::string& only = {});

}  // namespace levelwind::testing
