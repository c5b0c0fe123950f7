#include "daemon/healing_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/text.h"

namespace levelwind::daemon {
namespace {

constexpr Duration kLook = std::chrono::seconds(1);
constexpr Duration kTouch = std::chrono::seconds(30);
/// A plan may be under way when somebody says something.
constexpr auto kAnswerWithin = std::chrono::seconds(45);
constexpr Duration kStale = std::chrono::seconds(60);

/// Why nothing can be told from it; empty: it can.
std::string BlindBecause(const ClusterSnapshot* snapshot, SteadyTime now) {
  if (snapshot == nullptr) return "the cluster was not seen yet";
  const Duration age = now - snapshot->taken_at_steady;
  if (age > kStale) {
    return fmt::format("the newest look at the cluster is {} old", HumanDuration(ToSeconds(age)));
  }
  for (const SourceStatus& source : snapshot->sources) {
    // Who is there and what is where; the rest only makes plans worse.
    const bool needed = source.name == "cluster" || source.name == "reassignments";
    if (needed && !source.ok) return fmt::format("{}: {}", source.name, source.error);
    if (needed && source.age && *source.age + age > kStale) {
      return fmt::format("{}: what is known is {} old", source.name,
                         HumanDuration(ToSeconds(*source.age + age)));
    }
  }
  return "";
}

/// Whether anything would be done about a broken goal.
bool GoalsMatter(const planner::HealingOptions& options) {
  const auto rules = planner::ParseHealingRules(options);
  if (!rules.ok()) return false;  // config/ has checked it
  const auto mode = rules->modes.find("goal_violation");
  return mode != rules->modes.end() && mode->second != HealMode::kOff;
}

/// What happens whether or not the anomaly passes by itself.
bool IsDone(HealState state) {
  return state == HealState::kApproval || state == HealState::kActing ||
         state == HealState::kSettling || state == HealState::kStuck || state == HealState::kHealed;
}

std::int32_t BrokersIn(const ClusterSnapshot& snapshot) {
  std::set<BrokerId> brokers;
  for (const Broker& broker : snapshot.brokers) brokers.insert(broker.id);
  for (const Replica& replica : snapshot.replicas) brokers.insert(replica.broker);
  return static_cast<std::int32_t>(brokers.size());
}

}  // namespace

HealingLoop::HealingLoop(planner::HealingOptions options, std::string cluster, HealingWires wires,
                         store::HealingRecord* record, std::string record_problem,
                         const Clock& clock)
    : cluster_(std::move(cluster)),
      wires_(std::move(wires)),
      record_(record),
      record_problem_(std::move(record_problem)),
      clock_(clock),
      policy_(options),
      goals_matter_(GoalsMatter(options)),
      goal_check_interval_(options.goal_check_interval) {
  if (record_ == nullptr) return;
  auto stored = record_->Load();
  if (!stored.ok()) {
    record_problem_ = stored.error().message();
    return;
  }
  for (const HealingCase& one : stored->cases) {
    if (IsOver(one.state)) continue;
    Told& told = told_[one.number];
    // What nobody was told of yet is told once it stood for long enough.
    told.spoken = Stood(one) || one.attempts > 0;
    if (told.spoken) told.events = one.events.size();
    told.state = one.state;
    told.code = told.spoken ? one.code : "";
  }
  policy_.Restore(std::move(stored->cases), std::move(stored->acts), clock_.Now(),
                  clock_.WallNow());
}

void HealingLoop::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    Step();
    mailbox_.RunPending(stop, kLook);
  }
  policy_.TouchOpen();
  Keep();
}

planner::HealingInput HealingLoop::Look() {
  planner::HealingInput input;
  input.now = clock_.Now();
  input.wall = clock_.WallNow();
  snapshot_ = wires_.snapshot();
  executor_ = wires_.executor();
  if (auto reports = wires_.reports(); reports != reports_) {
    reports_ = std::move(reports);
    ++evaluation_;
  }
  if (reports_ != nullptr) input.reports = *reports_;
  input.evaluation = evaluation_;
  input.blind_because = BlindBecause(snapshot_.get(), input.now);
  if (snapshot_ != nullptr) {
    input.brokers = BrokersIn(*snapshot_);
    input.reassignments = static_cast<std::int32_t>(snapshot_->reassignments.size());
  }
  input.executor = executor_.get();
  input.operate = wires_.apply != nullptr;
  input.record_problem = record_problem_.empty() ? write_problem_ : record_problem_;
  return input;
}

void HealingLoop::Step() {
  if (!touched_ || clock_.Now() - *touched_ >= kTouch) {
    policy_.TouchOpen();
    touched_ = clock_.Now();
  }
  auto ask = Ask();
  CheckGoals();
  while (ask) {
    if (ask->kind == planner::HealingAsk::Kind::kPlan) {
      Publish();
      const auto plan = wires_.plan(ask->request);
      policy_.Planned(ask->case_id, plan, clock_.Now(), clock_.WallNow());
      ask = Ask();  // looked at anew: the cluster went on while it was planned
      continue;
    }
    if (ask->kind == planner::HealingAsk::Kind::kStop) {
      const Status stopped = wires_.stop(ask->operation, ask->reason);
      LW_INFO("healing", "{}: {} {}", ask->reason, ask->operation,
              stopped.ok() ? "is stopped" : "goes on: " + stopped.error().message());
      policy_.Stopped(ask->case_id, stopped, clock_.Now(), clock_.WallNow());
      break;
    }
    const auto operation = wires_.apply(ask->proposal_id, ask->reason);
    LW_INFO("healing", "{}: {} {}", ask->reason, ask->proposal_id,
            operation.ok() ? "is carried out by " + *operation
                           : "was refused: " + operation.error().message());
    policy_.Applied(ask->case_id, operation, clock_.Now(), clock_.WallNow());
    ask.reset();
    Keep();
  }
  Publish();
  snapshot_ =
      nullptr;  // A large cluster's is a hundred megabytes, and the next look brings its own.
}

/// What the policy wants next, once that is kept.
std::optional<planner::HealingAsk> HealingLoop::Ask() {
  auto ask = policy_.Step(Look());
  const bool kept = Keep();
  if (kept || !ask) return ask;
  const Error why(ErrorCode::kAborted, write_problem_);
  if (ask->kind == planner::HealingAsk::Kind::kStop) {
    policy_.Stopped(ask->case_id, why, clock_.Now(), clock_.WallNow());
    return std::nullopt;
  }
  if (ask->kind == planner::HealingAsk::Kind::kApply) {
    policy_.Applied(ask->case_id, why, clock_.Now(), clock_.WallNow());
    return std::nullopt;
  }
  return ask;
}

bool HealingLoop::Keep() {
  auto changes = policy_.TakeChanges();
  Tell(changes.cases);
  for (HealingCase& record : changes.cases) unsaved_cases_.push_back(std::move(record));
  for (HealingAct& act : changes.acts) unsaved_acts_.push_back(std::move(act));
  if (record_ == nullptr || !record_problem_.empty()) {
    unsaved_cases_.clear();
    unsaved_acts_.clear();
    return record_problem_.empty();
  }
  const Status saved = record_->Save(unsaved_cases_, unsaved_acts_);
  if (!saved.ok()) {
    if (write_problem_.empty()) LW_WARN("healing", "{}", saved.error().message());
    write_problem_ = "decisions cannot be kept: " + saved.error().message();
    return false;
  }
  write_problem_.clear();
  unsaved_cases_.clear();
  unsaved_acts_.clear();
  return true;
}

/// Nobody asks for a plan by hand every day: what goal_violation judges is made here.
void HealingLoop::CheckGoals() {
  if (!goals_matter_ || !wires_.check_goals || snapshot_ == nullptr) return;
  const SteadyTime now = clock_.Now();
  // Half of the figures, or a cluster in motion, would tell of what is not so.
  if (!BlindBecause(snapshot_.get(), now).empty() || !snapshot_->confidence.rates) return;
  if (!snapshot_->reassignments.empty()) return;
  WallTime finished;
  for (const OperationView& operation : executor_->operations) {
    if (!IsTerminal(operation.state)) return;
    finished = std::max(finished, operation.finished_at);
  }
  const bool due = !goals_at_ || now - *goals_at_ >= goal_check_interval_ ||
                   finished.unix_ms > goals_wall_.unix_ms;
  if (!due) return;
  goals_at_ = now;
  goals_wall_ = clock_.WallNow();
  wires_.check_goals();
}

bool HealingLoop::Stood(const HealingCase& record) const {
  if (!wires_.alert_after) return true;
  return record.last_seen.unix_ms - record.first_seen.unix_ms >=
         ToMillis(wires_.alert_after(record.anomaly.type));
}

/// What is new of it, once it stood for as long as it should, or something is done about it.
void HealingLoop::TellOne(const HealingCase& record, std::vector<Notice>& notices) {
  Told& told = told_[record.number];
  // Of long records the middle is dropped; what is new is at the end.
  told.events = std::min(told.events, record.events.size());
  const bool muted = clock_.WallNow() < record.muted_until;
  bool now = Stood(record);
  for (; told.events < record.events.size(); ++told.events) {
    const HealingEvent& event = record.events[told.events];
    LW_INFO("healing", "{} {} {}: {}", record.id, record.anomaly.type,
            EscapeControl(record.anomaly.subject), EscapeControl(event.text));
    if (muted || !IsNews(event, record)) continue;
    now = now || IsDone(event.state);
    told.waiting.push_back({record, event, cluster_});
  }
  // It passed by itself before anybody had to know.
  if (record.state == HealState::kGone && !told.spoken && !now) told.waiting.clear();
  if (!now) return;
  for (Notice& notice : told.waiting) {
    // A plan that is tried every minute and moves nothing is told once.
    const bool same = told.spoken && notice.event.author.empty() &&
                      notice.event.state == told.state && notice.record.code == told.code;
    told.state = notice.event.state;
    told.code = notice.record.code;
    if (same && notice.event.state == HealState::kHeld) continue;
    told.spoken = true;
    notices.push_back(std::move(notice));
  }
  told.waiting.clear();
}

void HealingLoop::Tell(const std::vector<HealingCase>& cases) {
  std::vector<Notice> notices;
  for (const HealingCase& record : cases) {
    TellOne(record, notices);
    if (IsOver(record.state)) told_.erase(record.number);
  }
  if (!notices.empty() && wires_.notify) wires_.notify(std::move(notices));
}

void HealingLoop::Publish() {
  auto view = std::make_shared<HealingView>(policy_.View(clock_.Now(), clock_.WallNow()));
  if (!record_problem_.empty() && view->on) view->status = "nothing is done: " + record_problem_;
  if (wires_.notices) view->notices = wires_.notices();
  view_.Publish(std::move(view));
}

template <class Command>
Status HealingLoop::Post(Command command, const std::string& what) {
  return mailbox_.Call<void>(
      [this, command = std::move(command)]() -> Status {
        LW_RETURN_IF_ERROR(command());
        if (!Keep()) return Error(ErrorCode::kUnavailable, write_problem_);
        Publish();
        return Ok();
      },
      kAnswerWithin, what);
}

Status HealingLoop::Approve(std::string id, std::string author, std::string reason) {
  return Post(
      [this, id = std::move(id), author = std::move(author), reason = std::move(reason)] {
        return policy_.Approve(id, author, reason, clock_.WallNow());
      },
      "approving");
}

Status HealingLoop::Deny(std::string id, std::string author, std::string reason) {
  return Post(
      [this, id = std::move(id), author = std::move(author), reason = std::move(reason)] {
        return policy_.Deny(id, author, reason, clock_.WallNow());
      },
      "denying");
}

Status HealingLoop::Mute(std::string id, Duration how_long, std::string author,
                         std::string reason) {
  return Post(
      [this, how_long, id = std::move(id), author = std::move(author), reason = std::move(reason)] {
        return policy_.Mute(id, how_long, author, reason, clock_.Now(), clock_.WallNow());
      },
      "muting");
}

}  // namespace levelwind::daemon
