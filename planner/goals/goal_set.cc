#include "planner/goals/goal_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "planner/goals/catalog.h"
#include "planner/goals/goal_options.h"

namespace levelwind::planner {
namespace {

/// Built-in goals, then the caller's own, with these options.
std::vector<std::shared_ptr<Goal>> MakeAll(const PlannerOptions& options) {
  std::vector<std::shared_ptr<Goal>> goals;
  for (const GoalMaker make : BuiltInGoals()) goals.push_back(make(options));
  for (const GoalMaker make : options.extra_goals) goals.push_back(make(options));
  return goals;
}

Error UnknownGoal(const std::string& name, const std::vector<std::shared_ptr<Goal>>& known) {
  std::vector<std::string> valid, names;
  for (const auto& goal : known) {
    names.emplace_back(goal->name);
    valid.emplace_back(goal->name);
    valid.emplace_back(goal->alias);
  }
  const auto nearest = NearestWord(name, valid);
  return InvalidArgument(fmt::format(
      "goal \"{}\" does not exist; {}", EscapeControl(name),
      nearest ? fmt::format("did you mean {}?", *nearest) : "valid goals: " + Join(names, ", ")));
}

Result<std::vector<std::shared_ptr<Goal>>> Pick(const std::vector<std::string>& names,
                                                const std::vector<std::shared_ptr<Goal>>& known) {
  std::vector<std::shared_ptr<Goal>> picked;
  for (const std::string& name : names) {
    const auto found = std::ranges::find_if(
        known, [&](const auto& goal) { return goal->name == name || goal->alias == name; });
    if (found == known.end()) return UnknownGoal(name, known);
    if (std::ranges::find(picked, *found) != picked.end()) {
      return InvalidArgument(fmt::format("goal \"{}\" is listed twice; name it once", name));
    }
    picked.push_back(*found);
  }
  return picked;
}

/// Makes the goals hard that the options name, and the others soft.
Status SetHard(const PlannerOptions& options, const std::vector<std::shared_ptr<Goal>>& known,
               const std::vector<std::shared_ptr<Goal>>& picked) {
  if (options.hard_goals.empty()) return Ok();
  std::vector<std::shared_ptr<Goal>> hard;
  if (options.hard_goals != std::vector<std::string>{"none"}) {
    LW_ASSIGN_OR_RETURN(hard, Pick(options.hard_goals, known));
  }
  for (const auto& goal : hard) {
    if (std::ranges::find(picked, goal) != picked.end()) continue;
    return InvalidArgument(fmt::format(
        "hard_goals names {}, which is not a goal of this plan; add it to the goals", goal->name));
  }
  for (const auto& goal : picked) {
    goal->set_hard(std::ranges::find(hard, goal) != hard.end());
  }
  return Ok();
}

}  // namespace

void GoalSet::Add(GoalPtr goal) {
  goal->Require(requirements);
  ordered.push_back(goal.get());
  owned.push_back(std::move(goal));
}

bool GoalSet::Has(GoalKind kind) const {
  return std::ranges::any_of(ordered, [&](const Goal* g) { return g->kind == kind; });
}

bool GoalSet::Has(GoalKind kind, Lane lane) const {
  return std::ranges::any_of(ordered,
                             [&](const Goal* g) { return g->kind == kind && g->lane == lane; });
}

std::vector<GoalInfo> AllGoals() {
  std::vector<GoalInfo> infos;
  for (const auto& goal : MakeAll({})) infos.push_back(*goal);
  return infos;
}

std::vector<std::string> DefaultGoalNames() {
  std::vector<std::string> names;
  for (const GoalInfo& goal : AllGoals()) {
    if (goal.by_default) names.emplace_back(goal.name);
  }
  return names;
}

Result<GoalSet> MakeGoals(const PlannerOptions& options) {
  LW_RETURN_IF_ERROR(CheckGoalOptions(options));
  const std::vector<std::shared_ptr<Goal>> known = MakeAll(options);
  LW_ASSIGN_OR_RETURN(const std::vector<std::shared_ptr<Goal>> picked,
                      Pick(options.goals.empty() ? DefaultGoalNames() : options.goals, known));
  LW_RETURN_IF_ERROR(SetHard(options, known, picked));
  GoalSet goals;
  for (const std::shared_ptr<Goal>& goal : picked) goals.Add(goal);
  return goals;
}

}  // namespace levelwind::planner
