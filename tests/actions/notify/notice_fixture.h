#pragma once

#include "model/notice.h"

namespace levelwind::actions {

/// A dead broker whose healing has begun, with a name that wants to be something else.
inline Notice DeadBrokerNotice(HealState state = HealState::kActing, const char* id = "a3") {
  Notice notice;
  notice.cluster = "prod";
  HealingCase& record = notice.record;
  record.id = id;
  record.anomaly.type = "dead_broker";
  record.anomaly.subject = "broker 3";
  record.anomaly.severity = Severity::kCritical;
  record.anomaly.message = "broker 3 is not serving and holds 12 replicas of <b>&\n";
  record.anomaly.next_step = "start broker 3 again";
  record.proposal_id = "p7";
  record.plan_summary = "12 replica moves (340 MiB)";
  record.plan_bytes = 356515840;
  record.eta_s = 90;
  record.operation_id = "op4";
  record.state = state;
  if (IsOver(state)) record.result = "op4 completed: 12 of 12 steps, 340 MiB copied";
  notice.event = {{1'795'564'800'000}, state, "op4 carries out p7", ""};
  return notice;
}

}  // namespace levelwind::actions
