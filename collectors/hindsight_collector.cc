#include "collectors/hindsight_collector.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/erase_doubles.h"
#include "collectors/group_lags.h"
#include "kafka/errors.h"

namespace levelwind::collectors {
namespace {

/// Partitions in which some group is, or may be, further behind than anybody lets pass.
std::vector<std::int32_t> LaggingPartitions(const CollectState& state) {
  const double floor_s = ToSeconds(state.options.lag.floor);
  std::vector<std::int32_t> lagging;
  for (const auto& [name, record] : state.groups) {
    for (const GroupOffset& offset : record.group.offsets) {
      if (!IsKnown(offset.committed) || offset.lag <= 0) continue;
      // Written so that an unknown error counts as a large one.
      if (!(offset.lag_seconds + offset.lag_error_s <= floor_s))
        lagging.push_back(offset.partition);
    }
  }
  std::ranges::sort(lagging);
  EraseDoubles(lagging, std::identity());
  return lagging;
}

/// Whether the last look found the log's end to have moved, and whether at quite another pace than
/// the look before.
struct Growth {
  bool any = false;
  bool jumped = false;
};

Growth GrowthOf(const std::vector<OffsetPoint>& points) {
  Growth growth;
  const std::size_t count = points.size();
  if (count < 2) return growth;
  const auto pace = [&](std::size_t i) {
    return static_cast<double>(points[i].offset - points[i - 1].offset) /
           static_cast<double>(points[i].unix_ms - points[i - 1].unix_ms);
  };
  growth.any = points[count - 1].offset > points[count - 2].offset;
  if (count < 3) return growth;
  const double now = pace(count - 1);
  const double before = pace(count - 2);
  growth.jumped = now > 2 * before || before > 2 * now;
  return growth;
}

std::vector<std::int32_t> DuePartitions(CollectState& state, SteadyTime now) {
  state.hindsight_due.resize(state.table.partition_count());
  std::vector<std::int32_t> due;
  for (const std::int32_t partition : LaggingPartitions(state)) {
    const auto index = static_cast<std::size_t>(partition);
    if (index >= state.history.partition_count()) continue;
    const Growth growth = GrowthOf(state.history.PointsOf(index));
    if (!growth.any || state.table.partition(partition).leader == kNoBroker) continue;
    if (!growth.jumped && now < state.hindsight_due[index]) continue;
    due.push_back(partition);
  }
  const auto most = static_cast<std::size_t>(std::max(0, state.options.lag.exact_most));
  if (due.size() > most) due.resize(most);
  return due;
}

/// The first record at least as young as a time; kUnknownCount twice: none is.
struct FirstSince {
  std::int64_t offset = kUnknownCount;
  std::int64_t unix_ms = kUnknownCount;
};

/// What was asked about one partition, by time.
struct Seen {
  std::map<std::int64_t, FirstSince> at;
  bool failed = false;

  bool NoneYoung() const {
    return std::ranges::none_of(at, [](const auto& told) { return told.second.offset >= 0; });
  }
};
using SeenByPartition = std::map<std::int32_t, Seen>;

/// One request per leader. Only those of `seen` that `wanted` says.
template <class Wanted>
Status AskAt(kafka::AdminClient& admin, const ClusterTable& table, std::int64_t at_ms,
             Duration timeout, SeenByPartition& seen, std::string& missing, Wanted wanted) {
  std::vector<kafka::OffsetQuery> queries;
  for (const auto& [partition, told] : seen) {
    if (told.failed || !wanted(told)) continue;
    queries.push_back({table.shape().NameOf(table.partition(partition)), at_ms});
  }
  if (queries.empty()) return Ok();
  LW_ASSIGN_OR_RETURN(const auto answers, admin.ListOffsets(queries, timeout));
  for (const kafka::OffsetAnswer& answer : answers) {
    const auto place = seen.find(table.Find(answer.partition.topic, answer.partition.partition));
    if (place == seen.end()) continue;
    if (answer.error != 0) {
      missing = kafka::KafkaError(answer.error, answer.partition.ToString()).ToString();
      place->second.failed = true;
    } else {
      place->second.at[at_ms] = {answer.offset, answer.timestamp};
    }
  }
  return Ok();
}

/// Puts what was seen of a partition into the history; returns when to look at it again.
SteadyTime Take(CollectState& state, std::int32_t partition, const Seen& seen, SteadyTime now) {
  const auto index = static_cast<std::size_t>(partition);
  const SteadyTime later = now + state.options.lag.exact_interval;
  // Its records are younger than the look before and say that they are older: their producers'
  // clocks, or a copy of old records. Nothing can be learnt from such times.
  if (seen.failed || seen.NoneYoung()) return later;
  std::int64_t off = 0;
  for (const auto& [at_ms, first] : seen.at) {
    const std::int64_t end = first.offset >= 0 ? first.offset : state.offsets.end[index];
    off = std::max(off, state.history.AddHindsight(index, at_ms, end, first.unix_ms));
  }
  return off <= ToMillis(HindsightCollector::kStraight) ? later : SteadyTime{};
}

}  // namespace

Result<LookReport> HindsightCollector::Collect(kafka::AdminClient& admin, CollectState& state,
                                               const Clock& clock, Duration timeout) {
  if (state.table.empty()) return FailedPrecondition("no partition is known yet");
  const std::int64_t from_ms = state.offsets.wall_before.unix_ms;
  const std::int64_t width = state.offsets.wall_at.unix_ms - from_ms;
  const std::int64_t steps = std::min<std::int64_t>(width / ToMillis(kStep), kMostSteps);
  if (state.offsets.looks < 2 || steps < 2) return LookReport{};
  UpdateLags(state, clock.Now());
  SeenByPartition seen;
  for (const std::int32_t partition : DuePartitions(state, clock.Now())) seen[partition];
  if (seen.empty()) return LookReport{};

  const SteadyTime deadline = clock.Now() + timeout;
  LookReport report;
  const auto ask = [&](std::int64_t at_ms, auto wanted) {
    return AskAt(admin, state.table, at_ms, deadline - clock.Now(), seen, report.missing, wanted);
  };
  for (std::int64_t step = 1; step < steps; ++step) {
    LW_RETURN_IF_ERROR(ask(from_ms + width * step / steps, [](const Seen&) { return true; }));
  }
  // All may have come before the first of these times, or have timestamps of another time.
  LW_RETURN_IF_ERROR(ask(from_ms + 1, [](const Seen& told) { return told.NoneYoung(); }));
  for (const auto& [partition, told] : seen) {
    state.hindsight_due[static_cast<std::size_t>(partition)] =
        Take(state, partition, told, clock.Now());
  }
  UpdateTimeLags(state);
  return report;
}

}  // namespace levelwind::collectors
