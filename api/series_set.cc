#include "api/series_set.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "api/metrics_text.h"
#include "api/series_counts.h"
#include "api/views.h"
#include "base/erase_doubles.h"

namespace levelwind::api {
namespace {

bool MakeSense(const ClusterSnapshot& snapshot, const std::vector<GroupOffset>& offsets) {
  std::int32_t last = -1;
  for (const GroupOffset& offset : offsets) {
    if (offset.partition <= last) return false;
    last = offset.partition;
  }
  return last < 0 || static_cast<std::size_t>(last) < snapshot.partitions.size();
}

/// Escaped names, each once, in the order of `names`; those that are not wanted are not shown.
template <class Item>
std::vector<SeriesSet::Name> Escape(const std::vector<Item>& items, const NameFilter& wanted,
                                    std::vector<std::size_t>& doubled) {
  std::vector<SeriesSet::Name> names(items.size());
  std::unordered_set<std::string_view> used;
  for (std::size_t i = 0; i < items.size(); ++i) {
    SeriesSet::Name& name = names[i];
    AppendLabelValue(name.text, items[i].name);
    if (!wanted.Wants(items[i].name)) continue;
    name.shown = used.insert(name.text).second;
    if (!name.shown) doubled.push_back(i);
  }
  return names;
}

}  // namespace

Result<MetricsSetup> MetricsSetup::Create(MetricsOptions options, std::string cluster_name) {
  MetricsSetup setup;
  LW_ASSIGN_OR_RETURN(setup.groups, NameFilter::Create(options.allow_groups, options.deny_groups));
  LW_ASSIGN_OR_RETURN(setup.topics, NameFilter::Create(options.allow_topics, options.deny_topics));
  setup.options = std::move(options);
  setup.cluster_name = std::move(cluster_name);
  return setup;
}

SeriesSet::SeriesSet(const ClusterSnapshot& snapshot, const MetricsSetup& setup) {
  NameTopics(snapshot, setup.topics);
  NameGroups(snapshot, setup.groups);
  MakeRoom(snapshot, setup.options);
}

void SeriesSet::NameTopics(const ClusterSnapshot& snapshot, const NameFilter& wanted) {
  std::vector<std::size_t> doubled;
  topics_ = Escape(snapshot.topics, wanted, doubled);
  for (const std::size_t topic : doubled) left_out_ += snapshot.topics[topic].partition_count;
}

void SeriesSet::NameGroups(const ClusterSnapshot& snapshot, const NameFilter& wanted) {
  std::vector<std::size_t> doubled;
  groups_ = Escape(snapshot.groups, wanted, doubled);
  rows_.reserve(snapshot.groups.size());
  for (const ConsumerGroup& group : snapshot.groups) AddRows(snapshot, group);
  for (const std::size_t group : doubled) left_out_ += snapshot.groups[group].offsets.size();
}

void SeriesSet::AddRows(const ClusterSnapshot& snapshot, const ConsumerGroup& group) {
  if (MakeSense(snapshot, group.offsets)) {
    rows_.emplace_back(group.offsets);
    return;
  }
  std::vector<GroupOffset> rows = group.offsets;
  std::erase_if(rows, [&](const GroupOffset& offset) {
    return offset.partition < 0 ||
           static_cast<std::size_t>(offset.partition) >= snapshot.partitions.size();
  });
  std::ranges::stable_sort(rows, {}, &GroupOffset::partition);
  EraseDoubles(rows, &GroupOffset::partition);
  mended_.push_back(std::move(rows));
  rows_.emplace_back(mended_.back());
}

void SeriesSet::MakeRoom(const ClusterSnapshot& snapshot, const MetricsOptions& options) {
  room_.assign(snapshot.groups.size(), true);
  if (options.max_series < 0) return;
  const SeriesCounts counts = CountFamilies(options, snapshot.burrow != nullptr);
  std::int64_t left = options.max_series - counts.OfCluster(snapshot);
  std::int64_t of_partitions = 0;
  for (std::size_t t = 0; t < topics_.size(); ++t) {
    if (topics_[t].shown) of_partitions += counts.OfTopic(snapshot.topics[t]);
  }
  partitions_have_room_ = of_partitions <= left;
  if (partitions_have_room_) left -= of_partitions;
  std::vector<std::pair<std::size_t, std::int64_t>> costs;
  std::int64_t sum = 0;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    if (!groups_[g].shown) continue;
    costs.emplace_back(g, counts.OfGroup(snapshot, rows_[g]));
    sum += costs.back().second;
  }
  if (sum <= left) return;
  std::ranges::sort(costs, [&](const auto& a, const auto& b) {
    return HurtsMore(snapshot.groups[a.first], snapshot.groups[b.first]);
  });
  for (const auto& [group, cost] : costs) {
    left -= cost;
    room_[group] = left >= 0;
  }
}

}  // namespace levelwind::api
