#pragma once

#include "base/clock.h"
#include "collectors/collect_state.h"
#include "kafka/admin_types.h"

namespace levelwind::collectors {

/// After a look at the group's members: a rebalance has begun, goes on or is over. `description`
/// null: they were not asked for, which means that nothing pointed to a change.
///
/// Groups of Kafka 4 have an epoch, and each is counted. A classic group tells no generation: what
/// is counted is that a look finds it between two assignments, or with other members than before. A
/// duration is known where a look found it moving: from the first such look to the first after.
void WatchRebalance(GroupRecord& record, const kafka::GroupDescription* description, SteadyTime now,
                    WallTime wall_now);

/// After a look at its commits, with `record.window` still of the look before: counts the commits
/// that have changed since, and puts together what is shown. While the offsets topic tells commits
/// and rebalances, what the looks tell is counted all the same, for the time when it does not.
void CountCommits(const CollectState& state, GroupRecord& record);

}  // namespace levelwind::collectors
