#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "collectors/cluster_table.h"
#include "model/cluster_snapshot.h"
#include "model/load_facts.h"

namespace levelwind::collectors {

/// Means of every partition's loads over windows of a minute, five of them. 9 bytes per partition
/// and window. One thread.
class WindowKeeper {
 public:
  static constexpr Duration kLength = std::chrono::minutes(1);
  static constexpr Duration kApart = std::chrono::seconds(5);  ///< Of two samples.
  static constexpr std::size_t kMost = 5;

  /// Takes the snapshot's loads as one sample, if the last one is kApart ago. True: that closed a
  /// window.
  bool Add(SteadyTime now, const ClusterSnapshot& snapshot);

  void Renumber(const Renumbering& map);

  /// Null until one is closed.
  std::shared_ptr<const LoadWindows> windows() const { return windows_; }

 private:
  void Close(SteadyTime now);

  struct Sum {
    float in = 0;
    float out = 0;
    std::uint8_t in_samples = 0;
    std::uint8_t out_samples = 0;
  };
  SteadyTime from_{};
  SteadyTime last_{};
  std::vector<Sum> sums_;
  std::uint32_t taken_ = 0;
  std::shared_ptr<const LoadWindows> windows_;
};

}  // namespace levelwind::collectors
