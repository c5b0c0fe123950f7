// Names of the model's enumerations, as the API, the journal and the tables show them.

#include "base/name_table.h"
#include "model/anomaly.h"
#include "model/broker_metrics.h"
#include "model/cluster_snapshot.h"
#include "model/lag.h"
#include "model/operation.h"
#include "model/proposal.h"

namespace levelwind {
namespace {

constexpr NameTable<OperationState, 10> kOperationStates = {{
    {OperationState::kPending, "pending"},
    {OperationState::kRunning, "running"},
    {OperationState::kHolding, "holding"},
    {OperationState::kPaused, "paused"},
    {OperationState::kCancelling, "cancelling"},
    {OperationState::kFinishing, "finishing"},
    {OperationState::kCompleted, "completed"},
    {OperationState::kPartial, "partial"},
    {OperationState::kCancelled, "cancelled"},
    {OperationState::kFailed, "failed"},
}};

constexpr NameTable<AnomalyFix, 11> kAnomalyFixes = {{
    {AnomalyFix::kNone, "none"},
    {AnomalyFix::kRebalance, "rebalance"},
    {AnomalyFix::kLeadership, "leadership"},
    {AnomalyFix::kFixOffline, "fix_offline"},
    {AnomalyFix::kRemoveBrokers, "remove_brokers"},
    {AnomalyFix::kDemoteBrokers, "demote_brokers"},
    {AnomalyFix::kAddBrokers, "add_brokers"},
    {AnomalyFix::kRelieveBrokers, "relieve_brokers"},
    {AnomalyFix::kLogDirs, "log_dirs"},
    {AnomalyFix::kReplicationFactor, "replication_factor"},
    {AnomalyFix::kMorePartitions, "more_partitions"},
}};

constexpr NameTable<StepState, 9> kStepStates = {{
    {StepState::kPending, "pending"},
    {StepState::kSubmitted, "submitted"},
    {StepState::kInProgress, "in_progress"},
    {StepState::kElecting, "electing"},
    {StepState::kDone, "done"},
    {StepState::kYielded, "yielded"},
    {StepState::kVoided, "voided"},
    {StepState::kCancelled, "cancelled"},
    {StepState::kFailed, "failed"},
}};

constexpr NameTable<TimeLagMethod, 5> kTimeLagMethods = {{
    {TimeLagMethod::kNone, "unknown"},
    {TimeLagMethod::kCaughtUp, "caught_up"},
    {TimeLagMethod::kExact, "exact"},
    {TimeLagMethod::kInterpolated, "interpolated"},
    {TimeLagMethod::kAtLeast, "at_least"},
}};

constexpr NameTable<LagVerdict, 9> kLagVerdicts = {{
    {LagVerdict::kOk, "ok"},
    {LagVerdict::kCatchingUp, "catching_up"},
    {LagVerdict::kUndecided, "unknown"},
    {LagVerdict::kSlow, "slow"},
    {LagVerdict::kNoOwner, "no_owner"},
    {LagVerdict::kStalled, "stalled"},
    {LagVerdict::kStopped, "stopped"},
    {LagVerdict::kRewound, "rewound"},
    {LagVerdict::kDataLost, "data_lost"},
}};

constexpr NameTable<LoadSource, 7> kLoadSources = {{
    {LoadSource::kNone, "unknown"},
    {LoadSource::kEstimated, "estimated"},
    {LoadSource::kGrowth, "growth"},
    {LoadSource::kSampleTopic, "sample_topic"},
    {LoadSource::kReporter, "reporter_topic"},
    {LoadSource::kPrometheus, "prometheus"},
    {LoadSource::kEndpoint, "endpoint"},
}};

constexpr NameTable<CapacitySource, 5> kCapacitySources = {{
    {CapacitySource::kNone, "unknown"},
    {CapacitySource::kEstimated, "estimated"},
    {CapacitySource::kDiscovered, "discovered"},
    {CapacitySource::kDefault, "default"},
    {CapacitySource::kConfigured, "configured"},
}};

}  // namespace

std::string_view CapacitySourceName(CapacitySource source) {
  return NameIn(kCapacitySources, source);
}
std::string_view LoadSourceName(LoadSource source) { return NameIn(kLoadSources, source); }

std::string_view TimeLagMethodName(TimeLagMethod method) { return NameIn(kTimeLagMethods, method); }
std::string_view LagVerdictName(LagVerdict verdict) { return NameIn(kLagVerdicts, verdict); }
std::optional<LagVerdict> ParseLagVerdict(std::string_view name) {
  return ParseIn(kLagVerdicts, name);
}

std::string_view OperationStateName(OperationState state) {
  return NameIn(kOperationStates, state);
}
std::optional<OperationState> ParseOperationState(std::string_view name) {
  return ParseIn(kOperationStates, name);
}
bool IsTerminal(OperationState state) { return state >= OperationState::kCompleted; }

std::string_view StepStateName(StepState state) { return NameIn(kStepStates, state); }
std::optional<StepState> ParseStepState(std::string_view name) {
  return ParseIn(kStepStates, name);
}
bool IsTerminal(StepState state) { return state >= StepState::kDone; }

std::string_view MoveKindName(MoveKind kind) {
  switch (kind) {
    case MoveKind::kReplica:
      return "replica";
    case MoveKind::kLeader:
      return "leader";
    case MoveKind::kLogDir:
      return "log_dir";
    case MoveKind::kNewPartition:
      return "new_partition";
  }
  return "?";
}

std::string_view AnomalyFixName(AnomalyFix fix) { return NameIn(kAnomalyFixes, fix); }
std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kCritical:
      return "critical";
  }
  return "unknown";
}

}  // namespace levelwind
