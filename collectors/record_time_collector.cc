#include "collectors/record_time_collector.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/erase_doubles.h"
#include "collectors/group_lags.h"
#include "collectors/record_times.h"

namespace levelwind::collectors {
namespace {

constexpr double kGoodSeconds = 2;
constexpr double kGoodShare = 0.1;

/// `floor_s`: nobody asks how far below it a lag is.
bool ToldWell(const GroupOffset& offset, double floor_s) {
  if (offset.lag_method == TimeLagMethod::kAtLeast) return false;
  if (offset.lag_error_s <= std::max(kGoodSeconds, kGoodShare * offset.lag_seconds)) return true;
  return offset.lag_seconds + offset.lag_error_s <= floor_s;
}

/// One record that some group has to read next.
struct Wanted {
  RecordTimes::key_type record;  ///< Partition index and offset.
  std::int64_t lag = 0;
  std::int64_t hint_ms = 0;
};

/// Where to look first: what the history says of the record, badly as it may.
std::int64_t HintOf(const CollectState& state, const GroupOffset& offset) {
  if (offset.lag_method != TimeLagMethod::kInterpolated) return 0;
  return state.offsets.wall_at.unix_ms - static_cast<std::int64_t>(1000 * offset.lag_seconds);
}

/// Records whose times are needed and not known, each once. Those that are known and still needed
/// go into `kept`.
std::vector<Wanted> WantedOf(const CollectState& state, RecordTimes& kept) {
  std::vector<Wanted> wanted;
  const double floor_s = ToSeconds(state.options.lag.floor);
  for (const auto& [name, record] : state.groups) {
    for (const GroupOffset& offset : record.group.offsets) {
      if (!IsKnown(offset.committed) || offset.lag <= 0) continue;
      const RecordTimes::key_type next{offset.partition, offset.committed};
      const auto known = state.record_times.find(next);
      if (known != state.record_times.end()) {
        kept.insert(*known);
      } else if (!ToldWell(offset, floor_s)) {
        wanted.push_back({next, offset.lag, HintOf(state, offset)});
      }
    }
  }
  std::ranges::sort(wanted, {}, &Wanted::record);
  EraseDoubles(wanted, &Wanted::record);
  return wanted;
}

}  // namespace

Result<LookReport> RecordTimeCollector::Collect(kafka::AdminClient& admin, CollectState& state,
                                                const Clock& clock, Duration timeout) {
  if (state.table.empty()) return FailedPrecondition("no partition is known yet");
  if (state.options.lag.exact_most <= 0) return LookReport{};
  UpdateLags(state, clock.Now());
  RecordTimes times;
  std::vector<Wanted> wanted = WantedOf(state, times);
  const auto most = static_cast<std::size_t>(state.options.lag.exact_most);
  if (wanted.size() > most) {
    // The others at the next look: what is known by then is not asked for again.
    std::ranges::stable_sort(wanted, std::ranges::greater(), &Wanted::lag);
    wanted.resize(most);
  }
  if (wanted.empty()) {
    state.record_times = std::move(times);
    return LookReport{};
  }
  std::vector<RecordSought> sought;
  sought.reserve(wanted.size());
  for (const Wanted& one : wanted) {
    const auto& [partition, offset] = one.record;
    sought.push_back({state.table.shape().NameOf(state.table.partition(partition)), offset,
                      offset + one.lag, one.hint_ms});
  }
  LW_ASSIGN_OR_RETURN(const auto found, FindRecordTimes(admin, sought, clock, timeout));
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) continue;
    const auto& [partition, offset] = wanted[i].record;
    times[wanted[i].record] = *found[i];
    state.history.AddRecord(static_cast<std::size_t>(partition), offset, found[i]->unix_ms);
  }
  state.record_times = std::move(times);
  UpdateTimeLags(state);
  return LookReport{};
}

}  // namespace levelwind::collectors
