#include "tests/tools/partition_picker.h"

#include <algorithm>

#include "base/check.h"

namespace levelwind::load {

PartitionPicker::PartitionPicker(const std::map<std::int32_t, double>& weights) {
  for (const auto& [partition, weight] : weights) {
    if (weight <= 0) continue;
    entries_.push_back({partition, weight, 0});
    total_ += weight;
  }
  LW_CHECK(!entries_.empty());
}

std::int32_t PartitionPicker::Next() {
  for (Entry& entry : entries_) entry.credit += entry.weight;
  const auto best =
      std::max_element(entries_.begin(), entries_.end(),
                       [](const Entry& a, const Entry& b) { return a.credit < b.credit; });
  best->credit -= total_;
  return best->partition;
}

}  // namespace levelwind::load
