#include "collectors/snapshot_assembler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>

#include "collectors/load/load_merge.h"

namespace levelwind::collectors {
namespace {

double DiskCapacity(const std::vector<LogDir>& dirs) {
  double capacity = 0;
  for (const LogDir& dir : dirs) {
    if (dir.offline) continue;
    if (!IsKnown(dir.total_bytes)) return kUnknown;
    capacity += static_cast<double>(dir.total_bytes);
  }
  return capacity > 0 ? capacity : kUnknown;
}

void FillSizes(ClusterSnapshot& snapshot, BrokerId broker, const BrokerDisks& disks) {
  for (const ReplicaOnDisk& on_disk : disks.replicas) {
    const Partition& partition = snapshot.partitions[static_cast<std::size_t>(on_disk.partition)];
    for (Replica& replica :
         std::span(snapshot.replicas).subspan(partition.first_replica, partition.replica_count)) {
      if (replica.broker != broker) continue;
      replica.log_dir = on_disk.log_dir;
      replica.size_bytes = on_disk.size_bytes;
      replica.offset_lag = on_disk.offset_lag;
      break;
    }
  }
}

void FillBrokers(const CollectState& state, ClusterSnapshot& snapshot) {
  for (Broker& broker : snapshot.brokers) {
    const auto disks = state.disks.find(broker.id);
    if (!broker.serving() || disks == state.disks.end()) continue;
    broker.log_dirs = disks->second.log_dirs;
    broker.capacity.disk_bytes = DiskCapacity(broker.log_dirs);
    if (IsKnown(broker.capacity.disk_bytes)) {
      broker.capacity.disk_from = CapacitySource::kDiscovered;
    }
    FillSizes(snapshot, broker.id, disks->second);
  }
}

void FillPartitions(const CollectState& state, SteadyTime now, ClusterSnapshot& snapshot) {
  for (std::size_t i = 0; i < snapshot.partitions.size(); ++i) {
    Partition& partition = snapshot.partitions[i];
    if (i < state.offsets.end.size()) partition.log_end_offset = state.offsets.end[i];
    if (i < state.offsets.start.size()) partition.log_start_offset = state.offsets.start[i];
    if (i < state.offsets.stable.size()) {
      // Never beyond the end, which may be unknown.
      partition.last_stable_offset = std::min(state.offsets.stable[i], partition.log_end_offset);
    }
    partition.load.messages_in_per_s = state.rates.MessagesPerSecond(i, now);
  }
  for (const Reassignment& moving : state.reassignments) {
    const std::int32_t index = state.table.Find(moving.partition.topic, moving.partition.partition);
    if (index >= 0) snapshot.partitions[static_cast<std::size_t>(index)].reassigning = true;
  }
}

struct SizesKnown {
  std::size_t serving = 0;
  std::size_t told = 0;
};

SizesKnown CountSizes(const CollectState& state, const ClusterSnapshot& snapshot, SteadyTime now) {
  const Duration limit =
      std::max<Duration>(state.options.keep_for, 3 * state.options.log_dir_interval);
  SizesKnown known;
  for (const Broker& broker : snapshot.brokers) {
    if (!broker.serving()) continue;
    ++known.serving;
    const auto disks = state.disks.find(broker.id);
    if (disks != state.disks.end() && now - disks->second.at <= limit) ++known.told;
  }
  return known;
}

double MeasuredShare(const ClusterSnapshot& snapshot) {
  std::size_t live = 0;
  std::size_t measured = 0;
  for (const Replica& replica : snapshot.replicas) {
    const Broker* broker = snapshot.FindBroker(replica.broker);
    if (broker == nullptr || !broker->serving()) continue;
    ++live;
    if (IsKnown(replica.size_bytes)) ++measured;
  }
  return live == 0 ? 0 : static_cast<double>(measured) / static_cast<double>(live);
}

}  // namespace

Confidence ConfidenceOf(const CollectState& state, const ClusterSnapshot& snapshot,
                        SteadyTime now) {
  const CollectorOptions& options = state.options;
  const SizesKnown sizes = CountSizes(state, snapshot, now);
  const Duration span = state.rates.Span();
  const SteadyTime last_look = state.rates.LastLook();
  // A window that is shorter never spans more than itself.
  const Duration ready = std::min(options.rates_ready, options.rate_window);
  const bool looking = last_look != SteadyTime{} && now - last_look <= options.keep_for;
  Confidence confidence;
  confidence.sizes = sizes.serving > 0 && sizes.told == sizes.serving;
  confidence.rates = looking && span >= ready;
  confidence.measured_share = MeasuredShare(snapshot);
  std::string rates;
  if (confidence.rates) {
    confidence.rates_in_s = 0;
    rates = fmt::format("{:.0f} s", ToSeconds(span));
  } else if (looking) {
    // Looks come at intervals: the first that is late enough decides.
    const Duration pace = IntervalAtStart(options, 0, options.log_dir_interval);
    const Duration since = now - (last_look - span);
    const double looks = std::ceil(ToSeconds(ready) / ToSeconds(pace));
    confidence.rates_in_s = std::max(1.0, looks * ToSeconds(pace) - ToSeconds(since));
    rates = fmt::format("rates in {:.0f} s", confidence.rates_in_s);
  } else {
    rates = "no rates: offsets or sizes cannot be read";
  }
  if (confidence.sizes) {
    confidence.label = confidence.rates ? fmt::format("sizes, counts and rates ({})", rates)
                                        : fmt::format("sizes and counts; {}", rates);
  } else {
    confidence.label = fmt::format(
        "{}; sizes of {} of {} brokers unknown{}",
        confidence.rates ? fmt::format("counts and rates ({})", rates) : "counts",
        sizes.serving - sizes.told, sizes.serving, confidence.rates ? "" : "; " + rates);
  }
  return confidence;
}

ClusterSnapshot AssembleSnapshot(const CollectState& state, SteadyTime now) {
  ClusterSnapshot snapshot = state.table.shape();
  FillBrokers(state, snapshot);
  FillPartitions(state, now, snapshot);
  MergeLoads(state, now, snapshot);
  snapshot.reassignments = state.reassignments;
  snapshot.groups.reserve(state.groups.size());
  for (const auto& [name, record] : state.groups) snapshot.groups.push_back(record.group);
  snapshot.offsets_topic = state.offsets_topic;
  snapshot.facts = state.facts;
  snapshot.confidence = ConfidenceOf(state, snapshot, now);
  return snapshot;
}

}  // namespace levelwind::collectors
