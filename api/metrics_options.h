#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace levelwind::api {

/// The finest label that series of consumer groups have.
enum class MetricsGranularity : std::uint8_t { kPartition, kTopic, kGroup };

/// What `/metrics` serves. Plain value.
struct MetricsOptions {
  // Families under the names of other lag tools, beside our own (docs/compat-lag-tools.md).
  // Burrow's come with its evaluation: collectors/collector_options.h.
  bool kafka_exporter = false;
  bool kminion = false;
  bool kafka_lag_exporter = false;

  MetricsGranularity granularity = MetricsGranularity::kPartition;
  /// Patterns as in base/name_filter.h. A group or topic that is not wanted has no series of its
  /// own; totals of a group still speak of all its topics.
  std::vector<std::string> allow_groups;
  std::vector<std::string> deny_groups;
  std::vector<std::string> allow_topics;
  std::vector<std::string> deny_topics;
  /// About how many series of brokers, partitions and groups there may be; -1: no limit. When they
  /// do not fit, groups lose theirs, those that hurt least first; when partitions do not even fit
  /// alone, all of them lose theirs.
  std::int64_t max_series = 500'000;
};

}  // namespace levelwind::api
