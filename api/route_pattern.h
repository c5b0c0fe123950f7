#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace levelwind::api {

/// What a pattern left open, by name.
using RouteParameters = std::map<std::string, std::string>;

/// Whether a path fits "/api/v1/groups/{name}", segment by segment. Fills `parameters` if it does.
bool FitsPattern(std::string_view pattern, const std::vector<std::string>& segments,
                 RouteParameters* parameters);

}  // namespace levelwind::api
