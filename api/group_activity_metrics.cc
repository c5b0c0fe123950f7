// What groups do beside reading, and how the reading of __consumer_offsets goes.

#include <string>
#include <string_view>

#include "api/group_metrics.h"

namespace levelwind::api {
namespace {

using Type = MetricsText::Type;

std::string TypeLabel(std::size_t slot) {
  return slot + 1 == OffsetsTopicCounts::kSlots ? "other" : std::to_string(slot);
}

void RenderSlots(const OffsetsTopicCounts::ByType& counts, std::string_view more,
                 MetricsText& text) {
  for (std::size_t slot = 0; slot < counts.size(); ++slot) {
    if (counts[slot] == 0) continue;
    text.Count(MetricLabels({{"type", TypeLabel(slot)}}) + std::string(more), counts[slot]);
  }
}

}  // namespace

void RenderActivityFamilies(FamilyWriter& write) {
  write.PerGroup(
      "levelwind_group_activity_info",
      "Where commits and rebalances are told from: records of the offsets topic, or looks.",
      [&](const ConsumerGroup& group) {
        write.extra() = group.activity.from_records ? ",source=\"records\"" : ",source=\"looks\"";
        return MetricValue::Raw(1);
      });
  write.PerGroup(
      "levelwind_group_commit_interval_seconds",
      "Time between commits of a partition, median of all partitions.",
      [](const auto& group) { return MetricValue::Known(group.activity.commit_interval_s); });
  write.PerGroup("levelwind_group_last_commit_timestamp_seconds", "When the group committed last.",
                 [](const ConsumerGroup& group) {
                   const std::int64_t unix_ms = group.activity.last_commit_at.unix_ms;
                   if (unix_ms <= 0) return MetricValue{};
                   return MetricValue::Raw(static_cast<double>(unix_ms) / 1000);
                 });
  write.PerGroup(
      "levelwind_group_last_rebalance_seconds", "How long the last rebalance took.",
      [](const auto& group) { return MetricValue::Known(group.activity.last_rebalance_s); });
}

void RenderActivityCounters(FamilyWriter& write) {
  const auto counter = [&](std::string_view name, std::string_view help, auto member) {
    write.PerGroup(
        name, help,
        [&](const ConsumerGroup& group) { return MetricValue::Known(group.activity.*member); },
        Type::kCounter);
  };
  counter("levelwind_group_commits_total", "Offsets committed, each partition counted.",
          &GroupActivity::commits);
  counter("levelwind_group_rewinds_total", "Committed offsets that went back.",
          &GroupActivity::rewinds);
  counter("levelwind_group_rebalances_total", "Rebalances of the group.",
          &GroupActivity::rebalances);
}

void RenderOffsetsTopicFamilies(const OffsetsTopicView& view, MetricsText& text) {
  const OffsetsTopicCounts& counts = view.counts;
  text.Gauge("levelwind_offsets_topic_caught_up",
             "Whether all that was in the offsets topic at the start has been read.",
             view.caught_up ? 1 : 0);
  text.Family("levelwind_offsets_topic_behind_records", Type::kGauge,
              "Offsets between what was read and the high watermarks.");
  text.Count("", view.behind);
  text.Gauge("levelwind_offsets_topic_pending_commits", "Commits in open transactions.",
             static_cast<double>(view.pending_commits));
  const auto counter = [&](std::string_view name, std::string_view help, std::uint64_t count) {
    text.Family(name, Type::kCounter, help);
    text.Count("", count);
  };
  text.Family("levelwind_offsets_topic_records_total", Type::kCounter,
              "Records of the offsets topic, by the type that their key has.");
  RenderSlots(counts.records, "", text);
  text.Family("levelwind_offsets_topic_skipped_records_total", Type::kCounter,
              "Of them left out: newer than this build knows, or not what they say they are.");
  RenderSlots(counts.newer, ",reason=\"newer\"", text);
  RenderSlots(counts.malformed, ",reason=\"malformed\"", text);
  counter("levelwind_offsets_topic_bad_batches_total", "Batches left out whole.",
          counts.bad_batches);
  counter("levelwind_offsets_topic_not_followed_total",
          "Commits left to the looks: more groups or partitions than are followed.",
          counts.not_followed);
  counter("levelwind_offsets_topic_jumps_total",
          "Positions that were not in the log any more: records were missed.", counts.jumps);
  text.Family("levelwind_offsets_topic_transactions_total", Type::kCounter,
              "Transactions that committed offsets, by how they ended.");
  text.Count(MetricLabels({{"outcome", "committed"}}), counts.transactions_committed);
  text.Count(MetricLabels({{"outcome", "aborted"}}), counts.transactions_aborted);
  text.Count(MetricLabels({{"outcome", "lost"}}), counts.transactions_lost);
}

}  // namespace levelwind::api
