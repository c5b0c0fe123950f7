#include "detectors/rebalance_storm.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "detectors/describe.h"
#include "detectors/trend_history.h"

namespace levelwind::detectors {
namespace {

constexpr std::int64_t kMinutes = 30;
/// So many times the limit is a storm even where arrivals explain every one of them.
constexpr int kExplainedFactor = 3;
/// As long as the usual max.poll.interval.ms, which is what a rebalance waits for at most.
constexpr double kRestlessAfter = 300;
constexpr double kRestlessShare = 0.7;

struct Cause {
  std::string words;
  std::string next_step;
};

/// What the coordinator does not tell, from who came and went.
Cause CauseOf(const ConsumerGroup& group, const GroupTrend::Minute& sum, std::int64_t members) {
  const bool behind = group.time_lag.seconds > 60 || group.verdict >= LagVerdict::kSlow;
  if (sum.fresh > sum.returned && sum.fresh > members) {
    return {
        "members from new hosts keep coming: deploys, an autoscaler, or pods that crash",
        "look whether its pods restart; static membership (group.instance.id) spares rebalances"};
  }
  if (sum.returned > 0 && behind) {
    return {
        "members leave and come back from the same hosts while it falls behind: most likely a "
        "batch takes longer than max.poll.interval.ms",
        "raise max.poll.interval.ms or lower max.poll.records, and make processing faster"};
  }
  if (sum.returned > 0) {
    return {
        "members vanish and come back from the same hosts: most likely missed heartbeats "
        "(session.timeout.ms)",
        "look for long pauses and an unstable network on its hosts, or raise "
        "session.timeout.ms"};
  }
  return {
      "its members stay the same: subscriptions, their topics' partitions, or static members "
      "that restart",
      "look for a topic pattern that keeps matching new topics, and for members that "
      "resubscribe"};
}

/// A group that is being dealt out at nearly every look: its rebalances cannot be counted, and one
/// that waits for a member is one only.
std::optional<Anomaly> Restless(const DetectorReport& report, const ConsumerGroup& group,
                                const GroupTrend* trend, WallTime now) {
  if (trend == nullptr || trend->unsettled_since.unix_ms == 0) return std::nullopt;
  const double seconds = static_cast<double>(now.unix_ms - trend->unsettled_since.unix_ms) / 1000;
  if (seconds < kRestlessAfter || trend->dealing_s < kRestlessShare * seconds) return std::nullopt;
  Anomaly anomaly = FindingOf(report, "group " + EscapeControl(group.name), Severity::kWarning);
  anomaly.group = group.name;
  anomaly.value = seconds;
  anomaly.threshold = kRestlessAfter;
  anomaly.evidence = {{"seconds since it was at rest", seconds, "s"},
                      {"seconds of them between two assignments", trend->dealing_s, "s"},
                      {"members", static_cast<double>(group.member_count), ""}};
  anomaly.message = fmt::format(
      "{} has been rebalancing for {}: either one of its {} members does not come back in time, or "
      "its clients' assignor never comes to rest",
      anomaly.subject, HumanDuration(seconds), group.member_count);
  anomaly.next_step =
      "look into the coordinator's log for the member it waits for; if the generation keeps "
      "growing, try another assignor (range) or group.protocol=consumer";
  return anomaly;
}

}  // namespace

DetectorReport DetectRebalanceStorm(const DetectorInput& input) {
  DetectorReport report = ReportOf("rebalance_storm");
  if (input.trends == nullptr) {
    report.held_because = "no history is kept";
    return report;
  }
  std::size_t unknown = 0;
  for (const ConsumerGroup& group : input.now.groups) {
    const GroupTrend* trend = input.trends->FindGroup(group.name);
    if (auto restless = Restless(report, group, trend, input.now.taken_at)) {
      report.anomalies.push_back(*std::move(restless));
      continue;
    }
    if (trend == nullptr || !IsKnown(group.activity.rebalances)) {
      ++unknown;
      continue;
    }
    const GroupTrend::Minute sum = trend->Over(kMinutes);
    const std::int64_t members = std::max(1, group.member_count);
    // A member that comes, and the one it replaces that goes, are a rebalance each; one that
    // returns counts once, for a rolling restart in place.
    const std::int64_t explained = 2 * (sum.fresh + std::min<std::int64_t>(sum.returned, members));
    const std::int64_t limit = input.options.storm_rebalances;
    const bool storm =
        sum.rebalances - std::min<std::int64_t>(explained, sum.rebalances) >= limit ||
        sum.rebalances >= kExplainedFactor * limit + 2 * members;
    if (!storm) continue;
    const Cause cause = CauseOf(group, sum, members);
    Anomaly anomaly = FindingOf(report, "group " + EscapeControl(group.name), Severity::kWarning);
    anomaly.group = group.name;
    anomaly.value = sum.rebalances;
    anomaly.threshold = static_cast<double>(limit);
    anomaly.evidence = {{"rebalances in 30 minutes", anomaly.value, ""},
                        {"members", static_cast<double>(group.member_count), ""},
                        {"left", static_cast<double>(sum.left), ""},
                        {"returned", static_cast<double>(sum.returned), ""},
                        {"came from new hosts", static_cast<double>(sum.fresh), ""}};
    anomaly.message = fmt::format("{} rebalanced {} times in 30 minutes; {}", anomaly.subject,
                                  sum.rebalances, cause.words);
    anomaly.next_step = cause.next_step;
    report.anomalies.push_back(std::move(anomaly));
  }
  if (unknown > 0) {
    report.held_because = fmt::format("rebalances of {} unknown", Count(unknown, "group"));
  }
  return report;
}

}  // namespace levelwind::detectors
