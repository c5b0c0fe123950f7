#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "model/anomaly.h"
#include "model/ids.h"
#include "model/measure.h"

namespace levelwind {

/// What may be done about the anomalies of one type.
enum class HealMode : std::uint8_t {
  kOff,     ///< They are watched and told.
  kDryRun,  ///< Everything but the last step: a plan is made and shown.
  kOn,      ///< The plan is carried out, in operate mode.
};
std::string_view HealModeName(HealMode mode);
std::optional<HealMode> ParseHealMode(std::string_view name);

/// How far the decision about one anomaly is.
enum class HealState : std::uint8_t {
  kWatched,   ///< Nothing will be done: switched off, no plan can help, muted, or denied.
  kWaiting,   ///< It has not been there without a break for its grace time.
  kHeld,      ///< It would be healed, but for the reason given; looked at again by itself.
  kPlanning,  ///< A plan is being made.
  kPlanned,   ///< A dry run ends here.
  kApproval,  ///< The plan waits for a person's word.
  kApplying,  ///< The plan is being handed to the executor; it may have it already.
  kActing,    ///< The operation runs.
  kSettling,  ///< The operation is over; whether it helped is being watched.
  kStuck,     ///< All tries are used up, or a person stopped one: a person has to look.
  kLeaving,   ///< It is not there any more, but not yet for long enough.
  kGone,      ///< Over: it went away without an operation.
  kHealed,    ///< Over: it went away after an operation.
};
std::string_view HealStateName(HealState state);
std::optional<HealState> ParseHealState(std::string_view name);
inline bool IsOver(HealState state) { return state >= HealState::kGone; }
/// Whether the healing has taken hold of the cluster for it, or is about to.
inline bool IsUnderWay(HealState state) {
  return state == HealState::kPlanning || state == HealState::kApplying ||
         state == HealState::kActing;
}

/// HealingCase::code of what was announced and has been carried out.
inline constexpr std::string_view kDoneCode = "done";
/// Whether it is no finding but somebody's wish: to be carried out once.
inline bool IsAnnounced(const Anomaly& anomaly) { return anomaly.type == "maintenance_event"; }

/// Author of what the healing does by itself, in the audit.
inline constexpr std::string_view kHealingAuthor = "self-healing";

/// One line of a decision record.
struct HealingEvent {
  WallTime at;
  HealState state = HealState::kWatched;  ///< From then on.
  std::string text;
  std::string author;  ///< The person who caused it; empty: nobody did.
};

/// The record of one anomaly from the first sight to its end: what was seen, waited for, planned,
/// held, done, and what came of it. Plain value.
struct HealingCase {
  std::string id;  ///< "a1", "a2", ...: unique in the life of a state directory.
  std::uint64_t number = 0;
  Anomaly anomaly;  ///< As it was seen last.
  HealMode mode = HealMode::kOff;
  HealState state = HealState::kWatched;
  std::string code;    ///< Why it is in this state, in a word: "grace", "quiet_hours", ...
  std::string reason;  ///< The same as a sentence.
  WallTime state_since;
  WallTime first_seen, last_seen;
  WallTime gone_at;     ///< Since when it is not there; 0: it is.
  WallTime closed_at;   ///< 0 while it is open.
  double waited_s = 0;  ///< There without a break.
  double grace_s = 0;
  std::int32_t returns = 0;   ///< How often it came back before it counted as gone.
  std::int32_t attempts = 0;  ///< Plans handed to the executor since one helped.
  std::string proposal_id;    ///< Of the newest plan; empty: none.
  std::string plan_summary;
  std::int64_t plan_bytes = kUnknownCount;
  double eta_s = kUnknown;
  std::string operation_id;  ///< Of the newest operation; empty: none.
  std::string result;        ///< What came of it; empty: nothing yet.
  WallTime approve_until;    ///< 0: it waits for nobody.
  std::string approved_by;
  std::string denied_by;
  WallTime muted_until;              ///< 0: it is not.
  WallTime not_before;               ///< When it is tried again at the earliest; 0: at once.
  std::vector<HealingEvent> events;  ///< Oldest first; the first and the newest are kept.
};

/// One act, for the budgets.
struct HealingAct {
  WallTime at;
  std::string case_id;
  std::int64_t bytes = kUnknownCount;
  std::vector<BrokerId> brokers;
};

/// All that the healing knows, published after each step. Immutable.
struct HealingView {
  std::string status;  ///< One sentence: "off", "a3 is being healed by op7", "holding: ...".
  bool on = false;     ///< Some type is not off.
  std::vector<HealingCase> cases;  ///< Open ones first, the most severe before; then closed ones.
  std::int64_t acts_today = 0, bytes_today = 0, brokers_today = 0;  ///< In the last 24 hours.
  std::int64_t acts_limit = 0, bytes_limit = 0, brokers_limit = 0;  ///< 0: none.
  /// (type, code) -> how often that was decided since the process started.
  std::map<std::pair<std::string, std::string>, std::uint64_t> decisions;
  /// (notifier, outcome) -> messages: "sent", "failed", "dropped", "filtered".
  std::map<std::pair<std::string, std::string>, std::uint64_t> notices;

  /// Null when there is none.
  const HealingCase* Find(std::string_view id) const;
};
using HealingViewPtr = std::shared_ptr<const HealingView>;

}  // namespace levelwind
