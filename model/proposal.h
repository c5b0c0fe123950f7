#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/uuid.h"
#include "model/cluster_snapshot.h"
#include "model/ids.h"

namespace levelwind {

/// What a move changes about its partition.
enum class MoveKind : std::uint8_t {
  kReplica,  ///< The set of replicas changes (bytes are copied); the leader may change too.
  kLeader,   ///< Same set, other order: another replica becomes preferred leader. No bytes.
  kLogDir,   ///< One replica goes to another log dir of its broker; `before` and `after` are equal.
  kNewPartition,  ///< A partition more of a topic that exists; `before` is empty. No bytes, no way
                  ///< back.
};
std::string_view MoveKindName(MoveKind kind);

/// One partition's change, or one replica's (kLogDir: a partition may have several, on different
/// brokers). `before` and `after` list brokers, preferred leader first.
struct Move {
  MoveKind kind = MoveKind::kLeader;
  TopicPartition partition;
  Uuid topic_id;  ///< The step is bound to it (I13); none in offline plans.
  std::vector<BrokerId> before;
  std::vector<BrokerId> after;
  BrokerId leader_before = kNoBroker;  ///< The leader as observed, preferred or not.
  BrokerId broker = kNoBroker;         ///< kLogDir: whose replica it is.
  std::string from_dir, to_dir;        ///< kLogDir: paths on that broker.
  std::int64_t bytes = kUnknownCount;  ///< To be copied: size times the number of added replicas.
  double bytes_in_per_s = kUnknown;    ///< Produce rate, for the throttle floor.
  std::string goal;                    ///< The goal that gains most by it.
  std::string reason;                  ///< One sentence for a person.

  /// Brokers that get a copy of what is there; none of a new partition, where nothing is.
  std::vector<BrokerId> Added() const;
  std::vector<BrokerId> Removed() const;
};

/// One goal's verdict on the placement before and after the proposal.
struct GoalVerdict {
  std::string goal;
  bool hard = false;
  double cost_before = 0;  ///< Distance outside the band, summed; 0 = satisfied.
  double cost_after = 0;
  std::int32_t violations_before = 0;  ///< Brokers (or partitions) outside the goal.
  std::int32_t violations_after = 0;
  std::string note;    ///< Why it is still violated or not judged, or "".
  bool judged = true;  ///< False: loads or capacities unknown; the figures mean nothing.
};

/// Per-broker figures before and after, for the tables. Unknown sums are NaN.
struct BrokerBalance {
  BrokerId broker = kNoBroker;
  std::int32_t replicas_before = 0, replicas_after = 0;
  std::int32_t leaders_before = 0, leaders_after = 0;
  double disk_bytes_before = 0, disk_bytes_after = 0;
  double leader_bytes_in_before = kUnknown, leader_bytes_in_after = kUnknown;
  double cpu_percent_before = kUnknown, cpu_percent_after = kUnknown;
  double bytes_in_before = kUnknown, bytes_in_after = kUnknown;  ///< Per second, replication too.
  double bytes_out_before = kUnknown, bytes_out_after = kUnknown;
};

/// A log dir by its broker and path.
struct LogDirName {
  BrokerId broker = kNoBroker;
  std::string path;  ///< As the broker's log.dirs has it.
  friend auto operator<=>(const LogDirName&, const LogDirName&) = default;
};

/// How full a log dir is, before and after.
struct LogDirUse {
  LogDirName dir;
  double capacity_bytes = kUnknown;
  double bytes_before = 0, bytes_after = 0;
};

/// Whether the cluster has enough of one resource.
struct ProvisionAdvice {
  std::string resource;      ///< "cpu", "network_in", "network_out", "disk", "replicas", "racks".
  std::string status;        ///< "right", "under", "over", "undecided".
  std::int32_t brokers = 0;  ///< To add when under (racks: racks), to spare when over.
  std::string sentence;      ///< With the amounts, for a person.
};

/// An immutable, numbered set of moves with its reasons. An empty one says why in `summary`.
struct Proposal {
  std::string id;  ///< "p1", "p2", ...: unique in the life of a state directory.
  std::string cluster_id;
  std::uint64_t snapshot_sequence = 0;
  WallTime created_at;
  std::uint64_t seed = 0;
  std::string asked_for;  ///< "level the cluster", "empty broker 4; at most 10 GiB".
  Confidence confidence;
  std::vector<Move> moves;         ///< In the order in which they are best carried out.
  std::vector<GoalVerdict> goals;  ///< In the order of priority.
  std::vector<BrokerBalance> brokers;
  std::vector<LogDirUse> log_dirs;  ///< Of plans between log dirs only.
  std::int64_t bytes_to_move = 0;
  /// No plan can copy less that keeps at least the bands and hard rules that this plan keeps.
  std::int64_t bytes_lower_bound = kUnknownCount;
  std::string bound_method;           ///< How that is known: "knapsack" or "dual".
  double bound_gap = kUnknown;        ///< bytes_to_move / bytes_lower_bound - 1.
  std::int32_t bound_open_bands = 0;  ///< Bands that the plan misses and the bound leaves out.
  /// Estimated seconds to carry it out, and what no order of these moves can beat; unknown where
  /// sizes or the copying rate are.
  double makespan_s = kUnknown;
  double makespan_bound_s = kUnknown;
  std::int32_t replica_moves = 0;
  std::int32_t leader_moves = 0;  ///< Partitions whose preferred leader changes or is regained.
  std::int32_t log_dir_moves = 0;
  double score_before = 0;  ///< 0 (worst) to 100 (every goal satisfied).
  double score_after = 0;
  std::vector<ProvisionAdvice> provision;
  std::string summary;             ///< "12 replica moves (340 MiB), 9 leader moves: ...".
  std::vector<std::string> notes;  ///< What could not be done and why; rejected-candidate counts.
  bool empty() const { return moves.empty(); }
};
using ProposalPtr = std::shared_ptr<const Proposal>;

/// The proposal as Kafka's reassignment tool takes it (kafka-reassign-partitions):
/// {"version":1,"partitions":[{"topic":..,"partition":..,"replicas":[..]}]}. A partition with moves
/// between log dirs is listed once, with its replicas as they are and "log_dirs" in their order:
/// the path for a replica that moves, "any" for one that stays.
std::string ToReassignmentJson(const Proposal& proposal);

}  // namespace levelwind
