#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kafka/admin_types.h"
#include "model/cluster_snapshot.h"

namespace levelwind::collectors {

/// For every partition of a new table its index in the old one, -1 if it was not there or its topic
/// was deleted and made anew meanwhile; and the other way round.
struct Renumbering {
  std::vector<std::int32_t> old_of_new;
  std::vector<std::int32_t> new_of_old;
};

/// The cluster's shape out of one metadata answer: a snapshot without measured figures, and the
/// index from names to partitions. Movable, not copyable (the index refers to its own names).
class ClusterTable {
 public:
  ClusterTable() = default;
  ClusterTable(ClusterTable&&) = default;
  ClusterTable& operator=(ClusterTable&&) = default;
  ClusterTable(const ClusterTable&) = delete;
  ClusterTable& operator=(const ClusterTable&) = delete;

  /// Sorts and checks what the brokers said. Entries that make no sense (negative or doubled
  /// partition numbers, empty replica lists) are left out and counted in `skipped`. A topic that
  /// the broker could not describe this time is taken from `previous`, and counted.
  ///
  /// Brokers: those listed are alive, fenced ones and those that only appear in replica lists are
  /// dead (host and rack as last seen). An alive broker without any replica is kNew.
  static ClusterTable Build(const kafka::ClusterMetadata& metadata, const ClusterTable& previous,
                            std::uint64_t& skipped);

  bool empty() const { return shape_.brokers.empty(); }
  /// Everything but sizes, offsets, loads, groups and sources.
  const ClusterSnapshot& shape() const { return shape_; }
  std::size_t partition_count() const { return shape_.partitions.size(); }
  const Partition& partition(std::int32_t index) const {
    return shape_.partitions[static_cast<std::size_t>(index)];
  }

  /// Index of the partition or -1. O(1); quick when many in a row are of one topic.
  std::int32_t Find(std::string_view topic, std::int32_t number) const;

  /// Brokers that can be asked.
  std::vector<BrokerId> ServingBrokers() const;
  bool IsServing(BrokerId id) const;

  /// Whether both have the same topics (by name and id) and partitions in the same places.
  bool SameNumbering(const ClusterTable& other) const;
  Renumbering RenumberFrom(const ClusterTable& old) const;

 private:
  void AppendTopic(const kafka::TopicInfo& topic, std::uint64_t& skipped);
  void AppendTopicOf(const ClusterTable& previous, const Topic& topic);
  bool AppendPartition(const kafka::PartitionInfo& partition);
  void SetBrokers(const kafka::ClusterMetadata& metadata, const ClusterTable& previous);

  ClusterSnapshot shape_;
  std::unordered_map<std::string_view, std::int32_t> topic_index_;
  mutable std::int32_t last_topic_ = -1;  ///< Of the last Find.
  /// Brokers ever seen alive, for the racks of dead ones. Grows with the ids ever used only.
  std::map<BrokerId, kafka::BrokerInfo> remembered_;
};

}  // namespace levelwind::collectors
