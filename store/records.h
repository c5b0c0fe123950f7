#pragma once

// What the journal keeps, as values. Times are wall times: they are for people, never for timers.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/measure.h"
#include "model/operation.h"
#include "model/proposal.h"

namespace levelwind::store {

/// What is known about the request that starts a step.
enum class Delivery : std::uint8_t {
  kNone,      ///< Nothing was journalled for sending.
  kIntended,  ///< About to be sent, or sent without a readable answer: it may or may not have
              ///< arrived.
  kAccepted,  ///< Kafka answered that it took the request.
};
std::string_view DeliveryName(Delivery delivery);
std::optional<Delivery> ParseDelivery(std::string_view name);

/// Why a running reassignment is being taken back.
enum class CancelCause : std::uint8_t {
  kNone,
  kOperator,    ///< A person cancelled the operation; the step ends kCancelled.
  kDeadTarget,  ///< A target broker stayed dead, or a copy stood still; the step ends kFailed.
};
std::string_view CancelCauseName(CancelCause cause);
std::optional<CancelCause> ParseCancelCause(std::string_view name);

/// Why an operation starts nothing until a person resumes it.
enum class PauseCause : std::uint8_t {
  kNone,
  kPerson,  ///< Somebody asked for it.
  kGuard,   ///< The cluster was in trouble, and the options say to wait for a person then.
};
std::string_view PauseCauseName(PauseCause cause);
std::optional<PauseCause> ParsePauseCause(std::string_view name);

/// One step: a move and how far it is.
struct StepRecord {
  std::int32_t number = 0;  ///< 1, 2, ... in the order of the proposal.
  Move move;
  StepState state = StepState::kPending;
  Delivery delivery = Delivery::kNone;
  bool seen = false;          ///< Was seen in ListPartitionReassignments with our signature.
  std::int32_t attempts = 0;  ///< Requests journalled for sending, the first included.
  CancelCause cancel = CancelCause::kNone;  ///< Set before the cancelling request is sent.
  std::string note;
  WallTime sent_at;      ///< First request journalled for sending; 0: none.
  WallTime finished_at;  ///< 0 while it is not over.
  /// As last looked at; written now and then, and at the end.
  std::int64_t bytes_done = 0;
  std::string waiting;  ///< Why it did not go on then; empty: it did.
};

/// One operation without its steps.
struct OperationRecord {
  std::string id;  ///< "op" + number.
  std::uint64_t number = 0;
  std::string proposal_id;
  std::string cluster_id;
  std::string author;
  std::string reason;
  OperationState state = OperationState::kPending;
  std::string hold_reason;
  bool cancel_requested = false;
  std::string cancel_note;                ///< Who asked for it and why.
  std::int64_t throttle_bytes_per_s = 0;  ///< 0: none.
  std::uint64_t generation = 0;           ///< Of the process that took it.
  WallTime created_at;
  WallTime updated_at;
  WallTime finished_at;
  PauseCause pause = PauseCause::kNone;
  std::string pause_note;  ///< Who or what paused it and why.
  std::string undoes;      ///< Id of the operation that this one rolls back.
  std::string undone_by;   ///< Id of the newest operation that rolls this one back.
  /// A rollback that was asked for and waits until this one is over; empty: none.
  std::string rollback_author;
  std::string rollback_reason;
  std::string rollback_note;  ///< Why it was not made in the end.
  /// Whether `throttle_bytes_per_s` is tuned while it runs.
  bool throttle_tuned = false;
  std::int32_t throttle_changes = 0;  ///< How often it was.
  /// As last looked at, for people; written now and then.
  double bytes_per_s = kUnknown;
  double eta_low_s = kUnknown, eta_high_s = kUnknown;
};

/// What was wrong in the cluster when an operation was accepted, and still is: its plan was made
/// with that, so that it does not wait for it.
enum class BaselineKind : std::uint8_t {
  kDeadBroker,  ///< `broker` was not live.
  kOutOfSync,   ///< The replica of `partition` on `broker`, which was live, was out of sync.
};
std::string_view BaselineKindName(BaselineKind kind);
std::optional<BaselineKind> ParseBaselineKind(std::string_view name);

struct BaselineRecord {
  std::string operation;
  BaselineKind kind = BaselineKind::kDeadBroker;
  TopicPartition partition;  ///< kOutOfSync only.
  BrokerId broker = kNoBroker;
  bool open = true;  ///< False: it was seen to be well since, and counts as anything else.
  friend bool operator==(const BaselineRecord&, const BaselineRecord&) = default;
};

struct StoredOperation {
  OperationRecord header;
  std::vector<StepRecord> steps;           ///< By number.
  std::vector<BaselineRecord> baseline{};  ///< Those that are open.
};

enum class ConfigScope : std::uint8_t { kBroker, kTopic };
enum class PreimageState : std::uint8_t {
  kIntended,  ///< May have been set.
  kApplied,   ///< Seen in the cluster.
  kRestored,  ///< Seen as it was before.
  kForeign,   ///< Somebody else changed it; it is theirs now.
  kGone,      ///< The topic no longer exists.
};
std::string_view PreimageStateName(PreimageState state);
std::optional<PreimageState> ParsePreimageState(std::string_view name);
inline bool IsOpen(PreimageState state) {
  return state == PreimageState::kIntended || state == PreimageState::kApplied;
}

/// A configuration value as it was before an operation changed it (I7). One row per broker and key,
/// or per topic, key and appended list entry.
struct PreimageRecord {
  std::string operation;
  ConfigScope scope = ConfigScope::kBroker;
  std::string resource;  ///< Broker id or topic name.
  std::string key;
  std::string entry;  ///< "partition:broker" for a topic list, empty for a broker rate.
  std::string topic_id;
  std::optional<std::string> before;  ///< The resource's own value; empty: it had none.
  std::string ours;                   ///< What we set or appended.
  /// What we had set before `ours`, until that is seen in the cluster; as much ours.
  std::optional<std::string> previous{};
  /// The operator's rate, own or inherited, that ours may never exceed; unknown: there was none.
  std::int64_t ceiling = kUnknownCount;
  PreimageState state = PreimageState::kIntended;
  std::string note;
};

/// One mutating request (I18). Written before it is sent; the outcome follows.
struct AuditRecord {
  std::uint64_t generation = 0;
  std::uint64_t sequence = 0;  ///< Unique with the generation.
  WallTime time;
  std::string operation;
  std::string author;
  std::string api;      ///< Kafka's name of the request.
  std::string target;   ///< What it asks for, shortened to about 1,000 characters.
  std::string outcome;  ///< "sent" until an answer came.
};

/// A copy that was sent, for the daily budget.
struct SentMove {
  WallTime at;
  std::int64_t bytes = kUnknownCount;  ///< As planned.
};

/// Everything in it is stored by one transaction, or nothing.
struct JournalBatch {
  struct StepChange {
    std::string operation;
    StepRecord step;
  };
  std::vector<OperationRecord> operations;
  std::vector<StepChange> steps;
  std::vector<PreimageRecord> preimages;
  std::vector<AuditRecord> audit;
  std::vector<BaselineRecord> baseline{};
  bool empty() const {
    return operations.empty() && steps.empty() && preimages.empty() && audit.empty() &&
           baseline.empty();
  }
};

}  // namespace levelwind::store
