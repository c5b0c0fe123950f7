#pragma once

#include <string_view>

#include "collectors/collector.h"

namespace levelwind::collectors {

/// Reassignments in progress, whoever started them. One request a look, with the metadata's rhythm.
class ReassignmentCollector final : public Collector {
 public:
  std::string_view name() const override { return "reassignments"; }
  Duration Interval(const CollectState& state) const override {
    return state.options.metadata_interval;
  }
  Result<LookReport> Collect(kafka::AdminClient& admin, CollectState& state, const Clock& clock,
                             Duration timeout) override;
};

}  // namespace levelwind::collectors
