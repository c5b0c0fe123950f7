#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "actions/scaling/scaler.h"
#include "base/clock.h"
#include "base/published.h"
#include "model/cluster_snapshot.h"
#include "model/scaling.h"
#include "planner/autoscale/group_book.h"

namespace levelwind::daemon {

/// The rest of the daemon as the autoscaler sees it. All are called on the autoscaler thread.
struct AutoscaleWires {
  std::function<SnapshotPtr()> snapshot;
  /// Who carries decisions about the target out; null: nobody.
  std::function<actions::Scaler*(const ScalingTarget&)> scaler;
  /// Whether this daemon is the one that may act (a lease); empty: it is the only one.
  std::function<bool()> may_act;
  /// Of decisions: larger than that of any earlier start, or of an earlier holder of the lease.
  std::function<std::uint64_t()> epoch;
  std::function<void()> published;  ///< After each view; may be empty.
};

/// The autoscaler thread: has each watched group decided about, publishes what was decided, and
/// carries out what is in mode act.
class AutoscaleLoop {
 public:
  /// `clock` must outlive this.
  AutoscaleLoop(planner::GroupBook book, std::string cluster, AutoscaleWires wires,
                const Clock& clock);

  /// The thread's body.
  void Run(std::stop_token stop);
  /// One tick: looks, decides, acts, publishes.
  void Step();

  /// Null until the first step with a snapshot. Any thread.
  std::shared_ptr<const ScalingView> view() const { return view_.Get(); }
  const Published<ScalingView>& views() const { return view_; }

 private:
  /// What is remembered of a group that is acted on.
  struct Acting {
    planner::WorkloadState workload;
    bool seen = false;  ///< `workload` is what the last look brought.
    SteadyTime looked_at{};
    std::optional<ScalingOutcome> outcome;
    std::int64_t asked_for = kUnknownCount;
    SteadyTime asked_at{};
  };

  void LookAtWorkloads(SteadyTime now);
  void Act(const ScalingDecision& decision, SteadyTime now);
  bool ShouldAct(const ScalingDecision& decision, const Acting& acting, SteadyTime now) const;
  void TakeOutcomes(SteadyTime now);
  void Confirm(const ScalingDecision& decision);
  actions::Scaler* ScalerOf(const ScalingDecision& decision) const;

  planner::GroupBook book_;
  const std::string cluster_;
  const AutoscaleWires wires_;
  const Clock& clock_;
  std::uint64_t number_ = 0;
  SnapshotPtr last_;
  std::map<std::string, Acting> acting_;  // by group
  std::map<std::string, ScalingTarget> targets_;
  Published<ScalingView> view_;
};

}  // namespace levelwind::daemon
