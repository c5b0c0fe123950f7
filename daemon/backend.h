#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/backend.h"
#include "base/clock.h"
#include "daemon/cluster_runtime.h"

namespace levelwind::daemon {

/// What the HTTP API sees of the daemon. Any thread; holds no state of its own.
class DaemonBackend final : public api::Backend {
 public:
  DaemonBackend(ClusterRuntime& cluster, const Clock& clock);

  api::DaemonInfo Info() const override;
  SnapshotPtr Snapshot() const override;
  std::vector<ProposalPtr> Proposals() const override;
  Result<ProposalPtr> FindProposal(const std::string& id) const override;
  ExecutorViewPtr Executor() const override;
  std::shared_ptr<const std::vector<DetectorReport>> Detectors() const override;
  Result<std::string> WhyNot(const std::string& partition, BrokerId broker) const override;
  Result<std::string> PlaceTopic(const TopicWish& wish) const override;
  Result<std::vector<store::AuditRecord>> Audit(const std::string& operation,
                                                std::size_t limit) const override;
  Result<GroupLagHistory> LagHistory(const std::string& group, std::int64_t from_ms,
                                     std::int64_t to_ms, std::size_t most_points) const override;
  std::shared_ptr<const CanaryView> Canary() const override { return cluster_.canary(); }

  Result<ProposalPtr> Plan(const api::PlanCommand& command) override;
  Result<std::string> Apply(const api::ApplyCommand& command) override;
  Status Cancel(const api::CancelCommand& command) override;
  Status Pause(const api::OperationCommand& command) override;
  Status Resume(const api::OperationCommand& command) override;
  Result<std::string> Rollback(const api::OperationCommand& command) override;
  std::shared_ptr<const ScalingView> Scaling() const override { return cluster_.scaling(); }
  HealingViewPtr Healing() const override { return cluster_.healing().view(); }
  Status SteerHealing(const api::HealingCommand& command) override;
  Result<ThrottleSweep> LookForOrphans() override;
  Result<ThrottleSweep> ClearThrottles(const api::Asker& asker) override;
  Status ForgetCommits(const api::Asker& asker, const std::string& group,
                       const std::string& topic) override;

 private:
  Status SteerNow(const api::HealingCommand& command);

  ClusterRuntime& cluster_;
  const Clock& clock_;
  const WallTime started_at_;
  const SteadyTime started_;
  std::atomic<std::uint64_t> words_{0};  ///< Of people about anomalies, in the audit.
};

}  // namespace levelwind::daemon
