#pragma once

#include <optional>
#include <regex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "planner/planner_options.h"

namespace levelwind::planner {

/// Nothing for an empty pattern. `what` names the option in the error: InvalidArgument for what is
/// no regular expression.
Result<std::optional<std::regex>> CompilePattern(const std::string& pattern, std::string_view what);

/// The topic patterns of the options, compiled.
struct TopicFilter {
  std::optional<std::regex> include;
  std::optional<std::regex> exclude;

  /// Errors: InvalidArgument for a pattern that is no regular expression.
  static Result<TopicFilter> Compile(const PlannerOptions& options);
  /// Whether the partitions of the topic may be moved.
  bool Moves(const std::string& name) const;
};

}  // namespace levelwind::planner
