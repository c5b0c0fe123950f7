#include "detectors/stuck_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "detectors/describe.h"
#include "detectors/trend_history.h"

namespace levelwind::detectors {
namespace {

/// A group that was seen at work for less than this may be a batch job, and may be away for as
/// long.
constexpr double kServiceS = 3600;

std::string_view WhatOf(LagVerdict verdict) {
  if (verdict == LagVerdict::kStopped) return "has lost its members";
  return verdict == LagVerdict::kNoOwner ? "leaves partitions to nobody" : "commits nothing new";
}

std::string_view NextStepOf(LagVerdict verdict) {
  if (verdict == LagVerdict::kStopped) return "start its consumers, or delete the group";
  return verdict == LagVerdict::kNoOwner
             ? "look whether all its members subscribe to the same topics"
             : "look into its consumers: a record that cannot be processed, a call that hangs";
}

void NamePartitions(const ClusterSnapshot& snapshot, const ConsumerGroup& group, Anomaly& anomaly) {
  for (const GroupOffset& offset : group.offsets) {
    if (offset.verdict != group.verdict || offset.partition < 0) continue;
    const auto index = static_cast<std::size_t>(offset.partition);
    if (index >= snapshot.partitions.size()) continue;
    if (anomaly.partitions.size() == Anomaly::kMostNamed) return;
    anomaly.partitions.push_back(snapshot.NameOf(snapshot.partitions[index]));
  }
}

}  // namespace

DetectorReport DetectStuckGroup(const DetectorInput& input) {
  DetectorReport report = ReportOf("stuck_group");
  if (input.trends == nullptr) {
    report.held_because = "no history is kept";
    return report;
  }
  std::size_t undecided = 0;
  for (const ConsumerGroup& group : input.now.groups) {
    const GroupTrend* trend = input.trends->FindGroup(group.name);
    undecided += group.verdict == LagVerdict::kUndecided ? 1 : 0;
    if (trend == nullptr || trend->bad_since.unix_ms == 0 || trend->bad != group.verdict) continue;
    const double for_s =
        static_cast<double>(input.trends->last().unix_ms - trend->bad_since.unix_ms) / 1000;
    double limit = input.options.stuck_s;
    if (group.verdict == LagVerdict::kStopped) {
      // Never seen at work: a group that was left behind, no incident. One that pauses as a habit
      // (a batch job) is missed when it is away for longer than ever.
      if (trend->with_members_at.unix_ms == 0) continue;
      const bool short_lived = trend->present_s < kServiceS;
      limit = std::max({limit, 1.5 * trend->longest_away_s, short_lived ? kServiceS : 0});
    }
    if (for_s < limit) continue;
    if (IsKnown(group.total_lag) && group.total_lag < input.options.min_lag) continue;
    Anomaly anomaly = FindingOf(report, "group " + EscapeControl(group.name), Severity::kCritical);
    anomaly.group = group.name;
    anomaly.value = for_s;
    anomaly.threshold = limit;
    anomaly.began_at = trend->bad_since;
    NamePartitions(input.now, group, anomaly);
    anomaly.evidence = {{"for", for_s, "s"}};
    if (IsKnown(group.total_lag)) {
      anomaly.evidence.push_back({"lag", static_cast<double>(group.total_lag), "messages"});
    }
    if (IsKnown(group.time_lag.seconds)) {
      anomaly.evidence.push_back({"time lag", group.time_lag.seconds, "s"});
    }
    anomaly.message = fmt::format(
        "{} {} for {}{}: {}", anomaly.subject, WhatOf(group.verdict), HumanDuration(for_s),
        IsKnown(group.total_lag) ? fmt::format(", lag {}", group.total_lag) : std::string(),
        Some(anomaly.partitions));
    anomaly.next_step = NextStepOf(group.verdict);
    report.anomalies.push_back(std::move(anomaly));
  }
  if (undecided > 0) {
    report.held_because = fmt::format("lag of {} undecided", Count(undecided, "group"));
  }
  return report;
}

}  // namespace levelwind::detectors
