#include "detectors/partition_size.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "detectors/describe.h"

namespace levelwind::detectors {

DetectorReport DetectPartitionSize(const DetectorInput& input) {
  DetectorReport report = ReportOf("partition_size");
  const std::int64_t limit = input.options.partition_max_bytes;
  std::size_t unknown = 0;
  for (const Topic& topic : input.now.topics) {
    Anomaly anomaly = FindingOf(report, EscapeControl(topic.name), Severity::kWarning);
    std::int64_t largest = 0;
    std::size_t over = 0;
    for (const Partition& p : input.now.PartitionsOf(topic)) {
      const std::int64_t size = input.now.SizeOf(p);
      if (!IsKnown(size)) ++unknown;
      if (size <= limit) continue;
      ++over;
      largest = std::max(largest, size);
      if (anomaly.partitions.size() < Anomaly::kMostNamed) {
        anomaly.partitions.push_back(input.now.NameOf(p));
      }
    }
    if (over == 0) continue;
    anomaly.topics = {topic.name};
    anomaly.value = static_cast<double>(largest);
    anomaly.threshold = static_cast<double>(limit);
    anomaly.evidence = {{"largest partition", anomaly.value, "bytes"},
                        {"partitions over the limit", static_cast<double>(over), ""},
                        {"partitions", static_cast<double>(topic.partition_count), ""}};
    anomaly.message = fmt::format("{} of {} over {}, the largest {}: {}", Count(over, "partition"),
                                  anomaly.subject, HumanBytes(anomaly.threshold),
                                  HumanBytes(anomaly.value), Some(anomaly.partitions));
    anomaly.next_step =
        "give the topic more partitions or a shorter retention: one so large takes long to copy "
        "and fits few disks";
    report.anomalies.push_back(std::move(anomaly));
  }
  if (unknown > 0) {
    report.held_because = fmt::format("size of {} unknown", Count(unknown, "partition"));
  }
  return report;
}

}  // namespace levelwind::detectors
