#include "collectors/offset_collector.h"

#include <fmt/format.h>

#include <cstddef>
#include <limits>
#include <string>
#include <utility>

namespace levelwind::collectors {
namespace {

/// Larger offsets are noise: a million messages a second reach this in 140,000 years.
constexpr std::int64_t kMaxOffset = std::numeric_limits<std::int64_t>::max() / 2;

/// What the answers to one kind of query hold.
struct Gathered {
  std::vector<std::int64_t> offsets;  ///< By partition index.
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
  gathered.failed = asked > known ? asked - known : 0;
  return gathered;
}

}  // namespace

Result<LookReport> OffsetCollector::Collect(kafka::AdminClient& admin, CollectState& state,
                                            const Clock& clock, Duration timeout) {
  if (state.table.empty()) return FailedPrecondition("no partition is known yet");
  LogOffsets& offsets = state.offsets;
  BuildQueries(state.table);
  SetTimestamp(kafka::kLatestOffset);
  const SteadyTime at = clock.Now();
  LW_ASSIGN_OR_RETURN(const std::vector<kafka::OffsetAnswer> ends,
                      admin.ListOffsets(queries_, timeout));
  Gathered gathered = Gather(ends, queries_.size(), state.table);
  if (gathered.failed == queries_.size() && !queries_.empty()) {
    return Unavailable(fmt::format("none of {} partitions told its end offset; {}", gathered.failed,
                                   gathered.why));
  }
  LookReport report;
  report.skipped = gathered.skipped;
  if (gathered.failed > 0) {
    report.missing = fmt::format("{} of {} partitions did not tell their end offset; {}",
                                 gathered.failed, queries_.size(), gathered.why);
  }
  offsets.at = at;
  ++offsets.looks;
  offsets.end = std::move(gathered.offsets);
  state.rates.AddOffsetLook(at, state.table, offsets.end);

  offsets.start.resize(state.table.partition_count(), kUnknownCount);
  const bool starts_due =
      offsets.looks == 1 || at - offsets.start_at >= state.options.log_start_interval;
  if (!starts_due) return report;
  SetTimestamp(kafka::kEarliestOffset);
  const auto starts = admin.ListOffsets(queries_, timeout);
  if (!starts.ok()) {
    report.missing = starts.error().Wrap("log start offsets").ToString();
    return report;
  }
  offsets.start_at = at;
  const Gathered begun = Gather(*starts, queries_.size(), state.table);
  report.skipped += begun.skipped;
  for (std::size_t i = 0; i < begun.offsets.size(); ++i) {
    if (IsKnown(begun.offsets[i])) offsets.start[i] = begun.offsets[i];
  }
  return report;
}

void OffsetCollector::BuildQueries(const ClusterTable& table) {
  std::size_t count = 0;
  for (const Partition& partition : table.shape().partitions) {
    if (partition.leader == kNoBroker) continue;
    if (count == queries_.size()) queries_.emplace_back();
    TopicPartition& name = queries_[count++].partition;
    name.topic = table.shape().TopicOf(partition).name;  // Assigns in place: no new memory.
    name.partition = partition.number;
  }
  queries_.resize(count);
}

void OffsetCollector::SetTimestamp(std::int64_t timestamp) {
  for (kafka::OffsetQuery& query : queries_) query.timestamp = timestamp;
}

}  // namespace levelwind::collectors
