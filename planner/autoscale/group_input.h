#pragma once

// What the autoscaler is told about one consumer group at one look. All of it can be seen from
// outside the application: offsets, commits, the coordinator's view of the group and, where a
// workload is named, its replicas. Unknown is never zero.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/measure.h"

namespace levelwind::planner {

enum class GroupPhase : std::uint8_t { kUnknown, kEmpty, kStable, kRebalancing };

/// How the group deals out partitions, and so who has to stop for it.
enum class GroupProtocol : std::uint8_t {
  kEager,        ///< Classic: everybody stops.
  kCooperative,  ///< Classic, two rounds: what moves stops.
  kConsumer,     ///< KIP-848: what moves stops, without a barrier.
  kShare,        ///< KIP-932: partitions are shared, nobody stops.
};
std::string_view GroupProtocolName(GroupProtocol protocol);

/// Who deals the partitions out; assignors.h models each.
enum class AssignorKind : std::uint8_t {
  kRange,
  kRoundRobin,
  kSticky,       ///< Also cooperative-sticky.
  kUniform,      ///< KIP-848's default.
  kServerRange,  ///< KIP-848's range.
  kWeighted,     ///< Ours: by load, not by count.
};
/// As Kafka names them ("range", "cooperative-sticky", "uniform", ...); an unknown name is taken
/// for what the protocol uses by default.
AssignorKind AssignorFromName(std::string_view name, GroupProtocol protocol);

struct PartitionInput {
  std::int32_t topic = 0;  ///< Index into GroupScalingInput::topics.
  std::int32_t number = 0;
  std::int64_t log_start = kUnknownCount;
  std::int64_t log_end = kUnknownCount;      ///< High watermark.
  std::int64_t last_stable = kUnknownCount;  ///< Unknown: as the high watermark.
  std::int64_t committed = kUnknownCount;
  /// The group has never committed here: `committed` is not unknown but none.
  bool no_commit = false;
  std::int64_t commit_ms = kUnknownCount;  ///< Unix time of that commit.
  std::int32_t owner = -1;                 ///< Index into members; -1: nobody has it.
};

struct MemberInput {
  std::string id;
  std::string instance_id;  ///< Empty: not a static member.
};

/// One look. `partitions` are sorted by (topic, number) and hold all of the topics that the group
/// reads: a partition whose offsets could not be read is there, with unknown offsets.
struct GroupScalingInput {
  std::string group;
  SteadyTime seen_at{};  ///< When the offsets were looked at: the age of the data.
  WallTime at;           ///< The same moment, for commit times.
  bool complete = true;  ///< False: coordinator or metadata did not answer for all.
  std::vector<std::string> topics;
  std::vector<PartitionInput> partitions;
  std::vector<MemberInput> members;
  GroupPhase phase = GroupPhase::kUnknown;
  GroupProtocol protocol = GroupProtocol::kEager;
  AssignorKind assignor = AssignorKind::kRange;

  std::int64_t replicas = kUnknownCount;  ///< Wanted by the workload now; unknown: as members.
  std::int64_t ready = kUnknownCount;     ///< Of them ready; unknown: as members.
  bool rollout = false;                   ///< The workload is being rolled out.
  std::string revision;                   ///< Of the workload: another one has another capacity.
  bool throttled = false;                 ///< Brokers hold the group's fetches back (quota).
  /// Records/s expected when new members would work, by whoever knows (a weekly profile). It can
  /// only add.
  double forecast_per_s = kUnknown;
};

}  // namespace levelwind::planner
