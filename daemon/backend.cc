#include "daemon/backend.h"

#include <chrono>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "config/config.h"
#include "daemon/version.h"
#include "planner/explain/why_not.h"
#include "planner/planner_options.h"
#include "planner/rebalance/place_topic.h"
#include "planner/requested.h"

namespace levelwind::daemon {
namespace {

constexpr auto kPlanWithin = std::chrono::seconds(30);

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
