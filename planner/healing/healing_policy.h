#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/weekly_window.h"
#include "model/anomaly.h"
#include "model/healing.h"
#include "model/operation.h"
#include "model/plan_request.h"
#include "model/proposal.h"
#include "planner/healing/healing_options.h"

namespace levelwind::planner {

/// What the policy sees in one step.
struct HealingInput {
  SteadyTime now;
  WallTime wall;
  /// What the detectors found last; `evaluation` grows with each time that they ran.
  std::span<const DetectorReport> reports;
  std::uint64_t evaluation = 0;
  /// Why the daemon itself cannot tell what is wrong; empty: it can. A daemon that is cut off takes
  /// nobody for dead.
  std::string blind_because;
  std::int32_t brokers = 0;        ///< All that are known, dead ones included.
  std::int32_t reassignments = 0;  ///< Under way in the cluster, whoever asked for them.
  const ExecutorView* executor = nullptr;
  bool operate = false;  ///< The daemon may change the cluster.
  /// Why decisions cannot be kept; empty: they can. What is not kept is not done.
  std::string record_problem;
};

/// What the policy wants to be done. At most one thing at a time; the answer goes to Planned,
/// Applied or Stopped before the next step.
struct HealingAsk {
  enum class Kind : std::uint8_t { kPlan, kApply, kStop };
  Kind kind = Kind::kPlan;
  std::string case_id;
  PlanRequest request;      ///< kPlan.
  std::string proposal_id;  ///< kApply.
  std::string operation;    ///< kStop: of another case.
  std::string reason;  ///< Of the last two: for the audit; begins with the case's id and a colon.
};

/// Decides about every anomaly: whether, when and how it is healed, and why it is not.
/// Deterministic and pure: time, reports and the executor's doings come in; what is to be done goes
/// out. One thread at a time; daemon/healing_loop.h drives it.
///
/// Time: waiting and pauses are counted on the steady clock and only between looks that saw
/// something, so that neither a jump of the wall clock nor a time of blindness makes anything due.
/// The wall clock decides about quiet hours only. What is restored after a restart is taken as
/// short as it can be.
class HealingPolicy {
 public:
  /// `options` must have passed CheckHealingOptions.
  explicit HealingPolicy(HealingOptions options);

  /// What was kept before a restart; before the first step. Open cases go on; what was being
  /// handed over is looked for in the executor's operations and never handed over again.
  void Restore(std::vector<HealingCase> cases, std::vector<HealingAct> acts, SteadyTime now,
               WallTime wall);

  std::optional<HealingAsk> Step(const HealingInput& input);
  /// The answer to kPlan. The next step decides what becomes of the plan.
  void Planned(const std::string& case_id, const Result<ProposalPtr>& plan, SteadyTime now,
               WallTime wall);
  /// The answer to kApply: the operation's id. After kDeadlineExceeded it is looked for.
  void Applied(const std::string& case_id, const Result<std::string>& operation, SteadyTime now,
               WallTime wall);

  /// The answer to kStop.
  void Stopped(const std::string& case_id, const Status& answer, SteadyTime now, WallTime wall);

  // What people say. kNotFound; kFailedPrecondition where the case is not in such a state.
  Status Approve(const std::string& id, const std::string& author, const std::string& reason,
                 WallTime wall);
  /// Nothing is done about it until it is gone.
  Status Deny(const std::string& id, const std::string& author, const std::string& reason,
              WallTime wall);
  /// Nothing is done or told for so long; zero takes it back.
  Status Mute(const std::string& id, Duration how_long, const std::string& author,
              const std::string& reason, SteadyTime now, WallTime wall);

  /// What changed since the last call and has to be kept: cases by number, and new acts.
  struct Changes {
    std::vector<HealingCase> cases;
    std::vector<HealingAct> acts;
    bool empty() const { return cases.empty() && acts.empty(); }
  };
  Changes TakeChanges();
  /// Marks every open case as changed, so that how far it waited is kept, too.
  void TouchOpen();

  HealingView View(SteadyTime now, WallTime wall) const;

 private:
  using Key = std::pair<std::string, std::string>;  // type, subject

  /// After an error that may be over soon.
  static constexpr Duration kSoon = std::chrono::minutes(1);
  /// HealingCase::code after an operation that did all of a plan which was not to be the last one.
  static constexpr std::string_view kProgressCode = "progress";
  /// While an operation is being stopped for what was announced.
  static constexpr std::string_view kStoppingCode = "stopping";

  /// A case with what only this process knows of it.
  struct Tracked {
    HealingCase record;
    bool present = false;  ///< At the last evaluation that could tell.
    bool changed = false;
    bool plan_ready = false;
    bool part = false;         ///< The plan was cut to what is left of the day's bytes.
    bool part_wanted = false;  ///< The whole plan does not fit in them; the next one is cut.
    std::optional<SteadyTime> confirmed, missed;  ///< Last evaluations that told, without a break.
    Duration waited{}, away{};
    SteadyTime not_before{}, approve_until{}, muted_until{};  ///< Epoch: none.
    SteadyTime since{};                                       ///< In this state.
  };
  struct Act {
    HealingAct record;
    std::optional<SteadyTime> at;  ///< None: of an earlier process.
    bool stored = false;
  };
  /// For how many more cases there is room. What is only watched, a thousand groups that lag at
  /// once, must not keep out what is healed, nor the failed brokers that everything is judged by.
  struct Room {
    std::size_t healed = 0, watched = 0;
  };
  struct Verdict {
    HealState state = HealState::kHeld;
    std::string code;
    std::string reason;
  };

  // healing_policy.cc
  void Observe(const HealingInput& input);
  void See(const Anomaly& anomaly, bool confirmed, const HealingInput& input);
  void Miss(Tracked& tracked, const HealingInput& input);
  bool Matters(const std::string& type) const;
  bool IsStillWanted(const Tracked& tracked, const HealingInput& input) const;
  /// Whether anomalies of the type are brokers, or parts of them, that have failed.
  static bool IsBroken(const std::string& type);
  void Advance(Tracked& tracked, const HealingInput& input);
  void AdvanceSettling(Tracked& tracked, const HealingInput& input);
  void Close(const Key& key);
  void Set(Tracked& tracked, const Verdict& verdict, SteadyTime now, WallTime wall,
           const std::string& author = {});
  Tracked* Find(const std::string& id);
  Result<Tracked*> Open(const std::string& id);
  Tracked* UnderWay();

  // healing_acts.cc
  void Follow(Tracked& tracked, const HealingInput& input);
  void LookForOperation(Tracked& tracked, const HealingInput& input);
  void Ended(Tracked& tracked, const OperationView& operation, const HealingInput& input);
  void Done(Tracked& tracked, const std::string& how, SteadyTime now, WallTime wall);
  std::optional<HealingAsk> HandOver(Tracked& tracked, const HealingInput& input);
  void Begun(Tracked& tracked, const std::string& operation, SteadyTime now, WallTime wall);
  void ForgetOldActs(SteadyTime now, WallTime wall);
  Duration RetryAfter(const Tracked& tracked) const;
  Duration RetryPlan(const Anomaly& anomaly) const;
  void RetryIn(Tracked& tracked, Duration wait, SteadyTime now, WallTime wall);
  bool FitsInTheDay(Tracked& tracked, const Proposal& proposal, SteadyTime now, WallTime wall);
  struct Sums {
    std::int64_t acts = 0, bytes = 0, brokers = 0;
  };
  Sums Today(SteadyTime now, WallTime wall, const Tracked* with = nullptr) const;
  /// Of heal.max_bytes_per_day; without that, as many as can be counted.
  std::int64_t BytesLeft(SteadyTime now, WallTime wall) const;

  // healing_gates.cc
  void Expire(Tracked& tracked, const HealingInput& input);
  std::optional<HealingAsk> Decide(const HealingInput& input);
  bool Stops(const Tracked& tracked, const Tracked* under_way, const HealingInput& input) const;
  HealingAsk Stop(const Tracked& tracked, Tracked& under_way, const HealingInput& input);
  HealingAsk Plan(Tracked& tracked, const HealingInput& input);
  std::optional<Verdict> InQuietHours(const HealingInput& input) const;
  std::optional<Verdict> NotAtAll(const Tracked& tracked, const HealingInput& input) const;
  std::optional<Verdict> NotNow(const Tracked& tracked, const HealingInput& input) const;
  std::optional<Verdict> NotInThisCluster(const Tracked& tracked, const HealingInput& input) const;
  std::optional<Verdict> OverBudget(const Tracked& tracked, const HealingInput& input) const;
  HealMode ModeOf(std::string_view type) const;
  Duration GraceOf(std::string_view type) const;
  bool NeedsApproval(const HealingCase& record) const;
  /// Whether the part of its plan that fits in a day's bytes is safe and worth having.
  static bool MayBePart(const Anomaly& anomaly);
  /// Full disks: they do not wait for more bytes, nor for hours.
  static bool IsUrgent(const Anomaly& anomaly);

  const HealingOptions options_;
  const HealingRules rules_;
  const std::vector<WeeklyWindow> quiet_;
  std::map<Key, Tracked> open_;
  std::deque<HealingCase> closed_;  // newest first
  std::vector<HealingCase> unsaved_;
  std::vector<Act> acts_;
  std::uint64_t next_number_ = 1;
  std::uint64_t evaluation_ = 0;
  Room room_;
  std::optional<SteadyTime> looked_;
  SteadyTime cool_until_{};
  std::string holding_;  // for the view's status
  std::map<std::pair<std::string, std::string>, std::uint64_t> decisions_;
};

}  // namespace levelwind::planner
