#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/published.h"
#include "base/result.h"
#include "kafka/client_options.h"
#include "model/anomaly.h"
#include "model/cluster_facts.h"

namespace levelwind::daemon {

struct KeySamplerLimits {
  Duration time = std::chrono::seconds(5);  ///< Of one sampling.
  std::uint64_t records = 50'000;
  Duration again = std::chrono::minutes(10);  ///< The same partition no sooner.
  Duration keep = std::chrono::minutes(30);   ///< What was sampled is told for so long.
};

/// Reads what is produced to one partition from now on and gives each record's key away (empty:
/// it has none), within the limits.
using ReadKeys = std::function<Status(const TopicPartition&, const KeySamplerLimits&,
                                      const std::function<void(std::string_view)>&)>;

/// By librdkafka, one consumer per sampling, with little read ahead. It joins no group and commits
/// nothing.
ReadKeys ReadKeysOver(const kafka::ClientOptions& options);

/// Samples the keys of partitions that stay uneven, one at a time, for a few seconds, where that is
/// allowed (detect.sample_keys). Keys are user data: they are shown with their anomaly and nowhere
/// else, and never logged.
///
/// Step is for one thread, which it holds for the time of a sampling; keys() for any.
class KeySampler {
 public:
  using Reports = std::function<std::shared_ptr<const std::vector<DetectorReport>>()>;

  KeySampler(Reports reports, ReadKeys read, const Clock& clock, const KeySamplerLimits& limits);

  /// Returns when it wants to be called next.
  SteadyTime Step(SteadyTime now);

  /// Sorted by partition; null before the first sampling.
  const Published<std::vector<SampledKeys>>& keys() const { return published_; }

 private:
  struct Sample {
    SteadyTime at{};
    SampledKeys keys;
  };
  void Take(const TopicPartition& partition);
  void Publish();

  const Reports reports_;
  const ReadKeys read_;
  const Clock& clock_;
  const KeySamplerLimits limits_;
  std::map<TopicPartition, Sample> samples_;
  Published<std::vector<SampledKeys>> published_;
};

}  // namespace levelwind::daemon
