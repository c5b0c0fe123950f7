// What people say about a case.
#include <fmt/format.h>

#include "base/text.h"
#include "planner/healing/healing_policy.h"

namespace levelwind::planner {
namespace {

std::string With(std::string text, const std::string& reason) {
  return reason.empty() ? text : fmt::format("{}: {}", text, EscapeControl(reason));
}

}  // namespace

Result<HealingPolicy::Tracked*> HealingPolicy::Open(const std::string& id) {
  if (Tracked* tracked = Find(id)) return tracked;
  for (const HealingCase& record : closed_) {
    if (record.id != id) continue;
    return FailedPrecondition(fmt::format(
        "{} is over: {}; 'levelwind explain anomaly {}' tells all", id, record.reason, id));
  }
  return NotFound(
      fmt::format("there is no anomaly '{}'; 'levelwind anomalies' lists them", EscapeControl(id)));
}

Status HealingPolicy::Approve(const std::string& id, const std::string& author,
                              const std::string& reason, WallTime wall) {
  LW_ASSIGN_OR_RETURN(Tracked* const tracked, Open(id));
  HealingCase& record = tracked->record;
  if (record.state != HealState::kApproval) {
    return FailedPrecondition(fmt::format("{} waits for nobody's word, it is {}: {}", id,
                                          HealStateName(record.state), record.reason));
  }
  record.approved_by = author;
  Set(*tracked,
      {HealState::kApproval, "approved",
       With(fmt::format("{} approved {}", author, record.proposal_id), reason)},
      tracked->since, wall, author);
  return Ok();
}

Status HealingPolicy::Deny(const std::string& id, const std::string& author,
                           const std::string& reason, WallTime wall) {
  LW_ASSIGN_OR_RETURN(Tracked* const tracked, Open(id));
  HealingCase& record = tracked->record;
  if (record.state == HealState::kActing || record.state == HealState::kApplying) {
    return FailedPrecondition(
        fmt::format("{} is being healed already; stop it with 'levelwind cancel {}'", id,
                    record.operation_id.empty() ? "OPERATION" : record.operation_id));
  }
  record.denied_by = author;
  record.approved_by.clear();
  record.approve_until = {};
  tracked->plan_ready = false;
  Set(*tracked,
      {HealState::kWatched, "denied",
       With(fmt::format("{} wants nothing done until it is gone", author), reason)},
      tracked->since, wall, author);
  return Ok();
}

Status HealingPolicy::Mute(const std::string& id, Duration how_long, const std::string& author,
                           const std::string& reason, SteadyTime now, WallTime wall) {
  LW_ASSIGN_OR_RETURN(Tracked* const tracked, Open(id));
  HealingCase& record = tracked->record;
  if (how_long < Duration::zero() || how_long > std::chrono::hours(24 * 30)) {
    return InvalidArgument("an anomaly can be muted for at most 30 days");
  }
  const bool on = how_long > Duration::zero();
  tracked->muted_until = on ? now + how_long : SteadyTime{};
  record.muted_until = on ? WallTime{wall.unix_ms + ToMillis(how_long)} : WallTime{};
  const std::string said =
      on ? fmt::format("{} muted it until {}", author, FormatTime(record.muted_until))
         : fmt::format("{} wants to hear of it again", author);
  // What is under way goes on; the word is kept.
  const bool keeps = IsUnderWay(record.state) || record.state == HealState::kSettling ||
                     record.state == HealState::kLeaving || record.code == kDoneCode;
  const HealState state = keeps ? record.state : on ? HealState::kWatched : HealState::kWaiting;
  Set(*tracked,
      {state,
       keeps ? record.code
       : on  ? "muted"
             : "unmuted",
       With(said, reason)},
      now, wall, author);
  return Ok();
}

}  // namespace levelwind::planner
