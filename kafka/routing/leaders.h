#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/routing/caller.h"
#include "model/ids.h"

namespace levelwind::kafka {

/// Partitions by their leader, and the code of those that have none (3: no such partition, 5: no
/// leader now).
struct LeaderSplit {
  std::map<BrokerId, std::vector<TopicPartition>> by_leader;
  std::map<TopicPartition, std::int16_t> without;
};

/// Asks for the leaders of the topics of `partitions` that the router does not know.
Status RefreshUnknownLeaders(Caller& caller, const std::vector<TopicPartition>& partitions,
                             SteadyTime deadline);

/// Refreshes what is unknown, then splits. Fails only when no broker can be asked.
Result<LeaderSplit> SplitByLeader(Caller& caller, const std::vector<TopicPartition>& partitions,
                                  SteadyTime deadline);

}  // namespace levelwind::kafka
