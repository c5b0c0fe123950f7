// Executor's side that carries operations out, one poll at a time.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actions/executor.h"
#include "actions/min_isr.h"
#include "actions/move_scheduler.h"
#include "actions/operation_view.h"
#include "base/log.h"
#include "base/sabotage.h"

namespace levelwind::actions {
namespace {

constexpr auto kSaveProgressEvery = std::chrono::seconds(10);

OperationState FinalState(const OperationRun& run) {
  if (run.header().cancel_requested) return OperationState::kCancelled;
  const auto& steps = run.steps();
  const auto done = std::count_if(steps.begin(), steps.end(), [](const store::StepRecord& step) {
    return step.state == StepState::kDone;
  });
  if (done == static_cast<std::ptrdiff_t>(steps.size())) return OperationState::kCompleted;
  return done == 0 ? OperationState::kFailed : OperationState::kPartial;
}

// "2 yielded, 1 failed; first: ..." for what did not go as planned; empty when all did.
std::string Shortfall(const OperationRun& run) {
  static constexpr std::array kStates = {StepState::kYielded, StepState::kVoided,
                                         StepState::kFailed, StepState::kCancelled};
  std::string text;
  for (StepState state : kStates) {
    const auto count =
        std::count_if(run.steps().begin(), run.steps().end(),
                      [&](const store::StepRecord& step) { return step.state == state; });
    if (count == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, StepStateName(state));
  }
  if (text.empty()) return text;
  const auto first =
      std::find_if(run.steps().begin(), run.steps().end(),
                   [](const store::StepRecord& step) { return step.state != StepState::kDone; });
  return text + "; first: " + first->note;
}

}  // namespace

void Executor::Activate() {
  const std::size_t next = NextInQueue();
  if (current_ || next == queue_.size()) return;
  current_ = std::move(queue_[next]);
  queue_.erase(queue_.begin() + static_cast<std::ptrdiff_t>(next));
  finishing_since_.reset();
  guard_.Reset();
  tuner_.Reset();
  progress_.Reset();
  next_dir_look_ = {};
  turn_doubted_since_.reset();
  turn_to_check_ = false;
  if (current_->header().state == OperationState::kPending) {
    turn_to_check_ = current_->waited();
    BeginTuning();
    current_->SetState(OperationState::kRunning);
  }
}

void Executor::Poll(SteadyTime now) {
  trouble_.clear();
  const auto seen = Observation::Read(admin_, options_.request_timeout);
  const Status fresh = seen.ok() ? freshness_.Take(*seen) : Status(seen.error());
  if (!fresh.ok()) {
    const std::string reason = "the cluster cannot be read: " + fresh.error().message();
    LW_WARN("executor", "{}", reason);
    trouble_ = reason;
    if (current_) SetHold(reason);
    return;
  }
  if (const Status ours = CheckCluster(*seen); !ours.ok()) {
    trouble_ = ours.error().message();
    LW_ERROR("executor", "{}", trouble_);
    return;
  }
  if (!Sabotaged("I7.debts-are-settled")) {
    throttles_.SettleDebts(current_ ? current_->header().id : std::string(), *seen, now);
  }
  KeepBaselines(*seen);
  if (current_) Drive(*seen, now);
}

// Also of those that wait in line: a broker that has been back since is no excuse any more.
void Executor::KeepBaselines(const Observation& seen) {
  if (current_) current_->UpdateBaseline(seen);  // written with what Drive finds
  for (const auto& run : queue_) {
    run->UpdateBaseline(seen);
    store::JournalBatch changes = run->Changes();
    if (!changes.empty() && mutator_.Commit(std::move(changes)).ok()) run->MarkFlushed();
  }
}

void Executor::Drive(const Observation& seen, SteadyTime now) {
  OperationRun& run = *current_;
  LookAtDirs(seen, now);
  run.Observe(seen, dirs_.get(), now, options_.settle, options_.max_attempts);
  if (!Flush()) return SetHold(trouble_);
  if (IsTerminal(run.header().state)) return Retire();
  if (run.StepsOver() && run.header().state != OperationState::kFinishing) {
    run.SetState(OperationState::kFinishing, "restoring replication throttles");
    if (!Flush()) return;
  }
  if (run.header().state == OperationState::kFinishing) return Finish(seen, now);
  Status sent = driver_.RestoreOrder(run, now);
  if (sent.ok()) sent = dir_driver_.GiveUp(run, seen, dirs_ != nullptr, now);
  const bool takes_back = run.stopping() && !Sabotaged("I14.running-moves-are-taken-back");
  if (sent.ok() && takes_back) sent = driver_.CancelRunning(run, seen, now);
  if (sent.ok() && run.stopping() && dirs_) sent = dir_driver_.CancelRunning(run, now);
  if (!sent.ok()) {
    SetHold(sent.error().message());
  } else if (run.paused() && !Sabotaged("I14.paused")) {
    Rest(seen, now);
  } else if ((!run.stopping() || Sabotaged("I14.nothing-after-a-cancel")) &&
             CheckAtItsTurn(seen, now)) {
    Advance(seen, now);
    Tune(seen, now);
  }
  Flush();
  progress_.Update(run, seen, admin_, now);
  if (dirs_) progress_.UpdateLogDirs(run, *dirs_, now);
  SaveProgress(now);
}

// What is shown of the progress outlives a restart, give or take some seconds.
void Executor::SaveProgress(SteadyTime now) {
  if (now < next_save_) return;
  next_save_ = now + kSaveProgressEvery;
  const Forecast forecast = progress_.Expect(*current_);
  current_->SaveProgress(forecast.bytes_per_s, forecast.eta_low_s, forecast.eta_high_s);
  Flush();
}

// Paused: what was begun ends, nothing new starts. Throttles stay while something is copied.
void Executor::Rest(const Observation& seen, SteadyTime now) {
  OperationRun& run = *current_;
  if (!run.UnderWay()) {
    throttles_.Restore(run.cause(), seen, now);
    return;
  }
  Status done = driver_.GiveUp(run, seen, now);
  if (done.ok()) done = throttles_.Ensure(run, seen);
  if (!done.ok() && done.error().code() != ErrorCode::kAborted) {
    LW_WARN("executor", "{}: {}", run.header().id, done.error().message());
  }
  if (const Status sent = SendDue(seen, now, /*held=*/true); !sent.ok()) {
    LW_WARN("executor", "{}: {}", run.header().id, sent.error().message());
  }
}

// Log dirs are asked for as seldom as progress needs, for such an answer lists every replica of a
// broker; and right before a copy is taken back.
void Executor::LookAtDirs(const Observation& seen, SteadyTime now) {
  dirs_.reset();
  const bool takes_back = current_->stopping() && !dir_driver_.ToCancel(*current_, now).empty();
  if (now < next_dir_look_ && !takes_back) return;
  std::set<BrokerId> brokers;
  for (const store::StepRecord& step : current_->steps()) {
    if (IsLogDirStep(step) && !IsTerminal(step.state) && seen.IsLive(step.move.broker)) {
      brokers.insert(step.move.broker);
    }
  }
  if (brokers.empty()) return;
  next_dir_look_ =
      now + std::chrono::duration_cast<SteadyTime::duration>(options_.progress_interval);
  dirs_ = std::make_unique<const LogDirLook>(
      LogDirLook::Read(admin_, brokers, options_.request_timeout));
}

void Executor::Advance(const Observation& seen, SteadyTime now) {
  OperationRun& run = *current_;
  if (const Status given_up = driver_.GiveUp(run, seen, now); !given_up.ok()) {
    return SetHold(given_up.error().message());
  }
  const Status throttled =
      Sabotaged("I7.set-before-the-copy") ? Ok() : throttles_.Ensure(run, seen);
  const bool wait_a_poll = !throttled.ok() && throttled.error().code() == ErrorCode::kAborted;
  std::string hold;
  if (!throttled.ok() && !wait_a_poll) {
    hold = throttled.error().message();
  } else {
    hold = HoldReason(seen, now);
  }
  if (wait_a_poll && hold.empty()) return SetHold({});
  if (const Status sent = SendDue(seen, now, !hold.empty()); !sent.ok()) {
    hold = sent.error().message();
  }
  if (hold.empty()) {
    // Nothing is under way and nothing could be started: the first reason is the operation's.
    const auto& steps = run.steps();
    const bool busy = run.UnderWay();
    for (std::size_t i = 0; !busy && hold.empty() && i < steps.size(); ++i) {
      if (steps[i].state == StepState::kPending) hold = run.runtime(i).waiting_for;
    }
  }
  SetHold(hold);
}

// Held: what was begun is finished (elections after a copy), but nothing new is started.
Status Executor::SendDue(const Observation& seen, SteadyTime now, bool held) {
  OperationRun& run = *current_;
  Selection selection = SelectSteps(run, seen, options_, now);
  for (const auto& [i, reason] : selection.waiting) run.runtime(i).waiting_for = reason;
  if (held) {
    selection.reassign.clear();
    std::erase_if(selection.elect,
                  [&](std::size_t i) { return run.steps()[i].state != StepState::kElecting; });
  }
  LW_RETURN_IF_ERROR(driver_.Elect(run, selection.elect, now));
  GateShrinks(selection.reassign, seen);
  GateRacks(selection.reassign, seen);
  gate_.Filter(run, selection.reassign, seen, now);
  LW_RETURN_IF_ERROR(driver_.Reassign(run, selection.reassign, now));
  if (!held) LW_RETURN_IF_ERROR(partition_driver_.Create(run, seen, now));
  return dirs_ ? dir_driver_.Start(run, seen, *dirs_, now, held, gate_.budget()) : Ok();
}

// Takes out of `indices` what would take a replica away that min.insync.replicas, as it is now,
// needs: it may have been raised since the plan was accepted. Such a step is over; where the
// setting cannot be read, it waits.
void Executor::GateShrinks(std::vector<std::size_t>& indices, const Observation& seen) {
  OperationRun& run = *current_;
  std::set<std::string> topics;
  for (std::size_t i : indices) {
    const Move& move = run.steps()[i].move;
    if (Shrinks(move)) topics.insert(move.partition.topic);
  }
  const auto min_isr = ReadMinIsr(admin_, topics, options_.request_timeout);
  std::erase_if(indices, [&](std::size_t i) {
    if (!Shrinks(run.steps()[i].move)) return false;
    if (!min_isr.ok()) {
      run.runtime(i).waiting_for = min_isr.error().message();
      return true;
    }
    const auto reason = WhyNotShrink(run.steps()[i].move, seen, *min_isr);
    if (reason) run.SetStep(i, StepState::kFailed, *reason);
    return reason.has_value();
  });
}

// Takes out of `indices` what the plan would not have done had it known today's racks (I8). Such a
// step is over.
void Executor::GateRacks(std::vector<std::size_t>& indices, const Observation& seen) {
  OperationRun& run = *current_;
  const Racks now = seen.Racks();
  if (!run.racks_before()) run.SetRacksBefore(now);
  std::erase_if(indices, [&](std::size_t i) {
    const auto reason = WhyOtherRacks(run.steps()[i].move, *run.racks_before(), now);
    if (reason) run.SetStep(i, StepState::kFailed, *reason);
    return reason.has_value();
  });
}

std::string Executor::HoldReason(const Observation& seen, SteadyTime now) {
  if (const auto breach = guard_.Look(*current_, seen, now)) {
    if (guard_.Overdue(now)) StopOnBreach(*breach);
    return breach->reason;
  }
  return gate_.Closed().value_or(std::string());
}

// Trouble that has lasted for too long, where the options want more than to wait.
void Executor::StopOnBreach(const Breach& breach) {
  OperationRun& run = *current_;
  if (options_.guard.on_breach == OnBreach::kPause) {
    run.Pause(store::PauseCause::kGuard,
              fmt::format("paused by the guard: {}; go on with 'levelwind resume {}'",
                          breach.reason, run.header().id));
    ++activity_.guard_pauses;
  } else if (options_.guard.on_breach == OnBreach::kCancel) {
    run.RequestCancel("cancelled by the guard: " + breach.reason);
    ++activity_.guard_cancels;
  }
}

void Executor::Finish(const Observation& seen, SteadyTime now) {
  OperationRun& run = *current_;
  if (!finishing_since_) finishing_since_ = now;
  const bool restored =
      Sabotaged("I7.restored-at-the-end") || throttles_.Restore(run.cause(), seen, now);
  if (!restored && now - *finishing_since_ < options_.restore_patience) return;
  std::string reason = Shortfall(run);
  if (!restored) {
    const auto owed = throttles_.OpenRows(run.header().id, 3);
    for (const std::string& line : owed) reason += (reason.empty() ? "" : "; ") + line;
  }
  run.SetState(FinalState(run), reason);
  if (Flush()) Retire();
}

void Executor::Retire() {
  finished_.push_front(MakeView(*current_, {}));
  if (!current_->header().rollback_author.empty()) rollbacks_.push_back(current_->header().id);
  TrimHistory(finished_, options_.shown_operations);
  current_.reset();
  progress_.Reset();
  next_poll_ = {};
}

// The reason why nothing new starts; empty: it goes on. A cancelled or finishing operation keeps
// its state.
void Executor::SetHold(const std::string& reason) {
  OperationRun& run = *current_;
  const OperationState state = run.header().state;
  if (state == OperationState::kRunning || state == OperationState::kHolding) {
    run.SetState(reason.empty() ? OperationState::kRunning : OperationState::kHolding, reason);
  }
  Flush();
}

// False when the journal cannot be written: then nothing may be sent (B3).
bool Executor::Flush() {
  if (const Status written = mutator_.Commit(current_->Changes()); !written.ok()) {
    trouble_ = written.error().message();
    LW_ERROR("executor", "{}", trouble_);
    return false;
  }
  current_->MarkFlushed();
  return true;
}

}  // namespace levelwind::actions
