// Executor's side that looks again at a plan that stood in line.
#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>

#include "actions/executor.h"
#include "actions/log_dir_driver.h"
#include "actions/move_scheduler.h"

namespace levelwind::actions {

// Why a step that is to come would not be accepted today; empty: it would, or its fate is the
// judge's of every poll (step_judge.h): a topic that is gone, other replicas, another tool's move.
std::string Executor::WhyNotNow(const store::StepRecord& step, const Observation& seen) const {
  const Move& move = step.move;
  if (!IsLogDirStep(step)) {
    const auto dead = DeadTargets(step, seen);
    return dead.empty() ? std::string() : fmt::format("target broker {} is not live", dead.front());
  }
  if (!seen.IsLive(move.broker)) return fmt::format("broker {} is not live", move.broker);
  if (!dirs_ || !dirs_->Knows(move.broker)) return {};
  const kafka::LogDirInfo* target = dirs_->FindDir({move.broker, move.to_dir});
  if (target != nullptr && target->error == 0) return {};
  return fmt::format("log dir {} of broker {} has failed", move.to_dir, move.broker);
}

// True when the operation may go on. What has become of the cluster while it waited is no reason to
// wait longer: a step whose target is gone now is over, as its plan would be refused now. What is
// seen must last, for one look may come from a broker that lags.
bool Executor::CheckAtItsTurn(const Observation& seen, SteadyTime now) {
  if (!turn_to_check_) return true;
  OperationRun& run = *current_;
  std::map<std::size_t, std::string> unfit;
  for (std::size_t i = 0; i < run.steps().size(); ++i) {
    if (run.steps()[i].state != StepState::kPending) continue;
    const bool unlooked = IsLogDirStep(run.steps()[i]) && !dirs_;
    // At one of the next polls.
    if (unlooked && seen.IsLive(run.steps()[i].move.broker)) return false;
    std::string reason = WhyNotNow(run.steps()[i], seen);
    if (!reason.empty()) unfit.emplace(i, std::move(reason));
  }
  if (unfit.empty()) {
    turn_to_check_ = false;
    return true;
  }
  if (!turn_doubted_since_) turn_doubted_since_ = now;
  if (now - *turn_doubted_since_ < options_.settle) {
    SetHold("comparing its plan with the cluster again: " + unfit.begin()->second);
    return false;
  }
  for (const auto& [first, reason] : unfit) {
    const Move& move = run.steps()[first].move;
    const std::string note = fmt::format(
        "{}, now that its turn has come; make a new plan with 'levelwind plan'", reason);
    for (std::size_t i = first; i < run.steps().size(); ++i) {
      const store::StepRecord& step = run.steps()[i];
      // What follows on it in a chain (step_chain.h) has nowhere to begin.
      const bool within = IsLogDirStep(step);
      const bool follows = step.move.partition == move.partition &&
                           within == (move.kind == MoveKind::kLogDir) &&
                           step.move.broker == move.broker;
      if (follows && step.state == StepState::kPending) run.SetStep(i, StepState::kVoided, note);
    }
  }
  turn_to_check_ = false;
  SetHold({});
  return !run.StepsOver();
}

}  // namespace levelwind::actions
