#include "daemon/backend.h"

#include <fmt/format.h>

#include <chrono>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "config/config.h"
#include "daemon/version.h"
#include "planner/explain/why_not.h"
#include "planner/planner_options.h"
#include "planner/rebalance/place_topic.h"
#include "planner/requested.h"

namespace levelwind::daemon {
namespace {

constexpr auto kPlanWithin = std::chrono::seconds(30);
/// Audit rows of people's words are numbered apart from those of requests.
constexpr std::uint64_t kFirstWord = std::uint64_t{1} << 40;

Error ObserveOnly(const ClusterRuntime& cluster, std::string_view what) {
  if (!cluster.journal_problem().empty()) {
    return {ErrorCode::kPermissionDenied,
            std::string(what) +
                " is refused, the cluster is only observed: " + cluster.journal_problem()};
  }
  return {ErrorCode::kPermissionDenied,
          std::string(what) +
              " is refused in observe mode; restart with --mode operate and "
              "--state-dir DIR to let Levelwind act"};
}

/// What a person says about an anomaly, for the audit.
store::AuditRecord AuditOf(const api::HealingCommand& command, const HealingViewPtr& view) {
  using Kind = api::HealingCommand::Kind;
  store::AuditRecord row;
  row.author = command.asker.author;
  row.api = command.kind == Kind::kApprove ? "ApproveHealing"
            : command.kind == Kind::kDeny  ? "DenyHealing"
                                           : "MuteHealing";
  row.target = command.case_id;
  const HealingCase* record = view == nullptr ? nullptr : view->Find(command.case_id);
  if (record != nullptr) {
    row.target += fmt::format(" {} {}", record->anomaly.type, record->anomaly.subject);
    row.operation = record->operation_id;
  }
  if (command.kind == Kind::kMute) {
    row.target += fmt::format(" for {}", HumanDuration(ToSeconds(command.how_long)));
  }
  if (!command.asker.reason.empty()) row.target += ": " + command.asker.reason;
  constexpr std::size_t kMost = 1000;
  if (row.target.size() > kMost) row.target.resize(kMost);
  row.target = EscapeControl(row.target);
  return row;
}

}  // namespace

DaemonBackend::DaemonBackend(ClusterRuntime& cluster, const Clock& clock)
    : cluster_(cluster), clock_(clock), started_at_(clock.WallNow()), started_(clock.Now()) {}

api::DaemonInfo DaemonBackend::Info() const {
  api::DaemonInfo info;
  info.version = kVersion;
  info.mode = config::ModeName(cluster_.mode());
  info.cluster_name = cluster_.config().cluster_name;
  info.bootstrap = cluster_.config().kafka.bootstrap;
  info.started_at = started_at_;
  info.uptime_s = ToSeconds(clock_.Now() - started_);
  info.problem = cluster_.Problem();
  ClusterRuntime::Traffic traffic = cluster_.KafkaTraffic();
  info.kafka_requests = std::move(traffic.requests);
  info.kafka_bytes_sent = traffic.bytes_sent;
  info.kafka_bytes_received = traffic.bytes_received;
  info.kafka_limits = cluster_.KafkaLimits();
  return info;
}

SnapshotPtr DaemonBackend::Snapshot() const { return cluster_.snapshot(); }

std::vector<ProposalPtr> DaemonBackend::Proposals() const { return cluster_.proposals().All(); }

Result<ProposalPtr> DaemonBackend::FindProposal(const std::string& id) const {
  return cluster_.proposals().Find(id);
}

ExecutorViewPtr DaemonBackend::Executor() const { return cluster_.executor_view(); }

std::shared_ptr<const std::vector<DetectorReport>> DaemonBackend::Detectors() const {
  return cluster_.detector_reports();
}

Result<std::string> DaemonBackend::WhyNot(const std::string& partition, BrokerId broker) const {
  const SnapshotPtr snapshot = cluster_.snapshot();
  if (snapshot == nullptr) return FailedPrecondition("no snapshot of the cluster yet");
  LW_ASSIGN_OR_RETURN(const TopicPartition named, planner::ParseTopicPartition(partition));
  LW_ASSIGN_OR_RETURN(
      const planner::WhyNotAnswer answer,
      planner::ExplainWhyNot(*snapshot, config::PlanOptions(cluster_.config()), named, broker));
  return planner::WhyNotJson(answer);
}

Result<std::string> DaemonBackend::PlaceTopic(const TopicWish& wish) const {
  const SnapshotPtr snapshot = cluster_.snapshot();
  if (snapshot == nullptr) return FailedPrecondition("no snapshot of the cluster yet");
  LW_ASSIGN_OR_RETURN(const planner::TopicPlacement placement,
                      planner::PlaceTopic(*snapshot, config::PlanOptions(cluster_.config()), wish));
  return planner::PlacementJson(placement);
}

Result<std::vector<store::AuditRecord>> DaemonBackend::Audit(const std::string& operation,
                                                             std::size_t limit) const {
  if (cluster_.journal() == nullptr) {
    return FailedPrecondition(
        "in observe mode nothing is ever sent that changes the cluster, and there is no journal; "
        "the audit of an operate mode's state directory is shown by a daemon that runs on it");
  }
  return cluster_.journal()->LoadAudit(limit, operation);
}

Result<GroupLagHistory> DaemonBackend::LagHistory(const std::string& group, std::int64_t from_ms,
                                                  std::int64_t to_ms,
                                                  std::size_t most_points) const {
  return cluster_.lag_history().Read(group, from_ms, to_ms, most_points);
}

Result<ProposalPtr> DaemonBackend::Plan(const api::PlanCommand& command) {
  planner::PlannerOptions options =
      planner::Requested(config::PlanOptions(cluster_.config()), command.request);
  if (const std::string& id = command.request.start_from; !id.empty()) {
    LW_ASSIGN_OR_RETURN(const ProposalPtr earlier, cluster_.proposals().Find(id));
    for (const Move& move : earlier->moves) {
      if (move.kind == MoveKind::kLogDir) {
        return InvalidArgument(id + " moves replicas between log dirs; no plan starts from that");
      }
      options.earlier_plan.push_back({move.partition, move.after});
    }
  }
  return cluster_.planner().Plan(std::move(options), command.request, kPlanWithin);
}

Result<std::string> DaemonBackend::Apply(const api::ApplyCommand& command) {
  if (cluster_.executor() == nullptr)
    return ObserveOnly(cluster_, "applying " + command.proposal_id);
  LW_ASSIGN_OR_RETURN(ProposalPtr proposal, cluster_.proposals().Find(command.proposal_id));
  if (proposal->empty()) {
    return FailedPrecondition(proposal->id + " has no moves: " + proposal->summary);
  }
  return cluster_.executor()->Apply(std::move(proposal), command.asker.author,
                                    command.asker.reason);
}

Status DaemonBackend::Cancel(const api::CancelCommand& command) {
  if (cluster_.executor() == nullptr)
    return ObserveOnly(cluster_, "cancelling " + command.operation_id);
  return cluster_.executor()->Cancel(command.operation_id, command.asker.author,
                                     command.asker.reason);
}

Status DaemonBackend::Pause(const api::OperationCommand& command) {
  if (cluster_.executor() == nullptr)
    return ObserveOnly(cluster_, "pausing " + command.operation_id);
  return cluster_.executor()->Pause(command.operation_id, command.asker.author,
                                    command.asker.reason);
}

Status DaemonBackend::Resume(const api::OperationCommand& command) {
  if (cluster_.executor() == nullptr)
    return ObserveOnly(cluster_, "resuming " + command.operation_id);
  return cluster_.executor()->Resume(command.operation_id, command.asker.author,
                                     command.asker.reason);
}

Result<std::string> DaemonBackend::Rollback(const api::OperationCommand& command) {
  if (cluster_.executor() == nullptr)
    return ObserveOnly(cluster_, "rolling back " + command.operation_id);
  return cluster_.executor()->Rollback(command.operation_id, command.asker.author,
                                       command.asker.reason);
}

Status DaemonBackend::SteerHealing(const api::HealingCommand& command) {
  store::Journal* const journal = cluster_.journal();
  if (journal == nullptr) return SteerNow(command);  // The record has it; there is no audit.
  store::AuditRecord row = AuditOf(command, cluster_.healing().view());
  row.generation = journal->generation();
  row.sequence = kFirstWord + words_++;
  row.time = clock_.WallNow();
  row.outcome = "asked";
  store::JournalBatch batch;
  batch.audit.push_back(row);
  const Status intended = journal->Commit(batch);
  if (!intended.ok()) return intended.error().Wrap("it cannot be put into the audit");
  const Status done = SteerNow(command);
  batch.audit.front().outcome = done.ok() ? "ok" : done.error().message();
  const Status kept = journal->Commit(batch);
  if (!kept.ok()) LW_WARN("healing", "its outcome is not in the audit: {}", kept.error().message());
  return done;
}

Status DaemonBackend::SteerNow(const api::HealingCommand& command) {
  using Kind = api::HealingCommand::Kind;
  const api::Asker& asker = command.asker;
  HealingLoop& healing = cluster_.healing();
  switch (command.kind) {
    case Kind::kApprove:
      return healing.Approve(command.case_id, asker.author, asker.reason);
    case Kind::kDeny:
      return healing.Deny(command.case_id, asker.author, asker.reason);
    case Kind::kMute:
      break;
  }
  return healing.Mute(command.case_id, command.how_long, asker.author, asker.reason);
}

Result<ThrottleSweep> DaemonBackend::LookForOrphans() {
  if (cluster_.executor() == nullptr)
    return ObserveOnly(cluster_, "looking for throttles to clear");
  return cluster_.executor()->Sweep();
}

Result<ThrottleSweep> DaemonBackend::ClearThrottles(const api::Asker& asker) {
  if (cluster_.executor() == nullptr) return ObserveOnly(cluster_, "clearing throttles");
  return cluster_.executor()->ClearOrphans(asker.author, asker.reason);
}

Status DaemonBackend::ForgetCommits(const api::Asker& asker, const std::string& group,
                                    const std::string& topic) {
  LW_INFO("api", "{} lets the commits of group '{}'{} be forgotten", asker.author, group,
          topic.empty() ? "" : " in topic '" + topic + "'");
  return cluster_.monitor_loop().ForgetCommits(group, topic);
}

}  // namespace levelwind::daemon
