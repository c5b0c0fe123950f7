#include "collectors/reporter_topic/reporter_record.h"

#include <fmt/format.h>

#include <bit>
#include <utility>

namespace levelwind::collectors {
namespace {

/// Kafka's own limit is 249 bytes.
constexpr std::int32_t kMostTopic = 249;
constexpr std::int16_t kMostHost = 1024;

constexpr std::array<std::string_view, kReporterMetrics> kNames = {
    "ALL_TOPIC_BYTES_IN",
    "ALL_TOPIC_BYTES_OUT",
    "TOPIC_BYTES_IN",
    "TOPIC_BYTES_OUT",
    "PARTITION_SIZE",
    "BROKER_CPU_UTIL",
    "ALL_TOPIC_REPLICATION_BYTES_IN",
    "ALL_TOPIC_REPLICATION_BYTES_OUT",
    "ALL_TOPIC_PRODUCE_REQUEST_RATE",
    "ALL_TOPIC_FETCH_REQUEST_RATE",
    "ALL_TOPIC_MESSAGES_IN_PER_SEC",
    "TOPIC_REPLICATION_BYTES_IN",
    "TOPIC_REPLICATION_BYTES_OUT",
    "TOPIC_PRODUCE_REQUEST_RATE",
    "TOPIC_FETCH_REQUEST_RATE",
    "TOPIC_MESSAGES_IN_PER_SEC",
    "BROKER_PRODUCE_REQUEST_RATE",
    "BROKER_CONSUMER_FETCH_REQUEST_RATE",
    "BROKER_FOLLOWER_FETCH_REQUEST_RATE",
    "BROKER_REQUEST_HANDLER_AVG_IDLE_PERCENT",
    "BROKER_REQUEST_QUEUE_SIZE",
    "BROKER_RESPONSE_QUEUE_SIZE",
    "BROKER_PRODUCE_REQUEST_QUEUE_TIME_MS_MAX",
    "BROKER_PRODUCE_REQUEST_QUEUE_TIME_MS_MEAN",
    "BROKER_CONSUMER_FETCH_REQUEST_QUEUE_TIME_MS_MAX",
    "BROKER_CONSUMER_FETCH_REQUEST_QUEUE_TIME_MS_MEAN",
    "BROKER_FOLLOWER_FETCH_REQUEST_QUEUE_TIME_MS_MAX",
    "BROKER_FOLLOWER_FETCH_REQUEST_QUEUE_TIME_MS_MEAN",
    "BROKER_PRODUCE_TOTAL_TIME_MS_MAX",
    "BROKER_PRODUCE_TOTAL_TIME_MS_MEAN",
    "BROKER_CONSUMER_FETCH_TOTAL_TIME_MS_MAX",
    "BROKER_CONSUMER_FETCH_TOTAL_TIME_MS_MEAN",
    "BROKER_FOLLOWER_FETCH_TOTAL_TIME_MS_MAX",
    "BROKER_FOLLOWER_FETCH_TOTAL_TIME_MS_MEAN",
    "BROKER_PRODUCE_LOCAL_TIME_MS_MAX",
    "BROKER_PRODUCE_LOCAL_TIME_MS_MEAN",
    "BROKER_CONSUMER_FETCH_LOCAL_TIME_MS_MAX",
    "BROKER_CONSUMER_FETCH_LOCAL_TIME_MS_MEAN",
    "BROKER_FOLLOWER_FETCH_LOCAL_TIME_MS_MAX",
    "BROKER_FOLLOWER_FETCH_LOCAL_TIME_MS_MEAN",
    "BROKER_LOG_FLUSH_RATE",
    "BROKER_LOG_FLUSH_TIME_MS_MAX",
    "BROKER_LOG_FLUSH_TIME_MS_MEAN",
    "BROKER_PRODUCE_REQUEST_QUEUE_TIME_MS_50TH",
    "BROKER_PRODUCE_REQUEST_QUEUE_TIME_MS_999TH",
    "BROKER_CONSUMER_FETCH_REQUEST_QUEUE_TIME_MS_50TH",
    "BROKER_CONSUMER_FETCH_REQUEST_QUEUE_TIME_MS_999TH",
    "BROKER_FOLLOWER_FETCH_REQUEST_QUEUE_TIME_MS_50TH",
    "BROKER_FOLLOWER_FETCH_REQUEST_QUEUE_TIME_MS_999TH",
    "BROKER_PRODUCE_TOTAL_TIME_MS_50TH",
    "BROKER_PRODUCE_TOTAL_TIME_MS_999TH",
    "BROKER_CONSUMER_FETCH_TOTAL_TIME_MS_50TH",
    "BROKER_CONSUMER_FETCH_TOTAL_TIME_MS_999TH",
    "BROKER_FOLLOWER_FETCH_TOTAL_TIME_MS_50TH",
    "BROKER_FOLLOWER_FETCH_TOTAL_TIME_MS_999TH",
    "BROKER_PRODUCE_LOCAL_TIME_MS_50TH",
    "BROKER_PRODUCE_LOCAL_TIME_MS_999TH",
    "BROKER_CONSUMER_FETCH_LOCAL_TIME_MS_50TH",
    "BROKER_CONSUMER_FETCH_LOCAL_TIME_MS_999TH",
    "BROKER_FOLLOWER_FETCH_LOCAL_TIME_MS_50TH",
    "BROKER_FOLLOWER_FETCH_LOCAL_TIME_MS_999TH",
    "BROKER_LOG_FLUSH_TIME_MS_50TH",
    "BROKER_LOG_FLUSH_TIME_MS_999TH",
};

ReporterRecord::Scope ScopeOf(std::uint8_t metric) {
  using Scope = ReporterRecord::Scope;
  const bool topic = metric == 2 || metric == 3 || (metric >= 11 && metric <= 15);
  if (topic) return Scope::kTopic;
  return metric == 4 ? Scope::kPartition : Scope::kBroker;
}

/// Big-endian fields one after the other. After a field that is not there, all are zero and
/// whole() is false.
class Fields {
 public:
  explicit Fields(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  template <class Int>
  Int Take() {
    std::uint64_t bits = 0;
    for (const std::uint8_t byte : Bytes(sizeof(Int))) bits = bits << 8 | byte;
    return static_cast<Int>(bits);
  }
  double Double() { return std::bit_cast<double>(Take<std::uint64_t>()); }
  std::string Text(std::size_t size) {
    const auto bytes = Bytes(size);
    return {bytes.begin(), bytes.end()};
  }
  std::size_t left() const { return rest_.size(); }
  bool whole() const { return whole_; }

 private:
  std::span<const std::uint8_t> Bytes(std::size_t size) {
    if (rest_.size() < size) {
      whole_ = false;
      rest_ = {};
      return {};
    }
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  std::span<const std::uint8_t> rest_;
  bool whole_ = true;
};

Error Cut(std::string_view what) { return DataLoss(fmt::format("{} is cut", what)); }

Error Newer(std::string what) { return {ErrorCode::kUnimplemented, std::move(what)}; }

Error NewerThan(std::string_view what, int version) {
  return Newer(fmt::format("{} has version {}, which is not known", what, version));
}

}  // namespace

std::string_view ReporterMetricName(std::uint8_t id) {
  return id < kNames.size() ? kNames[id] : "unknown";
}

Result<ReporterRecord> DecodeReporterRecord(std::span<const std::uint8_t> bytes) {
  using Scope = ReporterRecord::Scope;
  constexpr std::string_view kWhat = "a record of the metrics reporter";
  Fields fields(bytes);
  const auto kind = fields.Take<std::uint8_t>();
  const auto version = fields.Take<std::uint8_t>();
  ReporterRecord record;
  record.metric = fields.Take<std::uint8_t>();
  record.time.unix_ms = fields.Take<std::int64_t>();
  record.broker = fields.Take<std::int32_t>();
  if (!fields.whole()) return Cut(kWhat);
  if (kind > 2) return Newer(fmt::format("{} is of class {}", kWhat, int{kind}));
  if (version > 0) return NewerThan(kWhat, version);
  if (record.metric >= kReporterMetrics) {
    return Newer(fmt::format("{} has the metric {}", kWhat, int{record.metric}));
  }
  record.scope = static_cast<Scope>(kind);
  if (record.scope != ScopeOf(record.metric)) {
    return DataLoss(fmt::format("{} has {} in class {}", kWhat, kNames[record.metric], int{kind}));
  }
  if (record.scope != Scope::kBroker) {
    const auto size = fields.Take<std::int32_t>();
    if (size <= 0 || size > kMostTopic) {
      return DataLoss(fmt::format("{} has a topic name of {} bytes", kWhat, size));
    }
    record.topic = fields.Text(static_cast<std::size_t>(size));
  }
  if (record.scope == Scope::kPartition) record.partition = fields.Take<std::int32_t>();
  record.value = fields.Double();
  if (!fields.whole()) return Cut(kWhat);
  if (fields.left() > 0) {
    return DataLoss(fmt::format("{} is {} bytes too long", kWhat, fields.left()));
  }
  if (record.broker < 0 || (record.scope == Scope::kPartition && record.partition < 0)) {
    return DataLoss(
        fmt::format("{} names broker {}, partition {}", kWhat, record.broker, record.partition));
  }
  return record;
}

Result<StoredPartitionSample> DecodePartitionSample(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kWhat = "a stored partition sample";
  Fields fields(bytes);
  const auto version = fields.Take<std::uint8_t>();
  if (version > 1) return NewerThan(kWhat, version);
  StoredPartitionSample sample;
  sample.leader = fields.Take<std::int32_t>();
  for (double* value : {&sample.cpu, &sample.disk_mb, &sample.bytes_in_kb, &sample.bytes_out_kb,
                        &sample.produce_rate, &sample.fetch_rate, &sample.messages_in}) {
    *value = fields.Double();
  }
  if (version >= 1) {
    sample.replication_in_kb = fields.Double();
    sample.replication_out_kb = fields.Double();
  }
  sample.time.unix_ms = fields.Take<std::int64_t>();
  sample.partition = fields.Take<std::int32_t>();
  if (!fields.whole()) return Cut(kWhat);
  const std::size_t size = fields.left();
  if (size == 0 || size > kMostTopic || sample.leader < 0 || sample.partition < 0) {
    return DataLoss(fmt::format("{} names leader {}, partition {} and a topic of {} bytes", kWhat,
                                sample.leader, sample.partition, size));
  }
  sample.topic = fields.Text(size);
  return sample;
}

Result<StoredBrokerSample> DecodeBrokerSample(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kWhat = "a stored broker sample";
  constexpr std::size_t kFirst = 22;
  constexpr std::size_t kAfterTimes = 43;
  Fields fields(bytes);
  StoredBrokerSample sample;
  sample.version = fields.Take<std::uint8_t>();
  if (sample.version < 4 || sample.version > 5) return NewerThan(kWhat, sample.version);
  sample.broker = fields.Take<std::int32_t>();
  const auto host = fields.Take<std::int16_t>();
  if (host < 0 || host > kMostHost) {
    return DataLoss(fmt::format("{} has a host name of {} bytes", kWhat, host));
  }
  sample.host = fields.Text(static_cast<std::size_t>(host));
  for (double* value :
       {&sample.cpu, &sample.bytes_in_kb, &sample.bytes_out_kb, &sample.replication_in_kb,
        &sample.replication_out_kb, &sample.messages_in, &sample.produce_requests,
        &sample.consumer_fetch_requests, &sample.follower_fetch_requests, &sample.handler_idle,
        &sample.disk_mb, &sample.produce_rate, &sample.fetch_rate}) {
    *value = fields.Double();
  }
  sample.time.unix_ms = fields.Take<std::int64_t>();
  sample.request_queue = fields.Take<std::int32_t>();
  sample.response_queue = fields.Take<std::int32_t>();
  const std::size_t end = sample.version >= 5 ? kReporterMetrics : kAfterTimes;
  for (std::size_t id = kFirst; id < end; ++id) sample.by_metric[id] = fields.Double();
  if (!fields.whole()) return Cut(kWhat);
  if (sample.broker < 0) return DataLoss(fmt::format("{} names broker {}", kWhat, sample.broker));
  return sample;  // version 5 has two unused bytes at its end
}

}  // namespace levelwind::collectors
