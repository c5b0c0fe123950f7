#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "planner/goals/goal_set.h"
#include "planner/goals/rule_set.h"
#include "planner/planner_options.h"
#include "planner/search/topic_cells.h"
#include "planner/search/vec8.h"

namespace levelwind::planner {

/// Index of a broker in FlatCluster (in the order of broker ids). Names never enter the search.
using BrokerIndex = std::uint16_t;

/// Replicas that one record can hold. A partition with more is left where it is, and counted.
inline constexpr std::size_t kMaxReplicas = 7;
inline constexpr std::uint32_t kNoRow = 0xffffffff;

/// Who holds one partition, leader first; what is beyond its replication factor is not used.
using Seats = std::array<BrokerIndex, kMaxReplicas>;

/// All that the search knows about a partition, in one cache line. Loads are in units of the mean
/// broker; `replicas[0]` leads. Followers are kept in the order of broker index, so that the order
/// in which a snapshot lists them cannot change a plan.
struct alignas(64) PartitionRecord {
  float cpu_leader = 0, cpu_follower = 0, in = 0, out = 0, disk = 0, leader_in = 0, potential = 0;
  BrokerIndex replicas[kMaxReplicas] = {};
  BrokerIndex origin[kMaxReplicas] = {};  ///< Where they were at the start; [0] led.
  std::uint32_t topic_row = kNoRow;       ///< Into TopicTable; kNoRow: cannot break a topic band.
  std::uint8_t rf = 0;
  std::uint8_t required_racks : 4 = 0;  ///< min(RF, racks that serve); 0 without the goal.
  bool frozen : 1 = false;     ///< A replica is catching up: is only moved off dead brokers.
  bool open_lead : 1 = false;  ///< Its preferred leader is gone: it gets another one in any case.
  std::uint16_t rules = 0;     ///< Into FlatCluster::rule_sets; 0: none.

  /// The same partition held by others.
  PartitionRecord With(const Seats& seats) const {
    PartitionRecord other = *this;
    for (std::size_t i = 0; i < kMaxReplicas; ++i) other.replicas[i] = seats[i];
    return other;
  }
  bool Holds(BrokerIndex b) const {
    for (std::size_t i = 0; i < rf; ++i) {
      if (replicas[i] == b) return true;
    }
    return false;
  }
  bool Originally(BrokerIndex b) const {
    for (std::size_t i = 0; i < rf; ++i) {
      if (origin[i] == b) return true;
    }
    return false;
  }
};
static_assert(sizeof(PartitionRecord) == 64);

struct TopicRow {
  std::int32_t topic = 0;  ///< Index into the snapshot's topics.
  TopicCell most;
  std::uint16_t least_leaders = 0;  ///< On each broker that may lead; 0: none asked for.
  bool least_out_of_reach = false;  ///< There are fewer partitions than that.
  bool movable = false;
};

/// A replica that its broker cannot serve: its log dir has failed.
struct OfflineReplica {
  std::uint32_t partition = 0;
  BrokerIndex broker = 0;
};

/// A snapshot as flat arrays: what may move, what is pinned, and how loads are scaled.
struct FlatCluster {
  // One entry per broker, in the order of ids.
  std::vector<BrokerId> broker_ids;
  std::vector<std::uint16_t> racks;  ///< A broker without a rack is one of its own.
  std::vector<std::uint8_t> target;  ///< Serving and not to be emptied: may hold replicas.
  std::vector<std::uint8_t> dead;
  std::vector<std::uint8_t> receives;  ///< A target that new replicas may go to.
  std::vector<std::uint8_t> leads;     ///< A target that may lead.
  std::vector<LaneArray> capacity;     ///< Raw units; NaN where unknown.
  std::vector<Vec8> pinned_load;       ///< Of partitions that do not move.
  std::vector<std::string> rack_names;
  std::vector<BrokerIndex> targets;
  std::size_t serving_racks = 0;

  std::vector<PartitionRecord> partitions;
  std::vector<OfflineReplica> offline;  ///< On targets; has to leave them.
  std::vector<std::uint32_t> source;    ///< partitions[i] is snapshot.partitions[source[i]].

  std::vector<RuleSet> rule_sets;  ///< The first is empty.
  /// Where brokers form sets that replicas may not leave: each broker's set (an index into
  /// domain_load), and what all that belongs to the set weighs, in mean brokers. Empty: one for
  /// all.
  std::vector<std::uint32_t> domain_of_broker;
  std::vector<LaneArray> domain_load;

  std::vector<TopicRow> topic_rows;
  TopicCells pinned_cells;  ///< Of partitions that do not move; a row per topic row.

  LaneArray unit{};     ///< Raw value of 1.0 in each lane; 0 where nothing is known.
  LaneFlags known{};    ///< Whether the lane's loads are known.
  Vec8 count_leader{};  ///< What every leader (follower) adds, whatever its load: the counts.
  Vec8 count_follower{};
  Vec8 count_leadership{};        ///< The difference.
  std::size_t replica_count = 0;  ///< Of movable partitions.
  float mean_disk = 0;            ///< Of a movable replica; 0 when sizes are unknown.

  std::vector<std::string> notes;

  Vec8 LeaderLoad(const PartitionRecord& p) const {
    return Vec8{{p.cpu_leader, p.in, p.out, p.disk}, {0, 0, p.leader_in, p.potential}} +
           count_leader;
  }
  Vec8 FollowerLoad(const PartitionRecord& p) const {
    return Vec8{{p.cpu_follower, p.in, 0, p.disk}, {0, 0, 0, p.potential}} + count_follower;
  }
  /// What the lead adds to a replica's load.
  Vec8 LeadershipLoad(const PartitionRecord& p) const {
    return Vec8{{p.cpu_leader - p.cpu_follower, 0, p.out, 0}, {0, 0, p.leader_in, 0}} +
           count_leadership;
  }
  Vec8 LoadOf(const PartitionRecord& p, std::size_t slot) const {
    return slot == 0 ? LeaderLoad(p) : FollowerLoad(p);
  }
};

/// Flattens a snapshot. Errors: InvalidArgument for more than 65,000 brokers, a replica listed
/// twice on one broker, or a bad regular expression in the options.
Result<FlatCluster> Flatten(const ClusterSnapshot& snapshot, const GoalSet& goals,
                            const PlannerOptions& options);

}  // namespace levelwind::planner
