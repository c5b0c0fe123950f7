#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "collectors/burrow_rings.h"
#include "collectors/cluster_table.h"
#include "collectors/collector_options.h"
#include "collectors/lag_window.h"
#include "collectors/load/load_state.h"
#include "collectors/offset_history.h"
#include "collectors/offsets_topic/offsets_facts.h"
#include "collectors/rate_tracker.h"
#include "collectors/record_times.h"
#include "model/cluster_snapshot.h"

namespace levelwind::collectors {

/// A replica as a broker's log dir has it, whether the metadata knows it there or not.
struct ReplicaOnDisk {
  std::int32_t partition = -1;  ///< Index into the table's partitions.
  std::int16_t log_dir = -1;
  std::int64_t size_bytes = 0;
  std::int64_t offset_lag = kUnknownCount;
};

/// One broker's last good answer about its log dirs.
struct BrokerDisks {
  SteadyTime at{};
  std::vector<LogDir> log_dirs;
  std::vector<ReplicaOnDisk> replicas;
  std::int32_t future_replicas = 0;  ///< Copies between log dirs, not counted in any size.
};

/// End and start of every partition's log, by index in the table.
struct LogOffsets {
  SteadyTime at{};  ///< When the last look began. All commits before it are <= the ends it brought.
  std::int32_t looks = 0;
  std::vector<std::int64_t> end;    ///< Of the last look; unknown where it brought none.
  std::vector<std::int64_t> start;  ///< Of the last look at starts, kept where a look brought none.
  SteadyTime start_at{};
  /// Last stable offsets, looked at together with the starts; kNotHeldBack: no transaction held
  /// readers back at that look.
  std::vector<std::int64_t> stable;
  static constexpr std::int64_t kNotHeldBack = std::numeric_limits<std::int64_t>::max();
  WallTime wall_at;      ///< `at` for people: the time that time lags refer to.
  WallTime wall_before;  ///< That of the look before. Meaningful from the second look on.
};

/// Times of records by partition index and offset. Only of those that some group has to read next.
using RecordTimes = std::map<std::pair<std::int32_t, std::int64_t>, RecordTime>;

/// What a group had done at one look, for its rates.
struct GroupLook {
  SteadyTime at{};
  double consumed = 0;  ///< Sum of all advances of its commits since it is known.
  double lag_change = 0;
  std::int64_t commits = kUnknownCount;  ///< As in GroupActivity.
};

/// What is remembered of a group's members to tell a rebalance from two looks.
struct RebalanceWatch {
  bool watched = false;
  bool moving = false;  ///< The last look found it between two assignments,
  SteadyTime since{};   ///< and this one was the first that did.
  std::int32_t epoch = -1;
  std::uint64_t members = 0;  ///< A hash of their ids at the last description.
};

/// One consumer group's last good look.
struct GroupRecord {
  ConsumerGroup group;  ///< Partition indices are those of the table.
  SteadyTime lag_at{};  ///< When the look at the end offsets began that its lags come from.
  std::vector<GroupLook> looks;
  LagWindow window;           ///< Its last look is the last entry of `looks`.
  SteadyTime described_at{};  ///< Of the last description; SteadyTime{}: never.
  std::string listed_state;   ///< As the list had it then.
  BrokerId listed_by = kNoBroker;
  GroupActivity seen;  ///< By the looks; what is shown may come from the offsets topic instead.
  RebalanceWatch rebalance;
  GroupFactsPtr facts;     ///< Of the offsets topic; null: it has none about the group.
  std::size_t merged = 0;  ///< Partitions that the group had when they were put into its offsets.
  std::uint64_t told_in = 0;  ///< The last publication of facts that had some about it.
};

/// Everything that the collectors know: per source the last good data. Owned by the Monitor,
/// touched by the monitor thread only.
///
/// Partition indices all over it are those of `table`. When a new table orders its partitions
/// differently, SetTable renumbers everything; what belongs to a deleted or recreated topic is
/// lost.
struct CollectState {
  explicit CollectState(const CollectorOptions& collector_options)
      : options(collector_options), rates(collector_options) {
    if (options.burrow.on) burrow.emplace(options.burrow);
  }

  void SetTable(ClusterTable next);

  const CollectorOptions options;
  ClusterTable table;  ///< Empty until the first look.
  std::map<BrokerId, BrokerDisks> disks;
  std::int32_t disk_looks = 0;
  LogOffsets offsets;
  OffsetHistory history;
  RecordTimes record_times;
  /// By partition index: not to be looked at in hindsight before. See HindsightCollector.
  std::vector<SteadyTime> hindsight_due;
  std::map<std::string, GroupRecord> groups;
  SteadyTime groups_at{};  ///< Of the last look at groups and their commits; none: SteadyTime{}.
  std::vector<Reassignment> reassignments;
  RateTracker rates;
  LoadState load;
  std::optional<OffsetsTopicView> offsets_topic;
  std::shared_ptr<const ClusterFacts> facts;  ///< Null: not asked for, or not yet.
  /// Commits and rebalances come from the offsets topic, which is being read, not from the looks.
  bool offsets_topic_used = false;
  std::optional<BurrowRings> burrow;  ///< Only where it is wanted.
  SteadyTime burrow_fed_at{};         ///< The last look at end offsets that it was told.
};

/// `usual`, but `options.start_interval` if that is less and fewer than `start_looks` were taken.
Duration IntervalAtStart(const CollectorOptions& options, std::int32_t looks, Duration usual);

}  // namespace levelwind::collectors
