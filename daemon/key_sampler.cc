#include "daemon/key_sampler.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "detectors/key_sketch.h"
#include "kafka/data/consumer.h"

namespace levelwind::daemon {
namespace {

/// Every key of more than a half percent is found.
constexpr std::size_t kCapacity = 200;
constexpr std::size_t kShown = 10;
constexpr Duration kLook = std::chrono::seconds(5);
constexpr std::int32_t kReadAhead = 1 << 20;

}  // namespace

ReadKeys ReadKeysOver(const kafka::ClientOptions& options) {
  return [options](const TopicPartition& partition, const KeySamplerLimits& limits,
                   const std::function<void(std::string_view)>& give) -> Status {
    kafka::ConsumerOptions consumer;
    consumer.bootstrap = Join(options.bootstrap, ",");
    consumer.client_id = options.client_id;
    consumer.security = options.security;
    consumer.max_queued_bytes = kReadAhead;
    LW_ASSIGN_OR_RETURN(const auto reader, kafka::Consumer::Create(consumer));
    LW_RETURN_IF_ERROR(reader->Assign({{partition, kafka::PartitionPosition::kFromEnd}}));
    const SystemClock clock;
    const SteadyTime end = clock.Now() + limits.time;
    for (std::uint64_t read = 0; read < limits.records && clock.Now() < end;) {
      LW_ASSIGN_OR_RETURN(const auto record, reader->Poll(std::chrono::milliseconds(200)));
      if (!record) continue;
      ++read;
      give(record->key ? std::string_view(*record->key) : std::string_view());
    }
    return Ok();
  };
}

KeySampler::KeySampler(Reports reports, ReadKeys read, const Clock& clock,
                       const KeySamplerLimits& limits)
    : reports_(std::move(reports)), read_(std::move(read)), clock_(clock), limits_(limits) {}

SteadyTime KeySampler::Step(SteadyTime now) {
  const auto reports = reports_();
  if (reports == nullptr) return now + kLook;
  const bool old = std::erase_if(samples_, [&](const auto& entry) {
                     return now - entry.second.at > limits_.keep;
                   }) > 0;
  std::optional<TopicPartition> next;
  for (const DetectorReport& report : *reports) {
    if (report.detector != "key_skew") continue;
    for (const Anomaly& anomaly : report.anomalies) {
      for (const TopicPartition& partition : anomaly.partitions) {
        const auto known = samples_.find(partition);
        const bool due = known == samples_.end() || now - known->second.at > limits_.again;
        if (due && !next) next = partition;
      }
    }
  }
  if (next) Take(*next);
  if (next || old) Publish();
  return std::max(now, clock_.Now()) + kLook;
}

void KeySampler::Take(const TopicPartition& partition) {
  detectors::KeySketch sketch(kCapacity);
  std::uint64_t keyless = 0;
  const Status read = read_(partition, limits_, [&](std::string_view key) {
    key.empty() ? void(++keyless) : sketch.Add(key);
  });
  Sample& sample = samples_[partition];
  sample.at = clock_.Now();
  if (!read.ok()) {
    LW_WARN("keys", "{}: its keys cannot be sampled: {}", partition.ToString(),
            read.error().message());
    return;
  }
  sample.keys = {partition, sketch.seen() + keyless, sketch.Top(kShown)};
  LW_INFO("keys", "{}: {} records sampled, {} of them with a key", partition.ToString(),
          sample.keys.sampled, sketch.seen());
}

void KeySampler::Publish() {
  auto keys = std::make_shared<std::vector<SampledKeys>>();
  for (const auto& [partition, sample] : samples_) {
    if (sample.keys.sampled > 0) keys->push_back(sample.keys);
  }
  published_.Publish(std::move(keys));
}

}  // namespace levelwind::daemon
