#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"

namespace levelwind::collectors {

/// What Cruise Control's metrics reporter says a value is (RawMetricType; ids 0-42 since its sample
/// version 4, 43-62 since 5). Only those that we use have a name here; all are decoded.
enum class ReporterMetric : std::uint8_t {
  kAllTopicBytesIn = 0,
  kAllTopicBytesOut = 1,
  kTopicBytesIn = 2,
  kTopicBytesOut = 3,
  kPartitionSize = 4,
  kBrokerCpu = 5,  ///< 0..1 of the host or container.
  kReplicationBytesIn = 6,
  kReplicationBytesOut = 7,
  kAllTopicProduceRequests = 8,
  kAllTopicFetchRequests = 9,
  kAllTopicMessagesIn = 10,
  kTopicMessagesIn = 15,
  kProduceRequests = 16,
  kConsumerFetchRequests = 17,
  kFollowerFetchRequests = 18,
  kHandlerIdle = 19,  ///< 0..1
  kRequestQueueSize = 20,
  kProduceTotalP999 = 50,  ///< The six of kind K: 43 + 2 x kind is the median, one more the p999.
  kConsumerFetchTotalP999 = 52,
  kProduceLocalP999 = 56,
  kLogFlushP999 = 62,
};
constexpr std::size_t kReporterMetrics = 63;
/// "ALL_TOPIC_BYTES_IN", as Cruise Control names it; "unknown" beyond the last id.
std::string_view ReporterMetricName(std::uint8_t id);

/// One record of the reporter's topic: one value. Times are the broker's.
struct ReporterRecord {
  enum class Scope : std::uint8_t { kBroker = 0, kTopic = 1, kPartition = 2 };
  Scope scope = Scope::kBroker;
  std::uint8_t metric = 0;  ///< ReporterMetric, or another id below kReporterMetrics.
  WallTime time;
  BrokerId broker = kNoBroker;
  std::string topic;            ///< Empty for kBroker. Dots have become underscores.
  std::int32_t partition = -1;  ///< kPartition only.
  double value = 0;             ///< As it was sent: may be any double.
};

/// Decodes a value of the topic __CruiseControlMetrics, byte for byte. kUnimplemented: a class,
/// version or metric that is newer than this. kDataLoss: it is cut, too long, or makes no sense.
/// The value is not judged.
Result<ReporterRecord> DecodeReporterRecord(std::span<const std::uint8_t> bytes);

/// One record of Cruise Control's partition samples (versions 0 and 1), in its own units: KB/s and
/// MB, of 1024.
struct StoredPartitionSample {
  BrokerId leader = kNoBroker;
  double cpu = 0;  ///< Its share of the host or container, 0..1.
  double disk_mb = 0;
  double bytes_in_kb = 0;
  double bytes_out_kb = 0;
  double produce_rate = 0;
  double fetch_rate = 0;
  double messages_in = 0;
  double replication_in_kb = 0;   ///< 0 in version 0.
  double replication_out_kb = 0;  ///< 0 in version 0.
  WallTime time;
  std::int32_t partition = 0;
  std::string topic;
};
Result<StoredPartitionSample> DecodePartitionSample(std::span<const std::uint8_t> bytes);

/// One record of Cruise Control's broker samples (versions 4 and 5), in its own units.
struct StoredBrokerSample {
  BrokerId broker = kNoBroker;
  std::string host;
  double cpu = 0;
  double bytes_in_kb = 0;
  double bytes_out_kb = 0;
  double replication_in_kb = 0;
  double replication_out_kb = 0;
  double messages_in = 0;
  double produce_requests = 0;
  double consumer_fetch_requests = 0;
  double follower_fetch_requests = 0;
  double handler_idle = 0;
  double disk_mb = 0;
  double produce_rate = 0;
  double fetch_rate = 0;
  WallTime time;
  std::int32_t request_queue = 0;
  std::int32_t response_queue = 0;
  /// By metric id: 22 to 42, and in version 5 43 to 62. Others are 0.
  std::array<double, kReporterMetrics> by_metric{};
  std::uint8_t version = 0;
};
Result<StoredBrokerSample> DecodeBrokerSample(std::span<const std::uint8_t> bytes);

}  // namespace levelwind::collectors
