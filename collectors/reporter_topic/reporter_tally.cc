#include "collectors/reporter_topic/reporter_tally.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>

#include "collectors/most_log_bytes.h"

namespace levelwind::collectors {
namespace {

constexpr double kKb = 1024;
constexpr double kMb = 1024 * 1024;
constexpr double kPercent = 100;
constexpr double kMostRate = 1e13;
constexpr double kMostMillis = 1e9;
constexpr double kMostShare = 1.1;
constexpr std::size_t kMostTopics = 100'000;
constexpr std::size_t kMostPartitions = 1'000'000;
constexpr std::int64_t kFutureMs = 60'000;
constexpr std::int64_t kPastMs = 3'600'000;
/// A reporter's batch is on its way for its linger of a second, and some.
constexpr std::int64_t kSettledMs = 5'000;

bool IsSane(double value, double most) { return value >= 0 && value <= most; }

SteadyTime AtOf(WallTime time, WallTime wall, SteadyTime now) {
  return now - std::chrono::milliseconds(wall.unix_ms - time.unix_ms);
}

double* BrokerField(BrokerMetrics& metrics, ReporterMetric metric) {
  switch (metric) {
    case ReporterMetric::kAllTopicBytesIn:
      return &metrics.bytes_in_per_s;
    case ReporterMetric::kAllTopicBytesOut:
      return &metrics.bytes_out_per_s;
    case ReporterMetric::kReplicationBytesIn:
      return &metrics.replication_in_per_s;
    case ReporterMetric::kReplicationBytesOut:
      return &metrics.replication_out_per_s;
    case ReporterMetric::kAllTopicMessagesIn:
      return &metrics.messages_in_per_s;
    case ReporterMetric::kBrokerCpu:
      return &metrics.cpu_percent;
    case ReporterMetric::kAllTopicProduceRequests:
      return &metrics.produce_requests_per_s;
    case ReporterMetric::kAllTopicFetchRequests:
      return &metrics.fetch_requests_per_s;
    case ReporterMetric::kHandlerIdle:
      return &metrics.handler_idle_share;
    case ReporterMetric::kRequestQueueSize:
      return &metrics.request_queue_size;
    case ReporterMetric::kProduceTotalP999:
      return &metrics.produce_total_p999_ms;
    case ReporterMetric::kConsumerFetchTotalP999:
      return &metrics.fetch_total_p999_ms;
    case ReporterMetric::kProduceLocalP999:
      return &metrics.produce_local_p999_ms;
    case ReporterMetric::kLogFlushP999:
      return &metrics.log_flush_p999_ms;
    default:
      return nullptr;
  }
}

double MostOf(ReporterMetric metric) {
  switch (metric) {
    case ReporterMetric::kBrokerCpu:
    case ReporterMetric::kHandlerIdle:
      return kMostShare;
    case ReporterMetric::kPartitionSize:
      return static_cast<double>(kMostLogBytes);
    case ReporterMetric::kProduceTotalP999:
    case ReporterMetric::kConsumerFetchTotalP999:
    case ReporterMetric::kProduceLocalP999:
    case ReporterMetric::kLogFlushP999:
      return kMostMillis;
    default:
      return kMostRate;
  }
}

}  // namespace

bool ReporterTally::IsBelievableTime(WallTime time, WallTime wall) const {
  // No subtraction: a poisoned time may be any number.
  return time.unix_ms <= wall.unix_ms + kFutureMs && time.unix_ms >= wall.unix_ms - kPastMs;
}

void ReporterTally::Reject(const Error& error) {
  ++skipped_;
  if (error.code() == ErrorCode::kUnimplemented) ++newer_;
}

void ReporterTally::Metric(std::span<const std::uint8_t> value, WallTime wall, SteadyTime now) {
  const Result<ReporterRecord> record = DecodeReporterRecord(value);
  if (!record.ok()) return Reject(record.error());
  const auto metric = static_cast<ReporterMetric>(record->metric);
  if (!IsBelievableTime(record->time, wall) || !IsSane(record->value, MostOf(metric))) {
    ++skipped_;
    return;
  }
  const auto newest = live_at_.find(record->broker);
  if (newest != live_at_.end() && record->time <= newest->second) return;  // late
  Round& round = open_[record->broker];
  if (round.values > 0 && record->time < round.time) return;
  // The values of one round bear nearly the same time.
  const Duration apart = std::chrono::milliseconds(record->time.unix_ms - round.time.unix_ms);
  if (round.values > 0 && apart > interval_ / 2) {
    Complete(record->broker, std::move(round), wall, now);
    open_[record->broker] = Round();
  }
  Round& current = open_[record->broker];
  if (current.values == 0) current.time = record->time;
  if (Put(*record, current)) {
    ++current.values;
    ++taken_;
  } else {
    ++skipped_;
  }
}

bool ReporterTally::Put(const ReporterRecord& record, Round& round) {
  const auto metric = static_cast<ReporterMetric>(record.metric);
  if (record.scope == ReporterRecord::Scope::kPartition) {
    if (round.sizes.size() >= kMostPartitions) return false;
    round.sizes[{record.topic, record.partition}] = record.value;
    return true;
  }
  if (record.scope == ReporterRecord::Scope::kTopic) {
    if (round.topics.size() >= kMostTopics && !round.topics.contains(record.topic)) return false;
    TopicSample& topic = round.topics[record.topic];
    if (metric == ReporterMetric::kTopicBytesIn) topic.bytes_in_per_s = record.value;
    if (metric == ReporterMetric::kTopicBytesOut) topic.bytes_out_per_s = record.value;
    if (metric == ReporterMetric::kTopicMessagesIn) topic.messages_in_per_s = record.value;
    return true;
  }
  double* field = BrokerField(round.sample.metrics, metric);
  if (field == nullptr) return true;  // of no use here, but nothing is wrong with it
  const bool cpu = metric == ReporterMetric::kBrokerCpu;
  const bool share = cpu || metric == ReporterMetric::kHandlerIdle;
  const double value = share ? std::min(record.value, 1.0) : record.value;
  *field = cpu ? value * kPercent : value;
  return true;
}

void ReporterTally::Complete(BrokerId broker, Round&& round, WallTime wall, SteadyTime now) {
  auto sample = std::make_shared<BrokerSample>(std::move(round.sample));
  sample->broker = broker;
  sample->at = AtOf(round.time, wall, now);
  sample->metrics.source = LoadSource::kReporter;
  sample->metrics.measured_at = round.time;
  sample->dots_as_underscores = true;
  for (auto& [name, topic] : round.topics) {
    topic.topic = name;
    sample->topics.push_back(std::move(topic));
  }
  for (const auto& [key, size] : round.sizes) {
    PartitionSample& partition = sample->partitions.emplace_back();
    partition.topic = key.first;
    partition.partition = key.second;
    partition.size_bytes = size;
  }
  live_[broker] = std::move(sample);
  live_at_[broker] = round.time;
}

void ReporterTally::Settle(WallTime wall, SteadyTime now) {
  for (auto round = open_.begin(); round != open_.end();) {
    const bool settled =
        round->second.values > 0 && wall.unix_ms - round->second.time.unix_ms >= kSettledMs;
    if (!settled) {
      ++round;
      continue;
    }
    Complete(round->first, std::move(round->second), wall, now);
    round = open_.erase(round);
  }
}

void ReporterTally::Partition(std::span<const std::uint8_t> value, WallTime wall, SteadyTime now) {
  const Result<StoredPartitionSample> told = DecodePartitionSample(value);
  if (!told.ok()) return Reject(told.error());
  const bool sane = IsSane(told->bytes_in_kb, kMostRate / kKb) &&
                    IsSane(told->bytes_out_kb, kMostRate / kKb) &&
                    IsSane(told->disk_mb, static_cast<double>(kMostLogBytes) / kMb) &&
                    IsSane(told->messages_in, kMostRate) && IsBelievableTime(told->time, wall);
  if (!sane) {
    ++skipped_;
    return;
  }
  StoredBroker& broker = stored_[told->leader];
  auto& [time, partition] = broker.partitions[{told->topic, told->partition}];
  if (time > told->time) return;
  time = told->time;
  partition.topic = told->topic;
  partition.partition = told->partition;
  partition.size_bytes = told->disk_mb * kMb;
  partition.bytes_in_per_s = told->bytes_in_kb * kKb;
  partition.bytes_out_per_s = told->bytes_out_kb * kKb;
  partition.messages_in_per_s = told->messages_in;
  if (broker.newest < told->time) {
    broker.newest = told->time;
    broker.sample.at = AtOf(told->time, wall, now);
  }
  ++taken_;
}

void ReporterTally::Broker(std::span<const std::uint8_t> value, WallTime wall, SteadyTime now) {
  const Result<StoredBrokerSample> told = DecodeBrokerSample(value);
  if (!told.ok()) return Reject(told.error());
  const bool sane = IsSane(told->cpu, kMostShare) && IsSane(told->bytes_in_kb, kMostRate / kKb) &&
                    IsSane(told->bytes_out_kb, kMostRate / kKb) &&
                    IsSane(told->replication_in_kb, kMostRate / kKb) &&
                    IsSane(told->replication_out_kb, kMostRate / kKb) &&
                    IsSane(told->handler_idle, kMostShare) && IsBelievableTime(told->time, wall);
  if (!sane) {
    ++skipped_;
    return;
  }
  StoredBroker& broker = stored_[told->broker];
  BrokerMetrics& metrics = broker.sample.metrics;
  if (metrics.known() && metrics.measured_at > told->time) return;
  metrics.source = LoadSource::kSampleTopic;
  metrics.measured_at = told->time;
  metrics.bytes_in_per_s = told->bytes_in_kb * kKb;
  metrics.bytes_out_per_s = told->bytes_out_kb * kKb;
  metrics.replication_in_per_s = told->replication_in_kb * kKb;
  metrics.replication_out_per_s = told->replication_out_kb * kKb;
  metrics.messages_in_per_s = told->messages_in;
  metrics.cpu_percent = std::min(told->cpu, 1.0) * kPercent;
  metrics.handler_idle_share = std::min(told->handler_idle, 1.0);
  if (broker.newest < told->time) {
    broker.newest = told->time;
    broker.sample.at = AtOf(told->time, wall, now);
  }
  ++taken_;
}

std::vector<BrokerSamplePtr> ReporterTally::Live() const {
  std::vector<BrokerSamplePtr> all;
  for (const auto& [id, sample] : live_) all.push_back(sample);
  return all;
}

std::vector<BrokerSamplePtr> ReporterTally::Stored() const {
  std::vector<BrokerSamplePtr> all;
  for (const auto& [id, stored] : stored_) {
    auto sample = std::make_shared<BrokerSample>(stored.sample);
    sample->broker = id;
    for (const auto& [key, partition] : stored.partitions) {
      sample->partitions.push_back(partition.second);
    }
    all.push_back(std::move(sample));
  }
  return all;
}

}  // namespace levelwind::collectors
