#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "detectors/anomaly_tracker.h"
#include "planner/healing/healing_policy.h"

namespace levelwind::planner {

using namespace std::chrono_literals;

inline constexpr Duration kLook = 5s;

/// A cluster, its detectors, an executor and a store as the policy sees them, driven by hand: what
/// daemon/healing_loop does, without threads and disks.
class HealingWorld {
 public:
  explicit HealingWorld(HealingOptions options) : options_(std::move(options)) { Boot(); }

  // ---- the cluster
  static Anomaly DeadBroker(BrokerId broker) {
    Anomaly anomaly;
    anomaly.type = "dead_broker";
    anomaly.subject = fmt::format("broker {}", broker);
    anomaly.severity = Severity::kCritical;
    anomaly.message = fmt::format("broker {} is not serving", broker);
    anomaly.next_step = "start it again";
    anomaly.brokers = {broker};
    anomaly.fix = AnomalyFix::kRemoveBrokers;
    anomaly.request.emplace();
    anomaly.request->remove_brokers = {broker};
    return anomaly;
  }
  static Anomaly HotBroker(BrokerId broker) {
    Anomaly anomaly;
    anomaly.type = "hot_broker";
    anomaly.subject = fmt::format("broker {}", broker);
    anomaly.message = "hot";
    anomaly.brokers = {broker};
    anomaly.fix = AnomalyFix::kRebalance;
    anomaly.request.emplace();
    return anomaly;
  }
  void Add(const Anomaly& anomaly) { there[{anomaly.type, anomaly.subject}] = anomaly; }
  void Remove(const Anomaly& anomaly) { there.erase({anomaly.type, anomaly.subject}); }

  // ---- time
  /// One look after the other, `kLook` apart, each followed by a step of the healing.
  void Run(Duration how_long) {
    for (Duration passed{}; passed < how_long; passed += kLook) {
      Pass(kLook);
      Look();
      Heal();
    }
  }
  void Pass(Duration d) {
    now += d;
    wall.unix_ms += ToMillis(d);
  }
  void Look() {
    if (!blind.empty()) return;
    std::map<std::string, DetectorReport> by_type;
    for (const char* type :
         {"dead_broker", "hot_broker", "disk_filling", "maintenance_event", "lagging_group"}) {
      by_type[type].detector = type;
      if (detectors_hold) by_type[type].held_because = "nothing is known";
    }
    if (!detectors_hold) {
      for (const auto& [key, anomaly] : there) by_type[key.first].anomalies.push_back(anomaly);
    }
    reports.clear();
    for (auto& [type, report] : by_type) reports.push_back(report);
    const std::vector<Anomaly> current = tracker.Update(reports, wall);
    for (DetectorReport& report : reports) {
      report.anomalies.clear();
      std::ranges::copy_if(current, std::back_inserter(report.anomalies),
                           [&](const Anomaly& a) { return a.type == report.detector; });
    }
    ++evaluation;
  }

  // ---- the healing, with a place to be killed at
  struct Killed {};
  void Point() {
    if (kill_after && (*kill_after)-- == 0) {
      kill_after.reset();
      throw Killed{};
    }
  }
  void Heal() {
    try {
      HealOnce();
    } catch (const Killed&) {
      Boot();
    }
  }
  void HealOnce() {
    auto ask = policy->Step(Input());
    Point();
    Store();
    Point();
    while (ask) {
      if (ask->kind == HealingAsk::Kind::kPlan) {
        ++plans;
        asked = ask->request;
        policy->Planned(ask->case_id, plan_for ? plan_for(asked) : plan, now, wall);
      } else if (ask->kind == HealingAsk::Kind::kStop) {
        policy->Stopped(ask->case_id, StopOperation(ask->operation), now, wall);
      } else {
        const auto operation = Apply(*ask);
        Point();
        policy->Applied(ask->case_id, operation, now, wall);
      }
      Point();
      Store();
      Point();
      const bool planned = ask->kind == HealingAsk::Kind::kPlan;
      ask.reset();
      if (planned) {
        ask = policy->Step(Input());
        Point();
        Store();
        Point();
      }
    }
  }
  HealingInput Input() {
    HealingInput input;
    input.now = now;
    input.wall = wall;
    input.reports = reports;
    input.evaluation = evaluation;
    input.blind_because = blind;
    input.brokers = brokers;
    input.reassignments = reassignments;
    input.executor = &executor;
    input.operate = operate;
    input.record_problem = record_problem;
    return input;
  }
  Result<std::string> Apply(const HealingAsk& ask) {
    ++applies;
    if (refusal) return *refusal;
    for (const OperationView& operation : executor.operations) {
      if (!IsTerminal(operation.state)) ++overlaps;
    }
    OperationView operation;
    operation.id = fmt::format("op{}", ++operation_number);
    operation.proposal_id = ask.proposal_id;
    operation.author = kHealingAuthor;
    operation.reason = ask.reason;
    operation.state = OperationState::kRunning;
    operation.steps_total = 4;
    executor.operations.insert(executor.operations.begin(), operation);
    if (lost_answer) return DeadlineExceeded("starting the operation took longer");
    return operation.id;
  }
  Status StopOperation(const std::string& id) {
    ++stops;
    if (stop_refusal) return *stop_refusal;
    const auto found = std::ranges::find(executor.operations, id, &OperationView::id);
    if (found == executor.operations.end()) return NotFound(id);
    found->state = OperationState::kCancelling;
    return Ok();
  }
  void End(OperationState state) {
    for (OperationView& operation : executor.operations) {
      if (!IsTerminal(operation.state)) operation.state = state;
    }
  }

  void Store() {
    const auto changes = policy->TakeChanges();
    for (const HealingCase& record : changes.cases) stored_cases[record.number] = record;
    stored_acts.insert(stored_acts.end(), changes.acts.begin(), changes.acts.end());
  }
  /// A process begins, with what was stored; the monitor is new, too.
  void Boot() {
    policy = std::make_unique<HealingPolicy>(options_);
    std::vector<HealingCase> cases;
    for (const auto& [number, record] : stored_cases) cases.push_back(record);
    policy->Restore(std::move(cases), stored_acts, now, wall);
    tracker = {};
    reports.clear();
  }

  HealingCase Case(const std::string& id = "a1") const {
    const HealingView view = policy->View(now, wall);
    const HealingCase* found = view.Find(id);
    return found == nullptr ? HealingCase{} : *found;
  }
  std::string Code(const std::string& id = "a1") const { return Case(id).code; }

  static ProposalPtr Proposal(std::int64_t bytes) {
    auto made = std::make_shared<levelwind::Proposal>();
    made->id = "p1";
    made->summary = "2 replica moves";
    made->bytes_to_move = bytes;
    made->moves.resize(2);
    return made;
  }

  SteadyTime now{std::chrono::hours(1000)};
  WallTime wall{1'795'564'800'000};  // 2026-11-25 00:00 UTC, a Wednesday
  std::map<std::pair<std::string, std::string>, Anomaly> there;
  detectors::AnomalyTracker tracker;
  std::vector<DetectorReport> reports;
  std::uint64_t evaluation = 0;
  bool detectors_hold = false;
  std::string blind;
  std::int32_t brokers = 12;
  std::int32_t reassignments = 0;
  ExecutorView executor;
  bool operate = true;
  std::string record_problem;
  Result<ProposalPtr> plan = Proposal(1000);
  PlanRequest asked;
  std::function<Result<ProposalPtr>(const PlanRequest&)> plan_for;  ///< Instead of `plan`.
  std::optional<Error> refusal, stop_refusal;
  bool lost_answer = false;
  std::unique_ptr<HealingPolicy> policy;
  std::optional<int> kill_after;
  int plans = 0, applies = 0, stops = 0, overlaps = 0, operation_number = 0;
  std::map<std::uint64_t, HealingCase> stored_cases;
  std::vector<HealingAct> stored_acts;

 private:
  HealingOptions options_;
};

inline HealingOptions DeadBrokersOn() {
  HealingOptions options;
  options.modes = {"dead_broker=on", "hot_broker=on"};
  return options;
}

}  // namespace levelwind::planner
