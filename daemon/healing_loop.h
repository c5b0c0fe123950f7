#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/published.h"
#include "base/result.h"
#include "daemon/mailbox.h"
#include "model/anomaly.h"
#include "model/cluster_snapshot.h"
#include "model/healing.h"
#include "model/notice.h"
#include "model/operation.h"
#include "model/plan_request.h"
#include "model/proposal.h"
#include "planner/healing/healing_policy.h"
#include "store/healing_record.h"

namespace levelwind::daemon {

/// The rest of the daemon as the healing sees it. All are called on the healing thread.
struct HealingWires {
  std::function<SnapshotPtr()> snapshot;
  std::function<std::shared_ptr<const std::vector<DetectorReport>>()> reports;
  std::function<ExecutorViewPtr()> executor;
  /// Plans and numbers; may take as long as a plan does.
  std::function<Result<ProposalPtr>(const PlanRequest&)> plan;
  /// Hands a numbered plan to the executor; null in observe mode.
  std::function<Result<std::string>(const std::string& proposal, const std::string& reason)> apply;
  /// Stops an operation as a person would; null in observe mode.
  std::function<Status(const std::string& operation, const std::string& reason)> stop;
  /// Has the goals judged, some time soon, and returns at once; null: nobody does.
  std::function<void()> check_goals;
  /// How long an anomaly of this type should stand before anybody is told; null: not at all.
  std::function<Duration(const std::string& type)> alert_after;
  /// Takes what people are told of, and never waits; null: nobody is told.
  std::function<void(std::vector<Notice>)> notify;
  /// What notifiers did, for the view; may be null.
  std::function<std::map<std::pair<std::string, std::string>, std::uint64_t>()> notices;
};

/// The healing thread: asks the policy what to do about what the detectors found, and does it. What
/// it decides is on disk before it acts upon it; where that fails it does not act.
class HealingLoop {
 public:
  /// `record` may be null with `record_problem` saying why: then nothing is carried out. Both
  /// `record` and `clock` must outlive this.
  HealingLoop(planner::HealingOptions options, std::string cluster, HealingWires wires,
              store::HealingRecord* record, std::string record_problem, const Clock& clock);

  /// The thread's body.
  void Run(std::stop_token stop);
  /// One look and what follows, plan and hand-over included.
  void Step();

  // Any thread; wait for the healing thread at most some seconds more than a plan takes.
  Status Approve(std::string id, std::string author, std::string reason);
  Status Deny(std::string id, std::string author, std::string reason);
  Status Mute(std::string id, Duration how_long, std::string author, std::string reason);

  /// Null until the first step.
  HealingViewPtr view() const { return view_.Get(); }

 private:
  planner::HealingInput Look();
  std::optional<planner::HealingAsk> Ask();
  bool Keep();
  void Tell(const std::vector<HealingCase>& cases);
  void TellOne(const HealingCase& record, std::vector<Notice>& notices);
  bool Stood(const HealingCase& record) const;
  void CheckGoals();
  void Publish();
  template <class Command>
  Status Post(Command command, const std::string& what);

  const std::string cluster_;
  const HealingWires wires_;
  store::HealingRecord* const record_;
  std::string record_problem_;
  const Clock& clock_;
  planner::HealingPolicy policy_;
  SnapshotPtr snapshot_;
  std::shared_ptr<const std::vector<DetectorReport>> reports_;
  ExecutorViewPtr executor_;
  std::uint64_t evaluation_ = 0;
  std::optional<SteadyTime> touched_;
  std::vector<HealingCase> unsaved_cases_;
  std::vector<HealingAct> unsaved_acts_;
  std::string write_problem_;
  /// What people know of a case.
  struct Told {
    std::size_t events = 0;       ///< Looked at.
    std::vector<Notice> waiting;  ///< Until the anomaly stood for as long as it should.
    bool spoken = false;          ///< Something was said.
    HealState state = HealState::kWatched;
    std::string code;  ///< Of what was said last.
  };
  std::map<std::uint64_t, Told> told_;
  const bool goals_matter_;
  const Duration goal_check_interval_;
  std::optional<SteadyTime> goals_at_;
  WallTime goals_wall_;
  Published<HealingView> view_;
  Mailbox mailbox_{16};
};

}  // namespace levelwind::daemon
