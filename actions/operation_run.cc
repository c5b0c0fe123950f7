#include "actions/operation_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "actions/step_chain.h"
#include "actions/step_transitions.h"
#include "base/check.h"
#include "base/log.h"
#include "base/sabotage.h"

namespace levelwind::actions {

using store::BaselineKind;
using store::BaselineRecord;
using store::StepRecord;

std::vector<BaselineRecord> MakeBaseline(const std::string& operation, const Observation& seen) {
  std::vector<BaselineRecord> rows;
  for (const kafka::TopicInfo& topic : seen.topics()) {
    for (const kafka::PartitionInfo& partition : topic.partitions) {
      const TopicPartition tp{topic.name, partition.number};
      const kafka::ReassignmentInfo* running = seen.FindReassignment(tp);
      for (BrokerId broker : partition.replicas) {
        const bool arriving = running != nullptr && Contains(running->adding, broker);
        if (seen.IsLive(broker) && !arriving && !Contains(partition.isr, broker)) {
          rows.push_back({operation, BaselineKind::kOutOfSync, tp, broker, true});
        }
      }
    }
  }
  for (BrokerId broker : seen.DeadHolders()) {
    rows.push_back({operation, BaselineKind::kDeadBroker, {}, broker, true});
  }
  return rows;
}

OperationRun::OperationRun(store::StoredOperation stored, const Clock& clock)
    : clock_(clock),
      header_(std::move(stored.header)),
      steps_(std::move(stored.steps)),
      runtime_(steps_.size()) {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].move.kind == MoveKind::kLeader || IsNewPartition(steps_[i].move)) continue;
    runtime_[i].bytes_total = std::max<std::int64_t>(0, steps_[i].move.bytes);
    const bool done = steps_[i].state == StepState::kDone;
    runtime_[i].bytes_done =
        done ? runtime_[i].bytes_total : std::min(steps_[i].bytes_done, runtime_[i].bytes_total);
    if (!IsTerminal(steps_[i].state)) runtime_[i].waiting_for = steps_[i].waiting;
  }
  std::unordered_map<TopicPartition, std::size_t> last;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const auto [at, first] = last.try_emplace(steps_[i].move.partition, i);
    const std::size_t before = std::exchange(at->second, i);
    const bool follows = !first && Follows(steps_[i].move, steps_[before].move);
    earlier_.push_back(follows ? before : i);
  }
  for (const BaselineRecord& row : stored.baseline) {
    if (row.kind == BaselineKind::kDeadBroker) {
      dead_before_.insert(row.broker);
    } else {
      out_of_sync_before_.emplace(row.partition, row.broker);
    }
  }
}

std::int32_t OperationRun::WaitsForStep(std::size_t i) const {
  const std::size_t before = earlier_[i];
  return before == i || IsTerminal(steps_[before].state) ? 0 : steps_[before].number;
}

// Whether the turn of step `i` has come. It is over when the one before it did not get there.
bool OperationRun::ComesToo(std::size_t i) {
  if (WaitsForStep(i) != 0) return false;
  if (steps_[i].state != StepState::kPending) return true;
  for (std::size_t at = i; earlier_[at] != at; at = earlier_[at]) {
    const StepRecord& before = steps_[earlier_[at]];
    // Voided: deleted, or as planned already; the look at this one tells.
    if (before.state == StepState::kDone || before.state == StepState::kVoided) continue;
    SetStep(i, StepState::kVoided,
            fmt::format("step {}, which it follows on, ended as {}", before.number,
                        StepStateName(before.state)));
    return false;
  }
  return true;
}

void OperationRun::UpdateBaseline(const Observation& seen) {
  const auto close = [&](BaselineKind kind, const TopicPartition& partition, BrokerId broker) {
    closed_baseline_.push_back({header_.id, kind, partition, broker, false});
  };
  std::erase_if(dead_before_, [&](BrokerId broker) {
    if (!seen.IsLive(broker)) return false;
    close(BaselineKind::kDeadBroker, {}, broker);
    return true;
  });
  std::erase_if(out_of_sync_before_, [&](const auto& item) {
    const kafka::PartitionInfo* partition = seen.FindPartition(item.first);
    if (partition == nullptr || !Contains(partition->isr, item.second)) return false;
    close(BaselineKind::kOutOfSync, item.first, item.second);
    return true;
  });
}

void OperationRun::SetThrottle(std::int64_t bytes_per_s, std::int32_t changes) {
  header_.throttle_bytes_per_s = bytes_per_s;
  header_.throttle_changes = changes;
  Touch();
}

bool OperationRun::StepsOver() const {
  return std::all_of(steps_.begin(), steps_.end(),
                     [](const StepRecord& step) { return IsTerminal(step.state); });
}

void OperationRun::Observe(const Observation& seen, const LogDirLook* look, SteadyTime now,
                           Duration settle, std::int32_t max_attempts) {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const StepRecord& step = steps_[i];
    if (IsTerminal(step.state) || !ComesToo(i)) continue;
    if (step.move.kind != MoveKind::kLogDir) {
      ObserveStep(i, Look(step.move, seen), now, settle, max_attempts);
    } else if (look != nullptr) {
      ObserveStep(i, LookAtLogDirs(step, seen, *look), now, settle, max_attempts);
    }
  }
}

void OperationRun::ObserveStep(std::size_t i, const Sighting& sighting, SteadyTime now,
                               Duration settle, std::int32_t max_attempts) {
  StepRuntime& runtime = runtime_[i];
  if (runtime.finding != sighting.finding || runtime.finding_since == SteadyTime{}) {
    runtime.finding = sighting.finding;
    runtime.finding_since = now;
  }
  runtime.leader = sighting.leader;
  const bool settled = now - runtime.finding_since >= settle;
  if (sighting.finding == Finding::kOurs && !steps_[i].seen &&
      steps_[i].state != StepState::kPending) {
    steps_[i].seen = true;
    runtime.last_progress = now;
    changed_steps_.insert(i);
  }
  // A copy that was whole before it was taken back: Kafka may have begun to move it back.
  const bool may_turn = steps_[i].move.kind == MoveKind::kLogDir &&
                        steps_[i].cancel != store::CancelCause::kNone &&
                        sighting.finding == Finding::kAtTarget;
  if (may_turn && !settled) return;
  if (auto verdict = Judge(steps_[i], sighting, settled, stopping(), max_attempts)) {
    SetStep(i, verdict->state, std::move(verdict->note));
  }
}

void OperationRun::Touch() {
  header_.updated_at = clock_.WallNow();
  header_changed_ = true;
}

void OperationRun::SetState(OperationState state, std::string hold_reason) {
  if (state == header_.state && hold_reason == header_.hold_reason) return;
  if (state != header_.state) {
    LW_CHECK(MayFollow(header_.state, state));
    LW_INFO("executor", "{}: {} -> {} {}", header_.id, OperationStateName(header_.state),
            OperationStateName(state), hold_reason);
  }
  header_.state = state;
  header_.hold_reason = std::move(hold_reason);
  Touch();
  if (IsTerminal(state)) {
    header_.finished_at = header_.updated_at;
    header_.bytes_per_s = MeanRate();
    header_.eta_low_s = header_.eta_high_s = kUnknown;
  }
}

// Of the whole operation, from its first request to its end; unknown when nothing was copied.
double OperationRun::MeanRate() const {
  std::int64_t bytes = 0;
  std::int64_t begin = 0;
  for (const StepRecord& step : steps_) {
    bytes += step.bytes_done;
    const std::int64_t sent = step.sent_at.unix_ms;
    if (sent != 0 && (begin == 0 || sent < begin)) begin = sent;
  }
  const std::int64_t took_ms = header_.finished_at.unix_ms - begin;
  if (bytes == 0 || begin == 0 || took_ms <= 0) return kUnknown;
  return static_cast<double>(bytes) * 1000 / static_cast<double>(took_ms);
}

void OperationRun::SaveProgress(double bytes_per_s, double eta_low_s, double eta_high_s) {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    StepRecord& step = steps_[i];
    if (step.state == StepState::kPending || IsTerminal(step.state)) continue;
    const StepRuntime& runtime = runtime_[i];
    if (step.bytes_done == runtime.bytes_done && step.waiting == runtime.waiting_for) continue;
    step.bytes_done = runtime.bytes_done;
    step.waiting = runtime.waiting_for;
    changed_steps_.insert(i);
  }
  if (!IsKnown(bytes_per_s)) return;
  header_.bytes_per_s = bytes_per_s;
  header_.eta_low_s = eta_low_s;
  header_.eta_high_s = eta_high_s;
  header_changed_ = true;
}

void OperationRun::SetStep(std::size_t i, StepState state, std::string note) {
  StepRecord& step = steps_[i];
  LW_CHECK(MayFollow(step.state, state));
  LW_INFO("executor", "{}: step {} {}: {} -> {} {}", header_.id, step.number,
          step.move.partition.ToString(), StepStateName(step.state), StepStateName(state), note);
  step.state = state;
  step.note = std::move(note);
  if (IsTerminal(state)) step.finished_at = clock_.WallNow();
  StepRuntime& runtime = runtime_[i];
  const bool ended = IsTerminal(state) && state != StepState::kDone;
  step.waiting = ended ? runtime.waiting_for : std::string();
  runtime.waiting_for.clear();
  if (state == StepState::kPending) step.delivery = store::Delivery::kNone;
  if (state == StepState::kDone || state == StepState::kElecting) {
    runtime.bytes_done = runtime.bytes_total;
  }
  step.bytes_done = runtime.bytes_done;
  changed_steps_.insert(i);
  Touch();
}

void OperationRun::SetNote(std::size_t i, std::string note) {
  if (steps_[i].note == note) return;
  steps_[i].note = std::move(note);
  changed_steps_.insert(i);
}

void OperationRun::LearnBytes(std::size_t i, std::int64_t bytes) {
  if (IsKnown(steps_[i].move.bytes)) return;
  steps_[i].move.bytes = bytes;
  runtime_[i].bytes_total = bytes;
  changed_steps_.insert(i);
}

void OperationRun::SetDelivery(std::size_t i, store::Delivery delivery) {
  if (steps_[i].delivery == delivery) return;
  steps_[i].delivery = delivery;
  changed_steps_.insert(i);
}

bool OperationRun::UnderWay() const {
  return std::any_of(steps_.begin(), steps_.end(), [](const StepRecord& step) {
    return step.state != StepState::kPending && !IsTerminal(step.state);
  });
}

void OperationRun::Pause(store::PauseCause cause, const std::string& note) {
  header_.pause = cause;
  header_.pause_note = note;
  const bool queued = header_.state == OperationState::kPending;
  SetState(queued ? OperationState::kPending : OperationState::kPaused, note);
  Touch();
}

void OperationRun::Resume() {
  header_.pause = store::PauseCause::kNone;
  header_.pause_note.clear();
  const bool queued = header_.state == OperationState::kPending;
  SetState(queued ? OperationState::kPending : OperationState::kRunning);
  Touch();
}

void OperationRun::RequestRollback(const std::string& author, const std::string& reason) {
  header_.rollback_author = author;
  header_.rollback_reason = reason;
  header_.rollback_note.clear();
  Touch();
}

void OperationRun::RequestCancel(const std::string& note) {
  header_.cancel_requested = true;
  header_.pause = store::PauseCause::kNone;
  header_.cancel_note = note;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (Sabotaged("I14.nothing-after-a-cancel")) continue;
    if (steps_[i].state == StepState::kPending) SetStep(i, StepState::kCancelled, note);
  }
  const bool queued = header_.state == OperationState::kPending;
  SetState(queued ? OperationState::kCancelled : OperationState::kCancelling, note);
}

store::JournalBatch OperationRun::Changes() const {
  store::JournalBatch batch;
  if (header_changed_) batch.operations.push_back(header_);
  for (std::size_t i : changed_steps_) batch.steps.push_back({header_.id, steps_[i]});
  batch.baseline = closed_baseline_;
  return batch;
}

void OperationRun::MarkFlushed() {
  header_changed_ = false;
  changed_steps_.clear();
  closed_baseline_.clear();
}

store::JournalBatch OperationRun::Intent::Batch(const std::string& operation) const {
  store::JournalBatch batch;
  for (const StepRecord& record : records) batch.steps.push_back({operation, record});
  return batch;
}

OperationRun::Intent OperationRun::Announce(const std::vector<std::size_t>& indices) const {
  Intent intent{indices, {}};
  intent.records.reserve(indices.size());
  for (std::size_t i : indices) intent.records.push_back(steps_[i]);
  return intent;
}

void OperationRun::Adopt(const Intent& intent, SteadyTime now) {
  for (std::size_t k = 0; k < intent.indices.size(); ++k) {
    const std::size_t i = intent.indices[k];
    const StepRecord& record = intent.records[k];
    LW_CHECK(record.state == steps_[i].state || MayFollow(steps_[i].state, record.state));
    steps_[i] = record;
    runtime_[i].finding_since = now;  // what was seen before the request proves nothing about it
    runtime_[i].waiting_for.clear();
  }
}

}  // namespace levelwind::actions
