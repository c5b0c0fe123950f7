#include "actions/preflight.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "actions/step_chain.h"
#include "base/sabotage.h"

namespace levelwind::actions {
namespace {

constexpr std::string_view kPlanAgain = "make a new plan with 'levelwind plan'";

Error Changed(const std::string& what) {
  return Error(ErrorCode::kAborted, fmt::format("{}; {}", what, kPlanAgain));
}

bool HasDuplicate(const std::vector<BrokerId>& brokers) {
  return std::set<BrokerId>(brokers.begin(), brokers.end()).size() != brokers.size();
}

Status CheckMove(const Move& move) {
  const std::string name = move.partition.ToString();
  if (move.kind == MoveKind::kLogDir) {
    const bool fit = move.before == move.after && Contains(move.before, move.broker) &&
                     !move.from_dir.empty() && !move.to_dir.empty() && move.from_dir != move.to_dir;
    if (fit) return Ok();
    return InvalidArgument(
        fmt::format("{}: from '{}' to '{}' on broker {} is not a move between its log dirs", name,
                    move.from_dir, move.to_dir, move.broker));
  }
  const bool made = IsNewPartition(move);
  if (move.before.empty() != made || move.after.empty() || HasDuplicate(move.after)) {
    return InvalidArgument(fmt::format("{}: {} -> {} is not a valid replica list", name,
                                       BrokersText(move.before), BrokersText(move.after)));
  }
  return Ok();
}

/// `follows`: an earlier move of the proposal leads to where this one begins.
Status CheckPartition(const Move& move, const Observation& seen, bool follows) {
  const std::string name = move.partition.ToString();
  const kafka::TopicInfo* topic = seen.FindTopic(move.partition.topic);
  const kafka::PartitionInfo* partition = seen.FindPartition(move.partition);
  const bool made = IsNewPartition(move);
  if (topic == nullptr || (partition == nullptr && !made)) {
    return Changed(fmt::format("{} does not exist any more", made ? move.partition.topic : name));
  }
  if (partition != nullptr && made) return Changed(fmt::format("{} exists already", name));
  if (!topic->id.is_none() && !move.topic_id.is_none() && topic->id != move.topic_id &&
      !Sabotaged("I13.same-topic-when-accepted")) {
    return Changed(fmt::format("topic {} was deleted and made anew since the plan (id {}, was {})",
                               topic->name, topic->id.ToString(), move.topic_id.ToString()));
  }
  if (const auto* running = seen.FindReassignment(move.partition);
      running != nullptr && !Sabotaged("I12.at-rest-when-accepted")) {
    return Changed(fmt::format("{} is being reassigned by another tool (adding {}, removing {})",
                               name, BrokersText(running->adding), BrokersText(running->removing)));
  }
  if (!made && !follows && partition->replicas != move.before &&
      !Sabotaged("I3.made-for-what-is-there")) {
    return Changed(fmt::format("{} has replicas {}, the plan was made for {}", name,
                               BrokersText(partition->replicas), BrokersText(move.before)));
  }
  for (BrokerId broker : Targets(move)) {
    if (!seen.IsLive(broker) && !Sabotaged("I10.live-when-accepted")) {
      return FailedPrecondition(
          fmt::format("{} is to go to broker {}, which is not live; start it, "
                      "or {}",
                      name, broker, kPlanAgain));
    }
  }
  return Ok();
}

Status CheckNewPartitions(const Proposal& proposal, const Observation& seen) {
  std::map<std::string, std::set<std::int32_t>> numbers;
  for (const Move& move : proposal.moves) {
    if (IsNewPartition(move)) numbers[move.partition.topic].insert(move.partition.partition);
  }
  for (const auto& [name, wanted] : numbers) {
    const kafka::TopicInfo* topic = seen.FindTopic(name);
    const auto have = static_cast<std::int32_t>(topic == nullptr ? 0 : topic->partitions.size());
    const auto last = have + static_cast<std::int32_t>(wanted.size()) - 1;
    if (*wanted.begin() == have && *wanted.rbegin() == last) continue;
    return InvalidArgument(
        fmt::format("topic {} has {} partitions; new ones must follow on them, and the plan has {} "
                    "from {}-{} to {}-{}",
                    name, have, wanted.size(), name, *wanted.begin(), name, *wanted.rbegin()));
  }
  return Ok();
}

}  // namespace

Status CheckProposal(const Proposal& proposal, const Observation& seen) {
  if (proposal.empty()) {
    return FailedPrecondition(
        fmt::format("proposal {} has no moves, so there is nothing to apply", proposal.id));
  }
  if (!proposal.cluster_id.empty() && proposal.cluster_id != seen.cluster_id()) {
    return FailedPrecondition(fmt::format("proposal {} was made for cluster {}, this is {}; {}",
                                          proposal.id, proposal.cluster_id, seen.cluster_id(),
                                          kPlanAgain));
  }
  // A partition may have several replicas that go to other log dirs, and nothing else then.
  // Others follow one on the other.
  std::map<std::pair<TopicPartition, BrokerId>, const Move*> known;
  std::unordered_set<TopicPartition> between_brokers, within_brokers;
  for (const Move& move : proposal.moves) {
    LW_RETURN_IF_ERROR(CheckMove(move));
    const bool within = move.kind == MoveKind::kLogDir;
    (within ? within_brokers : between_brokers).insert(move.partition);
    const auto [at, first] =
        known.try_emplace({move.partition, within ? move.broker : kNoBroker}, &move);
    const Move* earlier = std::exchange(at->second, &move);
    if ((!first && !Follows(move, *earlier)) ||
        (within ? between_brokers : within_brokers).count(move.partition) > 0) {
      return InvalidArgument(fmt::format("{} is in the proposal twice", move.partition.ToString()));
    }
    LW_RETURN_IF_ERROR(CheckPartition(move, seen, !first));
  }
  return CheckNewPartitions(proposal, seen);
}

std::set<std::string> ShrunkTopics(const Proposal& proposal) {
  std::set<std::string> topics;
  for (const Move& move : proposal.moves) {
    if (Shrinks(move)) topics.insert(move.partition.topic);
  }
  return topics;
}

Status CheckShrinks(const Proposal& proposal, const Observation& seen, const MinIsr& min_isr) {
  for (const Move& move : proposal.moves) {
    if (auto reason = WhyNotShrink(move, seen, min_isr)) return FailedPrecondition(*reason);
  }
  return Ok();
}

std::set<BrokerId> LogDirBrokers(const Proposal& proposal) {
  std::set<BrokerId> brokers;
  for (const Move& move : proposal.moves) {
    if (move.kind == MoveKind::kLogDir) brokers.insert(move.broker);
  }
  return brokers;
}

Status CheckLogDirs(const Proposal& proposal, const Observation& seen, const LogDirLook& look) {
  for (const Move& move : proposal.moves) {
    if (move.kind != MoveKind::kLogDir) continue;
    const std::string name =
        fmt::format("the replica of {} on broker {}", move.partition.ToString(), move.broker);
    store::StepRecord step;
    step.move = move;
    const Sighting sighting = LookAtLogDirs(step, seen, look);
    if (sighting.finding == Finding::kUnreadable) {
      return Unavailable(
          fmt::format("{} cannot be looked at: the broker does not tell its log dirs; "
                      "try again when it does",
                      name));
    }
    if (sighting.finding == Finding::kOurs || sighting.finding == Finding::kForeign) {
      return Changed(fmt::format("{} is being moved by another tool ({})", name, sighting.detail));
    }
    if (sighting.finding != Finding::kAtSource) {
      return Changed(fmt::format("{} is not in {} any more", name, move.from_dir));
    }
    const kafka::LogDirInfo* target = look.FindDir({move.broker, move.to_dir});
    if (target == nullptr || target->error != 0) {
      return FailedPrecondition(
          fmt::format("{} is to go to {}, which has failed or is no log dir of "
                      "the broker; {}",
                      name, move.to_dir, kPlanAgain));
    }
  }
  return Ok();
}

}  // namespace levelwind::actions
