#pragma once

#include <cstdint>

#include "base/published.h"
#include "collectors/collector.h"
#include "collectors/offsets_topic/offsets_facts.h"

namespace levelwind::collectors {

/// What an OffsetsReader has published, put into the groups. Asks nobody.
///
/// While the reader has failed for longer than options.keep_for, or has never begun, commits and
/// rebalances are what the looks tell.
class OffsetsTopicCollector final : public Collector {
 public:
  /// `facts` must outlive the collector.
  explicit OffsetsTopicCollector(const Published<OffsetsFacts>& facts) : facts_(facts) {}

  std::string_view name() const override { return "offsets_topic"; }
  Duration Interval(const CollectState& state) const override;
  Result<LookReport> Collect(kafka::AdminClient& admin, CollectState& state, const Clock& clock,
                             Duration timeout) override;

 private:
  const Published<OffsetsFacts>& facts_;
  std::uint64_t sequence_ = 0;  ///< Of the publications that were put into the groups.
  std::uint64_t skipped_ = 0;   ///< What the publication before had skipped as malformed.
};

}  // namespace levelwind::collectors
