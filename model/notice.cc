#include "model/notice.h"

namespace levelwind {

bool IsNews(const HealingEvent& event, const HealingCase& record) {
  switch (event.state) {
    case HealState::kWatched:
    case HealState::kPlanned:
    case HealState::kApproval:
    case HealState::kActing:
    case HealState::kSettling:
    case HealState::kStuck:
    case HealState::kHealed:
    case HealState::kGone:
      return true;
    case HealState::kHeld:
      // A plan that has to wait for another, or for the end of a pause, is not.
      return record.code != "turn" && record.code != "cool_down" && record.code != "retry" &&
             record.code != "unconfirmed";
    case HealState::kWaiting:
      // What is watched only is told as that, and what may pass by itself when it does not.
      return record.anomaly.severity == Severity::kCritical &&
             record.state != HealState::kWatched && event.at == record.first_seen &&
             event.text == record.events.front().text;
    case HealState::kPlanning:
    case HealState::kApplying:
    case HealState::kLeaving:
      return false;
  }
  return false;
}

}  // namespace levelwind
