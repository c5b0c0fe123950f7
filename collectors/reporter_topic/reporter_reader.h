#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/published.h"
#include "base/result.h"
#include "collectors/broker_metrics/broker_metrics_options.h"
#include "collectors/reporter_topic/reporter_tally.h"
#include "kafka/log_reader.h"
#include "model/load_facts.h"

namespace levelwind::collectors {

/// Reads Cruise Control's metrics topic from its end, and at the start what is newest in its sample
/// topics (the last records of each partition: a warm start).
///
/// Step is for one thread, which it may hold for a fetch's wait, or the call timeout when brokers
/// hang. live() and stored() are for any thread. `log` must outlive the reader and be a client of
/// its own. It never gives up: what fails is told in LoadFacts::problem and tried again, what
/// cannot be read is left out and counted.
class ReporterReader {
 public:
  ReporterReader(kafka::LogReader& log, const Clock& clock, const ReporterOptions& options);

  /// Returns when it wants to be called next.
  SteadyTime Step(SteadyTime now);

  const Published<LoadFacts>& live() const { return live_; }
  /// Null where no warm start is wanted, and until the sample topics were read.
  const Published<LoadFacts>& stored() const { return stored_; }

 private:
  enum class Kind : std::uint8_t { kMetrics, kPartitions, kBrokers };
  struct Log {
    TopicPartition partition;
    Kind kind = Kind::kMetrics;
    std::int64_t next = kUnknownCount;  ///< Offset to read next; unknown: to be looked for.
    std::int64_t end = kUnknownCount;
    int stuck = 0;
  };

  Status Open();
  Status OpenTopic(const std::string& topic, Kind kind);
  Status FindEdges();
  Status Read();
  void TakeAnswer(Log& log, const kafka::FetchedLog& answer);
  void Feed(Log& log, const kafka::FetchedLog& answer);
  void CloseRead();
  void Publish(const Status& status, SteadyTime now);

  kafka::LogReader& log_reader_;
  const Clock& clock_;
  const ReporterOptions options_;
  ReporterTally tally_;
  std::vector<Log> logs_;
  bool warm_ = false;  ///< The sample topics were opened, or there is none.
  std::string warm_problem_;
  SteadyTime complete_at_{};
  std::uint64_t requests_ = 0;
  Published<LoadFacts> live_;
  Published<LoadFacts> stored_;
};

}  // namespace levelwind::collectors
