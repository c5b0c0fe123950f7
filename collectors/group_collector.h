#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"

namespace levelwind::collectors {

/// Consumer groups: listed by every broker, then described, then their commits, in this order, so
/// that the commits are the last thing read before the end offsets. Requests: one ListGroups per
/// broker and one OffsetFetch per coordinator; for groups whose members may have changed, one
/// Describe per coordinator and kind of group; one FindCoordinator for groups that nobody lists.
///
/// A group whose coordinator does not answer stays as it was, in the state "Unknown": it is missing
/// from the list, not from the cluster. A group that nobody lists any more is asked for by name,
/// and forgotten only when its coordinator says that it is gone. Share groups have no commits:
/// their coordinators are asked where the unfinished work begins (one request per coordinator).
class GroupCollector final : public Collector {
 public:
  std::string_view name() const override { return "groups"; }
  Duration Interval(const CollectState& state) const override {
    return IntervalAtStart(state.options, state.offsets.looks, state.options.offset_interval);
  }
  Result<LookReport> Collect(kafka::AdminClient& admin, CollectState& state, const Clock& clock,
                             Duration timeout) override;
};

}  // namespace levelwind::collectors
