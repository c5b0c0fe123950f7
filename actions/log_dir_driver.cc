#include "actions/log_dir_driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "actions/start_gate.h"
#include "actions/step_driver.h"
#include "base/sabotage.h"
#include "base/text.h"

namespace levelwind::actions {
namespace {

using store::CancelCause;
using store::StepRecord;

std::map<BrokerId, std::vector<std::size_t>> ByBroker(const OperationRun& run,
                                                      const std::vector<std::size_t>& indices) {
  std::map<BrokerId, std::vector<std::size_t>> groups;
  for (std::size_t i : indices) groups[run.steps()[i].move.broker].push_back(i);
  return groups;
}

/// The moves under way, as the look shows them and as they were sent since.
class Load {
 public:
  Load(const OperationRun& run, const LogDirLook& look) : look_(look) {
    for (std::size_t i = 0; i < run.steps().size(); ++i) {
      const StepRecord& step = run.steps()[i];
      // Sent, but not seen yet: it may be running all the same.
      const bool unseen = step.state == StepState::kSubmitted &&
                          look.Find(step.move.broker, step.move.partition).future.empty();
      if (IsLogDirStep(step) && unseen) Add(step.move, run.runtime(i).bytes_total);
    }
  }

  void Add(const Move& move, std::int64_t bytes) {
    ++on_[move.broker];
    ++at_[{move.broker, move.from_dir}];
    ++at_[{move.broker, move.to_dir}];
    to_come_[{move.broker, move.to_dir}] += bytes;
  }

  std::optional<std::string> OverCap(const Move& move, const ExecutorOptions& options) const {
    if (Sabotaged("I6.log-dir-moves")) return std::nullopt;
    const std::int32_t on = look_.CopiesOn(move.broker) + Of(on_, move.broker);
    if (on >= options.max_log_dir_moves_per_broker) {
      return fmt::format(
          "waiting for its turn: {} moves between log dirs are under way on broker {}", on,
          move.broker);
    }
    for (const std::string& path : {move.from_dir, move.to_dir}) {
      const LogDirName dir{move.broker, path};
      if (look_.CopiesAt(dir) + Of(at_, dir) < options.max_moves_per_log_dir) continue;
      return fmt::format("waiting for its turn: log dir {} of broker {} is busy", path,
                         move.broker);
    }
    return std::nullopt;
  }

  std::optional<std::string> NoRoom(const Move& move, std::int64_t size, double reserve) const {
    const LogDirName dir{move.broker, move.to_dir};
    const kafka::LogDirInfo* info = look_.FindDir(dir);
    if (info == nullptr || info->error != 0) {
      return fmt::format("waiting for log dir {} of broker {}, which has failed", move.to_dir,
                         move.broker);
    }
    const std::int64_t room = RoomIn(*info, reserve);
    if (!IsKnown(room)) {
      return fmt::format("broker {} does not tell the free space of log dir {}", move.broker,
                         move.to_dir);
    }
    const std::int64_t free = room - look_.StillToCome(dir) - Of(to_come_, dir);
    if (size <= free || Sabotaged("I9.room-in-a-log-dir")) return std::nullopt;
    return fmt::format("waiting for room: log dir {} of broker {} has {} left, the replica is {}",
                       move.to_dir, move.broker, HumanBytes(static_cast<double>(free)),
                       HumanBytes(static_cast<double>(size)));
  }

 private:
  template <class Map, class Key>
  static typename Map::mapped_type Of(const Map& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? 0 : found->second;
  }

  const LogDirLook& look_;
  std::map<BrokerId, std::int32_t> on_;
  std::map<LogDirName, std::int32_t> at_;
  std::map<LogDirName, std::int64_t> to_come_;
};

// Why the step may not start, whatever the caps say.
std::optional<std::string> NotStartable(const StepRecord& step, const Observation& seen,
                                        const LogDirLook& look) {
  const Move& move = step.move;
  const kafka::PartitionInfo* partition = seen.FindPartition(move.partition);
  if (!seen.IsLive(move.broker) || !look.Knows(move.broker)) {
    return fmt::format("waiting for broker {}, which does not answer", move.broker);
  }
  if (partition == nullptr || LookAtLogDirs(step, seen, look).finding != Finding::kAtSource) {
    return "waiting for a clear view of the replica";
  }
  if (seen.FindReassignment(move.partition) != nullptr) {
    return "waiting for the end of the partition's reassignment";
  }
  if (!Contains(partition->isr, move.broker) && !Sabotaged("I5.itself-in-sync")) {
    return fmt::format("waiting for the replica on broker {} to catch up", move.broker);
  }
  return std::nullopt;
}

}  // namespace

Status LogDirDriver::Start(OperationRun& run, const Observation& seen, const LogDirLook& look,
                           SteadyTime now, bool held, MoveBudget& budget) {
  Load load(run, look);
  std::vector<std::size_t> due;
  for (std::size_t i = 0; i < run.steps().size(); ++i) {
    const StepRecord& step = run.steps()[i];
    if (!IsLogDirStep(step) || step.state != StepState::kPending) continue;
    const std::int64_t size = look.Find(step.move.broker, step.move.partition).size;
    auto reason = NotStartable(step, seen, look);
    if (!reason) reason = load.NoRoom(step.move, size, options_.disk_reserve);
    if (!reason) reason = load.OverCap(step.move, options_);
    if (!reason) reason = budget.WhyNot(step, size);
    if (reason) {
      run.runtime(i).waiting_for = std::move(*reason);
      continue;
    }
    if (held || now < run.runtime(i).not_before) continue;
    load.Add(step.move, size);
    run.LearnBytes(i, size);
    budget.Take(step, size);
    due.push_back(i);
  }
  for (const auto& [broker, indices] : ByBroker(run, due)) {
    LW_RETURN_IF_ERROR(Send(run, indices, now));
  }
  return Ok();
}

Status LogDirDriver::Send(OperationRun& run, const std::vector<std::size_t>& indices,
                          SteadyTime now) {
  OperationRun::Intent intent = run.Announce(indices);
  std::vector<kafka::ReplicaDirMove> moves;
  for (StepRecord& record : intent.records) {
    MarkSent(record, run.WallNow());
    moves.push_back({record.move.partition, record.move.broker, record.move.to_dir});
  }
  const auto attempt = mutator_.MoveReplicaDirs(run.cause(), intent.Batch(run.header().id), moves);
  if (!attempt.intent.ok()) return attempt.intent.error();
  run.Adopt(intent, now);
  for (std::size_t k = 0; k < indices.size(); ++k) {
    const std::size_t i = indices[k];
    if (!attempt.answer.ok()) {
      if (OutcomeUnknown(attempt.answer.error())) continue;  // the next looks will tell
      run.SetStep(i, StepState::kFailed,
                  "Kafka refused the request: " + attempt.answer.error().message());
      continue;
    }
    const kafka::ReplicaDirOutcome& outcome = attempt.answer->at(k);
    if (!outcome.error_message.empty()) continue;  // no answer
    TakeAnswer(run, i, outcome.error, kafka::KafkaErrorName(outcome.error), options_, now);
  }
  return Ok();
}

Status LogDirDriver::TakeBack(OperationRun& run, const std::vector<std::size_t>& indices,
                              CancelCause cause, const std::string& note, SteadyTime now) {
  for (const auto& [broker, group] : ByBroker(run, indices)) {
    OperationRun::Intent intent = run.Announce(group);
    std::vector<kafka::ReplicaDirMove> moves;
    for (StepRecord& record : intent.records) {
      record.cancel = cause;
      record.note = note;
      moves.push_back({record.move.partition, record.move.broker, record.move.from_dir});
    }
    const auto attempt =
        mutator_.MoveReplicaDirs(run.cause(), intent.Batch(run.header().id), moves);
    if (!attempt.intent.ok()) return attempt.intent.error();
    run.Adopt(intent, now);
    for (std::size_t i : group) run.runtime(i).next_cancel = now + options_.cancel_retry;
  }
  return Ok();
}

std::vector<std::size_t> LogDirDriver::ToCancel(const OperationRun& run, SteadyTime now) const {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < run.steps().size(); ++i) {
    const StepRecord& step = run.steps()[i];
    if (!IsLogDirStep(step) || step.state != StepState::kInProgress) continue;
    if (run.runtime(i).finding == Finding::kOurs && now >= run.runtime(i).next_cancel) {
      indices.push_back(i);
    }
  }
  return indices;
}

Status LogDirDriver::CancelRunning(OperationRun& run, SteadyTime now) {
  return TakeBack(run, ToCancel(run, now), CancelCause::kOperator, run.header().cancel_note, now);
}

void LogDirDriver::GiveUpOnBroker(OperationRun& run, std::size_t i, SteadyTime now) {
  StepRuntime& runtime = run.runtime(i);
  if (runtime.dead_since == SteadyTime{}) runtime.dead_since = now;
  if (now - runtime.dead_since < options_.dead_target_patience) return;
  const StepRecord& step = run.steps()[i];
  std::string note = fmt::format("broker {} was down for {}", step.move.broker,
                                 HumanDuration(ToSeconds(options_.dead_target_patience)));
  if (step.state != StepState::kPending) note += "; a copy that has begun goes on when it returns";
  run.SetStep(i, run.stopping() ? StepState::kCancelled : StepState::kFailed, std::move(note));
}

Status LogDirDriver::GiveUp(OperationRun& run, const Observation& seen, bool looked,
                            SteadyTime now) {
  std::vector<std::size_t> stalled;
  for (std::size_t i = 0; i < run.steps().size(); ++i) {
    const StepRecord& step = run.steps()[i];
    const bool resting = run.paused() && step.state == StepState::kPending;
    if (!IsLogDirStep(step) || IsTerminal(step.state) || resting) continue;
    if (!seen.IsLive(step.move.broker)) {
      GiveUpOnBroker(run, i, now);
      continue;
    }
    StepRuntime& runtime = run.runtime(i);
    runtime.dead_since = {};
    if (!looked || run.stopping()) continue;  // no newer sight of it, or CancelRunning's
    if (step.state != StepState::kInProgress || runtime.finding != Finding::kOurs) continue;
    const bool still = runtime.last_progress != SteadyTime{} &&
                       now - runtime.last_progress >= options_.log_dir_patience;
    if (still && now >= runtime.next_cancel) stalled.push_back(i);
  }
  return TakeBack(run, stalled, CancelCause::kDeadTarget,
                  fmt::format("taken back: nothing was copied for {}",
                              HumanDuration(ToSeconds(options_.log_dir_patience))),
                  now);
}

}  // namespace levelwind::actions
