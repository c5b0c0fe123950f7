#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/published.h"
#include "base/result.h"
#include "kafka/log_reader.h"
#include "kafka/records/record_batch_reader.h"
#include "model/cluster_facts.h"

namespace levelwind::collectors {

/// What the maintenance topic told.
struct MaintenanceFacts {
  std::vector<MaintenanceEvent> events;  ///< Not expired when this was made, oldest first.
  std::string problem;                   ///< Why it cannot be read now; empty: it can.
  std::uint64_t skipped = 0;             ///< Records that are no such events, since the start.
};

/// Reads Cruise Control's maintenance topic (__MaintenanceEvent): what its clients announce. As
/// there, an event counts for 15 minutes, and the same said again within three minutes counts once.
///
/// Step is for one thread; facts() for any. `log` must outlive the reader. It never gives up: what
/// fails is told in MaintenanceFacts::problem and tried again; what cannot be read is left out,
/// logged once each and counted. A topic that does not exist is looked for again: Cruise Control's
/// clients make it with their first event.
class MaintenanceReader {
 public:
  MaintenanceReader(kafka::LogReader& log, const Clock& clock, std::string topic);

  /// Returns when it wants to be called next.
  SteadyTime Step(SteadyTime now);

  /// Null before the first step; a new one only when something of it is new.
  const Published<MaintenanceFacts>& facts() const { return facts_; }

 private:
  struct Log {
    TopicPartition partition;
    std::int64_t next = kUnknownCount;  ///< Unknown: to be looked for.
    int stuck = 0;
  };

  Status Look();
  Status FindEdges();
  void Take(Log& log, const kafka::FetchedLog& answer);
  void TakeRecord(const Log& log, const kafka::RecordView& record);
  void Publish(const Status& status);

  kafka::LogReader& log_reader_;
  const Clock& clock_;
  const std::string topic_;
  std::vector<Log> logs_;
  std::vector<MaintenanceEvent> events_;
  std::uint64_t skipped_ = 0;
  bool missing_told_ = false;
  bool changed_ = false;
  Published<MaintenanceFacts> facts_;
};

}  // namespace levelwind::collectors
