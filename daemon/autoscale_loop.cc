#include "daemon/autoscale_loop.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>
#include <vector>

#include "base/log.h"
#include "daemon/step_loop.h"

namespace levelwind::daemon {
namespace {

using std::chrono::seconds;

constexpr Duration kTick = seconds(5);
/// Between two looks at a workload: its coordinator of replicas is somebody else's API server.
constexpr Duration kWorkloadInterval = seconds(15);
/// An order that was taken and brought nothing is said again after this.
constexpr Duration kAskAgain = seconds(60);
/// A decision is good for so long; the next tick brings the next one.
constexpr std::int64_t kGoodForMs = 60'000;

bool SameState(const std::optional<ScalingOutcome>& outcome, const ScalingOutcome& next) {
  return outcome && outcome->state == next.state && outcome->to == next.to &&
         outcome->detail == next.detail;
}

}  // namespace

AutoscaleLoop::AutoscaleLoop(planner::GroupBook book, std::string cluster, AutoscaleWires wires,
                             const Clock& clock)
    : book_(std::move(book)),
      cluster_(std::move(cluster)),
      wires_(std::move(wires)),
      clock_(clock) {}

void AutoscaleLoop::Run(std::stop_token stop) {
  RunSteps(stop, [this] {
    const SteadyTime began = clock_.Now();
    Step();
    return kTick - (clock_.Now() - began);
  });
}

actions::Scaler* AutoscaleLoop::ScalerOf(const ScalingDecision& decision) const {
  if (decision.mode != ScalingMode::kAct || decision.target.kind.empty()) return nullptr;
  return wires_.scaler ? wires_.scaler(decision.target) : nullptr;
}

void AutoscaleLoop::LookAtWorkloads(SteadyTime now) {
  for (auto& [group, target] : targets_) {
    Acting& acting = acting_[group];
    if (acting.looked_at != SteadyTime{} && now - acting.looked_at < kWorkloadInterval) continue;
    actions::Scaler* scaler = wires_.scaler ? wires_.scaler(target) : nullptr;
    if (scaler == nullptr) continue;
    acting.looked_at = now;
    const auto sighting = scaler->Observe(target);
    acting.seen = sighting.ok();
    if (!sighting.ok()) {
      if (sighting.error().code() != ErrorCode::kUnimplemented) {
        LW_WARN("autoscale", "group {}: its workload cannot be looked at: {}", group,
                sighting.error().ToString());
      }
      continue;
    }
    acting.workload.replicas = sighting->replicas;
    acting.workload.ready = sighting->ready;
    acting.workload.rollout = sighting->rollout;
    acting.workload.revision = sighting->revision;
  }
}

bool AutoscaleLoop::ShouldAct(const ScalingDecision& decision, const Acting& acting,
                              SteadyTime now) const {
  if (decision.stale || !IsKnown(decision.desired)) return false;
  const std::int64_t there = acting.seen && IsKnown(acting.workload.replicas)
                                 ? acting.workload.replicas
                                 : decision.current;
  if (there == decision.desired) return false;
  return acting.asked_for != decision.desired || now - acting.asked_at >= kAskAgain;
}

void AutoscaleLoop::Act(const ScalingDecision& decision, SteadyTime now) {
  actions::Scaler* scaler = ScalerOf(decision);
  if (scaler == nullptr) return;
  targets_[decision.group] = decision.target;
  Acting& acting = acting_[decision.group];
  if (!ShouldAct(decision, acting, now)) return;
  if (wires_.may_act && !wires_.may_act()) return;
  acting.asked_for = decision.desired;
  acting.asked_at = now;
  acting.looked_at = {};
  const auto told = scaler->Apply(decision);
  ScalingOutcome outcome;
  if (told.ok()) {
    outcome = *told;
  } else {
    outcome = {.number = decision.number,
               .at = clock_.WallNow(),
               .from = decision.current,
               .to = decision.desired,
               .state = "failed",
               .detail = told.error().ToString()};
  }
  if (!SameState(acting.outcome, outcome)) {
    LW_LOG(told.ok() ? LogLevel::kInfo : LogLevel::kWarn, "autoscale",
           "group {}: {} members instead of {} ({}): {}{}{}", decision.group, decision.desired,
           decision.current, ScalingReasonName(decision.reason), outcome.state,
           outcome.detail.empty() ? "" : ": ", outcome.detail);
  }
  acting.outcome = std::move(outcome);
}

void AutoscaleLoop::TakeOutcomes(SteadyTime now) {
  std::set<actions::Scaler*> scalers;
  for (const auto& [group, target] : targets_) {
    actions::Scaler* scaler = wires_.scaler ? wires_.scaler(target) : nullptr;
    if (scaler == nullptr || !scalers.insert(scaler).second) continue;
    for (auto& [whose, outcome] : scaler->Step(now)) acting_[whose].outcome = std::move(outcome);
  }
}

/// What the group shows closes an order, not what the other side said.
void AutoscaleLoop::Confirm(const ScalingDecision& decision) {
  const auto acting = acting_.find(decision.group);
  if (acting == acting_.end() || !acting->second.outcome) return;
  ScalingOutcome& outcome = *acting->second.outcome;
  const bool open = outcome.state == "applied" || outcome.state == "sent";
  const ConsumerGroup* group = last_->FindGroup(decision.group);
  if (!open || decision.stale || group == nullptr || group->member_count != outcome.to) return;
  outcome.state = "confirmed";
  outcome.at = clock_.WallNow();
}

void AutoscaleLoop::Step() {
  const SteadyTime now = clock_.Now();
  if (SnapshotPtr snapshot = wires_.snapshot()) last_ = std::move(snapshot);
  if (last_ == nullptr) return;
  LookAtWorkloads(now);
  std::map<std::string, planner::WorkloadState> workloads;
  for (const auto& [group, acting] : acting_) {
    if (acting.seen) workloads.emplace(group, acting.workload);
  }
  TakeOutcomes(now);
  auto view = std::make_shared<ScalingView>();
  view->cluster = cluster_;
  view->at = clock_.WallNow();
  for (planner::GroupVerdict& verdict : book_.Decide(*last_, workloads, now)) {
    ScalingDecision& decision = verdict.decision;
    decision.number = ++number_;
    decision.epoch = wires_.epoch();
    decision.at = view->at;
    decision.expires_at = {view->at.unix_ms + kGoodForMs};
    Act(decision, now);
    Confirm(decision);
    const auto acting = acting_.find(decision.group);
    view->groups.push_back(std::make_shared<const ScalingGroup>(ScalingGroup{
        std::move(decision), acting == acting_.end() ? std::nullopt : acting->second.outcome,
        verdict.late_records}));
  }
  view_.Publish(std::move(view));
  if (wires_.published) wires_.published();
}

}  // namespace levelwind::daemon
