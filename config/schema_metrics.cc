#include "config/schema_parts.h"

namespace levelwind::config {
namespace {

using api::MetricsGranularity;

constexpr double kHour = 3600;
constexpr double kYear = 365 * 24 * kHour;

constexpr NameTable<MetricsGranularity, 3> kGranularities = {
    {{MetricsGranularity::kPartition, "partition"},
     {MetricsGranularity::kTopic, "topic"},
     {MetricsGranularity::kGroup, "group"}}};

void AddServed(std::vector<SchemaEntry>& out) {
  out.push_back(
      {"metrics.granularity", ValueType::kChoice,
       [](Config& c) -> FieldRef { return Choice(c.metrics.granularity, kGranularities); },
       "The finest label that series of consumer groups have in /metrics.", "topic", 0, 0,
       NamesOf(kGranularities)});
  out.push_back(
      {"metrics.allow_groups", ValueType::kList,
       [](Config& c) -> FieldRef { return &c.metrics.allow_groups; },
       "Groups that have series: regular expressions (RE2) on whole names, or on any part "
       "of them between slashes. Empty: all.",
       "['orders-.*', /billing/]"});
  out.push_back({"metrics.deny_groups", ValueType::kList,
                 [](Config& c) -> FieldRef { return &c.metrics.deny_groups; },
                 "Groups that have none, also where allow_groups has them.",
                 "['console-consumer-.*']"});
  out.push_back(
      {"metrics.allow_topics", ValueType::kList,
       [](Config& c) -> FieldRef { return &c.metrics.allow_topics; },
       "Topics that have series, as allow_groups. Totals of groups stay those of all their "
       "topics.",
       "['orders-.*']"});
  out.push_back({"metrics.deny_topics", ValueType::kList,
                 [](Config& c) -> FieldRef { return &c.metrics.deny_topics; },
                 "Topics that have none, also where allow_topics has them.",
                 "['__.*', /-changelog$/]"});
  out.push_back({"metrics.max_series",
                 ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.metrics.max_series; },
                 "About how many series of brokers, partitions and groups are served. When they do "
                 "not fit, groups lose theirs, those that hurt least first; "
                 "levelwind_metrics_series_dropped says how many.",
                 "200000",
                 1000,
                 1e8,
                 {},
                 "unlimited",
                 -1});
}

void AddSwitches(std::vector<SchemaEntry>& out) {
  out.push_back({"compat.kafka_exporter", ValueType::kBool,
                 [](Config& c) -> FieldRef { return &c.metrics.kafka_exporter; },
                 "Whether /metrics also has kafka_exporter's families; docs/compat-lag-tools.md.",
                 "true"});
  out.push_back({"compat.kminion", ValueType::kBool,
                 [](Config& c) -> FieldRef { return &c.metrics.kminion; },
                 "Whether it also has kminion's.", "true"});
  out.push_back({"compat.kafka_lag_exporter", ValueType::kBool,
                 [](Config& c) -> FieldRef { return &c.metrics.kafka_lag_exporter; },
                 "Whether it also has kafka-lag-exporter's.", "true"});
  out.push_back({"compat.burrow", ValueType::kBool,
                 [](Config& c) -> FieldRef { return &c.collect.burrow.on; },
                 "Whether groups are also judged by Burrow's rules: its families, and its HTTP API "
                 "under /v3/kafka.",
                 "true"});
}

void AddBurrow(std::vector<SchemaEntry>& out) {
  out.push_back({"burrow.intervals", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.collect.burrow.rules.intervals; },
                 "Commits of a partition, and end offsets, that Burrow's rules look at.", "10", 2,
                 100});
  out.push_back({"burrow.allowed_lag", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.collect.burrow.rules.allowed_lag; },
                 "Lag up to this is OK there.", "100", 0, 1e15});
  out.push_back({"burrow.minimum_complete", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.collect.burrow.rules.minimum_complete; },
                 "A partition with a smaller share of its commits is OK there; what keeps a daemon "
                 "that has just started quiet.",
                 "0.5", 0, 1});
  out.push_back({"burrow.expire_group", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.collect.burrow.rules.expire_group; },
                 "A group without a new commit for this long is not found any more there.", "7d",
                 60, kYear});
  out.push_back({"burrow.min_distance", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.collect.burrow.rules.min_distance; },
                 "Commits closer than this take the place of the one before.", "1s", 0, kHour});
  out.push_back({"burrow.offset_refresh", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.collect.burrow.offset_refresh; },
                 "How far apart the end offsets are that the rules look at.", "10s", 1, kHour});
}

}  // namespace

void AddMetrics(std::vector<SchemaEntry>& out) {
  AddServed(out);
  AddSwitches(out);
  AddBurrow(out);
}

}  // namespace levelwind::config
