#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.h"
#include "model/burrow.h"

namespace levelwind::collectors {

/// Whether Kafka's own topic __consumer_offsets is read beside the looks at the groups.
enum class OffsetsTopicMode : std::uint8_t {
  kOff,
  kTail,    ///< From its end: what happens from now on.
  kReplay,  ///< From its beginning: what compaction has left of the past, too.
};

/// When a group that is behind is worth a word.
struct LagOptions {
  /// Verdicts compare now with between half of this and all of it ago. Range 10 s to 1 day.
  Duration window = std::chrono::minutes(5);
  /// A group that was caught up (or is watched) for less than this is not judged. Range 0 to 1 h.
  Duration patience = std::chrono::minutes(1);
  /// Behind by at most this many messages, or by less than this time, counts as caught up.
  std::int64_t allowed = 0;
  Duration floor = std::chrono::seconds(10);
  /// How often the brokers are asked for the timestamps of records whose age the history does not
  /// tell well; no requests where it does. Range 5 s to 1 day.
  Duration exact_interval = std::chrono::seconds(30);
  /// Most records asked for in one go.
  std::int32_t exact_most = 5000;
  /// Needs the right to read the topic. Anything but kOff takes a client and a thread of its own.
  OffsetsTopicMode offsets_topic = OffsetsTopicMode::kOff;
};

/// Evaluation of consumer groups by Burrow's rules, beside ours.
struct BurrowOptions {
  bool on = false;  ///< Off: no commit is kept. About 150 bytes per group and partition.
  BurrowRules rules;
  /// How far apart the kept end offsets are, at least. Range 1 s to 1 h.
  Duration offset_refresh = std::chrono::seconds(10);
};

/// How often and how long the cluster is asked. All looks are reads.
struct CollectorOptions {
  /// Brokers, topics, partitions, leaders, and reassignments in progress. Range 500 ms to 5 min.
  Duration metadata_interval = std::chrono::seconds(5);
  /// End offsets and consumer groups; one value, for lag needs both. Range 500 ms to 5 min.
  Duration offset_interval = std::chrono::seconds(5);
  /// Replica sizes of all brokers. Range 1 s to 30 min.
  Duration log_dir_interval = std::chrono::seconds(10);
  /// Who is in a group, where nothing points to a change. A group whose state, kind or coordinator
  /// changed, or that is between two stable states, is described at the next look. Range 5 s to 1
  /// h.
  Duration group_describe_interval = std::chrono::seconds(30);
  /// Log start offsets: they only move with retention. Range 5 s to 1 h.
  Duration log_start_interval = std::chrono::seconds(30);

  /// The first `start_looks` looks at offsets and sizes come this quickly one after the other
  /// (never slower than their own interval), so that rates are there soon after a start.
  Duration start_interval = std::chrono::seconds(3);
  std::int32_t start_looks = 4;

  /// Limit of one call to the cluster. A broker that hangs costs each source this much, once a
  /// look.
  Duration call_timeout = std::chrono::seconds(3);
  /// Limit of one Monitor::Step over all sources; the last ones then get what is left.
  Duration step_budget = std::chrono::seconds(8);

  /// Rates are averages over the looks of the last `rate_window` (at least over two looks).
  Duration rate_window = std::chrono::seconds(15);
  /// The looks must span this much, or `rate_window` where that is less, before a snapshot says
  /// that its rates can be trusted.
  Duration rates_ready = std::chrono::seconds(9);
  /// The last good figure is kept this long when newer looks give none; then it is unknown.
  Duration keep_for = std::chrono::seconds(60);

  LagOptions lag;
  BurrowOptions burrow;
};

}  // namespace levelwind::collectors
