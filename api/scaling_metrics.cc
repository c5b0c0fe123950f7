#include "api/scaling_metrics.h"

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace levelwind::api {
namespace {

using Type = MetricsText::Type;

/// One figure of a decision; all are gauges.
struct Figure {
  std::string_view name;
  std::string_view help;
  std::function<double(const ScalingDecision&)> value;
};

double Count(std::int64_t count) { return KnownOr(count, kUnknown); }

const std::array<Figure, 14>& Figures() {
  static const std::array<Figure, 14> kFigures = {{
      {"levelwind_autoscale_members", "Members that the group has.",
       [](const ScalingDecision& d) { return Count(d.current); }},
      {"levelwind_autoscale_members_desired", "Members that it should have.",
       [](const ScalingDecision& d) { return Count(d.desired); }},
      {"levelwind_autoscale_members_min", "The fewest that are allowed.",
       [](const ScalingDecision& d) { return Count(d.min_members); }},
      {"levelwind_autoscale_members_max", "The most that are allowed.",
       [](const ScalingDecision& d) { return Count(d.max_members); }},
      {"levelwind_autoscale_partition_ceiling",
       "More members than this would have nothing to read.",
       [](const ScalingDecision& d) { return Count(d.partition_ceiling); }},
      {"levelwind_autoscale_skew_ceiling",
       "More members than this cannot help: one partition alone is the largest load.",
       [](const ScalingDecision& d) { return Count(d.skew_ceiling); }},
      {"levelwind_autoscale_arrival_records_per_second", "Records that arrive, all partitions.",
       [](const ScalingDecision& d) { return d.arrival_per_s; }},
      {"levelwind_autoscale_capacity_records_per_second",
       "Records that one member can process, learned or as configured.",
       [](const ScalingDecision& d) { return d.capacity_per_s; }},
      {"levelwind_autoscale_lag_records", "Records left, those of commits under way left out.",
       [](const ScalingDecision& d) { return d.lag; }},
      {"levelwind_autoscale_time_lag_seconds", "The worst partition's time lag.",
       [](const ScalingDecision& d) { return d.time_lag_s; }},
      {"levelwind_autoscale_objective_seconds", "The time lag that is not to be passed.",
       [](const ScalingDecision& d) { return d.objective_s; }},
      {"levelwind_autoscale_pause_cost_record_seconds",
       "What the rebalance of the action that is thought of would delay.",
       [](const ScalingDecision& d) { return d.pause_cost; }},
      {"levelwind_autoscale_moved_partitions",
       "Partitions that this action would give to another member.",
       [](const ScalingDecision& d) { return Count(d.moved_partitions); }},
      {"levelwind_autoscale_stale", "Whether the decision is held for want of data.",
       [](const ScalingDecision& d) { return d.stale ? 1.0 : 0.0; }},
  }};
  return kFigures;
}

void RenderNeeded(const ScalingView& view, const std::vector<std::string>& labels,
                  MetricsText& text) {
  text.Family("levelwind_autoscale_members_needed", Type::kGauge,
              "Members that would be needed at the utilisation where the group is grown, where an "
              "action goes, and where it is shrunk.");
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const MembersNeeded& needed = view.groups[i]->decision.needed;
    text.Count(labels[i] + ",utilisation=\"up\"", needed.up);
    text.Count(labels[i] + ",utilisation=\"target\"", needed.target);
    text.Count(labels[i] + ",utilisation=\"down\"", needed.down);
  }
}

void RenderCosts(const ScalingView& view, const std::vector<std::string>& labels,
                 MetricsText& text) {
  text.Family("levelwind_autoscale_cost", Type::kGauge,
              "The cost J of one member fewer, as many, one more (docs/autoscaling.md).");
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const ScalingDecision& decision = view.groups[i]->decision;
    text.Sample(labels[i] + ",members=\"fewer\"", decision.cost_fewer);
    text.Sample(labels[i] + ",members=\"same\"", decision.cost_same);
    text.Sample(labels[i] + ",members=\"more\"", decision.cost_more);
  }
}

}  // namespace

void RenderScalingMetrics(const ScalingView& view, MetricsText& text) {
  std::vector<std::string> labels;
  for (const auto& group : view.groups) {
    labels.push_back(MetricLabels({{"group", group->decision.group}}));
  }
  text.Family("levelwind_autoscale_decision_info", Type::kGauge,
              "The newest decision: its mode and its reason; always 1.");
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const ScalingDecision& decision = view.groups[i]->decision;
    text.Count(labels[i] + "," +
                   MetricLabels({{"mode", ScalingModeName(decision.mode)},
                                 {"reason", ScalingReasonName(decision.reason)}}),
               1);
  }
  for (const Figure& figure : Figures()) {
    text.Family(figure.name, Type::kGauge, figure.help);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      text.Sample(labels[i], figure.value(view.groups[i]->decision));
    }
  }
  RenderNeeded(view, labels, text);
  RenderCosts(view, labels, text);
  text.Family("levelwind_autoscale_late_records_total", Type::kCounter,
              "Records that were processed later than the objective allows, since the start.");
  for (std::size_t i = 0; i < labels.size(); ++i) {
    text.Sample(labels[i], view.groups[i]->late_records);
  }
  text.Family("levelwind_autoscale_advice", Type::kGauge,
              "Pieces of advice where scaling cannot help.");
  for (std::size_t i = 0; i < labels.size(); ++i) {
    text.Count(labels[i], view.groups[i]->decision.advice.size());
  }
  text.Family("levelwind_autoscale_action_info", Type::kGauge,
              "What became of the last decision that was carried out; always 1.");
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto& outcome = view.groups[i]->outcome;
    if (outcome) text.Count(labels[i] + "," + MetricLabels({{"state", outcome->state}}), 1);
  }
}

}  // namespace levelwind::api
