#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_set>

#include "api/canary_metrics.h"
#include "api/compat/compat_activity.h"
#include "api/daemon_metrics.h"
#include "api/group_metrics.h"
#include "api/healing_metrics.h"
#include "api/metrics_text.h"
#include "api/scaling_metrics.h"

namespace levelwind::api {
namespace {

using Type = MetricsText::Type;

void RenderDaemon(const DaemonInfo& info, bool ready, MetricsText& text) {
  text.Family("levelwind_build_info", Type::kGauge, "Version and mode of the daemon; always 1.");
  text.Count(MetricLabels({{"version", info.version}, {"mode", info.mode}}), 1);
  text.Gauge("levelwind_start_time_seconds", "When the daemon started, as Unix time.",
             static_cast<double>(info.started_at.unix_ms) / 1000);
  text.Gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
             static_cast<double>(info.started_at.unix_ms) / 1000);
  text.Gauge("levelwind_ready", "Whether the cluster was seen at least once.", ready ? 1 : 0);
  text.Family("levelwind_kafka_requests_total", Type::kCounter, "Requests sent to Kafka, by API.");
  for (const auto& [api, count] : info.kafka_requests) {
    text.Count(MetricLabels({{"api", api}}), count);
  }
}

void RenderCluster(const DaemonInfo& info, const ClusterSnapshot& snapshot, MetricsText& text) {
  text.Family("levelwind_cluster_info", Type::kGauge, "The cluster that is looked at; always 1.");
  text.Count(MetricLabels({{"cluster", info.cluster_name}, {"cluster_id", snapshot.cluster_id}}),
             1);
}

void RenderCollectors(const ClusterSnapshot& snapshot, double snapshot_age, MetricsText& text) {
  text.Gauge("levelwind_snapshot_age_seconds", "Age of the snapshot that is shown.", snapshot_age);
  const auto family = [&](std::string_view name, std::string_view help, auto value) {
    text.Family(name, Type::kGauge, help);
    for (const SourceStatus& source : snapshot.sources) {
      text.Sample(MetricLabels({{"collector", source.name}}), value(source));
    }
  };
  family("levelwind_collector_success", "Whether the collector's last run succeeded.",
         [](const SourceStatus& source) { return source.ok ? 1.0 : 0.0; });
  family("levelwind_collector_duration_seconds", "How long the collector's last run took.",
         [](const SourceStatus& source) { return ToSeconds(source.duration); });
  family("levelwind_collector_age_seconds",
         "Age of the collector's data; absent until it succeeded once.",
         [&](const SourceStatus& source) {
           return source.age ? ToSeconds(*source.age) + snapshot_age : kUnknown;
         });
  family("levelwind_collector_requests", "Requests that the collector's last run took.",
         [](const SourceStatus& source) { return static_cast<double>(source.requests); });
}

void RenderDetectors(const std::vector<DetectorReport>& reports, MetricsText& text) {
  text.Family("levelwind_anomaly_active", Type::kGauge, "Anomalies that are there now; always 1.");
  std::unordered_set<std::string> used;
  for (const DetectorReport& report : reports) {
    for (const Anomaly& anomaly : report.anomalies) {
      std::string key = MetricLabels({{"type", anomaly.type}, {"subject", anomaly.subject}});
      if (!used.insert(key).second) continue;
      text.Count(key + "," + MetricLabels({{"severity", SeverityName(anomaly.severity)}}), 1);
    }
  }
  text.Family("levelwind_detector_held", Type::kGauge,
              "Whether the detector gave no verdict because data is missing or stale.");
  for (const DetectorReport& report : reports) {
    text.Count(MetricLabels({{"detector", report.detector}}), report.held_because.empty() ? 0 : 1);
  }
}

void RenderProposal(const Proposal& proposal, MetricsText& text) {
  text.Family("levelwind_proposal_score", Type::kGauge,
              "Balance score of the newest proposal, 0 to 100, before and after it.");
  text.Sample(MetricLabels({{"stage", "before"}}), proposal.score_before);
  text.Sample(MetricLabels({{"stage", "after"}}), proposal.score_after);
  text.Family("levelwind_proposal_moves", Type::kGauge, "Moves of the newest proposal, by kind.");
  text.Count(MetricLabels({{"kind", "replica"}}), proposal.replica_moves);
  text.Count(MetricLabels({{"kind", "leader"}}), proposal.leader_moves);
  text.Family("levelwind_proposal_bytes", Type::kGauge, "Bytes that the newest proposal copies.");
  text.Count("", proposal.bytes_to_move);
}

void RenderOperations(const ExecutorView& executor, MetricsText& text) {
  std::map<std::string_view, int> states;
  for (const OperationView& operation : executor.operations) {
    ++states[OperationStateName(operation.state)];
  }
  if (executor.orphans.at.unix_ms > 0) {
    text.Gauge("levelwind_orphan_throttles",
               "Replication throttles that no operation owes, at the last look; absent until then.",
               static_cast<double>(executor.orphans.throttles.size()));
  }
  text.Family("levelwind_operations", Type::kGauge, "Known operations by state.");
  for (const auto& [state, count] : states) text.Count(MetricLabels({{"state", state}}), count);

  const auto running = [&](std::string_view name, std::string_view help, auto write) {
    text.Family(name, Type::kGauge, help);
    for (const OperationView& operation : executor.operations) {
      if (!IsTerminal(operation.state)) {
        write(MetricLabels({{"operation", operation.id}}), operation);
      }
    }
  };
  running("levelwind_operation_steps", "Steps of the operations that are not over.",
          [&](const std::string& label, const OperationView& operation) {
            const auto with = [&](std::string_view state) {
              return label + "," + MetricLabels({{"state", state}});
            };
            const auto over = operation.steps_done + operation.steps_failed;
            text.Count(with("done"), operation.steps_done);
            text.Count(with("failed"), operation.steps_failed);
            text.Count(with("in_progress"), operation.steps_in_progress);
            text.Count(with("pending"),
                       std::max(0, operation.steps_total - over - operation.steps_in_progress));
          });
  running("levelwind_operation_bytes", "Bytes that the operation copies in all.",
          [&](const auto& label, const auto& op) { text.Count(label, op.bytes_total); });
  running("levelwind_operation_copied_bytes", "Bytes copied so far.",
          [&](const auto& label, const auto& op) { text.Count(label, op.bytes_done); });
  running("levelwind_operation_bytes_per_second", "Copying rate over the last seconds.",
          [&](const auto& label, const auto& op) { text.Sample(label, op.bytes_per_s); });
  running("levelwind_operation_eta_seconds", "Expected time to the end; absent while unknown.",
          [&](const auto& label, const auto& op) { text.Sample(label, op.eta_s); });
  running("levelwind_operation_eta_low_seconds", "At the best of the last two minutes' rates.",
          [&](const auto& label, const auto& op) { text.Sample(label, op.eta_low_s); });
  running("levelwind_operation_eta_high_seconds",
          "At the worst of them; absent while none is known.",
          [&](const auto& label, const auto& op) { text.Sample(label, op.eta_high_s); });
  running("levelwind_operation_throttle_bytes_per_second", "Replication throttle in force.",
          [&](const auto& label, const auto& op) { text.Count(label, op.throttle_bytes_per_s); });
}

// What the executor did and what its limits stand at; the counters begin with the process.
void RenderExecutor(const ExecutorActivity& activity, MetricsText& text) {
  text.Family("levelwind_guard_holds_total", Type::kCounter,
              "How often the guard began to hold an operation, by what it found.");
  for (const auto& [kind, count] : activity.guard_holds) {
    text.Count(MetricLabels({{"kind", kind}}), count);
  }
  text.Family("levelwind_guard_holding", Type::kGauge,
              "What the guard holds the running operation for; always 1.");
  if (!activity.guard_holding.empty()) {
    text.Count(MetricLabels({{"kind", activity.guard_holding}}), 1);
  }
  text.Family("levelwind_guard_slowest_answer_ratio", Type::kGauge,
              "The slowest broker's time to answer over its time while nothing was copied.");
  text.Sample("", activity.slowest_answer_ratio);
  text.Family("levelwind_operation_stops_total", Type::kCounter,
              "Pauses, cancels and rollbacks, by who made them.");
  const auto stop = [&](std::string_view what, std::string_view by, std::uint64_t count) {
    text.Count(MetricLabels({{"kind", what}, {"by", by}}), count);
  };
  stop("pause", "person", activity.pauses);
  stop("pause", "guard", activity.guard_pauses);
  stop("cancel", "person", activity.cancels);
  stop("cancel", "guard", activity.guard_cancels);
  stop("rollback", "person", activity.rollbacks);
  text.Family("levelwind_throttle_changes_total", Type::kCounter,
              "How often the throttle of an operation was tuned.");
  text.Count("", activity.throttle_changes);
  text.Gauge("levelwind_quiet_hours", "Whether no new step starts because of quiet hours.",
             activity.quiet_hours ? 1 : 0);
  const auto budget = [&](std::string_view name, std::string_view help, std::int64_t bytes,
                          std::int64_t moves) {
    text.Family(name, Type::kGauge, help);
    text.Count(MetricLabels({{"unit", "bytes"}}), bytes);
    text.Count(MetricLabels({{"unit", "moves"}}), moves);
  };
  budget("levelwind_budget_used", "Copies that were started in the last 24 hours.",
         activity.day_bytes, activity.day_moves);
  const auto limit = [](std::int64_t value) { return value > 0 ? value : kUnknownCount; };
  budget("levelwind_budget_limit", "What may be started in 24 hours; absent: no limit.",
         limit(activity.day_bytes_limit), limit(activity.day_moves_limit));
}

}  // namespace

std::string RenderActivityMetrics(const Backend& backend, const Clock& clock,
                                  const MetricsOptions& options, MetricsText::Format format) {
  MetricsText text(format);
  const SnapshotPtr snapshot = backend.Snapshot();
  const DaemonInfo info = backend.Info();
  RenderDaemon(info, snapshot != nullptr, text);
  RenderCompatActivity(info, snapshot.get(), options, text);
  if (snapshot) {
    RenderCluster(info, *snapshot, text);
    if (snapshot->offsets_topic) RenderOffsetsTopicFamilies(*snapshot->offsets_topic, text);
    RenderCollectors(*snapshot, ToSeconds(clock.Now() - snapshot->taken_at_steady), text);
  }
  if (const auto canary = backend.Canary()) RenderCanaryMetrics(*canary, text);
  if (const auto reports = backend.Detectors()) RenderDetectors(*reports, text);
  if (const auto healing = backend.Healing()) RenderHealingMetrics(*healing, text);
  if (const auto scaling = backend.Scaling()) RenderScalingMetrics(*scaling, text);
  if (const auto proposals = backend.Proposals(); !proposals.empty()) {
    RenderProposal(*proposals.front(), text);
  }
  if (const auto executor = backend.Executor()) {
    RenderOperations(*executor, text);
    if (!executor->activity.guard_holds.empty()) RenderExecutor(executor->activity, text);
  }
  return text.Take();
}

}  // namespace levelwind::api
