#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/admin_client.h"
#include "model/ids.h"

namespace levelwind::collectors {

/// A record as its broker told it.
struct RecordTime {
  std::int64_t unix_ms = 0;
  /// The record at the offset itself is gone (compacted away; an aborted transaction's stays): this
  /// is the next that is there.
  bool compacted = false;
  friend bool operator==(const RecordTime&, const RecordTime&) = default;
};

/// Finds when the first record at or after an offset was made, from nothing but answers to
/// ListOffsets(timestamp): the first record with at least that timestamp. The time is narrowed from
/// both sides, along the line between the two nearest answers and every third time in the middle,
/// until the sides are kTolerance apart; then one more question tells it exactly, or at least
/// within that. Reads no record; needs the right to describe the topic only.
///
/// A hint saves the probes that find the neighbourhood: the search starts there and walks away from
/// it in steps that quadruple until the record is between two answers. A wrong hint costs probes,
/// never truth.
///
/// Timestamps are taken to grow with offsets. Where producers' clocks are apart by d, the answer is
/// off by up to d. Pure: the caller asks. Not thread-safe.
class RecordTimeSearch {
 public:
  static constexpr std::int64_t kToleranceMs = 1000;

  /// `end`: the log's end offset, above `offset`. `now_ms`: no record is younger, in unix ms.
  /// `hint_ms`: about when the record was made, unix ms; 0: no idea.
  RecordTimeSearch(std::int64_t offset, std::int64_t end, std::int64_t now_ms,
                   std::int64_t hint_ms = 0);

  bool done() const { return found_.has_value() || failed_; }
  /// The timestamp to ask for next, unix ms. Only while not done.
  std::int64_t Probe() const { return probe_; }
  /// An answer about the partition, to this search's probe or to another's: offset and timestamp of
  /// the first record that is at least as young as `asked_ms`; -1 and -1: none is.
  void Take(std::int64_t asked_ms, std::int64_t offset, std::int64_t timestamp_ms);
  /// The broker answered with an error; there is no answer to be had.
  void Fail() { failed_ = true; }
  std::optional<RecordTime> found() const { return found_; }
  int probes() const { return probes_; }

 private:
  void Next();
  void Walk();

  std::int64_t offset_;
  std::int64_t low_ms_ = -1;  ///< A record before the one that is sought is as old. -1: none known.
  std::int64_t low_offset_ = -1;
  std::int64_t high_ms_;  ///< All records as young as this are at or after the offset.
  std::int64_t high_offset_;
  bool high_told_ = false;    ///< `high` comes from an answer, not from now and the log's end.
  std::int64_t step_ms_ = 0;  ///< How far the next step away from the hint goes. 0: no hint.
  std::int64_t probe_ = 0;
  int probes_ = 0;
  bool last_ = false;  ///< The sides are close: the probe under way is the last.
  bool failed_ = false;
  std::optional<RecordTime> found_;
};

struct RecordSought {
  TopicPartition partition;
  std::int64_t offset = 0;
  std::int64_t end = 0;
  std::int64_t hint_ms = 0;  ///< See RecordTimeSearch.
};

/// The records' times, in their order; empty where one could not be found (a leader away, time
/// over, records without timestamps). One request per leader and round, all records together, at
/// most 40 rounds (6 to 12 are usual, 4 to 6 with a good hint). kUnavailable: none could be found
/// and why.
Result<std::vector<std::optional<RecordTime>>> FindRecordTimes(
    kafka::AdminClient& admin, const std::vector<RecordSought>& sought, const Clock& clock,
    Duration timeout);

}  // namespace levelwind::collectors
