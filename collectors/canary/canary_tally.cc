#include "collectors/canary/canary_tally.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace levelwind::collectors {

void CanaryTally::Sent(std::uint64_t number, std::int32_t partition, SteadyTime at) {
  CanaryPartition& tally = partitions_[partition];
  tally.partition = partition;
  ++tally.sent;
  ++tally.in_flight;
  flying_[number] = {partition, at, false};
}

void CanaryTally::Acked(std::uint64_t number, SteadyTime at) {
  const auto probe = flying_.find(number);
  if (probe == flying_.end() || probe->second.acked) return;
  probe->second.acked = true;
  CanaryPartition& tally = partitions_[probe->second.partition];
  ++tally.acked;
  tally.ack.Add(ToSeconds(at - probe->second.sent_at));
}

void CanaryTally::Failed(std::uint64_t number) {
  const auto probe = flying_.find(number);
  if (probe == flying_.end()) return;
  ++partitions_[probe->second.partition].failed;
  End(probe);
}

void CanaryTally::Received(std::uint64_t number, SteadyTime at) {
  const auto probe = flying_.find(number);
  if (probe == flying_.end()) return;
  if (reached_.insert(probe->second.partition).second) ForgetBefore(probe);
  // It was written, whatever became of the acknowledgement: a reader may be quicker.
  Acked(number, at);
  CanaryPartition& tally = partitions_[probe->second.partition];
  ++tally.received;
  tally.round_trip.Add(ToSeconds(at - probe->second.sent_at));
  End(probe);
}

void CanaryTally::Sweep(SteadyTime now) {
  while (!flying_.empty() && now - flying_.begin()->second.sent_at >= lost_after_) {
    ++partitions_[flying_.begin()->second.partition].lost;
    End(flying_.begin());
  }
}

void CanaryTally::ReaderMoved() { reached_.clear(); }

void CanaryTally::ForgetBefore(Probe probe) {
  CanaryPartition& tally = partitions_[probe->second.partition];
  for (auto before = flying_.begin(); before != probe;) {
    if (before->second.partition != probe->second.partition) {
      ++before;
      continue;
    }
    --tally.sent;
    if (before->second.acked) --tally.acked;
    before = End(before);
  }
}

CanaryTally::Probe CanaryTally::End(Probe probe) {
  --partitions_[probe->second.partition].in_flight;
  return flying_.erase(probe);
}

std::string ProbeValue(std::string_view sender, std::uint64_t number) {
  return fmt::format("levelwind-canary {} {}", sender, number);
}

std::optional<std::uint64_t> ProbeNumber(std::string_view sender, std::string_view value) {
  const std::string head = fmt::format("levelwind-canary {} ", sender);
  if (!value.starts_with(head)) return {};
  value.remove_prefix(head.size());
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (problem != std::errc{} || end != value.data() + value.size()) return {};
  return number;
}

}  // namespace levelwind::collectors
