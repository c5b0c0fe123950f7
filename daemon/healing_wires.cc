// What the healing is connected to.
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "daemon/cluster_runtime.h"
#include "detectors/detector.h"
#include "planner/requested.h"

namespace levelwind::daemon {
namespace {

/// How long findings of each type stand before anybody is told, in seconds.
std::map<std::string, double> AlertTimes() {
  detectors::DetectorRegistry registry;
  detectors::RegisterBuiltinDetectors(registry);
  std::map<std::string, double> seconds;
  for (const detectors::DetectorInfo& info : registry.detectors()) {
    seconds[std::string(info.name)] = info.alert_after_s;
  }
  return seconds;
}

}  // namespace

HealingWires ClusterRuntime::Wires() {
  static constexpr auto kPlanWithin = std::chrono::minutes(5);
  HealingWires wires;
  wires.snapshot = [this] { return snapshot(); };
  wires.reports = [this] { return detector_reports(); };
  wires.executor = [this] { return executor_view(); };
  wires.plan = [this](const PlanRequest& request) {
    return planner_->Plan(planner::Requested(config::PlanOptions(config_), request), request,
                          kPlanWithin);
  };
  wires.check_goals = [this] {
    planner_->CheckGoals(planner::Requested(config::PlanOptions(config_), {}));
  };
  wires.alert_after = [seconds = AlertTimes()](const std::string& type) -> Duration {
    const auto found = seconds.find(type);
    return std::chrono::milliseconds(
        found == seconds.end() ? 0 : static_cast<std::int64_t>(found->second * 1000));
  };
  if (notifier_->on()) {
    wires.notify = [this](std::vector<Notice> notices) { notifier_->Offer(std::move(notices)); };
    wires.notices = [this] { return notifier_->counts(); };
  }
  if (executor_loop_ == nullptr) return wires;
  wires.stop = [this](const std::string& operation, const std::string& reason) {
    return executor_loop_->Cancel(operation, std::string(kHealingAuthor), reason);
  };
  wires.apply = [this](const std::string& proposal,
                       const std::string& reason) -> Result<std::string> {
    LW_ASSIGN_OR_RETURN(ProposalPtr found, proposals_->Find(proposal));
    return executor_loop_->Apply(std::move(found), std::string(kHealingAuthor), reason);
  };
  return wires;
}

void ClusterRuntime::MakeHealing() {
  const actions::NotifyOptions& notify = config_.notify;
  notifier_ = std::make_unique<actions::Notifier>(
      notify, actions::MakeCurlTransport(actions::AddressGuard(notify.allow_hosts), notify.timeout),
      clock_, static_cast<std::uint64_t>(clock_.WallNow().unix_ms));
  std::string problem;
  auto opened = store::HealingRecord::Open({.directory = config_.state_dir});
  if (opened.ok()) {
    healing_record_ = std::move(opened).value();
  } else {
    problem = opened.error().message();
    LW_WARN("healing", "{}; nothing is healed", problem);
  }
  healing_loop_ = std::make_unique<HealingLoop>(config_.heal, config_.cluster_name, Wires(),
                                                healing_record_.get(), std::move(problem), clock_);
}

}  // namespace levelwind::daemon
