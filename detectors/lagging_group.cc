#include "detectors/lagging_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "detectors/trend_history.h"

namespace levelwind::detectors {
namespace {

/// Messages per second produced into what the group reads; unknown if any part is.
double ProduceRate(const ClusterSnapshot& snapshot, const ConsumerGroup& group) {
  double rate = 0;
  for (const GroupOffset& offset : group.offsets) {
    if (offset.partition < 0) return kUnknown;
    const auto index = static_cast<std::size_t>(offset.partition);
    if (index >= snapshot.partitions.size()) return kUnknown;
    rate += snapshot.partitions[index].load.messages_in_per_s;
  }
  return rate;
}

bool Grows(const ConsumerGroup* group, const DetectorOptions& options) {
  return group != nullptr && IsKnown(group->total_lag) && IsKnown(group->lag_growth_per_s) &&
         group->total_lag >= options.min_lag && group->lag_growth_per_s > options.lag_growth_per_s;
}

/// Whether the lag grew in every one of the last looks; false while there are too few of them.
bool KeptGrowing(const DetectorInput& input, const ConsumerGroup& group) {
  if (!Grows(&group, input.options)) return false;
  const auto needed = static_cast<std::size_t>(std::max(1, input.options.lag_looks)) - 1;
  if (input.before.size() < needed) return false;
  for (std::size_t i = 0; i < needed; ++i) {
    if (!Grows(input.before[i]->FindGroup(group.name), input.options)) return false;
  }
  return true;
}

/// A burst, or a swing of the day: little behind in time, or not for long.
bool IsBrief(const DetectorInput& input, const ConsumerGroup& group, double produced) {
  double behind_s = group.time_lag.seconds;
  if (!IsKnown(behind_s) && produced > 0) {
    behind_s = static_cast<double>(group.total_lag) / produced;
  }
  if (behind_s < input.options.lag_min_s) return true;  // Unknown: the count alone decides.
  // Nobody reads at all: stuck_group tells that, unless it is a habit.
  if (input.trends != nullptr && group.member_count == 0) return true;
  const GroupTrend* trend = input.trends == nullptr ? nullptr : input.trends->FindGroup(group.name);
  if (trend == nullptr) return false;
  const double grown_s =
      static_cast<double>(input.trends->last().unix_ms - trend->growing_since.unix_ms) / 1000;
  return trend->growing_since.unix_ms == 0 || grown_s < input.options.lag_for_s;
}

Anomaly Describe(const DetectorInput& input, const ConsumerGroup& group, double produced) {
  Anomaly anomaly;
  anomaly.type = "lagging_group";
  anomaly.subject = "group " + EscapeControl(group.name);
  anomaly.severity = Severity::kWarning;
  anomaly.value = group.lag_growth_per_s;
  anomaly.threshold = input.options.lag_growth_per_s;
  anomaly.message = fmt::format("{} falls behind: lag {} grows by {:.0f} messages/s",
                                anomaly.subject, group.total_lag, group.lag_growth_per_s);
  if (IsKnown(group.consume_rate_per_s) && IsKnown(produced)) {
    anomaly.message += fmt::format(", commits {:.0f} of {:.0f} produced per second",
                                   group.consume_rate_per_s, produced);
  }
  anomaly.group = group.name;
  anomaly.evidence = {{"lag", static_cast<double>(group.total_lag), "messages"},
                      {"grows", group.lag_growth_per_s, "messages/s"}};
  if (IsKnown(group.time_lag.seconds)) {
    anomaly.evidence.push_back({"time lag", group.time_lag.seconds, "s"});
  }
  if (IsKnown(group.consume_rate_per_s)) {
    anomaly.evidence.push_back({"reads", group.consume_rate_per_s, "messages/s"});
  }
  if (IsKnown(produced)) anomaly.evidence.push_back({"is produced", produced, "messages/s"});
  anomaly.next_step = group.member_count == 0
                          ? "start its consumers: it has no members"
                          : "add consumers, up to one per partition, or look for a slow one";
  return anomaly;
}

}  // namespace

DetectorReport DetectLaggingGroup(const DetectorInput& input) {
  DetectorReport report{.detector = "lagging_group", .anomalies = {}, .held_because = ""};
  std::vector<std::string> unknown;
  for (const ConsumerGroup& group : input.now.groups) {
    if (group.offsets.empty()) continue;
    if (!IsKnown(group.total_lag) || !IsKnown(group.lag_growth_per_s)) {
      unknown.push_back(group.name);
      continue;
    }
    if (!KeptGrowing(input, group)) continue;
    const double produced = ProduceRate(input.now, group);
    if (IsBrief(input, group, produced)) continue;
    // A group that keeps up and merely saw a burst commits as much as is produced.
    const bool keeps_up = IsKnown(produced) && IsKnown(group.consume_rate_per_s) &&
                          group.consume_rate_per_s >= produced;
    if (keeps_up) continue;
    report.anomalies.push_back(Describe(input, group, produced));
  }
  if (!unknown.empty()) {
    report.held_because =
        fmt::format("lag or its growth unknown for {} of {} groups (first: {})", unknown.size(),
                    input.now.groups.size(), EscapeControl(unknown.front()));
  }
  return report;
}

}  // namespace levelwind::detectors
