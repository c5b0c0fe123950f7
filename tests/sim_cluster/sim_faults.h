#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "kafka/protocol/api.h"
#include "model/ids.h"

namespace levelwind::testing {

/// Which requests a fault is for.
struct SimMatch {
  std::optional<kafka::ApiKey> api = {};  ///< Empty: all, except ApiVersions.
  std::optional<BrokerId> broker = {};    ///< Empty: all.
  int times = kAlways;                    ///< After so many requests the fault is over.
  int skip = 0;                           ///< So many matching requests pass first.

  static constexpr int kAlways = -1;
};

/// What happens to one request. Several faults may add up.
struct SimFault {
  Duration latency =
      Duration::zero();         ///< Before the answer; later requests on the connection wait.
  bool close_unread = false;    ///< Closed without doing it.
  bool drop_reply = false;      ///< Done, then closed without an answer.
  bool hang = false;            ///< Done, never answered; the connection stays open.
  std::int16_t error = 0;       ///< Not done; every item (or the whole) answers this code.
  std::int16_t late_error = 0;  ///< Done, yet answers this code (REQUEST_TIMED_OUT).
  bool partial = false;         ///< The last half of the answer's items is missing.
};

/// Faults that can be switched on and off while requests run. Thread-safe.
class SimFaults {
 public:
  using Id = std::uint64_t;

  Id Delay(const SimMatch& match, Duration latency);
  Id CloseUnread(const SimMatch& match);
  Id DropReply(const SimMatch& match);
  Id Hang(const SimMatch& match);
  /// NOT_CONTROLLER 41, REQUEST_TIMED_OUT 7, ... without doing what was asked.
  Id Error(const SimMatch& match, std::int16_t code);
  /// What was asked is done all the same: the outcome of a timed-out write.
  Id ErrorAfterDoing(const SimMatch& match, std::int16_t code);
  Id Partial(const SimMatch& match);

  void Remove(Id id);
  void Clear();
  /// How many requests a fault has met so far; 0 for one that is gone.
  int Hits(Id id) const;

  /// The server's: what this request meets. Uses up one of `times`.
  SimFault Take(kafka::ApiKey api, BrokerId broker);

 private:
  struct Rule {
    Id id;
    SimMatch match;
    SimFault fault;
    int seen = 0;
    int hits = 0;
  };
  Id Add(const SimMatch& match, const SimFault& fault);

  mutable std::mutex mutex_;
  Id next_ = 1;
  std::list<Rule> rules_;
};

}  // namespace levelwind::testing
