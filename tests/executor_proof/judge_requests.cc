// The judge's side that reads requests about assignments and leaders.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/executor_proof/judge_state.h"

namespace levelwind::testing {

using store::CancelCause;
using store::StepRecord;

void Judge::OnRequest(const Event& event) {
  const auto row =
      std::find_if(announced_.begin(), announced_.end(), [&](const store::AuditRecord& audit) {
        return audit.api == event.request.api && audit.generation == event.generation;
      });
  if (row == announced_.end()) {
    Break("I18", event.request.api + " was sent without an audit row on disk");
  } else {
    announced_.erase(row);
  }
  if (event.generation < generation_) {
    Break("I11", fmt::format("generation {} sends after {} did", event.generation, generation_));
  }
  generation_ = event.generation;
  const bool open = std::any_of(operations_.begin(), operations_.end(),
                                [](const auto& item) { return !IsTerminal(item.second.state); });
  const bool owing = std::any_of(preimages_.begin(), preimages_.end(),
                                 [](const auto& item) { return IsOpen(item.second.state); });
  if (!open && !owing) Break("I15", event.request.api + " was sent, but nobody asked for anything");
  if (blind_) Break("I17", event.request.api + " was sent, but the cluster could not be read");
  CheckSizes(event);
  for (const auto& request : event.request.reassignments) OnReassign(event, request);
  for (const TopicPartition& partition : event.request.elections) OnElection(event, partition);
  for (const auto& move : event.request.dir_moves) OnDirMove(event, move);
  for (const auto& change : event.request.configs) OnConfig(event, change);
  if (!event.request.reassignments.empty()) {
    CheckCaps(event);
    CheckBytes(event);
  }
  if (!event.request.dir_moves.empty()) CheckDirCaps(event);
}

void Judge::OnReassign(const Event& event, const kafka::ReassignmentRequest& request) {
  const std::string name = request.partition.ToString();
  const auto key = OpenStep(request.partition, kNoBroker);
  const auto now = event.state->partitions.find(request.partition);
  if (!key) return Break("I1", name + " is reassigned, but no open step in the journal says so");
  const StepRecord& step = steps_.at(*key);
  if (now == event.state->partitions.end() || now->second.topic_id != step.move.topic_id) {
    return Break("I13", name + " is reassigned, but its topic is gone or another");
  }
  if (yielded_.count(*key) > 0) {
    Break("I12", name + " was seen in another tool's hands and is touched again");
  }
  if (step.cancel != CancelCause::kNone) return OnTakeBack(event, request, step, now->second);
  if (!request.replicas) return Break("I1", name + " is cancelled, but the journal has no word");
  if (step.state != StepState::kSubmitted || step.delivery != store::Delivery::kIntended) {
    Break("I1", name + " is reassigned, but the journal does not say that it is about to be sent");
  }
  if (*request.replicas != step.move.after) {
    Break("I3", fmt::format("{} is reassigned to {}, the plan says {}", name,
                            ListText(*request.replicas), ListText(step.move.after)));
  }
  OnStart(event, key->first, step);
}

void Judge::OnStart(const Event& event, const std::string& operation, const StepRecord& step) {
  const Move& move = step.move;
  const std::string name = move.partition.ToString();
  const PartitionState& now = event.state->partitions.at(move.partition);
  if (event.request.allow_factor_change != (move.before.size() != move.after.size())) {
    Break("I3", name + ": Kafka is not asked to guard its replication factor");
  }
  if (now.moving) {
    Break(HasSignature(now, move) ? "I2" : "I12", name + " is moving already");
  } else if (now.replicas != move.before) {
    Break(now.replicas == move.after ? "I2" : "I12",
          fmt::format("{} is at {}, the plan was for {}", name, ListText(now.replicas),
                      ListText(move.before)));
  }
  for (BrokerId broker : Without(move.after, move.before)) {
    if (event.state->live.count(broker) > 0) continue;
    Break("I10", fmt::format("{} is sent to broker {}, which is not live", name, broker));
  }
  CheckInSync(event, operation, step, now);
  CheckMayStart(operation, step);
  CheckThrottled(event, step);
  CheckRacksInSync(event, step, now);
  CheckKnown(event, step);
  const auto copies = static_cast<std::int64_t>(Without(move.after, move.before).size());
  if (copies > 0) CheckBudgets(event, step, now.size * copies);
}

void Judge::CheckInSync(const Event& event, const std::string& operation, const StepRecord& step,
                        const PartitionState& now) {
  const Move& move = step.move;
  const std::string name = move.partition.ToString();
  const auto least = static_cast<std::size_t>(std::max(1, MinIsr(*event.state, move.partition)));
  const std::size_t staying = now.isr.size() - Without(now.isr, move.after).size();
  const bool copies = !Without(move.after, move.before).empty();
  if (!copies && staying < least && staying < now.isr.size()) {
    Break("I4",
          fmt::format("{} would keep {} in-sync replicas of at least {}", name, staying, least));
  }
  if (move.after.size() < move.before.size() && (staying == 0 || move.after.size() < least)) {
    Break("I3", name + " would have fewer replicas than its topic needs");
  }
  const std::vector<BrokerId> behind = Without(move.before, now.isr);
  const bool repairs = behind.size() > Without(behind, Without(move.before, move.after)).size();
  if (now.isr.size() < std::min(move.before.size(), least + 1) && !repairs) {
    Break("I5", fmt::format("{} is started with {} of {} replicas in sync", name, now.isr.size(),
                            move.before.size()));
  }
  CheckStress(event, operation);
}

// No new step while a partition outside the plan is under its min ISR, unless it was before.
void Judge::CheckStress(const Event& event, const std::string& operation) {
  const std::set<TopicPartition> ours = OpenPartitions();
  const std::set<BrokerId>& dead = dead_at_start_[operation];
  for (const auto& [tp, now] : event.state->partitions) {
    if (ours.count(tp) > 0) continue;
    const std::vector<BrokerId> settled = Without(now.replicas, now.adding);
    const auto needed =
        std::min(settled.size(), static_cast<std::size_t>(MinIsr(*event.state, tp)));
    if (now.isr.size() >= needed) continue;
    const std::vector<BrokerId> missing = Without(settled, now.isr);
    const auto& behind = behind_at_start_[operation];
    if (std::all_of(missing.begin(), missing.end(), [&, &tp = tp](BrokerId broker) {
          return dead.count(broker) > 0 || behind.count({tp, broker}) > 0;
        })) {
      continue;
    }
    return Break("I5", fmt::format("a step is started while {} is under its min ISR ({})",
                                   tp.ToString(), ListText(now.isr)));
  }
}

void Judge::CheckMayStart(const std::string& operation, const StepRecord& step) {
  const store::OperationRecord& header = operations_[operation];
  if (header.cancel_requested) {
    Break("I14", step.move.partition.ToString() + " is started after the cancel");
  }
  if (header.pause != store::PauseCause::kNone) {
    Break("I14", step.move.partition.ToString() + " is started while the operation is paused");
  }
}

void Judge::OnTakeBack(const Event&, const kafka::ReassignmentRequest& request,
                       const StepRecord& step, const PartitionState& now) {
  const std::string name = request.partition.ToString();
  if (request.replicas) {
    if (*request.replicas != step.move.before || now.moving ||
        !SameMembers(now.replicas, step.move.before)) {
      Break("I12", name + ": only the order of before may be put back after a cancel");
    }
    return;
  }
  if (now.moving && !HasSignature(now, step.move)) {
    Break("I12", "another tool's move of " + name + " is cancelled");
  }
  if (now.moving && Without(now.isr, step.move.before).size() == now.isr.size()) {
    Break("I4", name + " is taken back while only new replicas are in sync");
  }
}

void Judge::OnElection(const Event& event, const TopicPartition& partition) {
  const std::string name = partition.ToString();
  const auto key = OpenStep(partition, kNoBroker);
  const auto now = event.state->partitions.find(partition);
  if (!key || steps_.at(*key).state != StepState::kElecting) {
    return Break("I1", "an election of " + name + " is not in the journal");
  }
  const StepRecord& step = steps_.at(*key);
  if (now == event.state->partitions.end() || now->second.topic_id != step.move.topic_id) {
    return Break("I13", "an election of " + name + ", whose topic is gone or another");
  }
  if (yielded_.count(*key) > 0) Break("I12", name + " is another tool's and gets an election");
  if (now->second.replicas != step.move.after) {
    Break("I12", "an election of " + name + " would not elect the planned leader");
  }
  if (step.attempts > 1 || step.sent_at.unix_ms != 0) return;
  CheckStress(event, key->first);
  CheckMayStart(key->first, step);
}

// I6 counts what really runs, whoever started it, and what this request adds.
void Judge::CheckCaps(const Event& event) {
  std::map<BrokerId, std::int32_t> in, out;
  std::set<BrokerId> added_to, given_by;
  std::int32_t moving = 0;
  bool copies = false;
  for (const auto& [tp, now] : event.state->partitions) {
    if (!now.moving || now.adding.empty()) continue;
    ++moving;
    for (BrokerId broker : now.adding) ++in[broker];
    ++out[now.leader];
  }
  for (const auto& request : event.request.reassignments) {
    const auto now = event.state->partitions.find(request.partition);
    if (!request.replicas || now == event.state->partitions.end() || now->second.moving) continue;
    const auto adding = Without(*request.replicas, now->second.replicas);
    if (adding.empty()) continue;
    copies = true;
    ++moving;
    for (BrokerId broker : adding) {
      ++in[broker];
      added_to.insert(broker);
    }
    ++out[now->second.leader];
    given_by.insert(now->second.leader);
  }
  const Limits& limits = history_.limits;
  if (copies && moving > limits.moves_cluster) {
    Break("I6", fmt::format("{} moves in the cluster, at most {}", moving, limits.moves_cluster));
  }
  for (BrokerId broker : added_to) {
    if (in[broker] <= limits.moves_per_broker) continue;
    Break("I6", fmt::format("broker {} takes in {} moves", broker, in[broker]));
  }
  for (BrokerId broker : given_by) {
    if (out[broker] <= limits.moves_per_broker) continue;
    Break("I6", fmt::format("broker {} gives out {} moves", broker, out[broker]));
  }
}

// I7: nothing is copied before the throttles that hold it are there.
void Judge::CheckThrottled(const Event& event, const StepRecord& step) {
  const Move& move = step.move;
  const std::vector<BrokerId> added = Without(move.after, move.before);
  if (!history_.limits.throttled || added.empty()) return;
  const auto has_rate = [&](BrokerId broker, const char* key) {
    const ConfigName name{false, std::to_string(broker), key};
    return event.state->live.count(broker) == 0 || foreign_configs_.count(name) > 0 ||
           event.state->throttles.count(name) > 0;
  };
  const auto in_list = [&](BrokerId broker, const char* key) {
    const ConfigName name{true, move.partition.topic, key};
    const auto list = event.state->throttles.find(name);
    const std::string entry = fmt::format("{}:{}", move.partition.partition, broker);
    return foreign_configs_.count(name) > 0 ||
           (list != event.state->throttles.end() && ListNamesEntry(list->second, entry));
  };
  const auto check = [&](BrokerId broker, const char* rate, const char* list) {
    if (has_rate(broker, rate) && in_list(broker, list)) return;
    Break("I7", fmt::format("{} is copied without a throttle on broker {}",
                            move.partition.ToString(), broker));
  };
  for (BrokerId broker : move.before) {
    check(broker, "leader.replication.throttled.rate", "leader.replication.throttled.replicas");
  }
  for (BrokerId broker : added) {
    check(broker, "follower.replication.throttled.rate", "follower.replication.throttled.replicas");
  }
}

}  // namespace levelwind::testing
