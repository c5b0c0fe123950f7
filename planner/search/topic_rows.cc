#include "planner/search/topic_rows.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <regex>

#include "planner/search/topic_filter.h"

namespace levelwind::planner {
namespace {

constexpr std::uint16_t kMost = std::numeric_limits<std::uint16_t>::max();

class RowMaker {
 public:
  RowMaker(const GoalRequirements& requirements, std::optional<std::regex> least_topics,
           const FlatCluster& cluster)
      : requirements_(requirements),
        least_topics_(std::move(least_topics)),
        brokers_(cluster.targets.size()),
        leading_(static_cast<std::uint64_t>(std::ranges::count(cluster.leads, 1))) {}

  /// The topic's row, or nothing where its counts cannot break anything.
  std::optional<TopicRow> Make(std::int32_t topic, const std::string& name,
                               const TopicSize& size) const {
    if (size.partitions > kMost) return std::nullopt;  // Cells are 16 bits wide.
    TopicRow row{topic, {kMost, kMost}, 0, false, size.movable};
    bool matters = SetMost(requirements_.topic_replicas, size.replicas, size, row.most.replicas);
    matters |= SetMost(requirements_.topic_leaders, size.partitions, size, row.most.leaders);
    if (least_topics_ && leading_ > 0 && std::regex_match(name, *least_topics_)) {
      const auto asked = static_cast<std::uint64_t>(requirements_.min_leaders->least);
      const std::uint64_t least = asked > 0 ? asked : size.partitions / leading_;
      row.least_leaders = static_cast<std::uint16_t>(std::min<std::uint64_t>(least, kMost));
      row.least_out_of_reach = least * leading_ > size.partitions;
      matters |= least > 0;
    }
    return matters ? std::optional(row) : std::nullopt;
  }

 private:
  /// Returns whether the topic has enough partitions to break it: a broker holds at most one
  /// replica of each.
  bool SetMost(const std::optional<TopicBand>& band, std::uint64_t count, const TopicSize& size,
               std::uint16_t& most) const {
    if (!band) return false;
    const std::uint32_t limit = band->Most(count, brokers_);
    most = static_cast<std::uint16_t>(std::min<std::uint32_t>(limit, kMost));
    return size.partitions > limit;
  }

  const GoalRequirements& requirements_;
  std::optional<std::regex> least_topics_;
  std::size_t brokers_;
  std::uint64_t leading_;
};

}  // namespace

Result<std::vector<std::uint32_t>> AddTopicRows(const ClusterSnapshot& snapshot,
                                                const GoalRequirements& requirements,
                                                const TopicList& topics, FlatCluster& cluster) {
  std::vector<std::uint32_t> rows(snapshot.topics.size(), kNoRow);
  std::optional<std::regex> least_topics;
  if (requirements.min_leaders) {
    LW_ASSIGN_OR_RETURN(least_topics,
                        CompilePattern(requirements.min_leaders->topics, "min_leader_topics"));
  }
  const bool wanted = requirements.topic_replicas || requirements.topic_leaders || least_topics;
  if (!wanted || cluster.targets.empty()) return rows;
  const RowMaker maker(requirements, std::move(least_topics), cluster);
  std::vector<bool> seen(snapshot.topics.size(), false);
  for (const std::int32_t topic : topics.order) {
    const auto t = static_cast<std::size_t>(topic);
    if (seen[t]) continue;
    seen[t] = true;
    const TopicSize& size = topics.sizes[t];
    const std::optional<TopicRow> row = maker.Make(topic, snapshot.topics[t].name, size);
    if (!row) continue;
    rows[t] = static_cast<std::uint32_t>(cluster.topic_rows.size());
    cluster.topic_rows.push_back(*row);
    cluster.pinned_cells.AddRow(std::min<std::size_t>(size.replicas, cluster.broker_ids.size()));
  }
  return rows;
}

}  // namespace levelwind::planner
