#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actions/observation.h"
#include "model/operation.h"
#include "model/proposal.h"
#include "store/records.h"

namespace levelwind::actions {

/// What one look at the cluster says about a step's partition.
enum class Finding : std::uint8_t {
  kUnreadable,     ///< The topic answered with an error: nothing is known.
  kTopicGone,      ///< There is no such topic or partition.
  kTopicReplaced,  ///< The name belongs to another topic id (I13).
  kOurs,           ///< Being reassigned, with our signature (adding, removing).
  kForeign,        ///< Being reassigned, with another signature (I12).
  kAtTarget,       ///< At rest, replicas are as planned, in the planned order.
  kAtSource,       ///< At rest, replicas are as before.
  kReordered,      ///< At rest, the replicas of before in another order: what a cancel leaves.
  kElsewhere,      ///< At rest, replicas are neither.
};
inline constexpr std::size_t kFindingCount = 9;

struct Sighting {
  Finding finding = Finding::kUnreadable;
  BrokerId leader = kNoBroker;
  std::string detail;  ///< For kForeign, kReordered and kElsewhere: what is there instead.
};

inline bool IsNewPartition(const Move& move) { return move.kind == MoveKind::kNewPartition; }
/// Brokers that must live for the move: those that get a copy, or all of a new partition.
inline std::vector<BrokerId> Targets(const Move& move) {
  return IsNewPartition(move) ? move.after : move.Added();
}

/// For moves of the assignment, and new partitions, whose source is that they are not there; of
/// those between log dirs see log_dir_look.h.
Sighting Look(const Move& move, const Observation& seen);
/// What there is to say when the topic or partition is not what the move was made for; nothing when
/// it is.
std::optional<Sighting> LookAtTopic(const Move& move, const Observation& seen);

/// Whether a finding may come from a broker whose metadata lags, so that it must last before it
/// counts.
bool NeedsToSettle(StepState state, Finding finding);

/// A step's next state and why.
struct Verdict {
  StepState state;
  std::string note;
};

/// What a sighting makes of a step; nothing when it stays as it is. Pure; outcomes come from here
/// only, never from the answer to a request (I1).
///
/// `settled`: the same finding has lasted for ExecutorOptions::settle (needed only where
/// NeedsToSettle). `stopping`: the operation is being cancelled.
std::optional<Verdict> Judge(const store::StepRecord& step, const Sighting& sighting, bool settled,
                             bool stopping, std::int32_t max_attempts);

}  // namespace levelwind::actions
