#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "model/ids.h"
#include "model/measure.h"
#include "model/proposal.h"
#include "model/throttle_view.h"

namespace levelwind {

enum class OperationState : std::uint8_t {
  kPending,     ///< Journalled, nothing sent.
  kRunning,     ///< Steps are being sent and watched.
  kHolding,     ///< Nothing new is sent; `hold_reason` says why; continues by itself.
  kPaused,      ///< Nothing new is sent until a person resumes it; what was begun ends.
  kCancelling,  ///< A person asked to stop; what is safe to cancel is cancelled.
  kFinishing,   ///< All steps are over; throttles are being restored.
  kCompleted,   ///< Every step reached its target.
  kPartial,     ///< Over, but some steps were yielded, voided or failed.
  kCancelled,   ///< Over on request; what was done stays.
  kFailed,      ///< Could not be carried out; `hold_reason` says why.
};
std::string_view OperationStateName(OperationState state);
std::optional<OperationState> ParseOperationState(std::string_view name);
bool IsTerminal(OperationState state);

enum class StepState : std::uint8_t {
  kPending,
  kSubmitted,   ///< Intent journalled; request sent or about to be; outcome from the cluster only.
  kInProgress,  ///< Seen in ListPartitionReassignments with our signature, or as a future replica.
  kElecting,    ///< Replicas are right; the leader is not yet the preferred one.
  kDone,
  kYielded,  ///< Another tool changed this partition; we do not touch it again (I12).
  kVoided,   ///< Topic deleted or recreated (I13), or already as wished.
  kCancelled,
  kFailed,
};
std::string_view StepStateName(StepState state);
std::optional<StepState> ParseStepState(std::string_view name);
bool IsTerminal(StepState state);

/// One step as people see it.
struct StepView {
  std::int32_t number = 0;
  TopicPartition partition;
  std::vector<BrokerId> before;
  std::vector<BrokerId> after;
  StepState state = StepState::kPending;
  std::int64_t bytes_total = 0;  ///< To be copied for it; 0 for leader moves.
  std::int64_t bytes_done = 0;
  std::string note;  ///< Why it is held, yielded or failed.
  MoveKind kind = MoveKind::kLeader;
  BrokerId broker = kNoBroker;  ///< kLogDir only, as the next two.
  std::string from_dir, to_dir;
  std::string stall{};  ///< Why it does not go on now, or did not when it was last written down.
};

/// One operation as people see it: immutable, published anew after each executor step.
struct OperationView {
  std::string id;  ///< "op1", "op2", ...
  std::string proposal_id;
  std::string author;  ///< Who asked, for the audit ("cli:root").
  std::string reason;
  OperationState state = OperationState::kPending;
  std::string hold_reason;
  WallTime created_at;
  WallTime updated_at;
  WallTime finished_at;  ///< 0 while not terminal.
  std::int32_t steps_total = 0, steps_done = 0, steps_in_progress = 0, steps_failed = 0;
  std::int64_t bytes_total = 0, bytes_done = 0;
  double bytes_per_s = kUnknown;                       ///< Over the last seconds.
  double eta_s = kUnknown;                             ///< Unknown while no rate is known.
  double eta_low_s = kUnknown, eta_high_s = kUnknown;  ///< From the spread of the last rates.
  std::int64_t throttle_bytes_per_s = kUnknownCount;
  bool throttle_tuned = false;                         ///< The throttle is tuned while it runs.
  std::int32_t throttle_changes = 0;                   ///< How often it was.
  std::int32_t replicas_total = 0, replicas_done = 0;  ///< Replicas to be copied.
  std::vector<StepView> steps;
  /// 1 for the operation that starts next; 0: it has started, or waits for a person to resume it.
  std::int32_t queue_position = 0;
  std::string undoes;         ///< The operation that this one rolls back; empty: none.
  std::string undone_by;      ///< The operation that rolls this one back; empty: none.
  std::string rollback_note;  ///< Why a rollback that was asked for is not made; empty: no such.
};

/// What the executor did since its process started, and what its limits stand at; for metrics.
struct ExecutorActivity {
  /// By kind of the guard ("disk"): how often it began to hold an operation.
  std::vector<std::pair<std::string, std::uint64_t>> guard_holds;
  std::string guard_holding;  ///< The kind that holds the running operation; empty: none.
  double slowest_answer_ratio = kUnknown;  ///< Of all brokers watched, over their calm median.
  std::uint64_t pauses = 0, guard_pauses = 0, cancels = 0, guard_cancels = 0, rollbacks = 0;
  std::uint64_t throttle_changes = 0;
  bool quiet_hours = false;
  std::int64_t day_bytes = 0, day_moves = 0;              ///< Started in the last 24 hours.
  std::int64_t day_bytes_limit = 0, day_moves_limit = 0;  ///< 0: none.
};

/// All operations, newest first, and what the executor is doing.
struct ExecutorView {
  std::string mode;    ///< observe, operate.
  std::string status;  ///< One sentence: "idle", "running op3", "observe only: ...".
  std::vector<OperationView> operations;
  /// Throttles that no operation of this daemon owes, as they were at the last look: at the start,
  /// and whenever somebody asks.
  ThrottleSweep orphans{};
  ExecutorActivity activity{};
};
using ExecutorViewPtr = std::shared_ptr<const ExecutorView>;

}  // namespace levelwind
