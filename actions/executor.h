#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actions/executor_options.h"
#include "actions/freshness.h"
#include "actions/log_dir_driver.h"
#include "actions/log_dir_look.h"
#include "actions/mutator.h"
#include "actions/observation.h"
#include "actions/operation_run.h"
#include "actions/partition_driver.h"
#include "actions/progress.h"
#include "actions/slo_guard.h"
#include "actions/start_gate.h"
#include "actions/step_driver.h"
#include "actions/throttle_manager.h"
#include "actions/throttle_tuner.h"
#include "base/clock.h"
#include "base/published.h"
#include "base/result.h"
#include "kafka/admin_client.h"
#include "kafka/admin_topics.h"
#include "model/cluster_snapshot.h"
#include "model/operation.h"
#include "model/proposal.h"
#include "store/operation_journal.h"

namespace levelwind::actions {

/// Carries out proposals: one operation at a time, under caps and throttles, journalled and
/// resumable.
///
/// Driven by `Step`, which looks at the cluster once per `poll_interval`, judges every step by what
/// it saw, restores what is owed, and sends what is due. Nothing is remembered outside the journal
/// that a restart would miss: after a kill at any instruction a new Executor on the same journal
/// goes on (I2).
///
/// `View` may be called from any thread; everything else on one thread, the executor's. Calls block
/// for the time of their admin requests (each at most `request_timeout`). `admin`, `topics`,
/// `journal` and `clock` must outlive the object. Build it in operate mode only: observe mode has
/// no executor.
class Executor {
 public:
  Executor(kafka::AdminClient& admin, kafka::TopicAdmin& topics, store::OperationJournal& journal,
           const Clock& clock, const ExecutorOptions& options);

  /// Takes up what the journal holds. Call once, before anything else.
  Status Recover();

  /// Where the load of the brokers and the lag of their followers are read for throttles that are
  /// tuned (TuneOptions); it may return null. Without it, and where capacities are not known, they
  /// begin at `throttle_bytes_per_s`.
  using SnapshotSource = std::function<SnapshotPtr()>;
  void ReadSnapshots(SnapshotSource source) { snapshots_ = std::move(source); }

  /// Does what is due and returns how long nothing will be.
  Duration Step(SteadyTime now);

  /// Checks the proposal against the cluster as it is now, journals it and returns the operation's
  /// id ("op3"). It starts at the next Step, or after the operations before it. Errors: those of
  /// CheckProposal, CheckShrinks and CheckLogDirs (preflight.h); kFailedPrecondition if a partition
  /// belongs to an operation that is not over, or the state directory to another cluster;
  /// kResourceExhausted if too many operations wait; kUnavailable, kDeadlineExceeded if the cluster
  /// cannot be read; the journal's. On an error nothing was stored.
  Result<std::string> Submit(const Proposal& proposal, const std::string& author,
                             const std::string& reason);

  /// Stops an operation: nothing new is sent, running moves are taken back where that is safe, what
  /// is done stays, throttles are restored. Ok also when it is being cancelled already. kNotFound,
  /// kFailedPrecondition (it is over, or finishing), or the journal's error: then the wish is kept
  /// in memory, and nothing is sent before it could be written.
  Status Cancel(const std::string& operation, const std::string& author, const std::string& reason);

  /// Starts no new step until Resume; what was begun ends, and then the throttles are restored.
  /// Outlives a restart. One that waits in line is passed over. Ok also when it is paused already.
  /// kNotFound, kFailedPrecondition (it is over, being cancelled or finishing), the journal's
  /// error.
  Status Pause(const std::string& operation, const std::string& author, const std::string& reason);
  /// kNotFound, kFailedPrecondition (it is not paused), the journal's error.
  Status Resume(const std::string& operation, const std::string& author, const std::string& reason);

  /// Brings back what an operation changed, by an operation of its own (undo_plan.h) that is judged
  /// like any other and starts before all that wait. Returns its id. One that is not over is
  /// cancelled first: then the id is empty, and OperationView::undone_by or rollback_note tell what
  /// became of it, also over a restart. Errors: those of Submit and MakeUndo, kNotFound.
  Result<std::string> Rollback(const std::string& operation, const std::string& author,
                               const std::string& reason);

  /// Looks for throttles that nobody here owes (orphan_sweep.h); also in ExecutorView::orphans. A
  /// start does it once. kUnavailable, kDeadlineExceeded, Kafka's errors.
  Result<ThrottleSweep> Sweep();
  /// Looks, deletes what it finds, and returns that. kFailedPrecondition while anything is being
  /// reassigned or an operation runs: a throttle may be meant for that. The journal's errors.
  /// A broker may show the old value for a moment longer: whether it is gone, a later Sweep tells.
  Result<ThrottleSweep> ClearOrphans(const std::string& author, const std::string& reason);

  /// Never null after the constructor.
  ExecutorViewPtr View() const { return view_.Get(); }
  const Published<ExecutorView>& published() const { return view_; }

  /// What a shutdown leaves in the cluster and the next start will restore (I14); for the log.
  std::vector<std::string> OpenThrottles() const;

 private:
  // executor_commands.cc
  Result<Observation> LookForCommand() const;
  Status Preflight(const Proposal& proposal, const Observation& seen) const;
  Result<std::string> Accept(store::StoredOperation operation, store::JournalBatch batch,
                             const Observation& seen);
  Result<OperationRun*> FindStoppable(const std::string& operation, const char* what);
  Error NotOpen(const std::string& operation) const;
  Status Take(OperationRun& run);

  // executor_rollback.cc
  Result<std::string> RollBack(store::StoredOperation original, const std::string& author,
                               const std::string& reason);
  void SettleRollbacks();
  void ShowRollback(const store::OperationRecord& header);

  // executor_orphans.cc
  Result<ThrottleSweep> LookForOrphans(const Observation& seen);
  void SweepAtStart(SteadyTime now);

  // executor.cc, executor_drive.cc
  void Activate();
  std::size_t NextInQueue() const;  ///< The size of the queue: none may start.
  std::int32_t QueuePosition(const OperationRun& waiting) const;
  void Rest(const Observation& seen, SteadyTime now);
  void Poll(SteadyTime now);
  void Drive(const Observation& seen, SteadyTime now);
  void Advance(const Observation& seen, SteadyTime now);
  Status SendDue(const Observation& seen, SteadyTime now, bool held);
  void LookAtDirs(const Observation& seen, SteadyTime now);
  void GateShrinks(std::vector<std::size_t>& indices, const Observation& seen);
  void GateRacks(std::vector<std::size_t>& indices, const Observation& seen);
  std::string HoldReason(const Observation& seen, SteadyTime now);
  void StopOnBreach(const Breach& breach);
  void KeepBaselines(const Observation& seen);
  void Finish(const Observation& seen, SteadyTime now);

  // executor_tune.cc
  void BeginTuning();
  void Tune(const Observation& seen, SteadyTime now);
  std::string TroubleForTuning(const Observation& seen);

  // executor_turn.cc
  bool CheckAtItsTurn(const Observation& seen, SteadyTime now);
  std::string WhyNotNow(const store::StepRecord& step, const Observation& seen) const;

  void SetHold(const std::string& reason);
  bool Flush();
  void Retire();
  Status CheckOverlap(const Proposal& proposal) const;
  Status CheckCluster(const Observation& seen) const;
  store::StoredOperation MakeOperation(const Proposal& proposal, const Observation& seen,
                                       std::uint64_t number, const std::string& author,
                                       const std::string& reason) const;
  OperationRun* FindOpen(const std::string& operation);
  void SaveProgress(SteadyTime now);
  void Publish();
  ExecutorActivity Activity();
  std::string StatusText() const;

  kafka::AdminClient& admin_;
  store::OperationJournal& journal_;
  const Clock& clock_;
  const ExecutorOptions options_;
  Mutator mutator_;
  ThrottleManager throttles_;
  StepDriver driver_;
  LogDirDriver dir_driver_;
  PartitionDriver partition_driver_;
  Progress progress_;
  StartGate gate_;
  SloGuard guard_;
  ThrottleTuner tuner_;
  SnapshotSource snapshots_;
  Freshness freshness_;

  std::unique_ptr<OperationRun> current_;
  std::deque<std::unique_ptr<OperationRun>> queue_;
  std::deque<OperationView> finished_;  // newest first
  std::vector<std::string> rollbacks_;  // operations that are over and wait to be rolled back
  std::string bound_cluster_;           // empty until the first operation ever
  std::string trouble_;                 // why nothing at all can be done now
  SteadyTime next_poll_{};
  ThrottleSweep orphans_;                // as of the last look
  std::optional<SteadyTime> sweep_due_;  // empty: done once since the start
  SteadyTime next_publish_{};
  SteadyTime next_save_{};
  ExecutorActivity activity_;  // its counters; the rest is filled in for each view

  // About current_ only, forgotten with it.
  std::optional<SteadyTime> finishing_since_;
  bool turn_to_check_ = false;  // it waited in line, and its plan was not compared again yet
  std::optional<SteadyTime> turn_doubted_since_;
  std::unique_ptr<const LogDirLook> dirs_;  // of this poll; null: not looked at
  SteadyTime next_dir_look_{};

  Published<ExecutorView> view_;
};

}  // namespace levelwind::actions
