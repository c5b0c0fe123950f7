#pragma once

#include <string_view>

#include "collectors/collector.h"

namespace levelwind::collectors {

/// Brokers, topics, partitions, leaders, replicas, in-sync sets. One or two requests a look.
class ClusterCollector final : public Collector {
 public:
  std::string_view name() const override { return "cluster"; }
  Duration Interval(const CollectState& state) const override {
    return state.options.metadata_interval;
  }
  Result<LookReport> Collect(kafka::AdminClient& admin, CollectState& state, const Clock& clock,
                             Duration timeout) override;
};

}  // namespace levelwind::collectors
