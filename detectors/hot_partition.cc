#include "detectors/hot_partition.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "detectors/broker_sums.h"
#include "detectors/describe.h"

namespace levelwind::detectors {
namespace {

constexpr std::uint32_t kLeastPartitions = 3;
/// Of the mean: what a broker leads at most when a plan has levelled the cluster, and some more.
constexpr double kCrowded = 1.2;

void JudgeTopic(const DetectorInput& input, const Topic& topic, const ClusterSums& sums,
                DetectorReport& report) {
  std::vector<double> rates;
  for (const Partition& p : input.now.PartitionsOf(topic)) rates.push_back(p.load.bytes_in_per_s);
  const double median = MedianOfKnown(rates);
  for (const Partition& p : input.now.PartitionsOf(topic)) {
    const double rate = p.load.bytes_in_per_s;
    if (p.leader == kNoBroker || rate < input.options.quiet_rate_bytes_per_s) continue;
    if (rate <= input.options.hot_partition_factor * median) continue;
    // The leader may also lead partitions of unknown rate; then its share cannot be told.
    const double share = rate / sums.brokers.at(p.leader).leader_bytes_in;
    if (!(share >= input.options.hot_partition_broker_share)) continue;
    // Where it has a broker nearly for itself nobody suffers from it, and nothing is to be done.
    const double even = sums.bytes_in / std::max(1, sums.serving);
    if (sums.brokers.at(p.leader).leader_bytes_in <= even * kCrowded) continue;
    Anomaly anomaly;
    anomaly.type = report.detector;
    anomaly.subject = EscapeControl(input.now.NameOf(p).ToString());
    anomaly.severity = Severity::kWarning;
    anomaly.value = median > 0 ? rate / median : rate;
    anomaly.threshold = input.options.hot_partition_factor;
    const std::string against = median > 0
                                    ? fmt::format("{:.1f} times its topic's median", rate / median)
                                    : std::string("while most of its topic takes nothing");
    anomaly.message = fmt::format("{} takes {}, {}, {:.0f} % of what broker {} leads",
                                  anomaly.subject, HumanRate(rate), against, share * 100, p.leader);
    anomaly.partitions = {input.now.NameOf(p)};
    anomaly.topics = {topic.name};
    anomaly.brokers = {p.leader};
    anomaly.evidence = {{"rate", rate, "bytes/s"},
                        {"median of its topic", median, "bytes/s"},
                        {"share of what its broker leads", share * 100, "%"}};
    // Alone it is more than a broker's even share: wherever it goes, it is too much there.
    if (rate > even * input.options.hot_broker_factor) {
      anomaly.evidence.push_back({"mean broker leads", even, "bytes/s"});
      anomaly.next_step = fmt::format(
          "no move can level it: look for a key that most messages of {} carry, or give the topic "
          "more partitions",
          EscapeControl(topic.name));
    } else {
      AskRebalance(anomaly);
      anomaly.next_step =
          "look for a key that most messages carry; levelwind plan clears its broker of other load";
    }
    report.anomalies.push_back(std::move(anomaly));
  }
}

}  // namespace

DetectorReport DetectHotPartition(const DetectorInput& input) {
  DetectorReport report{.detector = "hot_partition", .anomalies = {}, .held_because = ""};
  const ClusterSums sums = SumUp(input.now);
  std::size_t unknown = 0;
  for (const Topic& topic : input.now.topics) {
    if (topic.partition_count < kLeastPartitions) continue;
    const auto partitions = input.now.PartitionsOf(topic);
    const bool known = std::ranges::all_of(
        partitions, [](const Partition& p) { return IsKnown(p.load.bytes_in_per_s); });
    if (known) {
      JudgeTopic(input, topic, sums, report);
    } else {
      ++unknown;
    }
  }
  if (unknown > 0) {
    report.held_because = fmt::format("produce rates of {} topics unknown", unknown);
  }
  return report;
}

}  // namespace levelwind::detectors
