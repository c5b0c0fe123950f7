#pragma once

#include <string>
#include <vector>

#include "actions/mutator.h"
#include "actions/observation.h"
#include "base/clock.h"
#include "base/result.h"
#include "kafka/admin_client.h"
#include "model/throttle_view.h"
#include "store/records.h"

namespace levelwind::actions {

/// Every replication throttle in the cluster: rates that brokers have of their own, and lists of
/// topics. What is configured for all brokers or in their files is not one: nobody forgot it.
///
/// One request per live broker and one for all topics. Brokers that do not live are not asked:
/// their names are in the answer. Any thread that may block.
Result<ThrottleSweep> ReadThrottles(kafka::AdminClient& admin, const Observation& seen,
                                    Duration timeout);

/// "leader.replication.throttled.rate of broker 3 is 1000".
std::string TextOf(const ThrottleView& throttle);

/// Takes out what the open rows of the journal owe: what is left, nobody here will take back.
/// Entries of a list that are owed leave the rest of the list. Pure.
void RemoveOwed(ThrottleSweep& sweep, const std::vector<store::PreimageRecord>& owed);

/// Deletes the throttles of `sweep`, a request per broker and one per 1,000 topics, each with its
/// audit row on disk before it is sent. Of lists of which a part is owed only the rest is taken
/// out. The first error; what it meant, the next sweep tells. Executor's thread only.
Status ClearThrottles(Mutator& mutator, const Mutator::Cause& cause, const ThrottleSweep& sweep);

}  // namespace levelwind::actions
