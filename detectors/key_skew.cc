#include "detectors/key_skew.h"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <utility>

#include "base/text.h"
#include "detectors/describe.h"
#include "detectors/trend_history.h"
#include "model/cluster_facts.h"

namespace levelwind::detectors {
namespace {

constexpr std::uint32_t kLeastPartitions = 3;

/// Up to three keys that were sampled often, for people; empty when none is known.
std::string KeysOf(const ClusterSnapshot& snapshot, const TopicPartition& partition) {
  if (snapshot.facts == nullptr) return {};
  const SampledKeys* keys = snapshot.facts->FindKeys(partition);
  if (keys == nullptr || keys->sampled == 0) return {};
  std::string text;
  constexpr std::size_t kShown = 3;
  for (std::size_t i = 0; i < keys->keys.size() && i < kShown; ++i) {
    const HotKey& key = keys->keys[i];
    const double share =
        static_cast<double>(key.count - key.error) / static_cast<double>(keys->sampled);
    if (share < 0.05) break;
    text += fmt::format("{}\"{}\" with at least {:.0f} %", text.empty() ? "" : ", ",
                        EscapeControl(key.key), share * 100);
  }
  return text;
}

void JudgeTopic(const DetectorInput& input, const Topic& topic, const TopicTrend& trend,
                DetectorReport& report) {
  double total = 0, most = -1;
  std::size_t hottest = 0;
  for (std::size_t i = 0; i < trend.sums.size(); ++i) {
    const double rate = trend.MeanRate(i);
    total += rate;
    if (rate > most) {
      most = rate;
      hottest = i;
    }
  }
  if (!(total > 0)) return;
  const double even = total / static_cast<double>(trend.sums.size());
  if (most <= input.options.key_skew_factor * even) return;
  if (most - even < input.options.key_skew_min_excess_bytes_per_s) return;
  const Partition& now = input.now.PartitionsOf(topic)[hottest];
  // It must still be so: the mean remembers an hour that is over.
  if (now.load.bytes_in_per_s < most / 2) return;
  const TopicPartition name = input.now.NameOf(now);
  Anomaly anomaly = FindingOf(report, EscapeControl(topic.name), Severity::kWarning);
  anomaly.topics = {topic.name};
  anomaly.partitions = {name};
  anomaly.value = most / even;
  anomaly.threshold = input.options.key_skew_factor;
  anomaly.evidence = {{"share of the topic", most / total * 100, "%"},
                      {"even share", 100.0 / static_cast<double>(trend.sums.size()), "%"},
                      {"rate of the partition", most, "bytes/s"},
                      {"rate of the topic", total, "bytes/s"}};
  anomaly.message =
      fmt::format("{} takes {:.0f} % of {} ({}), {:.1f} times its even share, for the last hour",
                  EscapeControl(name.ToString()), most / total * 100, anomaly.subject,
                  HumanRate(most), most / even);
  const std::string keys = KeysOf(input.now, name);
  if (!keys.empty()) anomaly.message += "; keys: " + keys;
  anomaly.next_step =
      keys.empty() ? "look for a key that most messages carry, or a partitioner that is not even; "
                     "no move makes it smaller"
                   : "spread these keys (a suffix, another key); no move makes it smaller";
  report.anomalies.push_back(std::move(anomaly));
}

}  // namespace

DetectorReport DetectKeySkew(const DetectorInput& input) {
  DetectorReport report = ReportOf("key_skew");
  if (input.trends == nullptr) {
    report.held_because = "no history is kept";
    return report;
  }
  std::size_t unknown = 0;
  for (const Topic& topic : input.now.topics) {
    if (topic.internal || topic.partition_count < kLeastPartitions) continue;
    const TopicTrend* trend = input.trends->FindTopic(topic.name);
    const bool judged =
        trend != nullptr && trend->weight > 0 && trend->sums.size() == topic.partition_count &&
        static_cast<double>(input.trends->last().unix_ms - trend->since.unix_ms) / 1000 >=
            input.options.key_skew_watch_s;
    if (judged) {
      JudgeTopic(input, topic, *trend, report);
    } else {
      ++unknown;
    }
  }
  if (unknown > 0) {
    report.held_because =
        fmt::format("{} not watched for {} yet, or of unknown rate", Count(unknown, "topic"),
                    HumanDuration(input.options.key_skew_watch_s));
  }
  return report;
}

}  // namespace levelwind::detectors
