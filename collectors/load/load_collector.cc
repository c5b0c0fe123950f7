#include "collectors/load/load_collector.h"

#include <fmt/format.h>

#include "base/text.h"
#include "collectors/collect_state.h"
#include "collectors/load/load_merge.h"

namespace levelwind::collectors {

Duration LoadCollector::Interval(const CollectState& state) const {
  return IntervalAtStart(state.options, state.offsets.looks, state.options.offset_interval);
}

Result<LookReport> LoadCollector::Collect(kafka::AdminClient&, CollectState& state,
                                          const Clock& clock, Duration) {
  LoadFactsPtr facts = facts_.Get();
  if (facts == nullptr) return Unavailable("it has told nothing yet");
  LookReport report;
  report.skipped = facts->skipped - skipped_;
  skipped_ = facts->skipped;
  report.missing = facts->problem;
  const Duration silent = clock.Now() - facts->at;
  if (report.missing.empty() && facts->at == SteadyTime{}) {
    report.missing = "it has not told everything yet";
  } else if (report.missing.empty() && silent > kStaleWindows * facts->window) {
    report.missing = fmt::format("nothing new for {}", HumanDuration(ToSeconds(silent)));
  }
  state.load.Put(std::move(facts));
  return report;
}

}  // namespace levelwind::collectors
