#pragma once

#include <string_view>

#include "collectors/collector.h"

namespace levelwind::collectors {

/// Timestamps of the records that lagging groups have to read next, where the history of end
/// offsets does not tell their age to within 2 s or a tenth (after a start; far behind): see
/// FindRecordTimes. Sends nothing where it does. Runs right after the end offsets.
class RecordTimeCollector final : public Collector {
 public:
  std::string_view name() const override { return "record_times"; }
  Duration Interval(const CollectState& state) const override {
    return IntervalAtStart(state.options, state.offsets.looks, state.options.lag.exact_interval);
  }
  Result<LookReport> Collect(kafka::AdminClient& admin, CollectState& state, const Clock& clock,
                             Duration timeout) override;
};

}  // namespace levelwind::collectors
