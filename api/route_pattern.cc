#include "api/route_pattern.h"

#include <cstddef>

#include "base/text.h"

namespace levelwind::api {

bool FitsPattern(std::string_view pattern, const std::vector<std::string>& segments,
                 RouteParameters* parameters) {
  std::vector<std::string_view> parts;
  if (pattern != "/") parts = Split(pattern.substr(1), '/');
  if (parts.size() != segments.size()) return false;
  parameters->clear();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].starts_with('{')) {
      parameters->emplace(parts[i].substr(1, parts[i].size() - 2), segments[i]);
    } else if (parts[i] != segments[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace levelwind::api
