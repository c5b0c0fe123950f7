#include "tests/chaos/killed_run.h"

#include <fmt/format.h>

#include <thread>

#include "tests/kafka_cluster/daemon_api.h"

namespace levelwind::testing {

using namespace std::chrono_literals;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kPoll = 30ms;
constexpr auto kLongest = 120s;
// So that a cancel finds copies under way.
constexpr auto kRunBeforeCancel = 700ms;

}  // namespace

Status KilledRun::CarryOut() {
  LW_RETURN_IF_ERROR(daemon_.StartWith(lives_.first));
  LW_RETURN_IF_ERROR(witness_.Mark("start"));
  LW_RETURN_IF_ERROR(daemon_.WaitHttp("/-/ready", 60s));
  LW_RETURN_IF_ERROR(Plan());
  const auto end = Clock::now() + kLongest;
  while (!over_ && Clock::now() < end) {
    LW_RETURN_IF_ERROR(Poll());
    if (!over_) std::this_thread::sleep_for(kPoll);
  }
  return Verdict();
}

// Sizes and rates come in one after the other: until there is something to move.
Status KilledRun::Plan() {
  const auto end = Clock::now() + 30s;
  Status last = Unavailable("no plan");
  while (Clock::now() < end) {
    const Result<json> plan = PostJson(daemon_, "/api/v1/proposals", scenario_.ask);
    if (plan.ok() && !plan->at("proposal").at("moves").empty()) {
      proposal_ = plan->at("proposal").at("id").get<std::string>();
      return Ok();
    }
    last = plan.ok() ? Status(Unavailable("an empty plan: " + plan->dump())) : plan.error();
    std::this_thread::sleep_for(100ms);
  }
  return last;
}

Status KilledRun::Restart() {
  ++kills_;
  LW_RETURN_IF_ERROR(witness_.Mark("killed"));
  if (kills_ == 1) {
    LW_RETURN_IF_ERROR(daemon_.StartWith(lives_.second));
  } else if (kills_ == 2 && !lives_.second.empty()) {
    LW_RETURN_IF_ERROR(daemon_.Start());
  } else {
    return Internal("the restarted daemon ended: " + daemon_.stderr_text());
  }
  LW_RETURN_IF_ERROR(witness_.Mark("start"));
  // It may be killed again before it answers.
  const Status ready = daemon_.WaitHttp("/-/ready", 60s);
  return ready.ok() || !daemon_.running() ? Ok() : ready;
}

Status KilledRun::Poll() {
  if (!daemon_.running()) return Restart();
  const Result<json> answer = GetJson(daemon_, "/api/v1/operations");
  if (!answer.ok()) return Ok();  // Killed just now, or busy: the next poll tells.
  forward_.clear();
  undo_.clear();
  const json operations = answer->value("operations", json::array());
  for (const json& operation : operations) {
    const bool undoes = operation.contains("undoes") && operation["undoes"].is_string() &&
                        !operation["undoes"].get<std::string>().empty();
    (undoes ? undo_ : forward_) = operation.value("state", std::string());
  }
  return Act(operations);
}

Status KilledRun::Act(const json& operations) {
  if (forward_.empty()) {
    if (!applied_) LW_RETURN_IF_ERROR(witness_.Mark("apply"));
    applied_ = true;
    return Post("/api/v1/proposals/" + proposal_ + "/apply");
  }
  const std::string id = operations.back().value("id", std::string());
  if (running_since_ == Clock::time_point{}) running_since_ = Clock::now();
  const bool rolls_back = scenario_.turn == Scenario::Turn::kRollBack;
  if (scenario_.turn == Scenario::Turn::kCancel && !cancelled_ && !IsOver(forward_)) {
    if (Clock::now() - running_since_ < kRunBeforeCancel) return Ok();
    const Result<json> told =
        PostJson(daemon_, "/api/v1/operations/" + id + "/cancel", {{"reason", "kill matrix"}});
    cancelled_ = told.ok();
    return cancelled_ ? witness_.Mark("cancel " + id) : Ok();
  }
  if (rolls_back && undo_.empty() && IsOver(forward_)) {
    return Post("/api/v1/operations/" + id + "/rollback");
  }
  over_ = IsOver(forward_) && (!rolls_back || IsOver(undo_));
  return Ok();
}

// An answer that did not come is no failure: the daemon may have been killed meanwhile.
Status KilledRun::Post(const std::string& path) {
  const Result<json> answer = PostJson(daemon_, path, {{"reason", "kill matrix"}});
  // A killed process takes a moment until it is seen to have ended.
  for (int i = 0; i < 50 && !answer.ok() && daemon_.running(); ++i) {
    std::this_thread::sleep_for(20ms);
  }
  return answer.ok() || !daemon_.running() ? Ok() : Status(answer.error());
}

Status KilledRun::Verdict() const {
  const bool cancels = scenario_.turn == Scenario::Turn::kCancel;
  const bool rolls_back = scenario_.turn == Scenario::Turn::kRollBack;
  const bool ended = forward_ == "completed" || (cancels && IsOver(forward_));
  if (over_ && ended && (!rolls_back || undo_ == "completed")) return Ok();
  return Internal(
      fmt::format("the operation ended as '{}', its rollback as '{}'", forward_, undo_));
}

}  // namespace levelwind::testing
