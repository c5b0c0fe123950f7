#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "collectors/collector.h"

namespace levelwind::collectors {

/// Log dirs and replica sizes: one request per serving broker, all at once. A broker that does not
/// answer keeps its last data. Copies between two log dirs of a broker (future replicas) count in
/// no size.
class LogDirCollector final : public Collector {
 public:
  std::string_view name() const override { return "log_dirs"; }
  Duration Interval(const CollectState& state) const override {
    return IntervalAtStart(state.options, state.disk_looks, state.options.log_dir_interval);
  }
  Result<LookReport> Collect(kafka::AdminClient& admin, CollectState& state, const Clock& clock,
                             Duration timeout) override;

 private:
  void AddSizeLook(CollectState& state, SteadyTime at);

  std::vector<std::int64_t> leader_bytes_;  ///< Kept for its memory.
};

}  // namespace levelwind::collectors
