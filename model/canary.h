#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/ids.h"
#include "model/measure.h"

namespace levelwind {

/// How often something took how long: cumulative counts are the reader's to make.
struct LatencyHistogram {
  /// Upper bounds in seconds, as kminion has them: 5 ms, doubled; what is longer is in the last.
  static constexpr std::array<double, 13> kBounds = {0.005, 0.01, 0.02, 0.04, 0.08,  0.16, 0.32,
                                                     0.64,  1.28, 2.56, 5.12, 10.24, 20.48};
  std::array<std::uint64_t, kBounds.size() + 1> counts{};
  double sum_s = 0;

  void Add(double seconds);
  std::uint64_t count() const;
  /// Upper bound of the bucket in which this share (0..1) of all lies; unknown without any,
  /// infinity in the last.
  double Quantile(double share) const;
};

/// What the canary's records to one partition went through, since the daemon started.
struct CanaryPartition {
  std::int32_t partition = 0;
  BrokerId leader = kNoBroker;
  std::uint64_t sent = 0;       ///< Given to the producer.
  std::uint64_t acked = 0;      ///< Acknowledged by all in-sync replicas.
  std::uint64_t failed = 0;     ///< Given up by the producer; not lost.
  std::uint64_t received = 0;   ///< Read back within the time.
  std::uint64_t lost = 0;       ///< Acknowledged, or without an answer, and not read back in time.
  std::int32_t in_flight = 0;   ///< Neither read back, nor lost, nor failed.
  LatencyHistogram ack;         ///< From sending to the acknowledgement.
  LatencyHistogram round_trip;  ///< From sending to reading.
};

/// End-to-end probes: whether records get through, and how fast.
struct CanaryView {
  std::string topic;
  std::string problem;  ///< Why it does nothing, or only a part; empty: all is well.
  std::vector<CanaryPartition> partitions;  ///< By number.
  std::vector<BrokerId> uncovered;          ///< Serving brokers that lead none of them.
  std::uint64_t commits = 0;
  std::uint64_t commits_failed = 0;
  LatencyHistogram commit;
};

}  // namespace levelwind
