#include "actions/step_driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "actions/log_dir_driver.h"
#include "base/log.h"
#include "base/sabotage.h"
#include "base/text.h"

namespace levelwind::actions {
namespace {

using kafka::PartitionOutcome;
using store::CancelCause;
using store::Delivery;
using store::StepRecord;

constexpr std::int16_t kRequestTimedOut = 7;
constexpr std::int16_t kNoReassignmentInProgress = 85;
// AdminClient's bound of one request.
constexpr std::size_t kMaxPerRequest = 1000;

std::map<TopicPartition, const PartitionOutcome*> ByPartition(
    const std::vector<PartitionOutcome>& outcomes) {
  std::map<TopicPartition, const PartitionOutcome*> map;
  for (const PartitionOutcome& outcome : outcomes) map.emplace(outcome.partition, &outcome);
  return map;
}

std::string ErrorText(const PartitionOutcome& outcome) {
  std::string text = kafka::KafkaErrorName(outcome.error);
  if (!outcome.error_message.empty()) text += ": " + outcome.error_message;
  return text;
}

std::vector<std::size_t> Head(const std::vector<std::size_t>& indices) {
  const auto count = std::min(indices.size(), kMaxPerRequest);
  return {indices.begin(), indices.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

void MarkSent(StepRecord& record, WallTime now) {
  if (record.sent_at.unix_ms == 0) record.sent_at = now;
  record.state = StepState::kSubmitted;
  record.delivery = Delivery::kIntended;
  record.note.clear();
  ++record.attempts;
}

bool OutcomeUnknown(const Error& error) {
  return error.code() == ErrorCode::kDeadlineExceeded || error.code() == ErrorCode::kUnavailable;
}

bool CancelIsSafe(const StepRecord& step, const Observation& seen) {
  const kafka::PartitionInfo* partition = seen.FindPartition(step.move.partition);
  if (partition == nullptr) return false;
  if (Sabotaged("I4.cancel")) return true;
  return std::any_of(step.move.before.begin(), step.move.before.end(),
                     [&](BrokerId broker) { return Contains(partition->isr, broker); });
}

Status StepDriver::Reassign(OperationRun& run, const std::vector<std::size_t>& indices,
                            SteadyTime now) {
  // Requests of their own for what changes a replication factor: Kafka guards the others (I3).
  std::vector<std::size_t> keeping, changing;
  for (std::size_t i : indices) {
    const Move& move = run.steps()[i].move;
    (move.before.size() == move.after.size() ? keeping : changing).push_back(i);
  }
  LW_RETURN_IF_ERROR(SendReassign(run, keeping, Sabotaged("I3.kafka-guards-it"), now));
  return SendReassign(run, changing, true, now);
}

Status StepDriver::SendReassign(OperationRun& run, const std::vector<std::size_t>& indices,
                                bool changes_factor, SteadyTime now) {
  if (indices.empty()) return Ok();
  OperationRun::Intent intent = run.Announce(Head(indices));
  std::vector<kafka::ReassignmentRequest> requests;
  for (StepRecord& record : intent.records) {
    MarkSent(record, run.WallNow());
    requests.push_back({record.move.partition, record.move.after});
  }
  const auto attempt = mutator_.AlterReassignments(run.cause(), intent.Batch(run.header().id),
                                                   requests, changes_factor);
  if (!attempt.intent.ok()) return attempt.intent.error();
  run.Adopt(intent, now);
  if (!attempt.answer.ok()) {
    const Error& error = attempt.answer.error();
    if (OutcomeUnknown(error)) return Ok();  // the next polls will tell
    for (std::size_t i : intent.indices) {
      run.SetStep(i, StepState::kFailed, "Kafka refused the request: " + error.message());
    }
    return Ok();
  }
  const auto outcomes = ByPartition(*attempt.answer);
  for (std::size_t i : intent.indices) {
    const auto outcome = outcomes.find(run.steps()[i].move.partition);
    if (outcome == outcomes.end()) continue;  // unknown, as without any answer
    TakeAnswer(run, i, outcome->second->error, ErrorText(*outcome->second), options_, now);
  }
  return Ok();
}

void TakeAnswer(OperationRun& run, std::size_t i, std::int16_t error, const std::string& message,
                const ExecutorOptions& options, SteadyTime now) {
  if (error == 0) {
    run.SetDelivery(i, Delivery::kAccepted);
    if (Sabotaged("I1.outcome-from-the-cluster")) run.SetStep(i, StepState::kDone, {});
    return;
  }
  if (error == kRequestTimedOut) return;
  const bool again =
      kafka::KafkaError(error, {}).retriable() && run.steps()[i].attempts < options.max_attempts;
  if (!again) {
    run.SetStep(i, StepState::kFailed, "Kafka refused the move: " + message);
    return;
  }
  run.SetStep(i, StepState::kPending, "Kafka asked to try again: " + message);
  run.runtime(i).not_before = now + options.resend_delay;
}

Status StepDriver::Elect(OperationRun& run, const std::vector<std::size_t>& indices,
                         SteadyTime now) {
  if (indices.empty()) return Ok();
  OperationRun::Intent intent = run.Announce(Head(indices));
  std::vector<TopicPartition> partitions;
  for (StepRecord& record : intent.records) {
    record.state = StepState::kElecting;
    ++record.attempts;
    partitions.push_back(record.move.partition);
  }
  const auto attempt =
      mutator_.ElectPreferredLeaders(run.cause(), intent.Batch(run.header().id), partitions);
  if (!attempt.intent.ok()) return attempt.intent.error();
  run.Adopt(intent, now);
  std::map<TopicPartition, const PartitionOutcome*> outcomes;
  if (attempt.answer.ok()) outcomes = ByPartition(*attempt.answer);
  for (std::size_t i : intent.indices) {
    run.runtime(i).not_before = now + options_.election_retry;
    const auto outcome = outcomes.find(run.steps()[i].move.partition);
    if (!attempt.answer.ok()) {
      run.runtime(i).waiting_for = "the election failed: " + attempt.answer.error().message();
    } else if (outcome != outcomes.end() && outcome->second->error != 0) {
      run.runtime(i).waiting_for = "the election failed: " + ErrorText(*outcome->second);
    }
  }
  return Ok();
}

Status StepDriver::Cancel(OperationRun& run, const std::vector<std::size_t>& indices,
                          CancelCause cause, const std::string& note, SteadyTime now) {
  if (indices.empty()) return Ok();
  OperationRun::Intent intent = run.Announce(Head(indices));
  std::vector<kafka::ReassignmentRequest> requests;
  for (StepRecord& record : intent.records) {
    record.cancel = cause;
    record.note = note;
    requests.push_back({record.move.partition, std::nullopt});
  }
  const auto attempt =
      mutator_.AlterReassignments(run.cause(), intent.Batch(run.header().id), requests, false);
  if (!attempt.intent.ok()) return attempt.intent.error();
  run.Adopt(intent, now);
  std::map<TopicPartition, const PartitionOutcome*> outcomes;
  if (attempt.answer.ok()) outcomes = ByPartition(*attempt.answer);
  for (std::size_t i : intent.indices) {
    run.runtime(i).next_cancel = now + options_.cancel_retry;
    const auto outcome = outcomes.find(run.steps()[i].move.partition);
    if (outcome == outcomes.end()) continue;
    const std::int16_t error = outcome->second->error;
    if (error == 0 || error == kNoReassignmentInProgress) continue;
    run.SetNote(i, "Kafka did not take the move back: " + ErrorText(*outcome->second));
  }
  return Ok();
}

Status StepDriver::CancelRunning(OperationRun& run, const Observation& seen, SteadyTime now) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < run.steps().size(); ++i) {
    const StepRecord& step = run.steps()[i];
    if (step.state != StepState::kInProgress || now < run.runtime(i).next_cancel) continue;
    if (run.runtime(i).finding != Finding::kOurs || IsLogDirStep(step)) continue;
    if (CancelIsSafe(step, seen)) {
      indices.push_back(i);
    } else {
      run.SetNote(i,
                  "only the new replicas are in sync, so taking the move back could lose records; "
                  "waiting for it to finish");
    }
  }
  return Cancel(run, indices, CancelCause::kOperator, run.header().cancel_note, now);
}

Status StepDriver::RestoreOrder(OperationRun& run, SteadyTime now) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < run.steps().size(); ++i) {
    const StepRecord& step = run.steps()[i];
    if (step.state != StepState::kInProgress || step.cancel == CancelCause::kNone) continue;
    if (run.runtime(i).finding == Finding::kReordered && now >= run.runtime(i).not_before) {
      indices.push_back(i);
    }
  }
  if (indices.empty()) return Ok();
  const OperationRun::Intent intent = run.Announce(Head(indices));
  std::vector<kafka::ReassignmentRequest> requests;
  for (const StepRecord& record : intent.records) {
    requests.push_back({record.move.partition, record.move.before});
  }
  const auto attempt =
      mutator_.AlterReassignments(run.cause(), intent.Batch(run.header().id), requests, false);
  if (!attempt.intent.ok()) return attempt.intent.error();
  run.Adopt(intent, now);
  std::map<TopicPartition, const PartitionOutcome*> outcomes;
  if (attempt.answer.ok()) outcomes = ByPartition(*attempt.answer);
  for (std::size_t i : intent.indices) {
    run.runtime(i).not_before = now + options_.cancel_retry;
    const auto outcome = outcomes.find(run.steps()[i].move.partition);
    if (outcome == outcomes.end() || outcome->second->error == 0) continue;
    if (kafka::KafkaError(outcome->second->error, {}).retriable()) continue;
    const bool asked = run.steps()[i].cancel == CancelCause::kOperator;
    run.SetStep(i, asked ? StepState::kCancelled : StepState::kFailed,
                "taken back, but its replicas keep another order than before: " +
                    ErrorText(*outcome->second));
  }
  return Ok();
}

Status StepDriver::GiveUp(OperationRun& run, const Observation& seen, SteadyTime now) {
  std::vector<std::size_t> take_back;
  for (std::size_t i = 0; i < run.steps().size(); ++i) {
    const StepRecord& step = run.steps()[i];
    StepRuntime& runtime = run.runtime(i);
    const bool resting = run.paused() && step.state == StepState::kPending;
    if (IsLogDirStep(step) || resting) continue;
    if (step.state == StepState::kElecting) {
      if (runtime.electing_since == SteadyTime{}) runtime.electing_since = now;
      if (now - runtime.electing_since < options_.election_patience) continue;
      run.SetStep(
          i, StepState::kFailed,
          fmt::format("broker {} could not be made leader in {} ({}); the leader is {}",
                      step.move.after.front(), HumanDuration(ToSeconds(options_.election_patience)),
                      runtime.waiting_for.empty() ? "no reason given" : runtime.waiting_for,
                      runtime.leader));
      continue;
    }
    const auto dead = DeadTargets(step, seen);
    if (IsTerminal(step.state) || dead.empty()) {
      runtime.dead_since = {};
      continue;
    }
    if (runtime.dead_since == SteadyTime{}) runtime.dead_since = now;
    if (now - runtime.dead_since < options_.dead_target_patience) continue;
    const std::string note = fmt::format("target broker {} was down for {}", dead.front(),
                                         HumanDuration(ToSeconds(options_.dead_target_patience)));
    if (step.state == StepState::kPending) {
      run.SetStep(i, StepState::kFailed, note);
    } else if (step.state == StepState::kInProgress && now >= runtime.next_cancel &&
               runtime.finding == Finding::kOurs) {
      if (CancelIsSafe(step, seen)) {
        take_back.push_back(i);
      } else {
        run.SetNote(i, note + ", but only new replicas are in sync: waiting");
      }
    }
  }
  if (take_back.empty()) return Ok();
  return Cancel(run, take_back, CancelCause::kDeadTarget,
                "taken back: a target broker was down for too long", now);
}

}  // namespace levelwind::actions
