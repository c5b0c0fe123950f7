#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actions/log_dir_look.h"
#include "actions/mutator.h"
#include "actions/observation.h"
#include "actions/rack_gate.h"
#include "actions/step_judge.h"
#include "base/clock.h"
#include "model/measure.h"
#include "store/records.h"

namespace levelwind::actions {

/// What this process remembers about a step beside its record. Lost in a crash without harm.
struct StepRuntime {
  Finding finding = Finding::kUnreadable;
  SteadyTime finding_since{};
  BrokerId leader = kNoBroker;   ///< As last seen.
  SteadyTime not_before{};       ///< No new request for this step earlier.
  SteadyTime next_cancel{};      ///< No new cancel of it earlier.
  SteadyTime dead_since{};       ///< A target broker is not live since; zero: all are.
  SteadyTime electing_since{};   ///< Zero: not electing.
  SteadyTime last_progress{};    ///< A byte was copied, or the copy began.
  std::int64_t bytes_total = 0;  ///< To be copied; 0 for leader moves, and until a size is known.
  std::int64_t bytes_done = 0;
  std::string waiting_for;  ///< Why it does not go on; shown when the record has no note.
};

/// What is wrong in the cluster at this moment, as rows for an operation that is accepted now.
/// Replicas on dead brokers are told by their broker alone. Pure.
std::vector<store::BaselineRecord> MakeBaseline(const std::string& operation,
                                                const Observation& seen);

/// One operation in memory: the journal's records, kept in step with the journal, and the runtime
/// of its steps. All changes of states go through here and are checked against step_transitions.h.
/// Executor's thread only.
class OperationRun {
 public:
  OperationRun(store::StoredOperation stored, const Clock& clock);

  const store::OperationRecord& header() const { return header_; }
  const std::vector<store::StepRecord>& steps() const { return steps_; }
  StepRuntime& runtime(std::size_t i) { return runtime_[i]; }
  const StepRuntime& runtime(std::size_t i) const { return runtime_[i]; }
  Mutator::Cause cause() const { return {header_.id, header_.author}; }

  /// What was wrong already when the operation was accepted and has not been well since: it does
  /// not hold it (I5). In the journal.
  bool WasDead(BrokerId broker) const { return dead_before_.count(broker) > 0; }
  bool WasOutOfSync(const TopicPartition& partition, BrokerId broker) const {
    return out_of_sync_before_.count({partition, broker}) > 0;
  }
  /// Forgets what is well by now; a partition or broker that fails later is a new failure.
  void UpdateBaseline(const Observation& seen);

  /// Whether it stood in line, so that the cluster may be another than when it was accepted. True
  /// after a restart.
  bool waited() const { return waited_; }
  void SetWaited(bool waited) { waited_ = waited; }
  void SetThrottle(std::int64_t bytes_per_s, std::int32_t changes);

  /// Keeps what is shown of the progress for the next start: the bytes of steps under way, why
  /// they do not go on, and the forecast. Written by the next Flush.
  void SaveProgress(double bytes_per_s, double eta_low_s, double eta_high_s);

  /// The racks when the operation was accepted; in a process that found it in the journal, when it
  /// looked first.
  const std::optional<Racks>& racks_before() const { return racks_before_; }
  void SetRacksBefore(Racks racks) { racks_before_ = std::move(racks); }

  bool StepsOver() const;
  /// The number of the step before step `i`, of the same partition, that is not over; 0: none.
  std::int32_t WaitsForStep(std::size_t i) const;
  bool stopping() const { return header_.state == OperationState::kCancelling; }

  /// Judges every step that is not over by what was seen, and notes the changes for the next Flush.
  /// Steps between log dirs are left as they are while `look` is null.
  void Observe(const Observation& seen, const LogDirLook* look, SteadyTime now, Duration settle,
               std::int32_t max_attempts);

  WallTime WallNow() const { return clock_.WallNow(); }
  void SetState(OperationState state, std::string hold_reason = {});
  void SetStep(std::size_t i, StepState state, std::string note);
  void SetNote(std::size_t i, std::string note);
  /// What a step is to copy, where its plan did not know it.
  void LearnBytes(std::size_t i, std::int64_t bytes);
  void SetDelivery(std::size_t i, store::Delivery delivery);
  /// Whether no new step may start until somebody resumes the operation.
  bool paused() const { return header_.pause != store::PauseCause::kNone; }
  /// Any request was sent or is about to be, and its end was not seen.
  bool UnderWay() const;

  /// One that waits in line keeps its state and its place.
  void Pause(store::PauseCause cause, const std::string& note);
  void Resume();
  /// Asks for a rollback once the operation is over.
  void RequestRollback(const std::string& author, const std::string& reason);
  /// A person asked to stop: steps that were not sent are over at once.
  void RequestCancel(const std::string& note);

  /// Everything changed since the last MarkFlushed, as rows.
  store::JournalBatch Changes() const;
  void MarkFlushed();

  /// Copies of steps with an announced change. They replace the records only when they are on disk.
  struct Intent {
    std::vector<std::size_t> indices;
    std::vector<store::StepRecord> records;
    store::JournalBatch Batch(const std::string& operation) const;
  };
  Intent Announce(const std::vector<std::size_t>& indices) const;
  void Adopt(const Intent& intent, SteadyTime now);

 private:
  void ObserveStep(std::size_t i, const Sighting& sighting, SteadyTime now, Duration settle,
                   std::int32_t max_attempts);
  void Touch();
  bool ComesToo(std::size_t i);
  double MeanRate() const;

  const Clock& clock_;
  store::OperationRecord header_;
  std::vector<store::StepRecord> steps_;
  std::vector<StepRuntime> runtime_;
  std::vector<std::size_t> earlier_;  // by step: the one that it follows on; itself: none
  std::set<BrokerId> dead_before_;
  std::set<std::pair<TopicPartition, BrokerId>> out_of_sync_before_;
  std::vector<store::BaselineRecord> closed_baseline_;  // not on disk yet
  std::optional<Racks> racks_before_;
  std::set<std::size_t> changed_steps_;
  bool header_changed_ = false;
  bool waited_ = true;
};

}  // namespace levelwind::actions
