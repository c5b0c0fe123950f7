#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "actions/scaling/action_log.h"
#include "actions/scaling/kube_client.h"
#include "actions/scaling/kube_lease.h"
#include "actions/scaling/kube_review_client.h"
#include "actions/scaling/kube_scaler.h"
#include "actions/scaling/offset_guard.h"
#include "actions/scaling/scaler.h"
#include "api/external_metrics/external_metrics_server.h"
#include "api/keda/keda_server.h"
#include "base/clock.h"
#include "base/result.h"
#include "config/config.h"
#include "daemon/autoscale_loop.h"
#include "kafka/client.h"
#include "store/operation_journal.h"
#include "store/scaling_record.h"

namespace levelwind::daemon {

/// The autoscaler of one cluster with all that serves and carries out its decisions: loop, scalers,
/// lease, KEDA's scaler, external metrics, and their threads. Main thread, but for view().
class Autoscaling {
 public:
  /// `journal`, `writer`: null in observe mode; then nobody is told to scale. Errors are for the
  /// user as they are: what is configured and cannot be done keeps the daemon from starting. All
  /// references must outlive this.
  static Result<std::unique_ptr<Autoscaling>> Create(const config::Config& config,
                                                     std::function<SnapshotPtr()> snapshot,
                                                     store::OperationJournal* journal,
                                                     kafka::KafkaClient* writer,
                                                     const Clock& clock);
  ~Autoscaling() { Stop(); }

  void Start();
  void Stop();

  /// Null until something is decided. Any thread.
  std::shared_ptr<const ScalingView> view() const { return loop_->view(); }

 private:
  Autoscaling(const config::Config& config, const Clock& clock) : config_(config), clock_(clock) {}
  Status MakeLoop(std::function<SnapshotPtr()> snapshot, std::uint64_t epoch);
  Status MakeScalers(store::OperationJournal& journal, kafka::KafkaClient& writer);
  std::unique_ptr<actions::Scaler> Guarded(std::unique_ptr<actions::Scaler> scaler, bool dry_run,
                                           kafka::KafkaClient& writer);
  Status MakeServers();
  Result<std::unique_ptr<actions::KubeClient>> Client() const;
  actions::Scaler* ScalerOf(const ScalingTarget& target);
  Status MayAct() const;

  const config::Config& config_;
  const Clock& clock_;
  std::unique_ptr<actions::ActionLog> log_;
  std::unique_ptr<actions::KubeClient> kube_, lease_client_, review_client_;
  std::unique_ptr<actions::KubeLease> lease_;
  std::unique_ptr<actions::KubeReviewClient> reviews_;
  std::unique_ptr<store::ScalingRecord> record_;
  std::unique_ptr<actions::OffsetGuard> guard_;
  std::unique_ptr<actions::Scaler> kube_scaler_, webhook_;
  std::unique_ptr<AutoscaleLoop> loop_;
  std::unique_ptr<api::KedaServer> keda_;
  std::unique_ptr<api::ExternalMetricsServer> external_metrics_;
  std::vector<std::jthread> threads_;
};

}  // namespace levelwind::daemon
