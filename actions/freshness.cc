#include "actions/freshness.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/sabotage.h"

namespace levelwind::actions {

Status Freshness::Take(const Observation& seen) {
  std::map<std::string, Epochs> now;
  for (const kafka::TopicInfo& topic : seen.topics()) {
    if (topic.id.is_none() || topic.error != 0) continue;
    Epochs& epochs = now[topic.name];
    epochs.topic_id = topic.id;
    const auto before = topics_.find(topic.name);
    const bool known = before != topics_.end() && before->second.topic_id == topic.id;
    if (known) epochs.by_partition = before->second.by_partition;
    for (const kafka::PartitionInfo& partition : topic.partitions) {
      const auto number = static_cast<std::size_t>(partition.number);
      if (number >= epochs.by_partition.size()) epochs.by_partition.resize(number + 1, -1);
      std::int32_t& epoch = epochs.by_partition[number];
      if (partition.leader_epoch < epoch && partition.leader_epoch >= 0 &&
          !Sabotaged("I17.no-older-than-before")) {
        return Unavailable(fmt::format(
            "the broker that answered lags behind: it tells leader epoch {} of {}-{}, and {} was "
            "seen before; waiting for newer metadata",
            partition.leader_epoch, topic.name, partition.number, epoch));
      }
      epoch = std::max(epoch, partition.leader_epoch);
    }
  }
  topics_ = std::move(now);
  return Ok();
}

}  // namespace levelwind::actions
