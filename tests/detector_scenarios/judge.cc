#include "tests/detector_scenarios/judge.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "detectors/anomaly_tracker.h"
#include "detectors/detector.h"
#include "detectors/trend_history.h"
#include "model/proposal.h"
#include "planner/planner_options.h"
#include "planner/requested.h"

namespace levelwind::scenarios {
namespace {

constexpr std::size_t kKeptLooks = 4;

/// What the monitor thread does with each snapshot.
class Watcher {
 public:
  explicit Watcher(const detectors::DetectorOptions& options) : options_(options) {
    detectors::RegisterBuiltinDetectors(registry_);
  }

  void Look(const SnapshotPtr& snapshot, int minute) {
    trends_.Update(*snapshot);
    const auto reports = registry_.Run({.now = *snapshot,
                                        .before = before_,
                                        .options = options_,
                                        .trends = &trends_,
                                        .plan = plan_ ? &*plan_ : nullptr});
    for (const Anomaly& anomaly : tracker_.Update(reports, snapshot->taken_at)) {
      const double stood_s =
          static_cast<double>(anomaly.last_seen.unix_ms - anomaly.first_seen.unix_ms) / 1000;
      if (stood_s < AlertAfter(anomaly.type)) continue;
      if (!told_.emplace(anomaly.type, anomaly.subject).second) continue;
      alerts_.push_back({anomaly.type, anomaly.subject, anomaly.message, minute});
    }
    before_.insert(before_.begin(), std::make_shared<const ClusterSnapshot>(OutlineOf(*snapshot)));
    if (before_.size() > kKeptLooks) before_.pop_back();
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
  double AlertAfter(const std::string& type) const {
    for (const detectors::DetectorInfo& info : registry_.detectors()) {
      if (info.name == type) return info.alert_after_s;
    }
    return 0;
  }

  const detectors::DetectorOptions options_;
  detectors::DetectorRegistry registry_;
  detectors::AnomalyTracker tracker_;
  detectors::TrendHistory trends_;
  std::vector<SnapshotPtr> before_;
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
  SimHistory sim(seed);
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
