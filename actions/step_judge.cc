#include "actions/step_judge.h"

#include <fmt/format.h>

#include <utility>

#include "base/sabotage.h"
namespace levelwind::actions {
namespace {

using store::CancelCause;
using store::Delivery;
using store::StepRecord;

constexpr std::int16_t kUnknownTopic = 3;

std::string Name(const StepRecord& step) { return step.move.partition.ToString(); }

bool WithinBroker(const StepRecord& step) { return step.move.kind == MoveKind::kLogDir; }

/// What another tool may do to the step's partition.
std::string Work(const StepRecord& step) {
  if (!WithinBroker(step)) return "the reassignment of " + Name(step);
  return fmt::format("the move of {} between log dirs of broker {}", Name(step), step.move.broker);
}

Sighting LookAtReassignment(const Move& move, const kafka::ReassignmentInfo& running) {
  if (SameSet(running.adding, move.Added()) && SameSet(running.removing, move.Removed())) {
    return {Finding::kOurs, kNoBroker, {}};
  }
  return {Finding::kForeign, kNoBroker,
          fmt::format("it adds {} and removes {}, ours adds {} and removes {}",
                      BrokersText(running.adding), BrokersText(running.removing),
                      BrokersText(move.Added()), BrokersText(move.Removed()))};
}

Sighting LookAtNewPartition(const Move& move, const Observation& seen) {
  const kafka::PartitionInfo* partition = seen.FindPartition(move.partition);
  if (partition == nullptr) return {Finding::kAtSource, kNoBroker, {}};
  if (partition->replicas == move.after) return {Finding::kAtTarget, partition->leader, {}};
  return {Finding::kElsewhere, partition->leader,
          fmt::format("it is there already, on {} and not on {}", BrokersText(partition->replicas),
                      BrokersText(move.after))};
}

Verdict AtTarget(const StepRecord& step, BrokerId leader, bool stopping) {
  const BrokerId preferred = step.move.after.front();
  if (leader == preferred) return {StepState::kDone, step.note};
  if (stopping && step.state == StepState::kElecting) {
    return {
        StepState::kCancelled,
        fmt::format("replicas are as planned; the leader stays on broker {} (cancelled)", leader)};
  }
  if (stopping) {
    return {StepState::kDone,
            fmt::format("finished before the cancel took effect; the leader stays on broker {}",
                        leader)};
  }
  return {StepState::kElecting, step.note};
}

Verdict BackAtSource(const StepRecord& step, bool stopping, std::int32_t max_attempts) {
  if (step.cancel == CancelCause::kOperator) return {StepState::kCancelled, step.note};
  if (step.cancel == CancelCause::kDeadTarget) return {StepState::kFailed, step.note};
  const bool seen = step.seen || step.state == StepState::kInProgress;
  const bool gone =
      (seen || step.delivery == Delivery::kAccepted) && !Sabotaged("I12.cancelled-by-others");
  if (gone && WithinBroker(step)) {
    return {
        StepState::kYielded,
        fmt::format("{} has ended: another tool took it back, or log dir {} failed; it stays in {}",
                    Work(step), step.move.to_dir, step.move.from_dir)};
  }
  if (gone) {
    return {StepState::kYielded, fmt::format("another tool cancelled {}; it stays on {}",
                                             Work(step), BrokersText(step.move.before))};
  }
  if (stopping) return {StepState::kCancelled, "the request never arrived"};
  if (step.attempts >= max_attempts) {
    return {StepState::kFailed,
            fmt::format("Kafka did not take the request in {} attempts", step.attempts)};
  }
  return {StepState::kPending, "the request did not arrive; it will be sent again"};
}

std::optional<Verdict> JudgePending(const StepRecord& step, const Sighting& sighting) {
  switch (sighting.finding) {
    case Finding::kOurs:
      return Verdict{StepState::kYielded,
                     fmt::format("another tool is already {} {}",
                                 WithinBroker(step) ? "moving" : "reassigning", Name(step))};
    case Finding::kAtTarget: {
      // A plain leader move starts where it ends: its work is the election.
      const bool only_election = step.move.before == step.move.after;
      if (only_election && sighting.leader != step.move.after.front()) return std::nullopt;
      return Verdict{StepState::kVoided, "already as planned, nothing was sent"};
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Sighting> LookAtTopic(const Move& move, const Observation& seen) {
  const kafka::TopicInfo* topic = seen.FindTopic(move.partition.topic);
  if (topic == nullptr || topic->error == kUnknownTopic) {
    return Sighting{Finding::kTopicGone, kNoBroker, {}};
  }
  if (topic->error != 0) return Sighting{Finding::kUnreadable, kNoBroker, {}};
  if (!Sabotaged("I13.same-topic") && !topic->id.is_none() && !move.topic_id.is_none() &&
      topic->id != move.topic_id) {
    return Sighting{Finding::kTopicReplaced, kNoBroker, {}};
  }
  if (!IsNewPartition(move) && seen.FindPartition(move.partition) == nullptr) {
    return Sighting{Finding::kTopicGone, kNoBroker, {}};
  }
  return std::nullopt;
}

Sighting Look(const Move& move, const Observation& seen) {
  if (auto topic = LookAtTopic(move, seen)) return *topic;
  if (IsNewPartition(move)) return LookAtNewPartition(move, seen);
  const kafka::PartitionInfo* partition = seen.FindPartition(move.partition);
  if (const auto* running = seen.FindReassignment(move.partition)) {
    return LookAtReassignment(move, *running);
  }
  Sighting sighting{Finding::kElsewhere, partition->leader, {}};
  if (partition->replicas == move.after) {
    sighting.finding = Finding::kAtTarget;
  } else if (partition->replicas == move.before) {
    sighting.finding = Finding::kAtSource;
  } else {
    if (SameSet(partition->replicas, move.before)) sighting.finding = Finding::kReordered;
    sighting.detail =
        fmt::format("its replicas are {}, neither {} nor {}", BrokersText(partition->replicas),
                    BrokersText(move.before), BrokersText(move.after));
  }
  return sighting;
}

bool NeedsToSettle(StepState state, Finding finding) {
  switch (finding) {
    case Finding::kTopicGone:
    case Finding::kElsewhere:
    case Finding::kAtSource:
    case Finding::kReordered:
      return true;
    case Finding::kAtTarget:
      return state == StepState::kPending;
    case Finding::kUnreadable:
    case Finding::kTopicReplaced:
    case Finding::kOurs:
    case Finding::kForeign:
      return false;
  }
  return true;
}

std::optional<Verdict> Judge(const StepRecord& step, const Sighting& sighting, bool settled,
                             bool stopping, std::int32_t max_attempts) {
  if (IsTerminal(step.state)) return std::nullopt;
  const bool settles =
      NeedsToSettle(step.state, sighting.finding) && !Sabotaged("I2.settled-first");
  if (settles && !settled) return std::nullopt;
  switch (sighting.finding) {
    case Finding::kUnreadable:
      return std::nullopt;
    case Finding::kTopicGone:
      return Verdict{StepState::kVoided, fmt::format("{} was deleted", Name(step))};
    case Finding::kTopicReplaced:
      return Verdict{StepState::kVoided,
                     fmt::format("topic {} was deleted and made anew; the plan was for the old one",
                                 step.move.partition.topic)};
    case Finding::kForeign:
      if (Sabotaged("I12.replaced-by-others")) return std::nullopt;
      return Verdict{StepState::kYielded,
                     fmt::format("another tool {} {}: {}",
                                 step.state == StepState::kPending ? "started" : "replaced",
                                 Work(step), sighting.detail)};
    case Finding::kReordered:
      // After our own cancel StepDriver puts the order right; otherwise it is somebody's doing.
      if (step.cancel != CancelCause::kNone) return std::nullopt;
      [[fallthrough]];
    case Finding::kElsewhere:
      return Verdict{StepState::kYielded,
                     fmt::format("another tool changed {}: {}", Name(step), sighting.detail)};
    case Finding::kOurs:
    case Finding::kAtTarget:
    case Finding::kAtSource:
      break;
  }
  if (step.state == StepState::kPending) return JudgePending(step, sighting);
  if (sighting.finding == Finding::kAtTarget) {
    Verdict verdict = AtTarget(step, sighting.leader, stopping);
    if (verdict.state == step.state) return std::nullopt;
    return verdict;
  }
  if (sighting.finding == Finding::kOurs) {
    if (step.state == StepState::kSubmitted) return Verdict{StepState::kInProgress, step.note};
    if (step.state == StepState::kInProgress) return std::nullopt;
    return Verdict{StepState::kYielded, fmt::format("another tool reassigns {} again", Name(step))};
  }
  if (step.state == StepState::kElecting) {
    return Verdict{StepState::kYielded, fmt::format("another tool moved {} back to {}", Name(step),
                                                    BrokersText(step.move.before))};
  }
  // Kafka said that the partition is made; a broker may be long in hearing of it.
  if (IsNewPartition(step.move) && step.delivery == Delivery::kAccepted) return std::nullopt;
  return BackAtSource(step, stopping, max_attempts);
}

}  // namespace levelwind::actions
