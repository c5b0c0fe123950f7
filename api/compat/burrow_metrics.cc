// Burrow 1.9's families: all gauges, whatever their names say. Groups are those that Burrow's
// evaluation knows; a partition's state is told once its commits are complete.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "api/compat/compat_metrics.h"
#include "api/family_writer.h"
#include "detectors/burrow_verdict.h"

namespace levelwind::api {
namespace {

using detectors::BurrowGroupVerdict;
using detectors::BurrowPartition;

/// A group that has series, with its verdict.
struct Judged {
  std::size_t group = 0;
  BurrowGroupVerdict verdict;
};

class BurrowFamilies {
 public:
  BurrowFamilies(const ClusterSnapshot& snapshot, const SeriesSet& set, const MetricsSetup& setup,
                 MetricsText& text)
      : snapshot_(snapshot),
        set_(set),
        text_(text),
        cluster_(MetricLabels({{"cluster", setup.cluster_name}}) + ",") {
    for (std::size_t g = 0; g < snapshot.groups.size(); ++g) {
      if (!set.group(g).shown) continue;
      const BurrowGroup* group = snapshot.burrow->Find(snapshot.groups[g].name, snapshot.taken_at);
      if (group == nullptr) continue;
      judged_.push_back({g, detectors::JudgeAsBurrow(snapshot, *group, snapshot.taken_at)});
    }
  }

  void RenderTopics() {
    FamilyWriter write(snapshot_, set_, text_, {cluster_});
    write.PerPartition("burrow_kafka_topic_partition_offset", "High watermark.",
                       [](const Partition& p) { return MetricValue::Known(p.log_end_offset); });
  }

  template <class Value>
  void PerGroup(std::string_view name, std::string_view help, Value value) {
    text_.Family(name, MetricsText::Type::kGauge, help);
    for (const Judged& judged : judged_) {
      text_.Mute(!set_.HasRoom(judged.group));
      text_.Row({cluster_, "consumer_group=\"", set_.group(judged.group).text, "\""},
                MetricValue::Raw(value(judged.verdict)));
    }
    text_.Mute(false);
  }

  template <class Value>
  void PerPartition(std::string_view name, std::string_view help, Value value) {
    text_.Family(name, MetricsText::Type::kGauge, help);
    for (const Judged& judged : judged_) {
      text_.Mute(!set_.HasRoom(judged.group));
      for (const BurrowPartition& of : judged.verdict.partitions) {
        const Partition& partition = snapshot_.partitions[static_cast<std::size_t>(of.partition)];
        const SeriesSet::Name& topic = set_.topic(static_cast<std::size_t>(partition.topic));
        if (!topic.shown) continue;
        text_.Row({cluster_, "consumer_group=\"", set_.group(judged.group).text, "\",topic=\"",
                   topic.text, "\",partition=\"", std::to_string(partition.number), "\""},
                  value(of));
      }
    }
    text_.Mute(false);
  }

 private:
  const ClusterSnapshot& snapshot_;
  const SeriesSet& set_;
  MetricsText& text_;
  const std::string cluster_;
  std::vector<Judged> judged_;
};

bool IsComplete(const BurrowPartition& partition) {
  return partition.end && partition.verdict.complete >= 1;
}

}  // namespace

void RenderBurrow(const ClusterSnapshot& snapshot, const SeriesSet& set, const MetricsSetup& setup,
                  MetricsText& text) {
  BurrowFamilies families(snapshot, set, setup, text);
  families.RenderTopics();
  families.PerGroup("burrow_kafka_consumer_lag_total", "Messages behind, all partitions together.",
                    [](const BurrowGroupVerdict& verdict) { return verdict.total_lag; });
  families.PerGroup(
      "burrow_kafka_consumer_status", "1: OK, 2: WARN, 3: ERR.",
      [](const BurrowGroupVerdict& verdict) { return static_cast<std::int64_t>(verdict.status); });
  if (setup.options.granularity != MetricsGranularity::kPartition) return;
  families.PerPartition("burrow_kafka_consumer_partition_lag", "Messages behind.",
                        [](const BurrowPartition& partition) {
                          return MetricValue::Raw(partition.verdict.current_lag);
                        });
  families.PerPartition("burrow_kafka_consumer_current_offset",
                        "Last committed offset of a partition with all its intervals.",
                        [](const BurrowPartition& partition) {
                          return IsComplete(partition) ? MetricValue::Raw(partition.end->offset)
                                                       : MetricValue{};
                        });
  families.PerPartition(
      "burrow_kafka_topic_partition_status",
      "1: OK, 2: WARN, 4: STOP, 5: STALL, 6: REWIND; once all intervals are there.",
      [](const BurrowPartition& partition) {
        const auto status = static_cast<std::int64_t>(partition.verdict.status);
        return IsComplete(partition) ? MetricValue::Raw(status) : MetricValue{};
      });
}

}  // namespace levelwind::api
