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

std::vector<kafka::OffsetQuery> Queries(const ClusterTable& table, std::int64_t timestamp) {
  std::vector<kafka::OffsetQuery> queries;
  queries.reserve(table.partition_count());
  for (const Partition& partition : table.shape().partitions) {
    if (partition.leader != kNoBroker)
      queries.push_back({table.shape().NameOf(partition), timestamp});
  }
  return queries;
}

/// Queries and answers hold every partition's name: they are gone before anything else is done.
Result<Gathered> Ask(kafka::AdminClient& admin, const ClusterTable& table, std::int64_t timestamp,
                     Duration timeout) {
  const std::vector<kafka::OffsetQuery> queries = Queries(table, timestamp);
  LW_ASSIGN_OR_RETURN(const std::vector<kafka::OffsetAnswer> answers,
                      admin.ListOffsets(queries, timeout));
  return Gather(answers, queries.size(), table);
}

}  // namespace

Result<LookReport> OffsetCollector::Collect(kafka::AdminClient& admin, CollectState& state,
                                            const Clock& clock, Duration timeout) {
  if (state.table.empty()) return FailedPrecondition("no partition is known yet");
  LogOffsets& offsets = state.offsets;
  const SteadyTime at = clock.Now();
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
  ++offsets.looks;
  offsets.end = std::move(gathered.offsets);
  state.rates.AddOffsetLook(at, state.table, offsets.end);

  offsets.start.resize(state.table.partition_count(), kUnknownCount);
  const bool starts_due =
      offsets.looks == 1 || at - offsets.start_at >= state.options.log_start_interval;
  if (!starts_due) return report;
  const Result<Gathered> starts = Ask(admin, state.table, kafka::kEarliestOffset, timeout);
  if (!starts.ok()) {
    report.missing = starts.error().Wrap("log start offsets").ToString();
    return report;
  }
  offsets.start_at = at;
  report.skipped += starts->skipped;
  for (std::size_t i = 0; i < starts->offsets.size(); ++i) {
    if (IsKnown(starts->offsets[i])) offsets.start[i] = starts->offsets[i];
  }
  return report;
}

}  // namespace levelwind::collectors
