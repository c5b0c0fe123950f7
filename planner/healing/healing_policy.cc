#include "planner/healing/healing_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "base/check.h"
#include "base/text.h"

namespace levelwind::planner {
namespace {

constexpr std::size_t kMostOpen = 1000;
constexpr std::size_t kShownClosed = 200;
constexpr std::size_t kMostEvents = 60;
constexpr std::size_t kFirstEvents = 10;

std::vector<WeeklyWindow> Windows(const std::vector<std::string>& texts) {
  auto windows = ParseWeeklyWindows(texts);
  LW_CHECK(windows.ok());  // config/ has checked them
  return *std::move(windows);
}

HealingRules Rules(const HealingOptions& options) {
  auto rules = ParseHealingRules(options);
  LW_CHECK(rules.ok());
  return *std::move(rules);
}

/// A wall time in the future as a point of this process's steady clock, at most `most` ahead.
SteadyTime SteadyOf(WallTime at, SteadyTime now, WallTime wall, Duration most) {
  if (at.unix_ms <= wall.unix_ms) return {};
  const Duration left = std::chrono::milliseconds(at.unix_ms - wall.unix_ms);
  return now + std::min(left, most);
}

}  // namespace

HealingPolicy::HealingPolicy(HealingOptions options)
    : options_(std::move(options)),
      rules_(Rules(options_)),
      quiet_(Windows(options_.quiet_hours)) {}

void HealingPolicy::Restore(std::vector<HealingCase> cases, std::vector<HealingAct> acts,
                            SteadyTime now, WallTime wall) {
  constexpr Duration kLongest = std::chrono::hours(24 * 30);
  std::ranges::sort(cases, {}, &HealingCase::number);
  for (HealingCase& record : cases) {
    next_number_ = std::max(next_number_, record.number + 1);
    if (IsOver(record.state)) {
      closed_.push_front(std::move(record));
      continue;
    }
    Tracked tracked;
    const std::int64_t gap_ms = wall.unix_ms - record.last_seen.unix_ms;
    // Whether it was there all the time is not known: some of the wait is always repeated.
    const double repeated = std::min(record.grace_s, ToSeconds(options_.max_gap));
    const bool near = gap_ms >= 0 && gap_ms <= ToMillis(options_.max_gap);
    const double kept = near && record.gone_at.unix_ms == 0
                            ? std::clamp(record.waited_s, 0.0, record.grace_s - repeated)
                            : 0.0;
    tracked.waited = std::chrono::milliseconds(static_cast<std::int64_t>(kept * 1000));
    tracked.not_before = SteadyOf(record.not_before, now, wall, kLongest);
    tracked.approve_until = SteadyOf(record.approve_until, now, wall, options_.approval_expiry);
    tracked.muted_until = SteadyOf(record.muted_until, now, wall, kLongest);
    tracked.since = now;
    tracked.record = std::move(record);
    const Key key{tracked.record.anomaly.type, tracked.record.anomaly.subject};
    open_[key] = std::move(tracked);
  }
  while (closed_.size() > kShownClosed) closed_.pop_back();
  for (HealingAct& act : acts) {
    // A clock that was set back since makes it look recent, which is the safe side.
    if (wall.unix_ms - act.at.unix_ms < ToMillis(options_.cool_down)) {
      cool_until_ = now + options_.cool_down;
    }
    acts_.push_back({std::move(act), std::nullopt, true});
  }
}

std::optional<HealingAsk> HealingPolicy::Step(const HealingInput& input) {
  if (input.evaluation != evaluation_ && input.blind_because.empty()) {
    Observe(input);
    looked_ = input.now;
  }
  evaluation_ = input.evaluation;
  std::vector<Key> over;
  for (auto& [key, tracked] : open_) {
    Follow(tracked, input);
    Advance(tracked, input);
    if (IsOver(tracked.record.state)) over.push_back(key);
  }
  for (const Key& key : over) Close(key);
  ForgetOldActs(input.now, input.wall);
  return Decide(input);
}

void HealingPolicy::Observe(const HealingInput& input) {
  room_ = {.healed = kMostOpen, .watched = kMostOpen};
  for (const auto& [key, tracked] : open_) {
    std::size_t& room = Matters(key.first) ? room_.healed : room_.watched;
    room -= std::min<std::size_t>(room, 1);
  }
  std::set<Key> listed;
  std::set<std::string> held;
  for (const DetectorReport& report : input.reports) {
    if (!report.held_because.empty()) held.insert(report.detector);
    for (const Anomaly& anomaly : report.anomalies) {
      const Key key{anomaly.type, anomaly.subject};
      listed.insert(key);
      const auto known = open_.find(key);
      // A detector that could not tell repeats what it said before, with the time of then.
      const bool repeated = known != open_.end() && !report.held_because.empty() &&
                            anomaly.last_seen == known->second.record.last_seen;
      See(anomaly, !repeated, input);
    }
  }
  for (auto& [key, tracked] : open_) {
    if (listed.contains(key)) continue;
    if (held.contains(key.first)) {
      tracked.missed.reset();
    } else if (IsStillWanted(tracked, input)) {
      See(Anomaly(tracked.record.anomaly), true, input);
    } else {
      Miss(tracked, input);
    }
  }
}

/// What was announced and read in time does not lapse while it waits for its turn, for the end of
/// quiet hours or for a person's word.
bool HealingPolicy::IsStillWanted(const Tracked& tracked, const HealingInput& input) const {
  const HealingCase& record = tracked.record;
  const bool waits = record.state == HealState::kWaiting || record.state == HealState::kHeld ||
                     record.state == HealState::kPlanning || record.state == HealState::kApproval;
  return IsAnnounced(record.anomaly) && waits && record.gone_at.unix_ms == 0 &&
         ModeOf(record.anomaly.type) == HealMode::kOn &&
         input.wall.unix_ms - record.first_seen.unix_ms < ToMillis(options_.approval_expiry);
}

void HealingPolicy::See(const Anomaly& anomaly, bool confirmed, const HealingInput& input) {
  const Key key{anomaly.type, anomaly.subject};
  auto found = open_.find(key);
  if (!confirmed) return;
  if (found == open_.end()) {
    std::size_t& room = Matters(anomaly.type) ? room_.healed : room_.watched;
    if (room == 0) return;
    --room;
    Tracked fresh;
    fresh.record.number = next_number_++;
    fresh.record.id = fmt::format("a{}", fresh.record.number);
    fresh.record.anomaly = anomaly;
    fresh.record.first_seen = input.wall;
    found = open_.emplace(key, std::move(fresh)).first;
    Set(found->second, {HealState::kWaiting, "seen", "seen: " + anomaly.message}, input.now,
        input.wall);
  }
  Tracked& tracked = found->second;
  HealingCase& record = tracked.record;
  const bool gap = tracked.confirmed && input.now - *tracked.confirmed > options_.max_gap;
  if (gap) tracked.waited = {};
  if (tracked.confirmed && !gap) tracked.waited += input.now - *tracked.confirmed;
  tracked.confirmed = input.now;
  tracked.missed.reset();
  tracked.away = {};
  if (record.gone_at.unix_ms != 0) {
    ++record.returns;
    record.gone_at = {};
    tracked.changed = true;
  }
  if (record.state == HealState::kLeaving) {
    Set(tracked, {HealState::kWaiting, "returned", "it is back; its grace time begins again"},
        input.now, input.wall);
  }
  if (record.code == kDoneCode && anomaly.began_at.unix_ms > record.anomaly.began_at.unix_ms) {
    record.attempts = 0;
    Set(tracked, {HealState::kWaiting, "again", "announced again: " + anomaly.message}, input.now,
        input.wall);
  }
  tracked.present = true;
  record.anomaly = anomaly;
  record.last_seen = anomaly.last_seen;
  record.mode = ModeOf(anomaly.type);
  record.grace_s = ToSeconds(GraceOf(anomaly.type));
  record.waited_s = ToSeconds(tracked.waited);
}

/// Whether anything is done about the type, or it is what everything is judged by.
bool HealingPolicy::Matters(const std::string& type) const {
  return ModeOf(type) != HealMode::kOff || IsBroken(type);
}

void HealingPolicy::Miss(Tracked& tracked, const HealingInput& input) {
  const bool gap = tracked.missed && input.now - *tracked.missed > options_.max_gap;
  if (gap) tracked.away = {};
  if (tracked.missed && !gap) tracked.away += input.now - *tracked.missed;
  tracked.missed = input.now;
  tracked.confirmed.reset();
  tracked.waited = {};
  tracked.present = false;
  tracked.part_wanted = false;
  tracked.record.waited_s = 0;
  if (tracked.record.gone_at.unix_ms == 0) {
    tracked.record.gone_at = input.wall;
    tracked.changed = true;
  }
}

void HealingPolicy::Advance(Tracked& tracked, const HealingInput& input) {
  HealingCase& record = tracked.record;
  if (record.state == HealState::kSettling) return AdvanceSettling(tracked, input);
  if (IsUnderWay(record.state) && !tracked.plan_ready) return;
  if (record.gone_at.unix_ms == 0) return;
  tracked.plan_ready = false;
  if (tracked.away >= options_.clear_after) {
    const bool acted = record.attempts > 0;
    Set(tracked,
        {acted ? HealState::kHealed : HealState::kGone, acted ? "healed" : "gone",
         acted ? fmt::format("gone after {}", record.operation_id)
               : std::string("gone without anything that Levelwind did")},
        input.now, input.wall);
    record.closed_at = input.wall;
    return;
  }
  if (record.state == HealState::kLeaving) return;
  record.approve_until = {};
  record.approved_by.clear();
  Set(tracked,
      {HealState::kLeaving, "leaving",
       fmt::format("not there any more; it is over when it stays away for {}",
                   HumanDuration(ToSeconds(options_.clear_after)))},
      input.now, input.wall);
}

void HealingPolicy::AdvanceSettling(Tracked& tracked, const HealingInput& input) {
  HealingCase& record = tracked.record;
  if (record.gone_at.unix_ms != 0 && tracked.away >= options_.clear_after) {
    Set(tracked, {HealState::kHealed, "healed", "gone after " + record.operation_id}, input.now,
        input.wall);
    record.closed_at = input.wall;
    return;
  }
  const bool still_there = tracked.present && input.now - tracked.since >= options_.cool_down &&
                           tracked.confirmed && *tracked.confirmed > tracked.since;
  if (!still_there) return;
  if (record.anomaly.fix == AnomalyFix::kNone) {
    Set(tracked,
        {HealState::kWatched, "no_fix",
         fmt::format("{} did what a plan can; what is left: {}; {}", record.operation_id,
                     record.anomaly.message, record.anomaly.next_step)},
        input.now, input.wall);
    return;
  }
  const bool helped = record.code == kProgressCode;
  if (!helped && record.attempts >= options_.max_attempts) {
    Set(tracked,
        {HealState::kStuck, "attempts",
         fmt::format("still there after {} operations; a person has to look: {}", record.attempts,
                     record.anomaly.next_step)},
        input.now, input.wall);
    return;
  }
  const bool soon = helped && IsUrgent(record.anomaly);
  const Duration wait = soon ? RetryPlan(record.anomaly) : RetryAfter(tracked);
  RetryIn(tracked, wait, input.now, input.wall);
  Set(tracked,
      {HealState::kHeld, "retry",
       fmt::format("still there after {}; tried again in {}", record.operation_id,
                   HumanDuration(ToSeconds(wait)))},
      input.now, input.wall);
}

void HealingPolicy::Close(const Key& key) {
  const auto found = open_.find(key);
  unsaved_.push_back(found->second.record);
  closed_.push_front(std::move(found->second.record));
  open_.erase(found);
  if (closed_.size() > kShownClosed) closed_.pop_back();
}

void HealingPolicy::Set(Tracked& tracked, const Verdict& verdict, SteadyTime now, WallTime wall,
                        const std::string& author) {
  HealingCase& record = tracked.record;
  const bool news = record.events.empty() || record.state != verdict.state ||
                    record.code != verdict.code || !author.empty();
  record.reason = verdict.reason;
  if (!news) return;
  if (record.state != verdict.state || record.events.empty()) {
    tracked.since = now;
    record.state_since = wall;
  }
  record.state = verdict.state;
  record.code = verdict.code;
  record.events.push_back({wall, verdict.state, verdict.reason, author});
  if (record.events.size() > kMostEvents) {
    record.events.erase(record.events.begin() + kFirstEvents);
  }
  tracked.changed = true;
  ++decisions_[{record.anomaly.type, verdict.code}];
}

HealingPolicy::Tracked* HealingPolicy::Find(const std::string& id) {
  for (auto& [key, tracked] : open_) {
    if (tracked.record.id == id) return &tracked;
  }
  return nullptr;
}

HealingPolicy::Tracked* HealingPolicy::UnderWay() {
  for (auto& [key, tracked] : open_) {
    if (IsUnderWay(tracked.record.state)) return &tracked;
  }
  return nullptr;
}

HealingPolicy::Changes HealingPolicy::TakeChanges() {
  Changes changes;
  changes.cases = std::move(unsaved_);
  unsaved_.clear();
  for (auto& [key, tracked] : open_) {
    if (!tracked.changed) continue;
    changes.cases.push_back(tracked.record);
    tracked.changed = false;
  }
  std::ranges::sort(changes.cases, {}, &HealingCase::number);
  for (Act& act : acts_) {
    if (act.stored) continue;
    changes.acts.push_back(act.record);
    act.stored = true;
  }
  return changes;
}

void HealingPolicy::TouchOpen() {
  for (auto& [key, tracked] : open_) tracked.changed = true;
}

HealingView HealingPolicy::View(SteadyTime now, WallTime wall) const {
  HealingView view;
  for (const auto& [type, mode] : rules_.modes) view.on = view.on || mode != HealMode::kOff;
  for (const auto& [key, tracked] : open_) view.cases.push_back(tracked.record);
  std::ranges::stable_sort(view.cases, [](const HealingCase& a, const HealingCase& b) {
    return std::make_tuple(b.anomaly.severity, a.number) <
           std::make_tuple(a.anomaly.severity, b.number);
  });
  view.status = view.on ? "nothing to heal" : "off: no type is in heal.modes";
  if (view.on && !holding_.empty()) view.status = "holding: " + holding_;
  for (const HealingCase& record : view.cases) {
    if (!IsUnderWay(record.state)) continue;
    view.status = fmt::format("{}: {}", record.id, record.reason);
  }
  view.cases.insert(view.cases.end(), closed_.begin(), closed_.end());
  const Sums today = Today(now, wall);
  view.acts_today = today.acts;
  view.bytes_today = today.bytes;
  view.brokers_today = today.brokers;
  view.acts_limit = options_.max_acts_per_day;
  view.bytes_limit = options_.max_bytes_per_day;
  view.brokers_limit = options_.max_brokers_per_day;
  view.decisions = decisions_;
  return view;
}

}  // namespace levelwind::planner
