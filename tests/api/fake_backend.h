#pragma once

#include <fmt/format.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "api/backend.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::testing {

/// A daemon made of values. Set the members before the server runs, or under `mutex`.
class FakeBackend : public api::Backend {
 public:
  mutable std::mutex mutex;
  std::condition_variable changed;
  api::DaemonInfo info;
  SnapshotPtr snapshot;
  std::vector<ProposalPtr> proposals;  // newest first
  ExecutorViewPtr executor;
  std::shared_ptr<const std::vector<DetectorReport>> detectors;
  /// What the next commands answer; empty: success.
  std::optional<Error> plan_error, apply_error, cancel_error, steer_error;
  std::string undo = "op2";               ///< What Rollback answers.
  std::vector<store::AuditRecord> audit;  // newest first
  std::optional<Error> audit_error;
  ThrottleSweep orphans;
  GroupLagHistory lag_history;
  std::shared_ptr<const CanaryView> canary;
  HealingViewPtr healing;
  std::shared_ptr<const ScalingView> scaling;
  mutable std::string history_asked;  ///< "from to points" of the last one.
  /// Commands received, as "plan cli:a reason goals=.. seed=..".
  std::vector<std::string> commands;
  /// While true, Plan waits.
  bool plan_blocked = false;
  int plans_waiting = 0;

  api::DaemonInfo Info() const override {
    std::lock_guard lock(mutex);
    return info;
  }
  SnapshotPtr Snapshot() const override {
    std::lock_guard lock(mutex);
    return snapshot;
  }
  std::vector<ProposalPtr> Proposals() const override {
    std::lock_guard lock(mutex);
    return proposals;
  }
  Result<ProposalPtr> FindProposal(const std::string& id) const override {
    std::lock_guard lock(mutex);
    for (const auto& proposal : proposals) {
      if (proposal->id == id) return proposal;
    }
    return NotFound("there is no proposal '" + id + "'");
  }
  ExecutorViewPtr Executor() const override {
    std::lock_guard lock(mutex);
    return executor;
  }
  std::shared_ptr<const std::vector<DetectorReport>> Detectors() const override {
    std::lock_guard lock(mutex);
    return detectors;
  }
  Result<std::string> WhyNot(const std::string& partition, BrokerId broker) const override {
    if (partition != "orders-0") return NotFound("there is no partition " + partition);
    return R"({"topic":"orders","partition":0,"from":1,"to":)" + std::to_string(broker) +
           R"(,"leadership":false,"bytes":3000000,"conclusion":"it would help: \u001b[1m",)"
           R"("goals":[{"goal":"RackAwareGoal","hard":true,"says":"same","why":"2 racks"}]})";
  }
  Result<std::string> PlaceTopic(const TopicWish& wish) const override {
    if (wish.name == "orders") return Error(ErrorCode::kAlreadyExists, "topic orders exists");
    return fmt::format(
        R"({{"topic":"{}","replicas":[[1,2],[2,{}]],"assignment":"1:2,2:3","wish":"{} x{} {} {} {} {}",)"
        R"("goals":[{{"goal":"RackAwareGoal","hard":true,"judged":true,"violations":2,)"
        R"("note":"one rack\u001b[1m"}},{{"goal":"CpuCapacityGoal","hard":true,"judged":false,)"
        R"("violations":0,"note":""}}]}})",
        wish.name, wish.replication_factor, wish.name, wish.partitions, wish.replication_factor,
        wish.bytes_in_per_s, wish.bytes_out_per_s, wish.bytes);
  }
  std::shared_ptr<const ScalingView> Scaling() const override {
    std::lock_guard lock(mutex);
    return scaling;
  }
  HealingViewPtr Healing() const override {
    std::lock_guard lock(mutex);
    return healing;
  }
  Status SteerHealing(const api::HealingCommand& command) override {
    std::lock_guard lock(mutex);
    const char* const names[] = {"approve", "deny", "mute"};
    commands.push_back(fmt::format("{} {} {} '{}' {}", names[static_cast<int>(command.kind)],
                                   command.case_id, command.asker.author, command.asker.reason,
                                   ToSeconds(command.how_long)));
    return steer_error ? Status(*steer_error) : Ok();
  }
  Result<ProposalPtr> Plan(const api::PlanCommand& command) override {
    std::unique_lock lock(mutex);
    std::string text = "plan " + command.asker.author + " '" + command.asker.reason + "'";
    const PlanRequest& asked = command.request;
    for (const auto& goal : asked.goals) text += " goal=" + goal;
    for (const auto& goal : asked.hard_goals) text += " hard=" + goal;
    if (asked.seed) text += " seed=" + std::to_string(*asked.seed);
    if (asked.max_bytes) text += " max=" + std::to_string(*asked.max_bytes);
    if (asked.max_replica_moves) text += " moves=" + std::to_string(*asked.max_replica_moves);
    if (asked.max_duration_s) {
      text += " seconds=" + std::to_string(static_cast<int>(*asked.max_duration_s));
    }
    if (asked.bound) text += " bound";
    const auto brokers = [&](const char* what, const std::vector<BrokerId>& ids) {
      for (const BrokerId id : ids) text += std::string(" ") + what + std::to_string(id);
    };
    brokers("add", asked.add_brokers);
    brokers("remove", asked.remove_brokers);
    brokers("demote", asked.demote_brokers);
    brokers("relieve", asked.relieve_brokers);
    brokers("to", asked.destination_brokers);
    brokers("not-to", asked.excluded_destinations);
    if (!asked.include_topics.empty()) text += " topics=" + asked.include_topics;
    if (!asked.exclude_topics.empty()) text += " not=" + asked.exclude_topics;
    for (const auto& factor : asked.replication_factors) text += " rf:" + factor;
    if (!asked.start_from.empty()) text += " from:" + asked.start_from;
    if (asked.leadership_only) text += " leadership";
    if (asked.fix_offline) text += " offline";
    if (asked.log_dirs) text += " log-dirs";
    for (const auto& dir : asked.empty_log_dirs) text += " empty:" + dir;
    brokers("on", asked.log_dir_brokers);
    for (const auto& wish : asked.partitions) text += " partitions:" + wish;
    commands.push_back(text);
    ++plans_waiting;
    changed.notify_all();
    changed.wait(lock, [&] { return !plan_blocked; });
    --plans_waiting;
    if (plan_error) return *plan_error;
    if (proposals.empty()) return FailedPrecondition("nothing to plan from");
    return proposals.front();
  }
  Result<std::string> Apply(const api::ApplyCommand& command) override {
    std::lock_guard lock(mutex);
    commands.push_back("apply " + command.proposal_id + " " + command.asker.author + " '" +
                       command.asker.reason + "'");
    if (apply_error) return *apply_error;
    return std::string("op1");
  }
  Status Cancel(const api::CancelCommand& command) override {
    Note("cancel", command);
    return cancel_error ? Status(*cancel_error) : Ok();
  }
  Status Pause(const api::OperationCommand& command) override {
    Note("pause", command);
    return steer_error ? Status(*steer_error) : Ok();
  }
  Status Resume(const api::OperationCommand& command) override {
    Note("resume", command);
    return steer_error ? Status(*steer_error) : Ok();
  }
  Result<std::string> Rollback(const api::OperationCommand& command) override {
    Note("rollback", command);
    if (steer_error) return *steer_error;
    return undo;
  }
  Result<std::vector<store::AuditRecord>> Audit(const std::string& operation,
                                                std::size_t limit) const override {
    std::lock_guard lock(mutex);
    if (audit_error) return *audit_error;
    std::vector<store::AuditRecord> rows;
    for (const store::AuditRecord& row : audit) {
      if (rows.size() < limit && (operation.empty() || row.operation == operation)) {
        rows.push_back(row);
      }
    }
    return rows;
  }
  Result<GroupLagHistory> LagHistory(const std::string& group, std::int64_t from_ms,
                                     std::int64_t to_ms, std::size_t most_points) const override {
    std::lock_guard lock(mutex);
    if (lag_history.group != group) return NotFound("nothing is known of a group '" + group + "'");
    history_asked = fmt::format("{} {} {}", from_ms, to_ms, most_points);
    return lag_history;
  }
  std::shared_ptr<const CanaryView> Canary() const override {
    std::lock_guard lock(mutex);
    return canary;
  }
  Status ForgetCommits(const api::Asker& asker, const std::string& group,
                       const std::string& topic) override {
    std::lock_guard lock(mutex);
    commands.push_back("forget " + group + "/" + topic + " " + asker.author);
    return steer_error ? Status(*steer_error) : Ok();
  }
  Result<ThrottleSweep> LookForOrphans() override {
    std::lock_guard lock(mutex);
    if (steer_error) return *steer_error;
    return orphans;
  }
  Result<ThrottleSweep> ClearThrottles(const api::Asker& asker) override {
    std::lock_guard lock(mutex);
    commands.push_back("clear " + asker.author + " '" + asker.reason + "'");
    if (steer_error) return *steer_error;
    return orphans;
  }

 private:
  void Note(const std::string& verb, const api::OperationCommand& command) {
    std::lock_guard lock(mutex);
    commands.push_back(verb + " " + command.operation_id + " " + command.asker.author + " '" +
                       command.asker.reason + "'");
  }
};

/// Three brokers, two topics (one rate and one size unknown), two groups.
inline std::shared_ptr<ClusterSnapshot> SmallSnapshot(SteadyTime taken_at) {
  auto snapshot = std::make_shared<ClusterSnapshot>(
      SnapshotBuilder()
          .AddBroker(1, "r1")
          .AddBroker(2, "r2")
          .AddBroker(3, "", BrokerState::kNew)
          .AddTopic("orders",
                    std::vector<SnapshotBuilder::PartitionSpec>{{{1, 2}, 3'000'000, 2048},
                                                                {{1, 2}, 1'000'000, 1024}})
          .AddTopic("users",
                    std::vector<SnapshotBuilder::PartitionSpec>{{{2, 1}, kUnknownCount, kUnknown}})
          .Build());
  snapshot->cluster_id = "abc";
  snapshot->sequence = 7;
  snapshot->taken_at = {1'767'225'600'000};
  snapshot->taken_at_steady = taken_at;
  snapshot->controller = 2;
  snapshot->confidence = {true, false, 25, 1, "sizes and counts; rates in 25 s"};
  ConsumerGroup billing;
  billing.name = "billing";
  billing.type = "classic";
  billing.state = "Stable";
  billing.coordinator = 1;
  billing.member_count = 2;
  billing.owners = {{"c1", "/10.0.0.1", "c1-77"}};
  billing.offsets = {{0, 0, 90, 10}, {1, -1, 5, 0}};
  billing.offsets.Edit()[1].commit_ms = snapshot->taken_at.unix_ms - 3000;
  billing.offsets.Edit()[1].commit_interval_s = 2;
  billing.offsets.Edit()[1].rewinds = 1;
  billing.activity.from_records = true;
  billing.activity.commits = 7;
  billing.activity.commits_per_s = 0.5;
  billing.activity.commit_interval_s = 2;
  billing.activity.last_commit_at = {snapshot->taken_at.unix_ms - 3000};
  billing.activity.rewinds = 1;
  billing.activity.last_rewind = Rewind{{"orders", 1}, 90, 5, snapshot->taken_at};
  billing.activity.rebalances = 4;
  billing.activity.last_rebalance_at = snapshot->taken_at;
  billing.activity.last_rebalance_s = 1;
  billing.total_lag = 10;
  billing.lag_growth_per_s = 1.5;
  billing.consume_rate_per_s = 4;
  ConsumerGroup fresh;
  fresh.name = "fresh";
  fresh.type = "consumer";
  fresh.state = "Empty";
  fresh.offsets = {{2, -1, kUnknownCount, kUnknownCount}};
  snapshot->groups = {billing, fresh};
  snapshot->sources = {
      {"cluster", true, "", std::chrono::milliseconds(12), std::chrono::seconds(1), 2},
      {"groups", false, "broker 3: timed out", std::chrono::seconds(3), std::nullopt, 9}};
  return snapshot;
}

inline ProposalPtr SmallProposal() {
  auto proposal = std::make_shared<Proposal>();
  proposal->id = "p1";
  proposal->cluster_id = "abc";
  proposal->snapshot_sequence = 7;
  proposal->created_at = {1'767'225'601'000};
  proposal->seed = 1;
  proposal->confidence.label = "sizes and counts; rates in 25 s";
  Move copy;
  copy.kind = MoveKind::kReplica;
  copy.partition = {"orders", 0};
  copy.before = {1, 2};
  copy.after = {3, 2};
  copy.leader_before = 1;
  copy.bytes = 3'000'000;
  copy.bytes_in_per_s = 2048;
  copy.goal = "ReplicaDistributionGoal";
  copy.reason = "broker 3 holds 0 replicas, 2 is level";
  Move lead;
  lead.partition = {"orders", 1};
  lead.before = {1, 2};
  lead.after = {2, 1};
  lead.leader_before = 1;
  lead.bytes = 0;
  lead.goal = "LeaderReplicaDistributionGoal";
  lead.reason = "broker 1 leads 2 of 3 partitions";
  proposal->moves = {copy, lead};
  proposal->goals = {{"RackAwareGoal", true, 0, 0, 0, 0, ""},
                     {"CpuCapacityGoal", true, 0, 0, 0, 0, "not judged: loads unknown", false},
                     {"ReplicaDistributionGoal", false, 3, 0, 2, 0, ""},
                     {"LeaderReplicaDistributionGoal", false, 2, 1, 2, 1, "users is excluded"}};
  proposal->brokers = {{1, 3, 2, 2, 0, 4e6, 1e6, 3072, 0},
                       {2, 3, 3, 1, 2, 4e6, 4e6, kUnknown, kUnknown},
                       {3, 0, 1, 0, 1, 0, 3e6, 0, 2048}};
  proposal->bytes_to_move = 3'000'000;
  proposal->bytes_lower_bound = 2'000'000;
  proposal->bound_method = "knapsack";
  proposal->bound_gap = 0.5;
  proposal->makespan_s = 90;
  proposal->makespan_bound_s = 60;
  proposal->provision = {{"cluster", "under", 2, "disk: add at least 2 brokers"},
                         {"cpu", "right", 0, ""}};
  proposal->replica_moves = 1;
  proposal->leader_moves = 1;
  proposal->score_before = 61.25;
  proposal->score_after = 98;
  proposal->summary = "1 replica move (2.9 MiB), 1 leader move: levels brokers 1 and 3";
  proposal->notes = {"users-0 stays: its size is unknown"};
  return proposal;
}

inline OperationView SmallOperation(OperationState state) {
  OperationView operation;
  operation.id = "op1";
  operation.proposal_id = "p1";
  operation.author = "cli:ada";
  operation.reason = "new broker";
  operation.state = state;
  operation.created_at = {1'767'225'602'000};
  operation.updated_at = {1'767'225'603'000};
  operation.steps_total = 2;
  operation.steps_done = 1;
  operation.steps_in_progress = 1;
  operation.bytes_total = 3'000'000;
  operation.bytes_done = 1'500'000;
  operation.bytes_per_s = 500'000;
  operation.eta_s = 3;
  operation.eta_low_s = 2;
  operation.eta_high_s = 5;
  operation.throttle_bytes_per_s = 50 << 20;
  operation.steps = {{1,
                      {"orders", 0},
                      {1, 2},
                      {3, 2},
                      StepState::kInProgress,
                      3'000'000,
                      1'500'000,
                      "",
                      MoveKind::kReplica,
                      kNoBroker,
                      "",
                      ""},
                     {2,
                      {"orders", 1},
                      {1, 2},
                      {2, 1},
                      StepState::kDone,
                      0,
                      0,
                      "",
                      MoveKind::kLeader,
                      kNoBroker,
                      "",
                      ""}};
  if (IsTerminal(state)) {
    operation.finished_at = {1'767'225'610'000};
    operation.steps_done = 2;
    operation.steps_in_progress = 0;
    operation.bytes_done = operation.bytes_total;
  }
  return operation;
}

/// Fills everything with the small examples above.
inline void FillBackend(FakeBackend& backend, SteadyTime taken_at) {
  backend.info = {"0.1.0",
                  "observe",
                  "demo",
                  {"127.0.0.1:9092"},
                  {1'767'225'590'000},
                  12.5,
                  "",
                  {{"Metadata", 3}, {"ListOffsets", 4}},
                  {"topics have no ids"}};
  backend.snapshot = SmallSnapshot(taken_at);
  backend.proposals = {SmallProposal()};
  backend.executor = std::make_shared<ExecutorView>(
      ExecutorView{"observe", "running op1", {SmallOperation(OperationState::kRunning)}});
  DetectorReport imbalance;
  imbalance.detector = "leader_imbalance";
  Anomaly anomaly;
  anomaly.type = "leader_imbalance";
  anomaly.subject = "broker 1";
  anomaly.severity = Severity::kWarning;
  anomaly.value = 0.67;
  anomaly.threshold = 0.45;
  anomaly.message = "broker 1 leads 67 % of all partitions, 33 % would be level";
  anomaly.next_step = "levelwind plan";
  anomaly.first_seen = {1'767'225'600'000};
  imbalance.anomalies = {anomaly};
  DetectorReport held;
  held.detector = "hot_partition";
  held.held_because = "no rates yet";
  backend.detectors =
      std::make_shared<const std::vector<DetectorReport>>(std::vector{imbalance, held});
}

}  // namespace levelwind::testing
