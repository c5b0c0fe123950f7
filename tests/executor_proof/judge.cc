#include "tests/executor_proof/judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "tests/executor_proof/judge_state.h"

namespace levelwind::testing {

bool In(const std::vector<BrokerId>& list, BrokerId broker) {
  return std::find(list.begin(), list.end(), broker) != list.end();
}

std::vector<BrokerId> Without(const std::vector<BrokerId>& list,
                              const std::vector<BrokerId>& other) {
  std::vector<BrokerId> rest;
  std::copy_if(list.begin(), list.end(), std::back_inserter(rest),
               [&](BrokerId broker) { return !In(other, broker); });
  return rest;
}

bool SameMembers(const std::vector<BrokerId>& a, const std::vector<BrokerId>& b) {
  return Without(a, b).empty() && Without(b, a).empty();
}

bool HasSignature(const PartitionState& now, const Move& move) {
  return SameMembers(now.adding, Without(move.after, move.before)) &&
         SameMembers(now.removing, Without(move.before, move.after));
}

std::string ListText(const std::vector<BrokerId>& list) {
  return fmt::format("[{}]", fmt::join(list, ","));
}

void Judge::Break(const std::string& rule, std::string what) {
  found_.push_back({rule, index_, std::move(what)});
}

std::vector<Violation> Judge::Run() {
  for (index_ = 0; index_ < history_.events.size(); ++index_) {
    const Event& event = history_.events[index_];
    if (!first_) first_ = event.state;
    OnState(event);
    switch (event.kind) {
      case EventKind::kState:
      case EventKind::kCalm:
        break;
      case EventKind::kLook:
        blind_ = false;
        OnLook(event);
        break;
      case EventKind::kBlind:
        blind_ = true;
        break;
      case EventKind::kCommit:
        OnCommit(event);
        break;
      case EventKind::kRequest:
        OnRequest(event);
        break;
      case EventKind::kRestart:
        OnRestart();
        break;
      case EventKind::kForeign:
        foreign_partitions_.insert(event.touched.begin(), event.touched.end());
        if (!event.config.key.empty()) foreign_configs_.insert(event.config);
        break;
    }
    last_ = event.state;
  }
  AtEnd();
  return std::move(found_);
}

// I16 without records: a replica is in sync only when it has them all, so that between two states
// one must stay, or the new ones have caught up with a live one meanwhile: copies that were added,
// and replicas that were behind.
void Judge::OnState(const Event& event) {
  if (!last_ || last_ == event.state || event.kind == EventKind::kForeign) return;
  CheckRacks(event);
  for (const auto& [tp, now] : event.state->partitions) {
    const auto before = last_->partitions.find(tp);
    if (before == last_->partitions.end() || before->second.topic_id != now.topic_id) continue;
    const auto& old = before->second.isr;
    const bool stays = old.empty() || Without(old, now.isr).size() < old.size();
    const auto lives = [&](BrokerId broker) { return last_->live.count(broker) > 0; };
    const bool copied = std::any_of(old.begin(), old.end(), lives) &&
                        Without(now.isr, before->second.replicas).empty();
    if (!stays && !copied) {
      Break("I16", fmt::format("{}: none of the in-sync replicas {} is one any more ({})",
                               tp.ToString(), ListText(old), ListText(now.isr)));
    }
  }
}

// What the executor now knows to be in another tool's hands is not its own again (I12).
void Judge::OnLook(const Event& event) {
  for (const auto& [key, step] : steps_) {
    const auto now = event.state->partitions.find(step.move.partition);
    if (IsTerminal(step.state) || now == event.state->partitions.end()) continue;
    if (step.move.kind == MoveKind::kLogDir) {
      const auto future = now->second.futures.find(step.move.broker);
      if (future != now->second.futures.end() && future->second.dir != step.move.to_dir &&
          step.cancel == store::CancelCause::kNone) {
        yielded_.insert(key);
      }
    } else if (now->second.moving && !HasSignature(now->second, step.move)) {
      yielded_.insert(key);
    }
  }
}

void Judge::OnCommit(const Event& event) {
  for (const store::OperationRecord& row : event.batch.operations) {
    if (operations_.count(row.id) == 0) {
      for (const auto& [tp, now] : event.state->partitions) {
        for (BrokerId broker : now.replicas) {
          if (event.state->live.count(broker) == 0) dead_at_start_[row.id].insert(broker);
          if (!In(now.isr, broker)) behind_at_start_[row.id].emplace(tp, broker);
        }
      }
    } else if (IsTerminal(operations_[row.id].state) && operations_[row.id].state != row.state) {
      Break("I2", row.id + " was over and is not any more");
    }
    operations_[row.id] = row;
  }
  for (const auto& change : event.batch.steps) OnStepRow(event, change.operation, change.step);
  for (const store::PreimageRecord& row : event.batch.preimages) {
    const ConfigName name{row.scope == store::ConfigScope::kTopic, row.resource, row.key};
    preimages_[{row.operation, {name, row.entry}}] = row;
  }
  for (const store::AuditRecord& row : event.batch.audit) {
    if (row.outcome == "sent") announced_.push_back(row);
  }
  CheckBounds(event);
}

void Judge::OnStepRow(const Event& event, const std::string& operation,
                      const store::StepRecord& row) {
  const StepKey key{operation, row.number};
  const auto known = steps_.find(key);
  if (known != steps_.end() && IsTerminal(known->second.state)) {
    if (known->second.state != row.state) {
      Break("I2", fmt::format("step {} of {} was over and changed", row.number, operation));
    }
    return;
  }
  if (known != steps_.end() && row.state == StepState::kDone) CheckReached(event, row);
  steps_[key] = row;
}

// An outcome is what the cluster shows, never what a request promised (I1).
void Judge::CheckReached(const Event& event, const store::StepRecord& row) {
  const Move& move = row.move;
  const auto now = event.state->partitions.find(move.partition);
  const std::string name = move.partition.ToString();
  if (now == event.state->partitions.end() || now->second.topic_id != move.topic_id) {
    return Break("I13", name + " is called done, but its topic is not the plan's any more");
  }
  if (move.kind == MoveKind::kLogDir) {
    const auto dir = now->second.dirs.find(move.broker);
    if (dir == now->second.dirs.end() || dir->second != move.to_dir) {
      Break("I1", name + " is called done, but the replica is not in the planned log dir");
    }
  } else if (now->second.moving || now->second.replicas != move.after) {
    Break("I1", fmt::format("{} is called done, but has {}", name, ListText(now->second.replicas)));
  }
}

void Judge::OnRestart() {
  // At most one announced request per crash was not sent.
  lost_to_crashes_ += announced_.empty() ? 0 : 1;
  if (announced_.size() > 1) Break("I18", "audit rows without a request");
  announced_.clear();
  next_start_ms_ = 0;  // Not in the journal: a limit of the long run.
}

void Judge::AtEnd() {
  index_ = history_.events.empty() ? 0 : history_.events.size() - 1;
  if (!last_) return;
  if (!announced_.empty()) Break("I18", "audit rows without a request");
  for (const auto& [id, operation] : operations_) {
    if (IsTerminal(operation.state)) continue;
    if (operation.hold_reason.empty()) Break("I2", id + " neither ended nor says what holds it");
  }
  for (const auto& [key, step] : steps_) {
    const bool over = IsTerminal(operations_[key.first].state);
    if (over && !IsTerminal(step.state)) {
      Break("I2", fmt::format("{} is over, its step {} is not", key.first, step.number));
    }
    const auto now = last_->partitions.find(step.move.partition);
    if (step.state != StepState::kDone || foreign_partitions_.count(step.move.partition) > 0 ||
        now == last_->partitions.end() || step.move.kind == MoveKind::kLogDir) {
      continue;
    }
    const bool undone = !operations_[key.first].undone_by.empty();
    if (!undone && now->second.replicas != step.move.after) {
      Break("I2", fmt::format("{} was done, but has {} in the end", step.move.partition.ToString(),
                              ListText(now->second.replicas)));
    }
  }
  CheckLeftovers(*history_.events.front().state, *last_);
}

// I7: in the end every value is what it was, except where somebody else has set it since.
void Judge::CheckLeftovers(const ClusterState& first, const ClusterState& last) {
  for (const auto& [id, operation] : operations_) {
    if (!IsTerminal(operation.state)) return;  // It may still need them.
  }
  std::set<ConfigName> names;
  for (const auto& [name, value] : first.throttles) names.insert(name);
  for (const auto& [name, value] : last.throttles) names.insert(name);
  for (const ConfigName& name : names) {
    const auto was = first.throttles.find(name);
    const auto is = last.throttles.find(name);
    const bool same = (was == first.throttles.end()) == (is == last.throttles.end()) &&
                      (was == first.throttles.end() || was->second == is->second);
    if (same || foreign_configs_.count(name) > 0) continue;
    const TopicPartition any{name.resource, 0};
    if (name.topic && foreign_partitions_.count(any) > 0 && is == last.throttles.end()) continue;
    Break("I7", fmt::format("{} {} {} was {} and is {} in the end", name.topic ? "topic" : "broker",
                            name.resource, name.key,
                            was == first.throttles.end() ? "unset" : "'" + was->second + "'",
                            is == last.throttles.end() ? "unset" : "'" + is->second + "'"));
  }
}

std::optional<Judge::StepKey> Judge::OpenStep(const TopicPartition& partition,
                                              BrokerId dir_broker) const {
  for (const auto& [key, step] : steps_) {
    if (IsTerminal(step.state) || step.move.partition != partition) continue;
    const bool dir = step.move.kind == MoveKind::kLogDir;
    if (dir ? step.move.broker == dir_broker : dir_broker == kNoBroker) return key;
  }
  return std::nullopt;
}

std::set<TopicPartition> Judge::OpenPartitions() const {
  std::set<TopicPartition> open;
  for (const auto& [key, step] : steps_) {
    if (!IsTerminal(step.state)) open.insert(step.move.partition);
  }
  return open;
}

std::int32_t Judge::MinIsr(const ClusterState& state, const TopicPartition& partition) const {
  const auto found = state.min_isr.find(partition.topic);
  return found == state.min_isr.end() ? 1 : found->second;
}

std::vector<Violation> JudgeHistory(const History& history) { return Judge(history).Run(); }

std::string ToText(const std::vector<Violation>& violations, std::size_t limit) {
  std::string text;
  for (std::size_t i = 0; i < violations.size() && i < limit; ++i) {
    const Violation& violation = violations[i];
    text += fmt::format("{} at event {}: {}\n", violation.rule, violation.event, violation.what);
  }
  return text;
}

}  // namespace levelwind::testing
