#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "collectors/cluster_table.h"
#include "model/cluster_snapshot.h"
#include "model/measure.h"

namespace levelwind::collectors {

/// How many messages a second all consumer groups together read of each partition, as far as their
/// commits tell: the sum of the advances of committed offsets. What a group jumps over counts as
/// read; what is read without a commit, or committed elsewhere, is not seen. A rewind counts
/// nothing, what is read again after it counts again. Not thread-safe.
class ConsumptionTracker {
 public:
  explicit ConsumptionTracker(Duration window) : window_(window) {}

  /// One group's commits as a look brought them, sorted by partition; between Begin and End.
  void Begin(SteadyTime at, std::size_t partitions);
  void Group(const std::string& name, const std::vector<GroupOffset>& offsets);
  void End();

  void Renumber(const Renumbering& map);

  /// kUnknown until the looks span enough, and when the last one is too old. Zero: no group
  /// advanced.
  double MessagesPerSecond(std::size_t partition, SteadyTime now) const;
  SteadyTime last_look() const { return looks_.empty() ? SteadyTime{} : looks_.back().at; }

 private:
  struct Positions {
    std::vector<std::int32_t> partitions;  ///< Sorted.
    std::vector<std::int64_t> committed;   ///< Of each.
    bool seen = false;                     ///< In the present look.
  };
  struct Look {
    SteadyTime at{};
    std::vector<double> consumed;  ///< Since the start, by partition.
  };

  const Duration window_;
  std::map<std::string, Positions> groups_;
  std::vector<double> consumed_;
  std::deque<Look> looks_;  ///< Oldest first, some seconds apart.
  SteadyTime at_{};
};

}  // namespace levelwind::collectors
