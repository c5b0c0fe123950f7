// What is asked of planner and executor, and what comes of it.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <string_view>

#include "base/text.h"
#include "planner/healing/healing_policy.h"

namespace levelwind::planner {
namespace {

constexpr Duration kDay = std::chrono::hours(24);
/// Less than this share of a day's bytes is kept for what is urgent: no part of a plan is worth one
/// of the day's operations then.
constexpr double kLeastPart = 0.1;
/// How long an operation is looked for that may have been made.
constexpr Duration kLookFor = std::chrono::minutes(2);

/// Whether a plan that moves nothing does so because there is nothing left to do.
bool NothingLeft(const Proposal& proposal) {
  return std::ranges::none_of(proposal.goals, [](const GoalVerdict& goal) {
    return goal.hard && goal.judged && goal.violations_after > 0;
  });
}

}  // namespace

Duration HealingPolicy::RetryAfter(const Tracked& tracked) const {
  const std::int32_t doubled = std::clamp(tracked.record.attempts - 1, 0, 6);
  return options_.retry_after * (1 << doubled);
}

/// A disk that fills up soon needs a plan as soon as there is one.
Duration HealingPolicy::RetryPlan(const Anomaly& anomaly) const {
  return IsUrgent(anomaly) ? std::min(kSoon, options_.retry_after) : options_.retry_after;
}

void HealingPolicy::RetryIn(Tracked& tracked, Duration wait, SteadyTime now, WallTime wall) {
  tracked.not_before = now + wait;
  tracked.record.not_before = {wall.unix_ms + ToMillis(wait)};
}

HealingPolicy::Sums HealingPolicy::Today(SteadyTime now, WallTime wall, const Tracked* with) const {
  Sums sums;
  std::set<BrokerId> brokers;
  const auto add = [&](std::int64_t bytes, const std::vector<BrokerId>& about) {
    ++sums.acts;
    sums.bytes += std::max<std::int64_t>(0, bytes);
    brokers.insert(about.begin(), about.end());
  };
  for (const Act& act : acts_) {
    // Only when both clocks say that it is over: a jump of the wall clock gives nothing back.
    const bool by_wall = wall.unix_ms - act.record.at.unix_ms < ToMillis(kDay);
    const bool by_steady = act.at && now - *act.at < kDay;
    if (by_wall || by_steady) add(act.record.bytes, act.record.brokers);
  }
  for (const auto& [key, tracked] : open_) {
    const HealingCase& record = tracked.record;
    if (record.state == HealState::kApplying) add(record.plan_bytes, record.anomaly.brokers);
  }
  if (with != nullptr) {
    add(with->plan_ready ? with->record.plan_bytes : 0, with->record.anomaly.brokers);
  }
  sums.brokers = static_cast<std::int64_t>(brokers.size());
  return sums;
}

std::int64_t HealingPolicy::BytesLeft(SteadyTime now, WallTime wall) const {
  if (options_.max_bytes_per_day <= 0) return std::numeric_limits<std::int64_t>::max();
  return std::max<std::int64_t>(0, options_.max_bytes_per_day - Today(now, wall).bytes);
}

/// Whether the plan may be carried out as it is. Otherwise a part of it is asked for next, or it is
/// held until there are more bytes.
bool HealingPolicy::FitsInTheDay(Tracked& tracked, const Proposal& proposal, SteadyTime now,
                                 WallTime wall) {
  const HealingCase& record = tracked.record;
  const std::int64_t left = BytesLeft(now, wall);
  const bool known = IsKnown(proposal.bytes_to_move);
  if (options_.max_bytes_per_day <= 0 || (known && proposal.bytes_to_move <= left)) return true;
  const auto limit = static_cast<double>(options_.max_bytes_per_day);
  const std::string room = fmt::format("{} of the {} of heal.max_bytes_per_day are left",
                                       HumanBytes(static_cast<double>(left)), HumanBytes(limit));
  const std::string whole =
      known ? fmt::format("{} copies {} and {}", proposal.id,
                          HumanBytes(static_cast<double>(proposal.bytes_to_move)), room)
            : "how many bytes the plan copies is not known, and "
              "heal.max_bytes_per_day is set";
  const bool enough = static_cast<double>(left) >= kLeastPart * limit ||
                      record.anomaly.fix == AnomalyFix::kRelieveBrokers;
  if (!tracked.part && MayBePart(record.anomaly) && enough && left > 0) {
    tracked.part_wanted = true;
    Set(tracked,
        {HealState::kHeld, "part", whole + ": what helps most of it within them is planned"}, now,
        wall);
    return false;
  }
  RetryIn(tracked, RetryPlan(record.anomaly), now, wall);
  Set(tracked, {HealState::kHeld, "budget", whole}, now, wall);
  return false;
}

void HealingPolicy::ForgetOldActs(SteadyTime now, WallTime wall) {
  std::erase_if(acts_, [&](const Act& act) {
    const bool by_wall = wall.unix_ms - act.record.at.unix_ms >= ToMillis(2 * kDay);
    return act.stored && by_wall && (!act.at || now - *act.at >= 2 * kDay);
  });
}

void HealingPolicy::Planned(const std::string& case_id, const Result<ProposalPtr>& plan,
                            SteadyTime now, WallTime wall) {
  Tracked* tracked = Find(case_id);
  if (tracked == nullptr || tracked->record.state != HealState::kPlanning) return;
  HealingCase& record = tracked->record;
  if (!plan.ok()) {
    RetryIn(*tracked, kSoon, now, wall);
    Set(*tracked, {HealState::kHeld, "plan_failed", "no plan: " + plan.error().message()}, now,
        wall);
    return;
  }
  const Proposal& proposal = **plan;
  record.proposal_id = proposal.id;
  record.plan_summary = proposal.summary;
  record.plan_bytes = proposal.bytes_to_move;
  record.eta_s = proposal.makespan_s;
  if (proposal.empty() && IsAnnounced(record.anomaly) && NothingLeft(proposal)) {
    return Done(*tracked, "nothing has to move: " + proposal.summary, now, wall);
  }
  if (proposal.empty()) {
    RetryIn(*tracked, RetryPlan(record.anomaly), now, wall);
    const std::string why =
        tracked->part ? "no move that helps fits in what is left of heal.max_bytes_per_day"
                      : "no move helps";
    Set(*tracked,
        {HealState::kHeld, tracked->part ? "budget" : "no_move",
         fmt::format("{}: {}; {}", why, proposal.summary, record.anomaly.next_step)},
        now, wall);
    return;
  }
  if (!FitsInTheDay(*tracked, proposal, now, wall)) return;
  tracked->plan_ready = true;
  record.reason = fmt::format(
      "{} is made{}: {}", proposal.id,
      tracked->part ? ", cut to what is left of heal.max_bytes_per_day" : "", proposal.summary);
  record.events.push_back({wall, record.state, record.reason, ""});
  tracked->changed = true;
}

/// A plan is there, and nothing speaks against it.
std::optional<HealingAsk> HealingPolicy::HandOver(Tracked& tracked, const HealingInput& input) {
  HealingCase& record = tracked.record;
  const bool dry = ModeOf(record.anomaly.type) != HealMode::kOn || !input.operate;
  if (dry) {
    tracked.plan_ready = false;
    RetryIn(tracked, options_.retry_after, input.now, input.wall);
    const std::string why = !input.operate && ModeOf(record.anomaly.type) == HealMode::kOn
                                ? "the daemon only observes; --mode operate lets it act"
                                : record.anomaly.type + "=on in heal.modes would apply it";
    Set(tracked,
        {HealState::kPlanned, "dry_run",
         fmt::format("dry run: {} ({}) is not applied; {}", record.proposal_id, record.plan_summary,
                     why)},
        input.now, input.wall);
    return std::nullopt;
  }
  if (NeedsApproval(record) && record.approved_by.empty()) {
    tracked.approve_until = input.now + options_.approval_expiry;
    record.approve_until = {input.wall.unix_ms + ToMillis(options_.approval_expiry)};
    Set(tracked,
        {HealState::kApproval, "approval",
         fmt::format("{} ({}) waits for 'levelwind approve {}' until {}", record.proposal_id,
                     record.plan_summary, record.id, FormatTime(record.approve_until))},
        input.now, input.wall);
    return std::nullopt;
  }
  tracked.plan_ready = false;
  record.operation_id.clear();
  Set(tracked,
      {HealState::kApplying, "applying", record.proposal_id + " is handed to the executor"},
      input.now, input.wall);
  HealingAsk ask;
  ask.kind = HealingAsk::Kind::kApply;
  ask.case_id = record.id;
  ask.proposal_id = record.proposal_id;
  ask.reason = fmt::format("{}: {}", record.id, record.anomaly.message);
  if (!record.approved_by.empty()) ask.reason += "; approved by " + record.approved_by;
  return ask;
}

void HealingPolicy::Applied(const std::string& case_id, const Result<std::string>& operation,
                            SteadyTime now, WallTime wall) {
  Tracked* tracked = Find(case_id);
  if (tracked == nullptr || tracked->record.state != HealState::kApplying) return;
  HealingCase& record = tracked->record;
  record.approved_by.clear();
  record.approve_until = {};
  if (operation.ok()) return Begun(*tracked, *operation, now, wall);
  // It may have been taken: then it is among the operations soon.
  if (operation.error().code() == ErrorCode::kDeadlineExceeded ||
      operation.error().code() == ErrorCode::kCancelled) {
    return;
  }
  const bool changed = operation.error().code() == ErrorCode::kAborted;
  RetryIn(*tracked, changed ? kSoon : RetryAfter(*tracked), now, wall);
  record.result = operation.error().message();
  Set(*tracked,
      {HealState::kHeld, "refused",
       fmt::format("the executor refused {}: {}", record.proposal_id, record.result)},
      now, wall);
}

void HealingPolicy::Stopped(const std::string& case_id, const Status& answer, SteadyTime now,
                            WallTime wall) {
  if (answer.ok()) return;
  if (Tracked* announced = Find(case_id)) RetryIn(*announced, kSoon, now, wall);
  Tracked* acting = UnderWay();
  if (acting == nullptr || acting->record.code != kStoppingCode) return;
  Set(*acting,
      {HealState::kActing, "acting",
       fmt::format("{} goes on: it cannot be stopped: {}", acting->record.operation_id,
                   answer.error().message())},
      now, wall);
}

/// What was announced is carried out once. The announcement stays until it expires, which says
/// nothing about whether it helped.
void HealingPolicy::Done(Tracked& tracked, const std::string& how, SteadyTime now, WallTime wall) {
  Set(tracked,
      {HealState::kWatched, std::string(kDoneCode),
       how + "; nothing more is done about this announcement"},
      now, wall);
}

/// The executor has it: it counts.
void HealingPolicy::Begun(Tracked& tracked, const std::string& operation, SteadyTime now,
                          WallTime wall) {
  HealingCase& record = tracked.record;
  ++record.attempts;
  record.operation_id = operation;
  acts_.push_back({{wall, record.id, record.plan_bytes, record.anomaly.brokers}, now, false});
  Set(tracked,
      {HealState::kActing, "acting",
       fmt::format("{} carries out {}", operation, record.proposal_id)},
      now, wall);
}

void HealingPolicy::Follow(Tracked& tracked, const HealingInput& input) {
  HealingCase& record = tracked.record;
  // A plan of an earlier process is not waited for.
  if (record.state == HealState::kPlanning && !tracked.plan_ready && tracked.since < input.now) {
    Set(tracked,
        {HealState::kWaiting, "restart", "the plan was not finished; it is asked for again"},
        input.now, input.wall);
    return;
  }
  if (record.state == HealState::kApproval && !record.approved_by.empty() && !tracked.plan_ready) {
    tracked.plan_ready = true;
  }
  if (record.state != HealState::kApplying && record.state != HealState::kActing) return;
  if (!input.operate) {
    Set(tracked,
        {HealState::kSettling, "unknown",
         "what became of it is not known: the daemon was started in observe mode"},
        input.now, input.wall);
    return;
  }
  if (input.executor == nullptr) return;
  if (record.state == HealState::kApplying) return LookForOperation(tracked, input);
  const auto& operations = input.executor->operations;
  const auto found = std::ranges::find(operations, record.operation_id, &OperationView::id);
  if (found == operations.end()) {
    cool_until_ = input.now + options_.cool_down;
    Set(tracked,
        {HealState::kSettling, "unknown",
         record.operation_id + " is not among the executor's operations any more"},
        input.now, input.wall);
    return;
  }
  if (IsTerminal(found->state)) return Ended(tracked, *found, input);
  record.eta_s = found->eta_s;
  record.reason =
      fmt::format("{} is {}: {} of {} steps{}{}", found->id, OperationStateName(found->state),
                  found->steps_done, found->steps_total, found->hold_reason.empty() ? "" : "; ",
                  found->hold_reason);
}

/// Handed over, by us or by the process before us: the executor has it or not.
void HealingPolicy::LookForOperation(Tracked& tracked, const HealingInput& input) {
  HealingCase& record = tracked.record;
  for (const OperationView& operation : input.executor->operations) {
    const bool ours = operation.proposal_id == record.proposal_id &&
                      operation.author == kHealingAuthor &&
                      operation.reason.starts_with(record.id + ":");
    if (ours) return Begun(tracked, operation.id, input.now, input.wall);
  }
  if (input.now - tracked.since < kLookFor) return;
  RetryIn(tracked, kSoon, input.now, input.wall);
  Set(tracked,
      {HealState::kHeld, "not_taken",
       record.proposal_id + " did not reach the executor; a new plan will be made"},
      input.now, input.wall);
}

void HealingPolicy::Ended(Tracked& tracked, const OperationView& operation,
                          const HealingInput& input) {
  HealingCase& record = tracked.record;
  const bool gives_way = record.code == kStoppingCode;
  // What it was stopped for follows at once.
  if (!gives_way) cool_until_ = input.now + options_.cool_down;
  record.eta_s = kUnknown;
  record.result =
      fmt::format("{} {}: {} of {} steps, {} copied{}{}", operation.id,
                  OperationStateName(operation.state), operation.steps_done, operation.steps_total,
                  HumanBytes(static_cast<double>(operation.bytes_done)),
                  operation.hold_reason.empty() ? "" : "; ", operation.hold_reason);
  if (gives_way && operation.state == OperationState::kCancelled) {
    record.attempts = std::max(0, record.attempts - 1);
    // Otherwise it would come first again, and be stopped again.
    RetryIn(tracked, options_.cool_down, input.now, input.wall);
    Set(tracked,
        {HealState::kHeld, "gave_way", record.result + "; it gave way to what was announced"},
        input.now, input.wall);
    return;
  }
  if (operation.state == OperationState::kCancelled) {
    // Somebody stopped it: it is not for us to begin it again.
    Set(tracked,
        {HealState::kStuck, "cancelled",
         record.result + "; nothing more is done about it until it is gone"},
        input.now, input.wall);
    return;
  }
  if (IsAnnounced(record.anomaly) && operation.state == OperationState::kCompleted) {
    return Done(tracked, record.result, input.now, input.wall);
  }
  const bool goes_on = tracked.part || record.anomaly.fix == AnomalyFix::kRelieveBrokers;
  if (goes_on && operation.state == OperationState::kCompleted) {
    // It did help: what is left, or what fills up again, is no failed try.
    record.attempts = 1;
    const std::string what =
        tracked.part ? "that was what fitted in the day's bytes" : "that is room for a while";
    Set(tracked, {HealState::kSettling, std::string(kProgressCode), record.result + "; " + what},
        input.now, input.wall);
    return;
  }
  Set(tracked,
      {HealState::kSettling, "settling", record.result + "; watching whether that was enough"},
      input.now, input.wall);
}

}  // namespace levelwind::planner
