#include "collectors/record_times.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>

namespace levelwind::collectors {
namespace {

constexpr int kMostProbes = 40;
/// A hint is taken to be about this good: the time between two looks at the end offsets, doubled.
constexpr std::int64_t kFirstStepMs = 10'000;

/// What is asked about one partition at a time, and for whom.
struct Round {
  std::int64_t asked_ms = 0;
  std::vector<std::size_t> searches;
};

}  // namespace

RecordTimeSearch::RecordTimeSearch(std::int64_t offset, std::int64_t end, std::int64_t now_ms,
                                   std::int64_t hint_ms)
    : offset_(offset), high_ms_(now_ms + 1), high_offset_(end) {
  if (hint_ms <= 0 || hint_ms > now_ms) return;
  probe_ = hint_ms;
  step_ms_ = kFirstStepMs;
}

void RecordTimeSearch::Take(std::int64_t asked_ms, std::int64_t offset, std::int64_t timestamp_ms) {
  const bool mine = asked_ms == probe_;
  const bool last = mine && last_;
  if (mine) ++probes_;
  const bool none = offset < 0;
  // Records of a format without timestamps, or no record at all any more.
  if (none ? asked_ms <= 0 : timestamp_ms < 0) return Fail();
  if (!none && offset == offset_) {
    found_ = {timestamp_ms, false};
    return;
  }
  if (!none && offset > offset_ && (last || asked_ms <= 0)) {
    // Nothing between the last record before the offset and this one: compacted away, or the log
    // begins here.
    found_ = {timestamp_ms, true};
    return;
  }
  if (none || offset > offset_) {
    high_told_ = true;
    high_ms_ = std::min(high_ms_, asked_ms);
    if (!none) high_offset_ = std::min(high_offset_, offset);
  } else {
    low_ms_ = std::max(low_ms_, timestamp_ms);
    low_offset_ = std::max(low_offset_, offset);
  }
  if (last || probes_ >= kMostProbes || low_ms_ >= high_ms_) {
    const std::int64_t half = std::max<std::int64_t>(0, high_ms_ - low_ms_) / 2;
    found_ = {std::max<std::int64_t>(low_ms_, 0) + half, false};
    return;
  }
  if (step_ms_ > 0 && (low_ms_ < 0 || !high_told_)) return Walk();
  if (low_ms_ >= 0) Next();  // else the oldest record is still to be asked for
}

void RecordTimeSearch::Walk() {
  const std::int64_t step = step_ms_;
  step_ms_ *= 4;
  if (low_ms_ < 0) {
    probe_ = std::max<std::int64_t>(0, high_ms_ - step);
  } else if (low_ms_ + step < high_ms_) {
    probe_ = low_ms_ + step;
  } else {
    step_ms_ = 0;
    Next();
  }
}

void RecordTimeSearch::Next() {
  const std::int64_t width = high_ms_ - low_ms_;
  if (width <= kToleranceMs) {
    last_ = true;
    probe_ = low_ms_ + 1;
    return;
  }
  double share = 0.5;
  if (probes_ % 3 != 0 && high_offset_ > low_offset_) {
    share = (static_cast<double>(offset_ - low_offset_) + 0.5) /
            static_cast<double>(high_offset_ - low_offset_);
  }
  const auto step = static_cast<std::int64_t>(share * static_cast<double>(width));
  probe_ = low_ms_ + std::clamp<std::int64_t>(step, 1, width - 1);
}

Result<std::vector<std::optional<RecordTime>>> FindRecordTimes(
    kafka::AdminClient& admin, const std::vector<RecordSought>& sought, const Clock& clock,
    Duration timeout) {
  const SteadyTime deadline = clock.Now() + timeout;
  const std::int64_t now_ms = clock.WallNow().unix_ms;
  std::vector<RecordTimeSearch> searches;
  searches.reserve(sought.size());
  for (const RecordSought& one : sought) {
    searches.emplace_back(one.offset, one.end, now_ms, one.hint_ms);
  }
  Status problem = Ok();
  while (clock.Now() < deadline) {
    std::vector<kafka::OffsetQuery> queries;
    std::map<TopicPartition, Round> rounds;
    for (std::size_t i = 0; i < searches.size(); ++i) {
      if (searches[i].done()) continue;
      rounds[sought[i].partition].searches.push_back(i);
    }
    for (auto& [partition, round] : rounds) {
      // One question per partition and round, for further ones would need requests of their own;
      // all searches of the partition learn from the answer.
      const auto turn = std::ranges::min_element(
          round.searches, {}, [&](std::size_t i) { return searches[i].probes(); });
      round.asked_ms = searches[*turn].Probe();
      queries.push_back({partition, round.asked_ms});
    }
    if (queries.empty()) break;
    const auto answers = admin.ListOffsets(queries, deadline - clock.Now());
    if (!answers.ok()) {
      problem = answers.error();
      break;
    }
    for (const kafka::OffsetAnswer& answer : *answers) {
      const auto at = rounds.find(answer.partition);
      if (at == rounds.end()) continue;
      if (answer.error != 0) {
        problem = kafka::KafkaError(answer.error, answer.partition.ToString());
      }
      for (const std::size_t i : at->second.searches) {
        if (answer.error != 0) {
          searches[i].Fail();
        } else if (!searches[i].done()) {
          searches[i].Take(at->second.asked_ms, answer.offset, answer.timestamp);
        }
      }
    }
  }
  std::vector<std::optional<RecordTime>> times;
  times.reserve(searches.size());
  for (const RecordTimeSearch& search : searches) times.push_back(search.found());
  const bool any = std::ranges::any_of(times, [](const auto& time) { return time.has_value(); });
  if (!any && !problem.ok()) return Unavailable(problem.error().ToString());
  return times;
}

}  // namespace levelwind::collectors
