#include "planner/autoscale/group_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "planner/autoscale/snapshot_feed.h"

namespace levelwind::planner {

Result<GroupBook> GroupBook::Create(std::vector<WatchedGroups> watched) {
  std::vector<Rule> rules;
  for (WatchedGroups& one : watched) {
    if (const Status fits = CheckAutoscaleOptions(one.options); !fits.ok()) {
      return fits.error().Wrap(fmt::format("group {}", one.pattern));
    }
    LW_ASSIGN_OR_RETURN(NameFilter filter, NameFilter::Create({one.pattern}, {}));
    rules.push_back({std::move(one), std::move(filter)});
  }
  return GroupBook(std::move(rules));
}

/// Takes up who is new, and lets go of who is gone and was not named in full.
void GroupBook::Meet(const ClusterSnapshot& snapshot) {
  for (const ConsumerGroup& group : snapshot.groups) {
    if (kept_.contains(group.name)) continue;
    const auto rule =
        std::ranges::find_if(rules_, [&](const Rule& r) { return r.filter.Wants(group.name); });
    if (rule == rules_.end()) continue;
    const AutoscaleOptions& options = rule->watched.options;
    kept_.emplace(group.name, Kept{static_cast<std::size_t>(rule - rules_.begin()),
                                   GroupController(options), LateRecords(options.objective_s)});
  }
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const WatchedGroups& watched = rules_[i].watched;
    // A pattern that fits itself and has no special character is a name.
    if (watched.pattern.find_first_of("*?[]{}()|\\^$+/") != std::string::npos) continue;
    if (kept_.contains(watched.pattern)) continue;
    kept_.emplace(watched.pattern, Kept{i, GroupController(watched.options),
                                        LateRecords(watched.options.objective_s)});
  }
  std::erase_if(kept_, [&](const auto& entry) {
    return snapshot.FindGroup(entry.first) == nullptr &&
           rules_[entry.second.rule].watched.pattern != entry.first;
  });
}

std::vector<GroupVerdict> GroupBook::Decide(const ClusterSnapshot& snapshot,
                                            const std::map<std::string, WorkloadState>& workloads,
                                            SteadyTime now) {
  Meet(snapshot);
  std::vector<GroupVerdict> verdicts;
  verdicts.reserve(kept_.size());
  for (auto& [name, kept] : kept_) {
    const WatchedGroups& watched = rules_[kept.rule].watched;
    GroupScalingInput input;
    input.group = name;
    if (const ConsumerGroup* group = snapshot.FindGroup(name)) {
      input = ScalingInputOf(snapshot, *group);
      kept.late.Look(snapshot, *group);
      kept.seen = true;
    } else {
      input.complete = false;
      input.at = snapshot.taken_at;
    }
    if (const auto workload = workloads.find(name); workload != workloads.end()) {
      input.replicas = workload->second.replicas;
      input.ready = workload->second.ready;
      input.rollout = workload->second.rollout;
      input.revision = workload->second.revision;
    }
    GroupVerdict& verdict = verdicts.emplace_back();
    verdict.decision = kept.controller.Decide(input, now);
    verdict.decision.target = watched.target;
    // No member of a group that was never there is not "no member is wanted".
    if (!kept.seen) verdict.decision.current = verdict.decision.desired = kUnknownCount;
    verdict.late_records = kept.late.total();
  }
  return verdicts;
}

}  // namespace levelwind::planner
