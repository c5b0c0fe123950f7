#include <algorithm>
#include <chrono>

#include "collectors/lag_verdict.h"
#include "tests/detector_scenarios/sim_history.h"

namespace levelwind::scenarios {
namespace {

/// How old the record at `offset` is: the minute in which the end passed it.
TimeLag AgeOf(const SimPartition& p, double offset, std::int64_t now_ms) {
  const auto at =
      std::ranges::upper_bound(p.ends, offset, {}, [](const auto& entry) { return entry.second; });
  if (at == p.ends.end()) return {0, TimeLagMethod::kCaughtUp, 0};
  const double age = static_cast<double>(now_ms - at->first) / 1000;
  if (at != p.ends.begin()) return {age, TimeLagMethod::kInterpolated, 60};
  // Older than the watch: the segment that it is in tells.
  for (const auto& [closed, last] : p.segments) {
    if (last > offset)
      return {static_cast<double>(now_ms - closed) / 1000, TimeLagMethod::kAtLeast, 0};
  }
  return {age, TimeLagMethod::kAtLeast, 0};
}

collectors::LagFacts FactsOf(const SimGroup& group, const SimPartition& p, std::size_t index,
                             std::int64_t now_ms, const GroupOffset& offset) {
  collectors::LagFacts facts;
  facts.committed = offset.committed;
  facts.lag = offset.lag;
  facts.log_start = p.start;
  facts.log_end = static_cast<std::int64_t>(p.end);
  facts.time_lag = AgeOf(p, group.committed[index], now_ms);
  const auto look = [&](std::size_t back, std::int64_t& committed, std::int64_t& lag) {
    if (group.before.size() <= back) return;
    const std::size_t at = group.before.size() - 1 - back;
    if (index >= group.before[at].size() || index >= group.ends_before[at].size()) return;
    committed = static_cast<std::int64_t>(group.before[at][index]);
    lag = std::max<std::int64_t>(
        0, static_cast<std::int64_t>(group.ends_before[at][index] - group.before[at][index]));
  };
  look(4, facts.then_committed, facts.then_lag);
  look(1, facts.mid_committed, facts.mid_lag);
  facts.span = std::chrono::minutes(IsKnown(facts.then_committed) ? 5 : 0);
  facts.behind_for = std::chrono::milliseconds(now_ms - group.fine_at[index]);
  facts.was_fine = facts.behind_for <= std::chrono::minutes(5);
  facts.has_members = !group.members.empty();
  facts.has_owner = offset.owner >= 0;
  return facts;
}

}  // namespace

ConsumerGroup ShowGroup(SimGroup& group, const SimTopic& topic, const ClusterSnapshot& snapshot,
                        std::int64_t now_ms, bool known) {
  ConsumerGroup shown;
  shown.name = group.name;
  shown.type = "classic";
  shown.state = group.members.empty() ? "Empty" : "Stable";
  shown.protocol_type = "consumer";
  shown.member_count = static_cast<std::int32_t>(group.members.size());
  shown.coordinator = 1;
  const std::size_t count = topic.partitions.size();
  const std::size_t assigned = count - (group.manual_gap ? 1 : 0);
  for (std::size_t m = 0; m < group.members.size() && m < assigned; ++m) {
    const SimMember& member = group.members[m];
    shown.owners.Edit().push_back({member.client, member.host, member.id, {}});
  }
  const Topic* in = snapshot.FindTopic(topic.name);
  double total = 0, consumed = 0;
  for (std::size_t n = 0; n < count; ++n) {
    const SimPartition& p = topic.partitions[n];
    GroupOffset& offset = shown.offsets.Edit().emplace_back();
    offset.partition = static_cast<std::int32_t>(in->first_partition + n);
    if (!shown.owners.empty() && n < assigned) {
      offset.owner = static_cast<std::int32_t>(n % shown.owners.size());
    }
    if (!known) continue;
    offset.committed = static_cast<std::int64_t>(group.committed[n]);
    offset.lag = std::max<std::int64_t>(0, static_cast<std::int64_t>(p.end - group.committed[n]));
    if (offset.lag < 10) group.fine_at[n] = now_ms;
    const collectors::LagFacts facts = FactsOf(group, p, n, now_ms, offset);
    offset.verdict = collectors::JudgeLag(facts, collectors::LagOptions());
    offset.lag_seconds = static_cast<float>(facts.time_lag.seconds);
    offset.lag_method = facts.time_lag.method;
    shown.verdict = n == 0 ? offset.verdict : std::max(shown.verdict, offset.verdict);
    if (n == 0 || facts.time_lag.seconds > shown.time_lag.seconds) shown.time_lag = facts.time_lag;
    total += static_cast<double>(offset.lag);
    if (!group.before.empty() && n < group.before.back().size()) {
      consumed += group.committed[n] - group.before.back()[n];
    }
  }
  shown.activity.rebalances = group.rebalances;
  if (!known) return shown;
  shown.total_lag = static_cast<std::int64_t>(total);
  if (group.lag_before >= 0) shown.lag_growth_per_s = (total - group.lag_before) / 60;
  group.lag_before = total;
  shown.consume_rate_per_s = consumed / 60;
  return shown;
}

}  // namespace levelwind::scenarios
