#include "api/canary_metrics.h"

#include <string>
#include <string_view>

namespace levelwind::api {
namespace {

using Type = MetricsText::Type;

// Not by leader: a series would end whenever the leader changes, and a counter with it.
std::string LabelsOf(const CanaryPartition& partition) {
  return MetricLabels({{"partition", std::to_string(partition.partition)}});
}

}  // namespace

void RenderCanaryMetrics(const CanaryView& view, MetricsText& text) {
  text.Gauge("levelwind_canary_problem", "Whether the canary says that something is wrong.",
             view.problem.empty() ? 0 : 1);
  text.Gauge("levelwind_canary_uncovered_brokers",
             "Serving brokers that lead none of the canary's partitions.",
             static_cast<double>(view.uncovered.size()));
  text.Family("levelwind_canary_leader", Type::kGauge,
              "Broker id of the leader of the canary's partition; absent while there is none.");
  for (const CanaryPartition& one : view.partitions) text.Count(LabelsOf(one), one.leader);
  const auto counter = [&](std::string_view name, std::string_view help, auto member) {
    text.Family(name, Type::kCounter, help);
    for (const CanaryPartition& one : view.partitions) text.Count(LabelsOf(one), one.*member);
  };
  counter("levelwind_canary_sent_total", "Records that the canary sent.", &CanaryPartition::sent);
  counter("levelwind_canary_acknowledged_total", "Of them acknowledged by all in-sync replicas.",
          &CanaryPartition::acked);
  counter("levelwind_canary_failed_total", "Of them given up by the producer.",
          &CanaryPartition::failed);
  counter("levelwind_canary_received_total", "Of them read back in time.",
          &CanaryPartition::received);
  counter("levelwind_canary_lost_total", "Of them not read back in time.", &CanaryPartition::lost);
  const auto histogram = [&](std::string_view name, std::string_view help, auto member) {
    text.Family(name, Type::kHistogram, help);
    for (const CanaryPartition& one : view.partitions) text.Histogram(LabelsOf(one), one.*member);
  };
  histogram("levelwind_canary_acknowledgement_seconds", "From sending to the acknowledgement.",
            &CanaryPartition::ack);
  histogram("levelwind_canary_round_trip_seconds", "From sending to reading back.",
            &CanaryPartition::round_trip);
  text.Family("levelwind_canary_commits_total", Type::kCounter, "Commits of the canary's group.");
  text.Count("", view.commits);
  text.Family("levelwind_canary_commits_failed_total", Type::kCounter, "Of them failed.");
  text.Count("", view.commits_failed);
  text.Family("levelwind_canary_commit_seconds", Type::kHistogram, "How long commits took.");
  text.Histogram("", view.commit);
}

}  // namespace levelwind::api
