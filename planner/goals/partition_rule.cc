#include "planner/goals/partition_rule.h"

#include <fmt/format.h>

#include <map>

namespace levelwind::planner {

void RuleBuilder::Attach(std::uint32_t p, const std::shared_ptr<const PartitionRule>& rule) {
  const auto [at, added] =
      number_of_.try_emplace(rule.get(), static_cast<std::uint32_t>(rules_.size()));
  if (added) rules_.push_back(rule);
  lists_[p].push_back(at->second);
}

Status RuleBuilder::Finish() {
  constexpr std::size_t kMost = 65'000;
  std::map<std::vector<std::uint32_t>, std::uint16_t> numbers{{{}, 0}};
  cluster_.rule_sets.assign(1, {});
  for (std::uint32_t p = 0; p < lists_.size(); ++p) {
    const auto [at, added] =
        numbers.emplace(lists_[p], static_cast<std::uint16_t>(cluster_.rule_sets.size()));
    if (added) {
      if (numbers.size() > kMost) {
        return InvalidArgument(fmt::format(
            "the goals have more than {} different sets of rules; leave out a goal", kMost));
      }
      RuleSet& set = cluster_.rule_sets.emplace_back();
      for (const std::uint32_t rule : lists_[p]) set.rules.push_back(rules_[rule]);
    }
    cluster_.partitions[p].rules = at->second;
  }
  return Ok();
}

}  // namespace levelwind::planner
