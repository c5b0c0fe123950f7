#include "collectors/offset_collector.h"

#include <fmt/format.h>

#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace levelwind::collectors {
namespace {

/// Larger offsets are noise: a million messages a second reach this in 140,000 years.
constexpr std::int64_t kMaxOffset = std::numeric_limits<std::int64_t>::max() / 2;

/// What the answers to one kind of query hold.
struct Gathered {
  std::vector<std::int64_t> offsets;  ///< By partition index.
  std::size_t asked = 0;
  std::size_t failed = 0;
  std::string why;  ///< The first failure.
  std::uint64_t skipped = 0;
};

Gathered Gather(const std::vector<kafka::OffsetAnswer>& answers, std::size_t asked,
                const ClusterTable& table) {
  Gathered gathered;
  gathered.offsets.assign(table.partition_count(), kUnknownCount);
  std::size_t known = 0;
  for (const kafka::OffsetAnswer& answer : answers) {
    if (answer.error != 0) {
      if (gathered.why.empty()) {
        gathered.why =
            fmt::format("{}: {}", answer.partition.ToString(), kafka::KafkaErrorName(answer.error));
      }
      continue;
    }
    const std::int32_t index = table.Find(answer.partition.topic, answer.partition.partition);
    if (index < 0 || answer.offset < 0 || answer.offset > kMaxOffset) {
      ++gathered.skipped;
      continue;
    }
    gathered.offsets[static_cast<std::size_t>(index)] = answer.offset;
    ++known;
  }
  gathered.asked = asked;
  gathered.failed = asked > known ? asked - known : 0;
  return gathered;
}

std::vector<kafka::OffsetQuery> Queries(const ClusterTable& table, std::int64_t timestamp,
                                        bool read_committed) {
  std::vector<kafka::OffsetQuery> queries;
  queries.reserve(table.partition_count());
  for (const Partition& partition : table.shape().partitions) {
    if (partition.leader != kNoBroker)
      queries.push_back({table.shape().NameOf(partition), timestamp, read_committed});
  }
  return queries;
}

/// Queries and answers hold every partition's name: they are gone before anything else is done.
Result<Gathered> Ask(kafka::AdminClient& admin, const ClusterTable& table, std::int64_t timestamp,
                     Duration timeout, bool read_committed = false) {
  const std::vector<kafka::OffsetQuery> queries = Queries(table, timestamp, read_committed);
  LW_ASSIGN_OR_RETURN(const std::vector<kafka::OffsetAnswer> answers,
                      admin.ListOffsets(queries, timeout));
  return Gather(answers, queries.size(), table);
}

/// What moves rarely: log starts, and how far open transactions hold readers back. Puts what it
/// learns over what was known.
void LookAtStarts(kafka::AdminClient& admin, CollectState& state, SteadyTime at, Duration timeout,
                  LookReport& report) {
  LogOffsets& offsets = state.offsets;
  const auto take = [&](std::int64_t timestamp, bool read_committed, const char* what,
                        std::vector<std::int64_t>& into) {
    const Result<Gathered> told = Ask(admin, state.table, timestamp, timeout, read_committed);
    if (!told.ok()) {
      report.missing = told.error().Wrap(what).ToString();
      return false;
    }
    report.skipped += told->skipped;
    into.resize(state.table.partition_count(), kUnknownCount);
    for (std::size_t i = 0; i < told->offsets.size(); ++i) {
      if (IsKnown(told->offsets[i])) into[i] = told->offsets[i];
    }
    return true;
  };
  if (!take(kafka::kEarliestOffset, false, "log start offsets", offsets.start)) return;
  if (!take(kafka::kLatestOffset, true, "last stable offsets", offsets.stable)) return;
  offsets.start_at = at;
  // The ends were read a moment before: where nothing holds readers back, they may read on as the
  // end moves, until the next look tells otherwise.
  for (std::size_t i = 0; i < offsets.stable.size(); ++i) {
    if (IsKnown(offsets.end[i]) && offsets.stable[i] >= offsets.end[i]) {
      offsets.stable[i] = LogOffsets::kNotHeldBack;
    }
  }
}

}  // namespace

Result<LookReport> OffsetCollector::Collect(kafka::AdminClient& admin, CollectState& state,
                                            const Clock& clock, Duration timeout) {
  if (state.table.empty()) return FailedPrecondition("no partition is known yet");
  LogOffsets& offsets = state.offsets;
  const SteadyTime at = clock.Now();
  const WallTime wall_at = clock.WallNow();
  LW_ASSIGN_OR_RETURN(Gathered gathered, Ask(admin, state.table, kafka::kLatestOffset, timeout));
  if (gathered.failed == gathered.asked && gathered.asked > 0) {
    return Unavailable(fmt::format("none of {} partitions told its end offset; {}", gathered.failed,
                                   gathered.why));
  }
  LookReport report;
  report.skipped = gathered.skipped;
  if (gathered.failed > 0) {
    report.missing = fmt::format("{} of {} partitions did not tell their end offset; {}",
                                 gathered.failed, gathered.asked, gathered.why);
  }
  offsets.at = at;
  offsets.wall_before = offsets.wall_at;
  offsets.wall_at = wall_at;
  ++offsets.looks;
  offsets.end = std::move(gathered.offsets);
  state.rates.AddOffsetLook(at, state.table, offsets.end);
  state.history.AddLook(wall_at, offsets.end);

  const bool starts_due =
      offsets.looks == 1 || at - offsets.start_at >= state.options.log_start_interval;
  if (starts_due) LookAtStarts(admin, state, at, timeout, report);
  return report;
}

}  // namespace levelwind::collectors
