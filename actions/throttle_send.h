#pragma once

#include <cstdint>
#include <vector>

#include "actions/mutator.h"
#include "base/result.h"
#include "kafka/admin_types.h"

namespace levelwind::actions {

/// Sends changes of throttles: one request per broker, one per 1,000 changes of topics. The first
/// refusal is returned; what it meant for each value is read back by the caller, never taken from
/// the answer. A refusal with Kafka's code `also_fine` is none. An error of the journal ends it:
/// the rest is not sent. Executor's thread only.
Status SendThrottles(Mutator& mutator, const Mutator::Cause& cause,
                     const std::vector<kafka::ConfigChange>& changes, std::int16_t also_fine = 0);

}  // namespace levelwind::actions
