#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/published.h"
#include "collectors/collector.h"
#include "model/load_facts.h"

namespace levelwind::collectors {

/// What a source of load has published, put into the state. Asks nobody.
class LoadCollector final : public Collector {
 public:
  /// `facts` must outlive the collector. `name` as in SourceStatus: "endpoints".
  LoadCollector(std::string name, const Published<LoadFacts>& facts)
      : name_(std::move(name)), facts_(facts) {}

  std::string_view name() const override { return name_; }
  Duration Interval(const CollectState& state) const override;
  Result<LookReport> Collect(kafka::AdminClient& admin, CollectState& state, const Clock& clock,
                             Duration timeout) override;

 private:
  const std::string name_;
  const Published<LoadFacts>& facts_;
  std::uint64_t skipped_ = 0;
};

}  // namespace levelwind::collectors
