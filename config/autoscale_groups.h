#pragma once

#include <vector>

#include "config/config.h"
#include "config/substitute.h"
#include "config/yaml_tree.h"

namespace levelwind::config {

/// Reads the items of autoscale.groups into `config`, on top of its autoscale.defaults, which must
/// be complete. What is wrong goes to `problems` with its place; then the groups are those that
/// could be read.
void ReadAutoscaleGroups(const YamlNode& list, const Environment& environment, Config& config,
                         std::vector<Problem>& problems);

}  // namespace levelwind::config
