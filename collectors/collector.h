#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "collectors/collect_state.h"
#include "kafka/admin_client.h"

namespace levelwind::collectors {

/// What a look brought. An Error instead means that it brought nothing at all.
struct LookReport {
  std::string missing;        ///< Non-empty: which part is missing and why; the rest is new.
  std::uint64_t skipped = 0;  ///< Items that made no sense (negative sizes, unknown topics).
};

/// One source of facts about the cluster. Called by the monitor thread only.
class Collector {
 public:
  virtual ~Collector() = default;

  /// As in SourceStatus and in the metrics: "cluster", "log_dirs", ...
  virtual std::string_view name() const = 0;

  /// Time from the start of this look to the start of the next.
  virtual Duration Interval(const CollectState& state) const = 0;

  /// Asks the cluster and puts what it says into `state`, for at most about `timeout`. On an error
  /// `state` is as it was: the last good data stays. Never blocks longer for one broken broker than
  /// for the whole answer.
  virtual Result<LookReport> Collect(kafka::AdminClient& admin, CollectState& state,
                                     const Clock& clock, Duration timeout) = 0;
};

}  // namespace levelwind::collectors
