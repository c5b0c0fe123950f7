#include "detectors/idle_consumers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "detectors/describe.h"
#include "detectors/trend_history.h"

namespace levelwind::detectors {

DetectorReport DetectIdleConsumers(const DetectorInput& input) {
  DetectorReport report = ReportOf("idle_consumers");
  if (input.trends == nullptr) {
    report.held_because = "no history is kept";
    return report;
  }
  for (const ConsumerGroup& group : input.now.groups) {
    const GroupTrend* trend = input.trends->FindGroup(group.name);
    // The members of a share group share partitions.
    if (trend == nullptr || trend->idle_since.unix_ms == 0 || group.type == "share") continue;
    const double idle_s =
        static_cast<double>(input.trends->last().unix_ms - trend->idle_since.unix_ms) / 1000;
    if (idle_s < input.options.idle_consumers_s) continue;
    const auto idle = group.member_count - static_cast<std::int32_t>(group.owners.size());
    const auto owned =
        std::ranges::count_if(group.offsets, [](const GroupOffset& o) { return o.owner >= 0; });
    Anomaly anomaly = FindingOf(report, "group " + EscapeControl(group.name), Severity::kInfo);
    anomaly.group = group.name;
    anomaly.value = group.member_count;
    anomaly.threshold = static_cast<double>(group.owners.size());
    anomaly.began_at = trend->idle_since;
    anomaly.evidence = {{"members", static_cast<double>(group.member_count), ""},
                        {"without partitions", static_cast<double>(idle), ""},
                        {"partitions", static_cast<double>(owned), ""},
                        {"for", idle_s, "s"}};
    anomaly.message = fmt::format("{} of {}'s {} have no partition for {}", idle, anomaly.subject,
                                  Count(static_cast<std::size_t>(group.member_count), "member"),
                                  HumanDuration(idle_s));
    anomaly.next_step =
        "take members away, or add partitions; one or two to spare for a failure are no waste";
    report.anomalies.push_back(std::move(anomaly));
  }
  return report;
}

}  // namespace levelwind::detectors
