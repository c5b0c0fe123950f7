#include "api/series_counts.h"

#include "api/series_set.h"

namespace levelwind::api {
namespace {

constexpr SeriesCounts kOwn = {
    .broker = 9, .log_dir = 4, .partition = 9, .group = 18, .group_topic = 3, .group_row = 5};
constexpr SeriesCounts kKafkaExporter = {
    .broker = 1, .topic = 1, .partition = 7, .group = 1, .group_topic = 2, .group_any = 2};
constexpr SeriesCounts kKminion = {
    .broker = 2, .topic = 4, .partition = 2, .group = 4, .group_topic = 4, .group_row = 1};
constexpr SeriesCounts kKafkaLagExporter = {
    .partition = 2, .group = 3, .group_topic = 1, .group_row = 3};
constexpr SeriesCounts kBurrow = {.partition = 1, .group = 2, .group_any = 3};

/// Series that are there once, with or without a label or two.
constexpr std::int64_t kSingle = 24;

void Add(const SeriesCounts& counts, SeriesCounts& sum) {
  sum.broker += counts.broker;
  sum.log_dir += counts.log_dir;
  sum.topic += counts.topic;
  sum.partition += counts.partition;
  sum.group += counts.group;
  sum.group_topic += counts.group_topic;
  sum.group_row += counts.group_row;
  sum.group_any += counts.group_any;
}

}  // namespace

SeriesCounts CountFamilies(const MetricsOptions& options, bool burrow) {
  SeriesCounts sum;
  Add(kOwn, sum);
  if (options.kafka_exporter) Add(kKafkaExporter, sum);
  if (options.kminion) Add(kKminion, sum);
  if (options.kafka_lag_exporter) Add(kKafkaLagExporter, sum);
  if (burrow) Add(kBurrow, sum);
  // Ours has sums over topics only where there is nothing finer.
  if (options.granularity != MetricsGranularity::kTopic) sum.group_topic -= kOwn.group_topic;
  if (options.granularity != MetricsGranularity::kPartition) sum.group_row = sum.group_any = 0;
  if (options.granularity == MetricsGranularity::kGroup) sum.group_topic = 0;
  return sum;
}

std::int64_t SeriesCounts::OfCluster(const ClusterSnapshot& snapshot) const {
  std::int64_t sum = kSingle;
  for (const Broker& b : snapshot.brokers) {
    sum += broker + log_dir * static_cast<std::int64_t>(b.log_dirs.size());
  }
  return sum;
}

std::int64_t SeriesCounts::OfGroup(const ClusterSnapshot& snapshot,
                                   std::span<const GroupOffset> rows) const {
  std::int64_t sum = group + group_row * static_cast<std::int64_t>(rows.size());
  if (group_topic == 0 && group_any == 0) return sum;
  ForEachTopic(snapshot, rows, [&](std::size_t t, std::span<const GroupOffset>) {
    sum += group_topic + group_any * snapshot.topics[t].partition_count;
  });
  return sum;
}

}  // namespace levelwind::api
