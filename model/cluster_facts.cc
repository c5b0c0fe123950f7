#include "model/cluster_facts.h"

#include <algorithm>

namespace levelwind {

const TopicSettings* ClusterFacts::FindTopic(std::string_view topic) const {
  const auto at = std::lower_bound(
      topics.begin(), topics.end(), topic,
      [](const TopicSettings& t, std::string_view wanted) { return t.topic < wanted; });
  return at != topics.end() && at->topic == topic ? &*at : nullptr;
}

const SampledKeys* ClusterFacts::FindKeys(const TopicPartition& partition) const {
  const auto at = std::lower_bound(
      keys.begin(), keys.end(), partition,
      [](const SampledKeys& k, const TopicPartition& wanted) { return k.partition < wanted; });
  return at != keys.end() && at->partition == partition ? &*at : nullptr;
}

}  // namespace levelwind
