#include "detectors/burrow_verdict.h"

#include <algorithm>
#include <cstddef>

#include "base/name_table.h"

namespace levelwind::detectors {
namespace {

constexpr NameTable<BurrowStatus, 7> kNames = {{
    {BurrowStatus::kNotFound, "NOTFOUND"},
    {BurrowStatus::kOk, "OK"},
    {BurrowStatus::kWarn, "WARN"},
    {BurrowStatus::kErr, "ERR"},
    {BurrowStatus::kStop, "STOP"},
    {BurrowStatus::kStall, "STALL"},
    {BurrowStatus::kRewind, "REWIND"},
}};

using Commits = std::span<const BurrowCommit>;

/// The last commit is longer ago than the first was from it, and the log's end was never at or
/// below the committed offset lately. Burrow's clock has whole seconds here.
bool HasStopped(Commits commits, std::span<const std::int64_t> ends, WallTime now) {
  const std::int64_t now_ms = now.unix_ms / 1000 * 1000;
  const BurrowCommit& last = commits.back();
  if (now_ms - last.timestamp_ms <= last.timestamp_ms - commits.front().timestamp_ms) return false;
  return std::ranges::none_of(ends, [&](std::int64_t end) { return end <= last.offset; });
}

/// The first step back was never made good.
bool HasRewound(Commits commits) {
  for (std::size_t i = 1; i < commits.size(); ++i) {
    const std::int64_t before = commits[i - 1].offset;
    if (commits[i].offset >= before) continue;
    return std::ranges::none_of(
        commits.subspan(i), [&](const BurrowCommit& commit) { return commit.offset >= before; });
  }
  return false;
}

bool WasFine(Commits commits, std::int64_t allowed_lag) {
  return std::ranges::any_of(commits, [&](const BurrowCommit& commit) {
    return IsKnown(commit.lag) && commit.lag <= allowed_lag;
  });
}

bool HasStalled(Commits commits) {
  return std::ranges::all_of(
      commits, [&](const BurrowCommit& commit) { return commit.offset == commits.front().offset; });
}

bool LagNeverFell(Commits commits) {
  std::int64_t before = kUnknownCount;
  for (const BurrowCommit& commit : commits) {
    if (!IsKnown(commit.lag)) continue;
    if (commit.lag < before) return false;
    before = commit.lag;
  }
  return true;
}

BurrowStatus StatusOf(Commits commits, std::span<const std::int64_t> ends, std::int64_t lag,
                      const BurrowRules& rules, WallTime now) {
  if (lag <= rules.allowed_lag) return BurrowStatus::kOk;
  if (HasStopped(commits, ends, now)) return BurrowStatus::kStop;
  if (HasRewound(commits)) return BurrowStatus::kRewind;
  if (WasFine(commits, rules.allowed_lag)) return BurrowStatus::kOk;
  if (HasStalled(commits)) return BurrowStatus::kStall;
  return LagNeverFell(commits) ? BurrowStatus::kWarn : BurrowStatus::kOk;
}

BurrowStatus Worse(BurrowStatus so_far, BurrowStatus partition) {
  const BurrowStatus counts = partition > BurrowStatus::kErr ? BurrowStatus::kErr : partition;
  return std::max(so_far, counts);
}

BurrowPartition JudgePartition(const ClusterSnapshot& snapshot, const BurrowGroup& group,
                               std::int32_t partition, WallTime now) {
  BurrowPartition judged;
  judged.partition = partition;
  const BurrowGroup::Ring* ring = group.Find(partition);
  if (ring == nullptr || ring->empty) return judged;
  const std::vector<BurrowCommit> commits = group.CommitsOf(*ring);
  const BurrowHistory& history = *snapshot.burrow;
  judged.verdict = JudgeAsBurrow(commits, history.EndsOf(partition), history.rules, now);
  judged.start = commits.front();
  judged.end = commits.back();
  return judged;
}

/// Indices of all partitions of the topics that the group has a commit in.
std::vector<std::int32_t> PartitionsOf(const ClusterSnapshot& snapshot, const BurrowGroup& group) {
  std::vector<std::int32_t> partitions;
  std::int32_t topic = -1;
  for (const BurrowGroup::Ring& ring : group.rings()) {
    const auto index = static_cast<std::size_t>(ring.partition);
    if (ring.empty || index >= snapshot.partitions.size()) continue;
    if (snapshot.partitions[index].topic == topic) continue;
    topic = snapshot.partitions[index].topic;
    const Topic& of = snapshot.topics[static_cast<std::size_t>(topic)];
    for (std::uint32_t p = 0; p < of.partition_count; ++p) {
      partitions.push_back(static_cast<std::int32_t>(of.first_partition + p));
    }
  }
  return partitions;
}

}  // namespace

std::string_view BurrowStatusName(BurrowStatus status) { return NameIn(kNames, status); }

BurrowVerdict JudgeAsBurrow(Commits commits, std::span<const std::int64_t> ends,
                            const BurrowRules& rules, WallTime now) {
  BurrowVerdict verdict;
  if (commits.empty() || ends.empty()) return verdict;
  verdict.current_lag = std::max<std::int64_t>(0, ends.back() - commits.back().offset);
  verdict.complete = static_cast<float>(commits.size()) / static_cast<float>(rules.intervals);
  if (verdict.complete < static_cast<float>(rules.minimum_complete)) return verdict;
  verdict.status = StatusOf(commits, ends, verdict.current_lag, rules, now);
  return verdict;
}

BurrowGroupVerdict JudgeAsBurrow(const ClusterSnapshot& snapshot, const BurrowGroup& group,
                                 WallTime now) {
  BurrowGroupVerdict verdict;
  std::size_t complete = 0;
  for (const std::int32_t partition : PartitionsOf(snapshot, group)) {
    verdict.partitions.push_back(JudgePartition(snapshot, group, partition, now));
    const BurrowVerdict& of = verdict.partitions.back().verdict;
    verdict.status = Worse(verdict.status, of.status);
    verdict.total_lag += of.current_lag;
    complete += of.complete >= 1 ? 1 : 0;
    const auto most = static_cast<std::size_t>(verdict.max_lag);
    if (verdict.max_lag < 0 || of.current_lag > verdict.partitions[most].verdict.current_lag) {
      verdict.max_lag = static_cast<std::int32_t>(verdict.partitions.size()) - 1;
    }
  }
  if (!verdict.partitions.empty()) {
    verdict.complete = static_cast<float>(complete) / static_cast<float>(verdict.partitions.size());
  }
  return verdict;
}

}  // namespace levelwind::detectors
