#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace levelwind::load {

/// Picks partitions in exact proportion to their weights, evenly mixed (smooth weighted round
/// robin): over any long run partition p gets weight(p) / total of all picks, whatever the weights
/// are.
class PartitionPicker {
 public:
  /// At least one weight must be positive.
  explicit PartitionPicker(const std::map<std::int32_t, double>& weights);
  std::int32_t Next();

 private:
  struct Entry {
    std::int32_t partition;
    double weight;
    double credit;
  };
  std::vector<Entry> entries_;
  double total_ = 0;
};

}  // namespace levelwind::load
