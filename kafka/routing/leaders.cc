#include "kafka/routing/leaders.h"

#include <set>
#include <string>

#include "kafka/errors.h"

namespace levelwind::kafka {

Status RefreshUnknownLeaders(Caller& caller, const std::vector<TopicPartition>& partitions,
                             SteadyTime deadline) {
  std::set<std::string> topics;
  for (const TopicPartition& tp : partitions) {
    if (!caller.router().LeaderOf(tp).known) topics.insert(tp.topic);
  }
  if (topics.empty()) return Ok();
  return caller.Refresh({topics.begin(), topics.end()}, deadline);
}

Result<LeaderSplit> SplitByLeader(Caller& caller, const std::vector<TopicPartition>& partitions,
                                  SteadyTime deadline) {
  LW_RETURN_IF_ERROR(RefreshUnknownLeaders(caller, partitions, deadline));
  LeaderSplit split;
  for (const TopicPartition& tp : partitions) {
    const Router::Leader leader = caller.router().LeaderOf(tp);
    if (!leader.known) {
      split.without[tp] = kUnknownTopicOrPartition;
    } else if (leader.id == kNoBroker) {
      split.without[tp] = kLeaderNotAvailable;
    } else {
      split.by_leader[leader.id].push_back(tp);
    }
  }
  return split;
}

}  // namespace levelwind::kafka
