// Executor's life and its public face; executor_commands.cc takes what people ask for,
// executor_drive.cc carries operations out.
#include "actions/executor.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "actions/operation_view.h"
#include "base/log.h"
#include "base/sabotage.h"

namespace levelwind::actions {
namespace {

constexpr int kPassedOver = 3;
constexpr auto kPublishEvery = std::chrono::minutes(1);

// What has begun goes on; then rollbacks, then the others in the order of their ids. Those that are
// paused are passed over.
int Rank(const OperationRun& run) {
  if (run.header().state != OperationState::kPending) return 0;
  if (run.paused()) return kPassedOver;
  return run.header().undoes.empty() ? 2 : 1;
}

}  // namespace

Executor::Executor(kafka::AdminClient& admin, kafka::TopicAdmin& topics,
                   store::OperationJournal& journal, const Clock& clock,
                   const ExecutorOptions& options)
    : admin_(admin),
      journal_(journal),
      clock_(clock),
      options_(options),
      mutator_(admin, topics, journal, clock, options.request_timeout),
      throttles_(admin, mutator_, options_),
      driver_(mutator_, options_),
      dir_driver_(mutator_, options_),
      partition_driver_(mutator_, options_),
      progress_(options_),
      gate_(admin, clock, options_),
      guard_(admin, clock, options_),
      tuner_(options_.tune) {
  Publish();
}

Status Executor::Recover() {
  LW_ASSIGN_OR_RETURN(auto operations, journal_.LoadOperations(options_.shown_operations));
  LW_ASSIGN_OR_RETURN(auto preimages, journal_.LoadOpenPreimages());
  if (!Sabotaged("I7.taken-up-at-a-start")) throttles_.Load(std::move(preimages));
  const WallTime yesterday{clock_.WallNow().unix_ms - ToMillis(std::chrono::hours(24))};
  LW_ASSIGN_OR_RETURN(const auto sent, journal_.LoadSentMoves(yesterday));
  gate_.budget().Load(sent);
  for (store::StoredOperation& stored : operations) {
    bound_cluster_ = stored.header.cluster_id;
    if (IsTerminal(stored.header.state)) {
      if (!stored.header.rollback_author.empty()) rollbacks_.push_back(stored.header.id);
      finished_.push_front(MakeView(stored));
      continue;
    }
    if (Sabotaged("I2.operations-are-taken-up")) continue;
    LW_INFO("executor", "{} ({}) goes on where it was", stored.header.id,
            OperationStateName(stored.header.state));
    queue_.push_back(std::make_unique<OperationRun>(std::move(stored), clock_));
  }
  TrimHistory(finished_, options_.shown_operations);
  Activate();
  sweep_due_ = SteadyTime{};
  Publish();
  return Ok();
}

Duration Executor::Step(SteadyTime now) {
  if (now < next_poll_) return next_poll_ - now;
  next_poll_ = now + std::chrono::duration_cast<SteadyTime::duration>(options_.poll_interval);
  SettleRollbacks();
  Activate();
  const bool busy = current_ != nullptr || throttles_.HasDebts();
  if (busy) Poll(now);
  // Also when idle: the day's budget and the quiet hours change by themselves.
  if (busy || now >= next_publish_) {
    next_publish_ = now + kPublishEvery;
    Publish();
  }
  SweepAtStart(now);
  return options_.poll_interval;
}

std::size_t Executor::NextInQueue() const {
  std::size_t best = 0;
  for (std::size_t i = 1; i < queue_.size(); ++i) {
    if (Rank(*queue_[i]) < Rank(*queue_[best])) best = i;
  }
  return queue_.empty() || Rank(*queue_[best]) == kPassedOver ? queue_.size() : best;
}

std::int32_t Executor::QueuePosition(const OperationRun& waiting) const {
  if (Rank(waiting) == kPassedOver) return 0;
  std::int32_t position = 1;
  bool reached = false;
  for (const auto& run : queue_) {
    reached = reached || run.get() == &waiting;
    const int rank = Rank(*run);
    if (rank < Rank(waiting) || (rank == Rank(waiting) && !reached)) ++position;
  }
  return position;
}

std::vector<std::string> Executor::OpenThrottles() const { return throttles_.OpenRows({}, 100); }

void Executor::Publish() {
  auto view = std::make_shared<ExecutorView>();
  view->mode = "operate";
  view->status = StatusText();
  view->orphans = orphans_;
  view->activity = Activity();
  for (auto run = queue_.rbegin(); run != queue_.rend(); ++run) {
    view->operations.push_back(MakeView(**run, {}));
    view->operations.back().queue_position = QueuePosition(**run);
  }
  if (current_) view->operations.push_back(MakeView(*current_, progress_.Expect(*current_)));
  view->operations.insert(view->operations.end(), finished_.begin(), finished_.end());
  view_.Publish(std::move(view));
}

ExecutorActivity Executor::Activity() {
  ExecutorActivity activity = activity_;
  for (std::size_t kind = 0; kind < kGuardKinds; ++kind) {
    activity.guard_holds.emplace_back(GuardKindName(static_cast<GuardKind>(kind)),
                                      guard_.holds()[kind]);
  }
  if (current_ && guard_.breach()) activity.guard_holding = GuardKindName(guard_.breach()->kind);
  activity.slowest_answer_ratio = guard_.latency().Worst().value_or(kUnknown);
  activity.quiet_hours = gate_.Closed().has_value();
  activity.day_bytes = gate_.budget().bytes();
  activity.day_moves = gate_.budget().moves();
  activity.day_bytes_limit = options_.max_bytes_per_day;
  activity.day_moves_limit = options_.max_moves_per_day;
  return activity;
}

std::string Executor::StatusText() const {
  if (!trouble_.empty()) return trouble_;
  if (current_) {
    const store::OperationRecord& header = current_->header();
    std::string text = fmt::format("{} {}", OperationStateName(header.state), header.id);
    if (!header.hold_reason.empty()) text += ": " + header.hold_reason;
    return text;
  }
  const auto owed = throttles_.OpenRows({}, 1);
  return owed.empty() ? "idle" : "idle, but a throttle is still to be restored: " + owed.front();
}

}  // namespace levelwind::actions
