#pragma once

// What a source of load tells: immutable, any thread. collectors/ makes it and merges it into the
// snapshot; the API explains figures with it.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/broker_metrics.h"
#include "model/ids.h"
#include "model/measure.h"

namespace levelwind {

/// What a broker tells of the partitions of one topic that it leads, all together.
struct TopicSample {
  std::string topic;
  double bytes_in_per_s = kUnknown;   ///< From producers.
  double bytes_out_per_s = kUnknown;  ///< To consumers, without replication.
  double messages_in_per_s = kUnknown;
};

/// What a source tells of one partition, as its leader bears it.
struct PartitionSample {
  std::string topic;
  std::int32_t partition = 0;
  double size_bytes = kUnknown;
  double bytes_in_per_s = kUnknown;
  double bytes_out_per_s = kUnknown;  ///< To consumers, without replication.
  double messages_in_per_s = kUnknown;
  double cpu_percent = kUnknown;  ///< 100 = the whole machine.
};

/// What one source tells of one broker at one time.
struct BrokerSample {
  BrokerId broker = kNoBroker;
  SteadyTime at{};  ///< The age counts from it: when it was measured, as far as the source tells.
  BrokerMetrics metrics;
  std::vector<TopicSample> topics;          ///< Sorted by topic.
  std::vector<PartitionSample> partitions;  ///< Sorted by topic and number.
  /// Topic names have underscores where dots may have been (Cruise Control's reporter).
  bool dots_as_underscores = false;
};
using BrokerSamplePtr = std::shared_ptr<const BrokerSample>;

/// Everything that a source of load tells.
struct LoadFacts {
  LoadSource source = LoadSource::kNone;
  std::string problem;                   ///< Empty: all is well. Else what is missing and why.
  std::vector<BrokerSamplePtr> brokers;  ///< Sorted by broker. The last good sample of each.
  std::uint64_t skipped = 0;   ///< Values, lines and records that made no sense, since the start.
  std::uint64_t requests = 0;  ///< Since the start.
  SteadyTime at{};             ///< Of the last complete look; SteadyTime{}: none yet.
  Duration window{};           ///< Time between two looks; figures older than some are unknown.

  const BrokerSample* Find(BrokerId broker) const {
    for (const BrokerSamplePtr& sample : brokers) {
      if (sample->broker == broker) return sample.get();
    }
    return nullptr;
  }
};
using LoadFactsPtr = std::shared_ptr<const LoadFacts>;

/// The loads of one closed window, by partition index of the snapshot that has it.
struct LoadWindow {
  SteadyTime from{};
  SteadyTime to{};
  std::vector<float> in;              ///< Mean bytes in a second; NaN: not one sample.
  std::vector<float> out;             ///< Mean bytes out a second.
  std::vector<std::uint8_t> samples;  ///< Of `in`; 255: at least.
  std::uint32_t expected = 0;         ///< Samples that the window could have.
};

/// The last windows, oldest first, all of the numbering of the snapshot that has them.
struct LoadWindows {
  std::vector<std::shared_ptr<const LoadWindow>> closed;
  std::size_t most = 5;  ///< Windows that are kept.
};

/// How cpu follows from traffic: percent = idle + in x leader bytes in + out x leader bytes out +
/// follower_in x follower bytes in, in MiB/s, by least squares over the brokers' last figures.
struct CpuFit {
  double idle_percent = kUnknown;
  double leader_in = kUnknown;  ///< Percent per MiB/s.
  double leader_out = kUnknown;
  double follower_in = kUnknown;
  double error_percent = kUnknown;  ///< Root of the mean square of what it misses.
  double explained = kUnknown;      ///< R squared, at most 1.
  std::uint32_t samples = 0;
  /// The same error of Cruise Control's fixed weights, scaled as well as can be.
  double weights_error_percent = kUnknown;
  bool known() const { return IsKnown(error_percent); }
};

}  // namespace levelwind
