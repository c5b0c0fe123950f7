#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/anomaly.h"
#include "model/canary.h"
#include "model/cluster_snapshot.h"
#include "model/healing.h"
#include "model/lag_history.h"
#include "model/operation.h"
#include "model/plan_request.h"
#include "model/proposal.h"
#include "model/scaling.h"
#include "model/throttle_view.h"
#include "model/topic_wish.h"
#include "store/records.h"

namespace levelwind::api {

/// The daemon about itself.
struct DaemonInfo {
  std::string version;       ///< "0.1.0"
  std::string mode;          ///< observe, operate
  std::string cluster_name;  ///< As configured.
  std::vector<std::string> bootstrap;
  WallTime started_at;
  double uptime_s = 0;
  /// Why there is no snapshot yet, or why the last look at the cluster failed; empty: nothing
  /// wrong.
  std::string problem;
  /// Requests sent to Kafka since the start, by Kafka's name of the API ("Metadata").
  std::map<std::string, std::uint64_t> kafka_requests;
  /// What cannot be known or done because the brokers' Kafka is older, a sentence each.
  std::vector<std::string> kafka_limits;
  std::uint64_t kafka_bytes_sent = 0;
  std::uint64_t kafka_bytes_received = 0;
};

/// Who wants something changed and why; goes into the audit.
struct Asker {
  std::string author;  ///< "cli:root". Required.
  std::string reason;  ///< May be empty.
};

struct PlanCommand {
  Asker asker;
  PlanRequest request;
};
struct ApplyCommand {
  Asker asker;
  std::string proposal_id;
};
struct OperationCommand {
  Asker asker;
  std::string operation_id;
};
using CancelCommand = OperationCommand;
/// What a person says about an anomaly's healing.
struct HealingCommand {
  enum class Kind : std::uint8_t { kApprove, kDeny, kMute };
  Kind kind = Kind::kApprove;
  Asker asker;
  std::string case_id;
  Duration how_long{};  ///< kMute; zero takes it back.
};

/// What the API needs from the daemon. All calls come from several threads at once.
///
/// Reads return what was published last, at once, and never cause collection. Commands are posted
/// to the thread that owns the thing and wait for its answer at most a bounded time.
class Backend {
 public:
  virtual ~Backend() = default;

  // ---- reads
  virtual DaemonInfo Info() const = 0;
  /// Null until the first look at the cluster succeeded.
  virtual SnapshotPtr Snapshot() const = 0;
  /// Newest first.
  virtual std::vector<ProposalPtr> Proposals() const = 0;
  virtual Result<ProposalPtr> FindProposal(const std::string& id) const = 0;
  /// Null until the executor published something.
  virtual ExecutorViewPtr Executor() const = 0;
  /// Null until the detectors ran.
  virtual std::shared_ptr<const std::vector<DetectorReport>> Detectors() const = 0;
  /// What each goal says about a replica of the partition ("orders-7") on the broker, one JSON
  /// object; from the newest snapshot, which must be there. kInvalidArgument, kNotFound.
  virtual Result<std::string> WhyNot(const std::string& partition, BrokerId broker) const = 0;

  /// Where the partitions of a topic that does not exist yet should go, one JSON object; from the
  /// newest snapshot, which must be there. kInvalidArgument, kAlreadyExists, kFailedPrecondition.
  virtual Result<std::string> PlaceTopic(const TopicWish& wish) const = 0;

  /// The newest `limit` changing requests that were sent to the cluster, newest first; of one
  /// operation when it is named. kFailedPrecondition in observe mode: there is no journal.
  virtual Result<std::vector<store::AuditRecord>> Audit(const std::string& operation,
                                                        std::size_t limit) const = 0;

  /// A group's lag from `from_ms` to before `to_ms` (unix time) in at most `most_points` spans; see
  /// store::LagHistory::Read. kNotFound, kInvalidArgument.
  virtual Result<GroupLagHistory> LagHistory(const std::string& group, std::int64_t from_ms,
                                             std::int64_t to_ms, std::size_t most_points) const = 0;

  /// What the end-to-end canary has seen; null where it is off or has not begun.
  virtual std::shared_ptr<const CanaryView> Canary() const = 0;

  /// What the autoscaler decided last; null where it is off or has not begun.
  virtual std::shared_ptr<const ScalingView> Scaling() const { return nullptr; }

  /// What is decided about each anomaly; null until the healing looked once.
  virtual HealingViewPtr Healing() const = 0;

  // ---- commands
  /// Plans from the newest snapshot. kFailedPrecondition while there is none, kDeadlineExceeded
  /// when planning takes longer than the daemon waits (it goes on, and shows up in Proposals).
  virtual Result<ProposalPtr> Plan(const PlanCommand& command) = 0;
  /// Returns the operation's id. kAborted: the cluster changed since; kPermissionDenied: observe
  /// mode; kNotFound.
  virtual Result<std::string> Apply(const ApplyCommand& command) = 0;
  /// Ok when the executor took note; the operation ends when it is safe.
  virtual Status Cancel(const CancelCommand& command) = 0;
  /// Ok when the wish is on disk: no new step starts, what was begun ends.
  virtual Status Pause(const OperationCommand& command) = 0;
  virtual Status Resume(const OperationCommand& command) = 0;
  /// The id of the operation that brings back what this one changed; empty while this one is being
  /// cancelled first. Errors as those of Apply.
  virtual Result<std::string> Rollback(const OperationCommand& command) = 0;
  /// Ok when it is on disk. kNotFound, kFailedPrecondition.
  virtual Status SteerHealing(const HealingCommand& command) = 0;
  /// Looks for throttles that no operation owes.
  virtual Result<ThrottleSweep> LookForOrphans() = 0;
  /// Deletes them and returns them. kFailedPrecondition while anything moves.
  virtual Result<ThrottleSweep> ClearThrottles(const Asker& asker) = 0;
  /// Forgets what was kept of a group for Burrow's rules, or of one of its topics when `topic` is
  /// not empty; the cluster is not touched. Ok also where there is nothing.
  virtual Status ForgetCommits(const Asker& asker, const std::string& group,
                               const std::string& topic) = 0;
};

}  // namespace levelwind::api
