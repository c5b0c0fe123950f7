#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "api/metrics_options.h"
#include "base/name_filter.h"
#include "base/result.h"
#include "model/cluster_snapshot.h"

namespace levelwind::api {

/// MetricsOptions ready for use, with what the daemon calls the cluster.
struct MetricsSetup {
  MetricsOptions options;
  NameFilter groups;
  NameFilter topics;
  std::string cluster_name = "default";

  /// kInvalidArgument names a pattern that is none.
  static Result<MetricsSetup> Create(MetricsOptions options, std::string cluster_name);
};

/// Which topics and groups of a snapshot have series, and under which name: label values, escaped
/// once for all families. Of names that are equal once invalid UTF-8 is replaced the first is kept,
/// since a series that is there twice would cost the whole scrape. Refers to the snapshot.
class SeriesSet {
 public:
  SeriesSet(const ClusterSnapshot& snapshot, const MetricsSetup& setup);

  struct Name {
    std::string text;
    bool shown = false;  ///< Wanted, and not the double of another.
  };
  const Name& topic(std::size_t index) const { return topics_[index]; }
  const Name& group(std::size_t index) const { return groups_[index]; }
  /// The group's offsets that make sense, strictly ascending by partition.
  std::span<const GroupOffset> rows(std::size_t group) const { return rows_[group]; }
  /// Partitions that have no series because of a double name.
  std::uint64_t left_out() const { return left_out_; }

  /// Whether there is room for the group's series, and for those of all partitions.
  bool HasRoom(std::size_t group) const { return room_[group]; }
  bool PartitionsHaveRoom() const { return partitions_have_room_; }

 private:
  void NameTopics(const ClusterSnapshot& snapshot, const NameFilter& wanted);
  void NameGroups(const ClusterSnapshot& snapshot, const NameFilter& wanted);
  void AddRows(const ClusterSnapshot& snapshot, const ConsumerGroup& group);
  void MakeRoom(const ClusterSnapshot& snapshot, const MetricsOptions& options);

  std::vector<Name> topics_;
  std::vector<Name> groups_;
  std::vector<std::span<const GroupOffset>> rows_;
  std::deque<std::vector<GroupOffset>> mended_;  // rows of groups whose own made no sense
  std::uint64_t left_out_ = 0;
  std::vector<bool> room_;
  bool partitions_have_room_ = true;
};

/// Calls `take(topic index, rows)` for each topic of `rows`, which are ascending by partition.
template <class Take>
void ForEachTopic(const ClusterSnapshot& snapshot, std::span<const GroupOffset> rows, Take take) {
  while (!rows.empty()) {
    const auto first = static_cast<std::size_t>(rows.front().partition);
    const auto topic = static_cast<std::size_t>(snapshot.partitions[first].topic);
    const auto end = static_cast<std::int64_t>(snapshot.topics[topic].first_partition) +
                     snapshot.topics[topic].partition_count;
    std::size_t count = 1;
    while (count < rows.size() && rows[count].partition < end) ++count;
    take(topic, rows.first(count));
    rows = rows.subspan(count);
  }
}

}  // namespace levelwind::api
