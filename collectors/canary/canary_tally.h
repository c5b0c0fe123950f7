#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "model/canary.h"

namespace levelwind::collectors {

/// Which probes are under way, and what became of the others. Pure; not thread-safe.
///
/// A probe is in flight from Sent until it is read back, until the producer gives it up, or until
/// it is lost. What is read back after it was counted as lost stays lost; what is read twice counts
/// once.
class CanaryTally {
 public:
  explicit CanaryTally(Duration lost_after) : lost_after_(lost_after) {}

  /// Numbers grow from probe to probe.
  void Sent(std::uint64_t number, std::int32_t partition, SteadyTime at);
  void Acked(std::uint64_t number, SteadyTime at);
  void Failed(std::uint64_t number);
  void Received(std::uint64_t number, SteadyTime at);
  /// The reader begins anew at the end of each partition. What came before it got there is not
  /// lost: the first record that is read of a partition takes the unread ones before it out of the
  /// count.
  void ReaderMoved();
  /// Gives up what was sent `lost_after` ago.
  void Sweep(SteadyTime now);

  /// Figures by partition number; leaders are the caller's to fill in.
  const std::map<std::int32_t, CanaryPartition>& partitions() const { return partitions_; }
  bool idle() const { return flying_.empty(); }
  std::size_t in_flight() const { return flying_.size(); }

 private:
  struct Flying {
    std::int32_t partition = 0;
    SteadyTime sent_at{};
    bool acked = false;
  };
  using Probe = std::map<std::uint64_t, Flying>::iterator;
  Probe End(Probe probe);
  void ForgetBefore(Probe probe);

  Duration lost_after_;
  std::map<std::uint64_t, Flying> flying_;
  std::map<std::int32_t, CanaryPartition> partitions_;
  std::set<std::int32_t> reached_;  ///< Partitions of which something was read.
};

/// What a probe's record has as value: whose it is and its number.
std::string ProbeValue(std::string_view sender, std::uint64_t number);
/// The number, if it is a probe of this sender.
std::optional<std::uint64_t> ProbeNumber(std::string_view sender, std::string_view value);

}  // namespace levelwind::collectors
