#include "detectors/goal_violation.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "detectors/describe.h"
#include "model/proposal.h"

namespace levelwind::detectors {

DetectorReport DetectGoalViolation(const DetectorInput& input) {
  DetectorReport report = ReportOf("goal_violation");
  if (input.plan == nullptr) {
    report.held_because = "no plan was made yet";
    return report;
  }
  const double age =
      static_cast<double>(input.now.taken_at.unix_ms - input.plan->created_at.unix_ms) / 1000;
  if (age > input.options.goal_plan_max_age_s) {
    report.held_because = fmt::format("the newest plan is {} old", HumanDuration(age));
    return report;
  }
  std::size_t unjudged = 0;
  for (const GoalVerdict& verdict : input.plan->goals) {
    if (!verdict.judged) {
      ++unjudged;
      continue;
    }
    const double limit = verdict.hard ? 0 : input.options.goal_violation_cost;
    if (verdict.violations_before == 0 || verdict.cost_before <= limit) continue;
    Anomaly anomaly =
        FindingOf(report, verdict.goal, verdict.hard ? Severity::kCritical : Severity::kWarning);
    anomaly.value = verdict.cost_before;
    anomaly.threshold = limit;
    anomaly.message = fmt::format("{} is violated in {} places, {:.2f} in all", verdict.goal,
                                  verdict.violations_before, verdict.cost_before);
    anomaly.evidence = {{"places", static_cast<double>(verdict.violations_before), ""},
                        {"out of place", verdict.cost_before, "mean brokers"},
                        {"left by the plan", verdict.cost_after, "mean brokers"},
                        {"balance score", input.plan->score_before, "of 100"}};
    // A plan that was made for the verdicts only has no number.
    anomaly.next_step = input.plan->id.empty() ? "levelwind plan"
                                               : fmt::format("levelwind show {}", input.plan->id);
    // A plan that mends nothing of it is no fix.
    if (verdict.cost_after < verdict.cost_before) {
      AskRebalance(anomaly);
    } else {
      anomaly.next_step += "; no plan mends it: " +
                           (verdict.note.empty() ? std::string("see its notes") : verdict.note);
    }
    report.anomalies.push_back(std::move(anomaly));
  }
  // Some may never be judged, such as those of cpu where nobody tells it: that holds nothing up.
  if (unjudged > 0 && !input.plan->confidence.rates) {
    Hold(report,
         fmt::format("rates are not known yet, which left {} unjudged", Count(unjudged, "goal")));
  }
  return report;
}

}  // namespace levelwind::detectors
