#include "tests/detector_scenarios/judge.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "detectors/watch.h"
#include "model/proposal.h"
#include "planner/planner_options.h"
#include "planner/requested.h"

namespace levelwind::scenarios {
namespace {

/// What the monitor thread does with each snapshot, and who is told.
class Watcher {
 public:
  explicit Watcher(const detectors::DetectorOptions& options) : watch_(options) {}

  void Look(const SnapshotPtr& snapshot, int minute) {
    const auto reports = watch_.Look(snapshot, snapshot->taken_at, plan_ ? &*plan_ : nullptr);
    for (const DetectorReport& report : *reports) {
      for (const Anomaly& anomaly : report.anomalies) {
        if (!watch_.IsAlert(anomaly)) continue;
        if (!told_.emplace(anomaly.type, anomaly.subject).second) continue;
        alerts_.push_back({anomaly.type, anomaly.subject, anomaly.message, minute});
      }
    }
  }

  void Plan(const ClusterSnapshot& snapshot) {
    const planner::PlannerOptions options;
    auto plan = planner::PlanRequested(snapshot, planner::Requested(options, {}), {});
    if (!plan.ok()) return;
    plan_ = std::move(plan).value();
    plan_->id = "p1";
    plan_->created_at = snapshot.taken_at;
  }

  const std::vector<Alert>& alerts() const { return alerts_; }

 private:
  detectors::Watch watch_;
  std::optional<Proposal> plan_;
  std::set<std::pair<std::string, std::string>> told_;
  std::vector<Alert> alerts_;
};

bool Fits(const Wanted& wanted, const Alert& alert) {
  return wanted.type == alert.type && alert.subject.find(wanted.subject) != std::string::npos;
}

}  // namespace

Outcome Run(const Scenario& scenario, std::uint64_t seed,
            const detectors::DetectorOptions& options) {
  SimHistory sim(scenario.seeds_from + seed);
  if (scenario.setup) scenario.setup(sim);
  Watcher watcher(options);
  for (int minute = 1; minute <= scenario.minutes; ++minute) {
    if (scenario.live) scenario.live(sim, minute);
    const SnapshotPtr snapshot = sim.Step();
    if (scenario.plans && minute % 10 == 0) watcher.Plan(*snapshot);
    watcher.Look(snapshot, minute);
  }
  Outcome outcome;
  for (const Wanted& wanted : scenario.wanted) {
    const auto found = std::ranges::find_if(
        watcher.alerts(), [&](const Alert& alert) { return Fits(wanted, alert); });
    if (found == watcher.alerts().end()) {
      outcome.missed.push_back(wanted);
      continue;
    }
    outcome.right.push_back(*found);
    outcome.delays.push_back(std::max(0, found->minute - scenario.begins));
  }
  for (const Alert& alert : watcher.alerts()) {
    const bool wanted =
        std::ranges::any_of(scenario.wanted, [&](const Wanted& w) { return Fits(w, alert); });
    const bool also = std::ranges::find(scenario.also, alert.type) != scenario.also.end();
    if (!wanted && !also) outcome.wrong.push_back(alert);
  }
  return outcome;
}

}  // namespace levelwind::scenarios
