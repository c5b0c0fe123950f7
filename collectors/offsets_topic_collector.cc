#include "collectors/offsets_topic_collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>

namespace levelwind::collectors {
namespace {

void ForgetFacts(GroupRecord& record) {
  record.facts = nullptr;
  for (GroupOffset& offset : record.group.offsets.Edit()) {
    offset.rewinds = 0;
    offset.commit_interval_s = std::numeric_limits<float>::quiet_NaN();
    offset.commit_ms = kUnknownCount;
  }
}

void PutOffsets(GroupRecord& record, const ClusterTable& table) {
  std::vector<GroupOffset>& offsets = record.group.offsets.Edit();
  for (const TopicFacts& topic : record.facts->topics) {
    for (const PartitionFacts& told : topic.partitions) {
      const std::int32_t index = table.Find(*topic.topic, told.partition);
      const auto at = std::ranges::lower_bound(offsets, index, {}, &GroupOffset::partition);
      if (index < 0 || at == offsets.end() || at->partition != index) continue;
      at->rewinds = told.rewinds;
      at->commit_interval_s = told.commit_interval_s;
      at->commit_ms = told.commit_ms;
    }
  }
}

void PutFacts(CollectState& state, const OffsetsFacts& facts, std::uint64_t sequence) {
  const bool fresh = !state.offsets_topic_used;
  for (const GroupFactsPtr& told : facts.groups) {
    const auto known = state.groups.find(told->group);
    if (known == state.groups.end()) continue;
    GroupRecord& record = known->second;
    record.told_in = sequence;
    const std::size_t partitions = record.group.offsets.size();
    if (!fresh && record.facts == told && record.merged == partitions) continue;
    if (fresh) ForgetFacts(record);
    record.facts = told;
    record.merged = partitions;
    PutOffsets(record, state.table);
  }
  for (auto& [name, record] : state.groups) {
    const bool gone = record.told_in != sequence && (fresh || record.facts != nullptr);
    if (gone) ForgetFacts(record);
  }
}

}  // namespace

Duration OffsetsTopicCollector::Interval(const CollectState& state) const {
  return IntervalAtStart(state.options, state.offsets.looks, state.options.offset_interval);
}

Result<LookReport> OffsetsTopicCollector::Collect(kafka::AdminClient&, CollectState& state,
                                                  const Clock& clock, Duration) {
  const auto facts = facts_.Get();
  if (facts == nullptr) return Unavailable("the topic was not read yet");
  state.offsets_topic = facts->view;
  const bool began = facts->at != SteadyTime{};
  const Duration silent = clock.Now() - facts->at;
  const bool usable = began && silent <= state.options.keep_for;
  if (usable) {
    PutFacts(state, *facts, ++sequence_);
  } else if (state.offsets_topic_used) {
    for (auto& [name, record] : state.groups) ForgetFacts(record);
  }
  state.offsets_topic_used = usable;
  LookReport report;
  const OffsetsTopicCounts& counts = facts->view.counts;
  std::uint64_t skipped = counts.bad_batches;
  for (const std::uint64_t malformed : counts.malformed) skipped += malformed;
  report.skipped = skipped - skipped_;
  skipped_ = skipped;
  report.missing = facts->problem;
  if (report.missing.empty() && !usable) {
    report.missing = fmt::format("nothing was read for {:.0f} s", ToSeconds(silent));
  }
  return report;
}

}  // namespace levelwind::collectors
