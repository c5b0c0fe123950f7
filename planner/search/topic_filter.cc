#include "planner/search/topic_filter.h"

#include <fmt/format.h>

namespace levelwind::planner {
Result<std::optional<std::regex>> CompilePattern(const std::string& pattern,
                                                 std::string_view what) {
  if (pattern.empty()) return std::optional<std::regex>();
  try {
    return std::optional<std::regex>(std::regex(pattern, std::regex::optimize));
  } catch (const std::regex_error& e) {
    return InvalidArgument(
        fmt::format("{} \"{}\" is no regular expression: {}; quote special characters with a "
                    "backslash",
                    what, pattern, e.what()));
  }
}

Result<TopicFilter> TopicFilter::Compile(const PlannerOptions& options) {
  TopicFilter filter;
  LW_ASSIGN_OR_RETURN(filter.include, CompilePattern(options.include_topics, "include_topics"));
  LW_ASSIGN_OR_RETURN(filter.exclude, CompilePattern(options.exclude_topics, "exclude_topics"));
  return filter;
}

bool TopicFilter::Moves(const std::string& name) const {
  if (include && !std::regex_match(name, *include)) return false;
  return !(exclude && std::regex_match(name, *exclude));
}

}  // namespace levelwind::planner
