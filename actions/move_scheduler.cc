#include "actions/move_scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "actions/log_dir_driver.h"
#include "base/sabotage.h"

namespace levelwind::actions {
namespace {

using store::StepRecord;

bool IsReassignmentInFlight(const StepRecord& step) {
  return step.state == StepState::kSubmitted || step.state == StepState::kInProgress;
}

void Count(InFlight& flight, const std::vector<BrokerId>& adding, BrokerId leader) {
  if (adding.empty()) return;
  ++flight.partitions;
  for (BrokerId broker : adding) ++flight.in[broker];
  if (leader != kNoBroker) ++flight.out[leader];
}

BrokerId LeaderOf(const Observation& seen, const TopicPartition& tp) {
  const kafka::PartitionInfo* partition = seen.FindPartition(tp);
  return partition == nullptr ? kNoBroker : partition->leader;
}

// Why the step may not start, whatever the caps say.
std::optional<std::string> NotStartable(const StepRecord& step, const Observation& seen) {
  const kafka::PartitionInfo* partition = seen.FindPartition(step.move.partition);
  const bool at_source =
      partition != nullptr && Look(step.move, seen).finding == Finding::kAtSource;
  if (partition == nullptr || (!at_source && !Sabotaged("I12.only-from-its-source"))) {
    return "waiting for a clear view of the partition";
  }
  if (const auto dead = DeadTargets(step, seen);
      !dead.empty() && !Sabotaged("I10.live-when-sent")) {
    return fmt::format("waiting for target broker {}, which is not live", dead.front());
  }
  if (partition->leader == kNoBroker) return "waiting for a leader: the partition is offline";
  if (Sabotaged("I5.itself-in-sync") || Sabotaged("I16.last-in-sync")) return std::nullopt;
  const std::vector<BrokerId> removed = step.move.Removed();
  for (BrokerId broker : partition->replicas) {
    if (Contains(partition->isr, broker)) continue;
    // The step repairs it, or it only goes, and nothing is copied that would take its breath.
    const bool goes = Contains(removed, broker);
    // One on a failed log dir never catches up, although its broker lives.
    const bool lost = !seen.IsLive(broker) || Contains(partition->offline, broker);
    if (goes && (lost || step.move.Added().empty())) continue;
    return fmt::format("waiting for the replica on broker {} to catch up", broker);
  }
  return std::nullopt;
}

std::optional<std::string> OverCap(const StepRecord& step, const InFlight& flight, BrokerId leader,
                                   const ExecutorOptions& options) {
  const std::vector<BrokerId> added = step.move.Added();
  if (added.empty()) {
    const bool room = flight.leader_moves < options.max_leader_moves_per_batch;
    if (room || Sabotaged("I6.leader-moves")) return std::nullopt;
    return fmt::format("waiting for its turn: {} leader moves are under way", flight.leader_moves);
  }
  if (flight.partitions >= options.max_moves_cluster && !Sabotaged("I6.moves-in-the-cluster")) {
    return fmt::format("waiting for its turn: {} moves are under way in the cluster",
                       flight.partitions);
  }
  const auto at_cap = [&](const std::map<BrokerId, std::int32_t>& counts, BrokerId broker) {
    const auto found = counts.find(broker);
    return found != counts.end() && found->second >= options.max_moves_per_broker &&
           !Sabotaged("I6.moves-of-a-broker");
  };
  for (BrokerId broker : added) {
    if (at_cap(flight.in, broker)) {
      return fmt::format("waiting for its turn: broker {} takes in {} moves", broker,
                         flight.in.at(broker));
    }
  }
  if (at_cap(flight.out, leader)) {
    return fmt::format("waiting for its turn: broker {} gives out {} moves", leader,
                       flight.out.at(leader));
  }
  return std::nullopt;
}

// Why an election for the step would fail now.
std::optional<std::string> NotElectable(const StepRecord& step, const Observation& seen) {
  const BrokerId preferred = step.move.after.front();
  const Sighting sighting = Look(step.move, seen);
  if (sighting.finding != Finding::kAtTarget || sighting.leader == preferred) {
    return "waiting for a clear view of the partition";
  }
  if (!seen.IsLive(preferred)) {
    return fmt::format("waiting for broker {}, the preferred leader, which is not live", preferred);
  }
  const kafka::PartitionInfo* partition = seen.FindPartition(step.move.partition);
  if (partition == nullptr || !Contains(partition->isr, preferred)) {
    return fmt::format("waiting for the preferred leader on broker {} to be in sync", preferred);
  }
  return std::nullopt;
}

std::vector<std::size_t> PendingInOrder(const OperationRun& run, const Observation& seen) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < run.steps().size(); ++i) {
    const StepRecord& step = run.steps()[i];
    const bool others = IsLogDirStep(step) || IsNewPartition(step.move);
    if (step.state == StepState::kPending && !others && run.WaitsForStep(i) == 0) {
      order.push_back(i);
    }
  }
  const auto rank = [&](std::size_t i) {
    const StepRecord& step = run.steps()[i];
    const std::vector<BrokerId> removed = step.move.Removed();
    const bool repair = std::any_of(removed.begin(), removed.end(),
                                    [&](BrokerId broker) { return !seen.IsLive(broker); });
    const int group = step.move.Added().empty() ? 0 : repair ? 1 : 2;
    // Within a class the plan's own order: every prefix of it is safe for disks and racks.
    return std::pair(group, step.number);
  };
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  return order;
}

void SelectElections(const OperationRun& run, const Observation& seen,
                     const ExecutorOptions& options, SteadyTime now, Selection& selection) {
  for (std::size_t i = 0; i < run.steps().size(); ++i) {
    const StepRecord& step = run.steps()[i];
    if (step.state != StepState::kElecting) continue;
    if (auto reason = NotElectable(step, seen)) {
      selection.waiting.emplace(i, std::move(*reason));
    } else if (now >= run.runtime(i).not_before &&
               selection.elect.size() <
                   static_cast<std::size_t>(options.max_leader_moves_per_batch)) {
      selection.elect.push_back(i);
    }
  }
}

void SelectPending(const OperationRun& run, const Observation& seen, const ExecutorOptions& options,
                   SteadyTime now, Selection& selection) {
  InFlight flight = CountInFlight(run, seen);
  const auto batch = static_cast<std::size_t>(options.max_leader_moves_per_batch);
  for (std::size_t i : PendingInOrder(run, seen)) {
    const StepRecord& step = run.steps()[i];
    const bool only_election = step.move.before == step.move.after;
    const BrokerId leader = LeaderOf(seen, step.move.partition);
    std::optional<std::string> reason =
        only_election ? NotElectable(step, seen) : NotStartable(step, seen);
    if (!reason) reason = OverCap(step, flight, leader, options);
    if (!reason && only_election && selection.elect.size() >= batch)
      reason = "waiting for its turn";
    if (reason) {
      selection.waiting.emplace(i, std::move(*reason));
      continue;
    }
    if (now < run.runtime(i).not_before) continue;
    if (step.move.Added().empty()) ++flight.leader_moves;
    Count(flight, step.move.Added(), leader);
    (only_election ? selection.elect : selection.reassign).push_back(i);
  }
}

}  // namespace

std::vector<BrokerId> DeadTargets(const StepRecord& step, const Observation& seen) {
  std::vector<BrokerId> dead;
  for (BrokerId broker : Targets(step.move)) {
    if (!seen.IsLive(broker)) dead.push_back(broker);
  }
  return dead;
}

InFlight CountInFlight(const OperationRun& run, const Observation& seen) {
  InFlight flight;
  for (const kafka::ReassignmentInfo& running : seen.reassignments()) {
    if (Sabotaged("I6.moves-of-others")) break;
    Count(flight, running.adding, LeaderOf(seen, running.partition));
  }
  for (const StepRecord& step : run.steps()) {
    if (IsLogDirStep(step)) continue;
    const bool leader_move = step.move.Added().empty() && !IsNewPartition(step.move);
    if (leader_move && (IsReassignmentInFlight(step) || step.state == StepState::kElecting)) {
      ++flight.leader_moves;
    }
    // Sent, but not listed yet or no more: it may be running all the same.
    if (!step.move.Added().empty() && IsReassignmentInFlight(step) &&
        seen.FindReassignment(step.move.partition) == nullptr) {
      Count(flight, step.move.Added(), LeaderOf(seen, step.move.partition));
    }
  }
  return flight;
}

Selection SelectSteps(const OperationRun& run, const Observation& seen,
                      const ExecutorOptions& options, SteadyTime now) {
  Selection selection;
  for (std::size_t i = 0; i < run.steps().size(); ++i) {
    const std::int32_t before = run.WaitsForStep(i);
    if (before == 0 || run.steps()[i].state != StepState::kPending) continue;
    selection.waiting.emplace(i, fmt::format("waiting for step {} of the same partition", before));
  }
  SelectElections(run, seen, options, now, selection);
  SelectPending(run, seen, options, now, selection);
  return selection;
}

}  // namespace levelwind::actions
