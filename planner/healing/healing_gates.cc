// Whether anything may be done about a case now, and the reason where not.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "planner/healing/healing_policy.h"

namespace levelwind::planner {
namespace {

/// What is mended first; the order of AnomalyFix says nothing about that.
int RankOf(AnomalyFix fix) {
  switch (fix) {
    case AnomalyFix::kRemoveBrokers:
    case AnomalyFix::kFixOffline:
      return 0;
    case AnomalyFix::kRelieveBrokers:
      return 1;
    case AnomalyFix::kLogDirs:
      return 2;
    case AnomalyFix::kReplicationFactor:
      return 3;
    case AnomalyFix::kDemoteBrokers:
    case AnomalyFix::kLeadership:
      return 4;
    case AnomalyFix::kAddBrokers:
      return 5;
    case AnomalyFix::kRebalance:
      return 6;
    case AnomalyFix::kMorePartitions:
    case AnomalyFix::kNone:
      break;
  }
  return 7;
}

/// Plans that touch nothing but what they are asked for, so that a broken broker is left alone.
bool IsNarrow(AnomalyFix fix) {
  return fix == AnomalyFix::kRelieveBrokers || fix == AnomalyFix::kLogDirs;
}

/// Whether somebody has announced just this: to save what is offline, or about these very brokers.
bool IsMeant(const Anomaly& announced, const Anomaly& broken) {
  if (!IsAnnounced(announced)) return false;
  if (announced.fix == AnomalyFix::kFixOffline) return true;
  return !broken.brokers.empty() && std::ranges::all_of(broken.brokers, [&](BrokerId broker) {
    return std::ranges::find(announced.brokers, broker) != announced.brokers.end();
  });
}

/// What is asked of the planner. For a dead broker no more than its replicas: to empty it levels
/// the others as well, which nobody asked the healing for.
PlanRequest RequestOf(const Anomaly& anomaly) {
  if (anomaly.type != "dead_broker") return *anomaly.request;
  PlanRequest request;
  request.fix_offline = true;
  return request;
}

std::string In(Duration wait) { return HumanDuration(std::max(0.0, ToSeconds(wait))); }

}  // namespace

bool HealingPolicy::IsBroken(const std::string& type) {
  return type == "dead_broker" || type == "disk_failure";
}

/// Each move of these mends or relieves something by itself, and a cut plan has those that do most
/// (planner/budget). Half of an emptied broker or of a new replication factor is nothing that
/// anybody asked for, and what was announced is carried out once.
bool HealingPolicy::MayBePart(const Anomaly& anomaly) {
  if (IsAnnounced(anomaly)) return false;
  const AnomalyFix fix = anomaly.fix;
  return fix == AnomalyFix::kRelieveBrokers || fix == AnomalyFix::kRebalance ||
         fix == AnomalyFix::kAddBrokers || fix == AnomalyFix::kFixOffline ||
         anomaly.type == "dead_broker";
}

bool HealingPolicy::IsUrgent(const Anomaly& anomaly) {
  return anomaly.severity == Severity::kCritical && anomaly.fix == AnomalyFix::kRelieveBrokers;
}

HealMode HealingPolicy::ModeOf(std::string_view type) const {
  const auto found = rules_.modes.find(type);
  return found == rules_.modes.end() ? HealMode::kOff : found->second;
}

Duration HealingPolicy::GraceOf(std::string_view type) const {
  const auto found = rules_.graces.find(type);
  return found == rules_.graces.end() ? options_.grace : found->second;
}

bool HealingPolicy::NeedsApproval(const HealingCase& record) const {
  // There is no way back from more partitions.
  return record.anomaly.fix == AnomalyFix::kMorePartitions ||
         std::ranges::find(options_.approval, record.anomaly.type) != options_.approval.end();
}

/// What no passing of time changes, and what is not over yet.
std::optional<HealingPolicy::Verdict> HealingPolicy::NotAtAll(const Tracked& tracked,
                                                              const HealingInput& input) const {
  const HealingCase& record = tracked.record;
  const Anomaly& anomaly = record.anomaly;
  if (record.code == kDoneCode) return Verdict{record.state, record.code, record.reason};
  if (!record.denied_by.empty()) {
    return Verdict{HealState::kWatched, "denied",
                   record.denied_by + " wants nothing done until it is gone"};
  }
  if (input.now < tracked.muted_until) {
    return Verdict{HealState::kWatched, "muted", "muted until " + FormatTime(record.muted_until)};
  }
  if (anomaly.fix == AnomalyFix::kNone || !anomaly.request) {
    return Verdict{HealState::kWatched, "no_fix",
                   "no plan helps against this: " + anomaly.next_step};
  }
  if (ModeOf(anomaly.type) == HealMode::kOff) {
    return Verdict{HealState::kWatched, "off",
                   fmt::format("{} is off in heal.modes; {}", anomaly.type, anomaly.next_step)};
  }
  const Duration grace = GraceOf(anomaly.type);
  if (tracked.waited < grace) {
    return Verdict{HealState::kWaiting, "grace",
                   fmt::format("there for {} without a break, the grace time is {}",
                               In(tracked.waited), In(grace))};
  }
  if (input.now < tracked.not_before) {
    return Verdict{HealState::kHeld, "retry",
                   fmt::format("tried again in {}", In(tracked.not_before - input.now))};
  }
  return std::nullopt;
}

/// The state of the cluster, and of our sight of it.
std::optional<HealingPolicy::Verdict> HealingPolicy::NotInThisCluster(
    const Tracked& tracked, const HealingInput& input) const {
  const auto held = [](std::string code, std::string reason) {
    return Verdict{HealState::kHeld, std::move(code), std::move(reason)};
  };
  if (!input.blind_because.empty()) return held("blind", input.blind_because);
  if (!looked_ || input.now - *looked_ > options_.max_gap) {
    return held("blind", fmt::format("the cluster was not looked at for {}",
                                     looked_ ? In(input.now - *looked_) : "some time"));
  }
  if (!tracked.confirmed || *tracked.confirmed < *looked_) {
    return held("unconfirmed", "its detector cannot tell now whether it is still there");
  }
  std::set<std::string> failed;
  const Tracked* other = nullptr;
  for (const auto& [key, one] : open_) {
    if (!IsBroken(key.first) || !one.present) continue;
    for (const BrokerId broker : one.record.anomaly.brokers) failed.insert(std::to_string(broker));
    if (one.record.anomaly.brokers.empty()) failed.insert(key.second);
    const bool ready = one.waited >= GraceOf(key.first) && ModeOf(key.first) != HealMode::kOff &&
                       one.record.denied_by.empty() && input.now >= one.muted_until;
    const bool meant = IsMeant(tracked.record.anomaly, one.record.anomaly);
    if (&one != &tracked && !ready && !meant) other = &one;
  }
  const auto count = static_cast<double>(failed.size());
  if (count > options_.max_failed_brokers || count > options_.max_failed_share * input.brokers) {
    return held("mass", fmt::format("{} of {} brokers have failed at once, which is more than "
                                    "heal.max_failed_brokers and heal.max_failed_share allow: look "
                                    "at the network, the racks and what is being rolled out",
                                    failed.size(), input.brokers));
  }
  if (other != nullptr && !IsNarrow(tracked.record.anomaly.fix)) {
    return held("others", fmt::format("a plan would also move what is on {} ({}), about which "
                                      "nothing may be done yet",
                                      other->record.anomaly.subject, other->record.id));
  }
  return std::nullopt;
}

/// What is otherwise ready and has to wait.
std::optional<HealingPolicy::Verdict> HealingPolicy::NotNow(const Tracked& tracked,
                                                            const HealingInput& input) const {
  const auto held = [](std::string code, std::string reason) {
    return Verdict{HealState::kHeld, std::move(code), std::move(reason)};
  };
  if (auto verdict = NotInThisCluster(tracked, input)) return verdict;
  if (!input.record_problem.empty()) return held("record", input.record_problem);
  if (input.executor != nullptr) {
    for (const OperationView& operation : input.executor->operations) {
      if (IsTerminal(operation.state)) continue;
      return held("busy", fmt::format("{} of {} is {}", operation.id, operation.author,
                                      OperationStateName(operation.state)));
    }
  }
  if (input.reassignments > 0) {
    return held("reassigning",
                fmt::format("{} partitions are being reassigned already", input.reassignments));
  }
  if (auto verdict = InQuietHours(input)) return verdict;
  if (input.now < cool_until_) {
    return held("cool_down", fmt::format("{} of the cool-down after the last operation are left",
                                         In(cool_until_ - input.now)));
  }
  return OverBudget(tracked, input);
}

std::optional<HealingPolicy::Verdict> HealingPolicy::InQuietHours(const HealingInput& input) const {
  for (const WeeklyWindow& window : quiet_) {
    const auto end = window.EndOf(input.wall);
    if (!end) continue;
    return Verdict{HealState::kHeld, "quiet_hours",
                   fmt::format("quiet hours ({}) until {}", window.text, FormatTime(*end))};
  }
  return std::nullopt;
}

std::optional<HealingPolicy::Verdict> HealingPolicy::OverBudget(const Tracked& tracked,
                                                                const HealingInput& input) const {
  const auto over = [](std::string reason) {
    return Verdict{HealState::kHeld, "budget", std::move(reason)};
  };
  const Sums now = Today(input.now, input.wall);
  const Sums then = Today(input.now, input.wall, &tracked);
  if (options_.max_acts_per_day > 0 && now.acts >= options_.max_acts_per_day) {
    return over(fmt::format("{} operations in the last 24 hours; heal.max_acts_per_day allows {}",
                            now.acts, options_.max_acts_per_day));
  }
  if (options_.max_brokers_per_day > 0 && then.brokers > options_.max_brokers_per_day) {
    return over(fmt::format("it would be broker {} in 24 hours; heal.max_brokers_per_day allows {}",
                            then.brokers, options_.max_brokers_per_day));
  }
  if (options_.max_bytes_per_day <= 0) return std::nullopt;
  const bool copies = tracked.record.anomaly.fix == AnomalyFix::kRelieveBrokers;
  if (copies && now.bytes >= options_.max_bytes_per_day) {
    return over(fmt::format("{} were copied in the last 24 hours; heal.max_bytes_per_day allows {}",
                            HumanBytes(static_cast<double>(now.bytes)),
                            HumanBytes(static_cast<double>(options_.max_bytes_per_day))));
  }
  // It fitted when it was made, which for an approval may be hours ago.
  if (!tracked.plan_ready || then.bytes <= options_.max_bytes_per_day) return std::nullopt;
  return over(fmt::format(
      "the bytes of {} were spent on something else meanwhile; "
      "heal.max_bytes_per_day allows {}",
      tracked.record.proposal_id, HumanBytes(static_cast<double>(options_.max_bytes_per_day))));
}

/// Nobody said a word in time.
void HealingPolicy::Expire(Tracked& tracked, const HealingInput& input) {
  tracked.plan_ready = false;
  tracked.record.approve_until = {};
  tracked.record.approved_by.clear();
  RetryIn(tracked, options_.retry_after, input.now, input.wall);
  Set(tracked, {HealState::kHeld, "expired", "nobody approved the plan in time"}, input.now,
      input.wall);
}

/// Whether an announced maintenance, which is held for nothing but that, has our own operation
/// about something else stopped.
bool HealingPolicy::Stops(const Tracked& tracked, const Tracked* under_way,
                          const HealingInput& input) const {
  const HealingCase& record = tracked.record;
  if (!options_.maintenance_stops || !input.operate || !IsAnnounced(record.anomaly)) return false;
  if (ModeOf(record.anomaly.type) != HealMode::kOn) return false;
  if (NeedsApproval(record) && record.approved_by.empty()) return false;
  if (under_way == nullptr || under_way->record.state != HealState::kActing) return false;
  const HealingCase& acting = under_way->record;
  if (IsAnnounced(acting.anomaly) || acting.code == kStoppingCode) return false;
  const bool only_ours =
      std::ranges::all_of(input.executor->operations, [&](const OperationView& operation) {
        return IsTerminal(operation.state) || operation.id == acting.operation_id;
      });
  return only_ours && !InQuietHours(input) && !OverBudget(tracked, input);
}

HealingAsk HealingPolicy::Stop(const Tracked& tracked, Tracked& under_way,
                               const HealingInput& input) {
  HealingAsk ask;
  ask.kind = HealingAsk::Kind::kStop;
  ask.case_id = tracked.record.id;
  ask.operation = under_way.record.operation_id;
  ask.reason = fmt::format("{}: {}", tracked.record.id, tracked.record.anomaly.message);
  Set(under_way,
      {HealState::kActing, std::string(kStoppingCode),
       fmt::format("{} is stopped for {}", ask.operation, tracked.record.id)},
      input.now, input.wall);
  return ask;
}

HealingAsk HealingPolicy::Plan(Tracked& tracked, const HealingInput& input) {
  Set(tracked, {HealState::kPlanning, "planning", "a plan is being made"}, input.now, input.wall);
  HealingAsk ask;
  ask.kind = HealingAsk::Kind::kPlan;
  ask.case_id = tracked.record.id;
  ask.request = RequestOf(tracked.record.anomaly);
  tracked.part = std::exchange(tracked.part_wanted, false);
  if (tracked.part) ask.request.max_bytes = BytesLeft(input.now, input.wall);
  return ask;
}

std::optional<HealingAsk> HealingPolicy::Decide(const HealingInput& input) {
  holding_.clear();
  Tracked* const under_way = UnderWay();
  Tracked* best = nullptr;
  const Tracked* stops = nullptr;
  const auto rank = [](const Tracked& t) {
    const HealingCase& r = t.record;
    return std::make_tuple(!t.plan_ready, -static_cast<int>(r.anomaly.severity),
                           RankOf(r.anomaly.fix), r.number);
  };
  for (auto& [key, tracked] : open_) {
    const HealingCase& record = tracked.record;
    const bool decided = (IsUnderWay(record.state) && !tracked.plan_ready) ||
                         record.state == HealState::kSettling ||
                         record.state == HealState::kStuck || record.state == HealState::kLeaving;
    if (decided) continue;
    const bool approval = record.state == HealState::kApproval;
    if (approval && input.now >= tracked.approve_until) {
      Expire(tracked, input);
      continue;
    }
    if (approval && record.approved_by.empty()) continue;
    if (record.state == HealState::kPlanned && input.now < tracked.not_before) continue;
    auto verdict = NotAtAll(tracked, input);
    if (!verdict) verdict = NotNow(tracked, input);
    if (!verdict && under_way != nullptr && under_way != &tracked) {
      verdict = Verdict{HealState::kHeld, "turn",
                        fmt::format("{} is being healed first", under_way->record.id)};
    }
    if (!verdict) {
      if (best == nullptr || rank(tracked) < rank(*best)) best = &tracked;
      continue;
    }
    if (verdict->code == "busy" && Stops(tracked, under_way, input)) stops = &tracked;
    // Why it was put off says more than that it was.
    if (verdict->code == "retry" && record.state == HealState::kHeld) continue;
    if (verdict->state == HealState::kHeld) holding_ = verdict->reason;
    // A person's word stands; the rest is planned anew from what the cluster is then.
    if (approval && verdict->state != HealState::kWatched) verdict->state = HealState::kApproval;
    if (verdict->state != HealState::kApproval) tracked.plan_ready = false;
    Set(tracked, *verdict, input.now, input.wall);
  }
  if (stops != nullptr) return Stop(*stops, *under_way, input);
  if (best == nullptr) return std::nullopt;
  for (auto& [key, tracked] : open_) {
    const HealState state = tracked.record.state;
    const bool waits = state == HealState::kWaiting || state == HealState::kHeld;
    if (&tracked == best || !waits || NotAtAll(tracked, input) || NotNow(tracked, input)) continue;
    Set(tracked, {HealState::kHeld, "turn", best->record.id + " comes first"}, input.now,
        input.wall);
  }
  if (best->plan_ready) return HandOver(*best, input);
  return Plan(*best, input);
}

}  // namespace levelwind::planner
