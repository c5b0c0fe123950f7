#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actions/executor_options.h"
#include "actions/log_dir_look.h"
#include "actions/move_budget.h"
#include "actions/observation.h"
#include "actions/operation_run.h"
#include "base/clock.h"
#include "base/weekly_window.h"
#include "kafka/admin_client.h"

namespace levelwind::actions {

/// What is being copied to and from a broker and has not arrived yet, whoever sent it.
struct BytesInFlight {
  std::map<BrokerId, std::int64_t> in;
  std::map<BrokerId, std::int64_t> out;  ///< By the leaders that give it.
  /// Brokers that get a copy whose size nobody tells, such as another tool's of an offline
  /// partition.
  std::map<BrokerId, TopicPartition> unknown;
};

/// Judges, right before they are sent, the copies between brokers that the caps of
/// move_scheduler.h let through: by bytes, by the daily budget and by the room on the disks (I9).
///
/// Room is what the target's log dirs have free at this moment, so that a source's copy counts
/// until it is seen to be deleted; bytes still on their way are taken off. Kafka puts a new replica
/// into a log dir with the fewest replicas; where several have as few, the fullest of them must do.
/// A broker that does not answer holds its moves; Kafka before 3.3 tells no free space, and then
/// room is not judged. Executor's thread only.
class StartGate {
 public:
  StartGate(kafka::AdminClient& admin, const Clock& clock, const ExecutorOptions& options);

  /// Why nothing at all may start: a quiet hour.
  std::optional<std::string> Closed() const;

  /// Takes out of `indices`, which are in the order of their turns, what must wait, and notes why.
  /// Fills in the bytes of steps whose plan did not know them.
  void Filter(OperationRun& run, std::vector<std::size_t>& indices, const Observation& seen,
              SteadyTime now);

  MoveBudget& budget() { return budget_; }

 private:
  std::set<BrokerId> Involved(const OperationRun& run, const std::vector<std::size_t>& indices,
                              const Observation& seen) const;
  std::optional<std::string> WhyNot(const store::StepRecord& step, std::int64_t size,
                                    const LogDirLook& look, BrokerId leader,
                                    const BytesInFlight& flight, SteadyTime now);

  kafka::AdminClient& admin_;
  const Clock& clock_;
  const ExecutorOptions& options_;
  const std::vector<WeeklyWindow> quiet_;
  MoveBudget budget_;
  SteadyTime next_start_{};  // ExecutorOptions::max_started_bytes_per_s
};

/// Pure. A size that `look` does not know is taken from the steps of `run`, or counts as nothing.
BytesInFlight CountBytes(const OperationRun& run, const Observation& seen, const LogDirLook& look);

/// What a log dir has left before `reserve`, a share of its size, is touched; unknown if it does
/// not tell.
std::int64_t RoomIn(const kafka::LogDirInfo& dir, double reserve);

}  // namespace levelwind::actions
