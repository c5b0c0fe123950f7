#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/published.h"
#include "base/result.h"
#include "collectors/offsets_topic/offsets_facts.h"
#include "collectors/offsets_topic/offsets_tail.h"
#include "kafka/log_reader.h"

namespace levelwind::collectors {

struct OffsetsReaderOptions {
  bool replay = false;  ///< From the beginning of the logs; else from their ends.
  Duration call_timeout = std::chrono::seconds(5);
  Duration publish_interval = std::chrono::seconds(1);
  kafka::FetchLimits fetch;
  OffsetsTailLimits tail;
};

/// Reads __consumer_offsets and publishes what it tells about groups.
///
/// It reads whole batches from the leaders, uncommitted: a reader that waits for transactions would
/// be held up by one that stays open, in all groups whose coordinator is the same partition, and
/// one that does not see the markers would take aborted commits for real ones.
///
/// Step is for one thread, which it may hold for fetch.max_wait, or call_timeout when brokers hang.
/// facts() is for any thread. `log` must outlive the reader, and be a client of its own: others'
/// requests would wait behind a fetch that waits. It never gives up: what fails is told in
/// OffsetsFacts::problem and tried again; what cannot be read is left out.
class OffsetsReader {
 public:
  OffsetsReader(kafka::LogReader& log, const Clock& clock, const OffsetsReaderOptions& options);

  /// Returns when it wants to be called next.
  SteadyTime Step(SteadyTime now);

  /// Null until the first Step.
  const Published<OffsetsFacts>& facts() const { return facts_; }

 private:
  struct Log {
    TopicPartition partition;
    std::int64_t next = kUnknownCount;  ///< Offset to read next; unknown: to be looked for.
    std::int64_t edge = kafka::kEarliestOffset;  ///< Where to look for it.
    std::int64_t lost = kUnknownCount;           ///< The position that was not in the log any more.
    std::int64_t end = kUnknownCount;            ///< High watermark, as last told.
    int stuck = 0;                               ///< Answers in a row that led nowhere.
  };

  Status Open();
  Status FindEdges();
  Status FindEdges(std::int64_t edge);
  /// What went wrong with some partitions; empty: nothing.
  Result<std::string> Read();
  void TakeAnswer(Log& log, const kafka::FetchedLog& answer);
  void FeedBatches(Log& log, const kafka::FetchedLog& answer);
  void Note(const Status& status, SteadyTime now);
  void Publish(SteadyTime now);

  kafka::LogReader& log_reader_;
  const Clock& clock_;
  const OffsetsReaderOptions options_;
  OffsetsTail tail_;
  std::vector<Log> logs_;
  bool started_ = false;  ///< The topic was seen, or its absence: what is new is of interest.
  bool caught_up_ = false;
  std::int16_t error_ = 0;  ///< Of some partition, in this Step.
  std::string problem_;
  std::optional<SteadyTime> failing_since_;
  SteadyTime complete_at_{};
  SteadyTime published_at_{};
  Published<OffsetsFacts> facts_;
};

}  // namespace levelwind::collectors
