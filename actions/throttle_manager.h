#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actions/executor_options.h"
#include "actions/mutator.h"
#include "actions/observation.h"
#include "actions/operation_run.h"
#include "actions/throttle_plan.h"
#include "base/result.h"
#include "kafka/admin_client.h"
#include "store/records.h"

namespace levelwind::actions {

/// Sets the replication throttles that an operation needs and takes them back (I7).
///
/// Before a value is changed, what was there is in the journal. A value is taken back only while it
/// is still ours; lists are changed by append and subtract only, and an empty list that was not
/// there before is deleted. Whatever cannot be taken back now (a dead broker) stays a debt in the
/// journal and is tried again until it can. Executor's thread only.
class ThrottleManager {
 public:
  ThrottleManager(kafka::AdminClient& admin, Mutator& mutator, const ExecutorOptions& options);

  /// Takes up what a crash left: the rows that are still to be restored.
  void Load(std::vector<store::PreimageRecord> open);

  /// Makes sure that all throttles for the steps of `run` that are not over are in place. Ok: they
  /// were seen in the cluster, and nothing was sent by this call. An error says why no move may
  /// start yet; kAborted just means "look again at the next poll".
  Status Ensure(const OperationRun& run, const Observation& seen);

  /// Whether all of them were seen in place at the last Ensure.
  bool Settled() const { return ensured_live_.has_value(); }
  /// Writes down, together with `changes` of the operation itself, that its rates follow its
  /// throttle from now on; the next Ensure sets them. An error is the journal's, and then nothing
  /// has changed. Call only while Settled.
  Status Retune(const OperationRun& run, store::JournalBatch changes, const Observation& seen);

  /// Takes back what `operation` set, as far as possible. True when nothing of it is left to
  /// restore.
  bool Restore(const Mutator::Cause& cause, const Observation& seen, SteadyTime now);

  /// Restores what operations other than `current` (it may be empty) still owe.
  void SettleDebts(const std::string& current, const Observation& seen, SteadyTime now);

  bool HasDebts() const { return !rows_.empty(); }
  /// What is still to be restored, of all operations.
  std::vector<store::PreimageRecord> Debts() const;
  /// "leader.replication.throttled.rate of broker 4: broker 4 does not answer", one per open row,
  /// at most `limit`. An empty operation means all.
  std::vector<std::string> OpenRows(const std::string& operation, std::size_t limit) const;

 private:
  using RowKey = std::pair<std::string, ThrottleKey>;  // operation, key
  using Rows = std::map<RowKey, store::PreimageRecord>;
  using Answers = std::map<kafka::ConfigResource, kafka::ConfigAnswer>;

  // Shared (throttle_manager.cc).
  Result<Answers> ReadConfigs(const std::set<kafka::ConfigResource>& resources) const;
  std::vector<store::PreimageRecord*> OpenRowsOf(const std::string& operation);
  void SetRow(store::PreimageRecord& row, store::PreimageState state, std::string note);
  Status Flush();

  // Setting (throttle_apply.cc).
  Status AddMissing(const OperationRun& run, const std::map<ThrottleKey, ThrottleNeed>& missing);
  Result<std::vector<store::PreimageRecord>> Decide(
      const std::string& operation, const std::map<ThrottleKey, ThrottleNeed>& missing,
      const Answers& answers);
  Status Apply(const OperationRun& run, const Observation& seen);

  // Taking back (throttle_restore.cc).
  bool RestorePass(const Mutator::Cause& cause, const Observation& seen, SteadyTime now);
  Answers ReadForRestore(const std::string& operation, const Observation& seen, SteadyTime now);
  void Unsettle(store::PreimageRecord& row);
  void CloseGoneTopics(const std::string& operation, const Observation& seen);
  std::vector<kafka::ConfigChange> RateChanges(const std::string& operation,
                                               const Answers& answers);
  std::vector<kafka::ConfigChange> ListChanges(const std::string& operation,
                                               const Answers& answers);

  kafka::AdminClient& admin_;
  Mutator& mutator_;
  const ExecutorOptions& options_;
  Rows rows_;                     // everything that is still to be restored
  std::set<RowKey> dirty_;        // rows whose change is not on disk yet
  std::set<ThrottleKey> kept_;    // what somebody else has set well enough already
  std::set<ThrottleKey> closed_;  // taken over by others while the operation runs
  std::string ensured_for_;       // the operation that kept_ and closed_ are about
  std::optional<std::set<BrokerId>> ensured_live_;  // the live brokers when all was in place
  std::map<BrokerId, SteadyTime> next_dead_try_;
};

}  // namespace levelwind::actions
