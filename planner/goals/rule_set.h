#pragma once

#include <memory>
#include <vector>

namespace levelwind::planner {

class PartitionRule;

/// The rules of a partition, the most important goal's first.
struct RuleSet {
  std::vector<std::shared_ptr<const PartitionRule>> rules;
};

}  // namespace levelwind::planner
