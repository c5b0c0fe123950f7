#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "actions/executor.h"
#include "actions/notify/notifier.h"
#include "base/clock.h"
#include "base/published.h"
#include "base/result.h"
#include "collectors/canary/canary.h"
#include "collectors/monitor.h"
#include "collectors/offsets_topic/offsets_reader.h"
#include "config/config.h"
#include "daemon/autoscaling.h"
#include "daemon/canary_loop.h"
#include "daemon/capacity_keeper.h"
#include "daemon/executor_loop.h"
#include "daemon/fact_keeper.h"
#include "daemon/healing_loop.h"
#include "daemon/history_loop.h"
#include "daemon/key_sampler.h"
#include "daemon/metrics_sources.h"
#include "daemon/monitor_loop.h"
#include "daemon/offsets_loop.h"
#include "daemon/planner_loop.h"
#include "daemon/proposal_book.h"
#include "kafka/client.h"
#include "store/healing_record.h"
#include "store/journal.h"
#include "store/lag_history.h"

namespace levelwind::daemon {

/// Everything that belongs to one cluster: its clients, its loops, its journal, its threads.
///
/// Made, started and stopped by the main thread. The monitor's client is read-only in every mode
/// (I15); the one that may change things exists only in operate mode and only the executor has it.
class ClusterRuntime {
 public:
  /// Opens the journal in operate mode; sends nothing. Errors are for the user as they are. A
  /// journal that cannot be trusted is none: then the cluster is only observed.
  static Result<std::unique_ptr<ClusterRuntime>> Create(const config::Config& config,
                                                        const Clock& clock);
  ~ClusterRuntime();

  void Start();
  /// Planner and executor first, then the monitor, then the sockets. What runs in Kafka goes on
  /// there.
  void Stop();

  // Any thread.
  const config::Config& config() const { return config_; }
  SnapshotPtr snapshot() const { return monitor_.snapshots().Get(); }
  std::shared_ptr<const std::vector<DetectorReport>> detector_reports() const {
    return monitor_loop_.reports();
  }
  ExecutorViewPtr executor_view() const;
  MonitorLoop& monitor_loop() { return monitor_loop_; }
  ProposalBook& proposals() { return *proposals_; }
  PlannerLoop& planner() { return *planner_; }
  HealingLoop& healing() { return *healing_loop_; }
  /// Null: no group is listed, or nothing is decided yet. Any thread.
  std::shared_ptr<const ScalingView> scaling() const {
    return autoscaling_ ? autoscaling_->view() : nullptr;
  }
  /// Operate, or observe also where the journal cannot be trusted.
  config::Mode mode() const { return executor_ ? config::Mode::kOperate : config::Mode::kObserve; }
  /// Why the cluster is only observed although it was to be operated; empty: nothing is wrong.
  const std::string& journal_problem() const { return journal_problem_; }
  /// Null in observe mode.
  ExecutorLoop* executor() { return executor_loop_.get(); }
  /// Null in observe mode. Any thread.
  store::Journal* journal() { return journal_.get(); }
  /// Any thread.
  store::LagHistory& lag_history() { return *lag_history_; }
  /// Null: it is off.
  std::shared_ptr<const CanaryView> canary() const {
    return canary_ ? canary_->view().Get() : nullptr;
  }
  /// Why nothing is known, or the last look failed; empty: all is well.
  std::string Problem() const;
  /// Since the start, all clients together.
  struct Traffic {
    std::map<std::string, std::uint64_t> requests;  ///< By Kafka's name of the API.
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
  };
  Traffic KafkaTraffic() const;
  /// What cannot be known or done because a broker's Kafka is older, a sentence each.
  std::vector<std::string> KafkaLimits() const;

 private:
  ClusterRuntime(const config::Config& config, const Clock& clock,
                 std::unique_ptr<kafka::KafkaClient> reader,
                 std::unique_ptr<kafka::KafkaClient> tailer);
  Status OpenJournal();
  void OpenLagHistory();
  Status OpenLoadSources();
  void ReadPlans();
  void MakeHealing();
  HealingWires Wires();
  Status MakeCanary();
  void ObserveInstead(const std::string& problem);

  const config::Config config_;
  const Clock& clock_;
  std::unique_ptr<kafka::KafkaClient> reader_;
  std::unique_ptr<kafka::KafkaClient> tailer_;  ///< Null: lag.offsets_topic is off.
  std::unique_ptr<collectors::OffsetsReader> offsets_reader_;
  std::unique_ptr<CapacityKeeper> capacities_;  ///< Null: no capacity file.
  std::unique_ptr<KeySampler> key_sampler_;     ///< Null: keys may not be sampled.
  std::unique_ptr<FactKeeper> fact_keeper_;     ///< Null: there is nothing to add to facts.
  collectors::Monitor monitor_;
  std::unique_ptr<MetricsSources> metrics_sources_;
  MonitorLoop monitor_loop_;
  ExecutorViewPtr observe_view_;
  std::string journal_problem_;

  // Operate mode only.
  std::unique_ptr<store::Journal> journal_;
  std::unique_ptr<kafka::KafkaClient> writer_;
  std::unique_ptr<actions::Executor> executor_;
  std::unique_ptr<ExecutorLoop> executor_loop_;

  std::unique_ptr<store::LagHistory> lag_history_;
  std::unique_ptr<HistoryLoop> history_loop_;

  // Where the canary is enabled only.
  std::unique_ptr<collectors::CanaryWire> canary_wire_;
  std::unique_ptr<collectors::Canary> canary_;
  std::unique_ptr<CanaryLoop> canary_loop_;

  std::unique_ptr<ProposalBook> proposals_;
  std::unique_ptr<PlannerLoop> planner_;

  std::unique_ptr<actions::Notifier> notifier_;
  std::unique_ptr<store::HealingRecord> healing_record_;
  std::unique_ptr<HealingLoop> healing_loop_;
  std::unique_ptr<Autoscaling> autoscaling_;  ///< Null: no group is listed.

  std::vector<std::jthread> io_threads_;
  std::jthread monitor_thread_;
  std::jthread history_thread_;
  std::jthread keys_thread_;
  std::jthread canary_thread_;
  std::jthread offsets_thread_;
  std::jthread planner_thread_;
  std::jthread executor_thread_;
  std::jthread healing_thread_;
  std::jthread notify_thread_;
};

}  // namespace levelwind::daemon
