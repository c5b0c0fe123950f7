#pragma once

#include <string_view>

#include "collectors/collector.h"

namespace levelwind::collectors {

/// Log end offsets (and, less often, log start offsets) of every partition that has a leader: one
/// request per leader and kind. Runs right after the groups in a step, so that every end is read
/// after the commits that it is compared with.
class OffsetCollector final : public Collector {
 public:
  std::string_view name() const override { return "offsets"; }
  Duration Interval(const CollectState& state) const override {
    return IntervalAtStart(state.options, state.offsets.looks, state.options.offset_interval);
  }
  Result<LookReport> Collect(kafka::AdminClient& admin, CollectState& state, const Clock& clock,
                             Duration timeout) override;
};

}  // namespace levelwind::collectors
