#pragma once

#include <chrono>
#include <string_view>

#include "collectors/collector.h"

namespace levelwind::collectors {

/// Looks at the end offsets of bursty partitions as they were between the last two looks, so that
/// the age of what a laggard reads next is known to within kStep and not to within a whole look.
///
/// Brokers tell the first record that is at least as young as a time: that is where the log's end
/// stood then. Asked only about partitions in which a group is further behind than the lag floor,
/// and of these in every look only about those whose records do not come evenly (the line between
/// two looks was off by more than kStraight, or the growth just halved or doubled); the even ones
/// every `lag.exact_interval`. At most kMostSteps requests per leader
/// and look; none where nobody
/// lags. Takes the producers' timestamps as they are; what contradicts the looks is left out.
/// Runs right after the end offsets.
class HindsightCollector final : public Collector {
 public:
  static constexpr auto kStep = std::chrono::milliseconds(1600);
  static constexpr auto kStraight = std::chrono::milliseconds(1000);
  static constexpr int kMostSteps = 5;

  std::string_view name() const override { return "hindsight"; }
  Duration Interval(const CollectState& state) const override {
    return IntervalAtStart(state.options, state.offsets.looks, state.options.offset_interval);
  }
  Result<LookReport> Collect(kafka::AdminClient& admin, CollectState& state, const Clock& clock,
                             Duration timeout) override;
};

}  // namespace levelwind::collectors
