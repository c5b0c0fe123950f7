#include "planner/search/partition_loads.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace levelwind::planner {
namespace {

constexpr double kKnownShare = 0.9;

/// One resource's values with the gaps still in them.
struct Column {
  std::vector<double> values;  ///< NaN: unknown.
  std::size_t unknown = 0;
  std::size_t senseless = 0;  ///< Negative or infinite, taken for unknown.

  void Add(double value) {
    if (std::isnan(value) || std::isinf(value) || value < 0) {
      if (!std::isnan(value)) ++senseless;
      ++unknown;
      value = kUnknown;
    }
    values.push_back(value);
  }
};

struct Mean {
  double sum = 0;
  std::size_t count = 0;
  void Add(double value) {
    if (!IsKnown(value)) return;
    sum += value;
    ++count;
  }
  double Or(double fallback) const {
    return count > 0 ? sum / static_cast<double>(count) : fallback;
  }
};

/// Fills the gaps of a column by topic means. False, with all values 0, when too little is known.
bool Complete(const ClusterSnapshot& snapshot, Column& column) {
  const std::size_t n = column.values.size();
  const auto known = static_cast<double>(n - column.unknown);
  if (n == 0 || known < kKnownShare * static_cast<double>(n)) {
    column.values.assign(n, 0.0);
    return false;
  }
  if (column.unknown == 0) return true;
  Mean all;
  std::vector<Mean> topics(snapshot.topics.size());
  for (std::size_t i = 0; i < n; ++i) {
    all.Add(column.values[i]);
    topics[static_cast<std::size_t>(snapshot.partitions[i].topic)].Add(column.values[i]);
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (IsKnown(column.values[i])) continue;
    const auto topic = static_cast<std::size_t>(snapshot.partitions[i].topic);
    column.values[i] = topics[topic].Or(all.Or(0));
  }
  return true;
}

void Explain(const Column& column, bool known, std::string_view what, std::string_view goals,
             std::vector<std::string>& notes) {
  const std::size_t n = column.values.size();
  if (column.senseless > 0) {
    notes.push_back(
        fmt::format("{} of {} partitions report a negative or infinite {}: taken for "
                    "unknown",
                    column.senseless, n, what));
  }
  if (n == 0) return;
  if (!known) {
    notes.push_back(fmt::format("{} unknown ({} of {} partitions): {} not judged", what,
                                column.unknown, n, goals));
  } else if (column.unknown > 0) {
    notes.push_back(fmt::format("{} unknown for {} of {} partitions: their topic's mean is used",
                                what, column.unknown, n));
  }
}

}  // namespace

RawLoads ReadLoads(const ClusterSnapshot& snapshot) {
  Column cpu, in, out, disk;
  for (const Partition& p : snapshot.partitions) {
    cpu.Add(p.load.cpu_percent);
    in.Add(p.load.bytes_in_per_s);
    out.Add(p.load.bytes_out_per_s);
    const std::int64_t size = snapshot.SizeOf(p);
    disk.Add(IsKnown(size) ? static_cast<double>(size) : kUnknown);
  }
  RawLoads loads;
  loads.disk = Complete(snapshot, disk);
  loads.in = Complete(snapshot, in);
  loads.out = Complete(snapshot, out);
  const bool cpu_complete = Complete(snapshot, cpu);
  loads.cpu = cpu_complete && loads.in && loads.out;
  Explain(disk, loads.disk, "size", "disk goals are", loads.notes);
  Explain(in, loads.in, "produce rate", "network-in and leader-bytes-in goals are", loads.notes);
  Explain(out, loads.out, "outbound rate", "network-out goals are", loads.notes);
  if (cpu_complete && !loads.cpu) {
    loads.notes.emplace_back("cpu goals are not judged: they need both rates");
  } else {
    Explain(cpu, loads.cpu, "cpu", "cpu goals are", loads.notes);
  }
  if (!snapshot.partitions.empty() && !loads.in) {
    loads.notes.emplace_back("rates unknown: the plan uses sizes and counts");
  }
  loads.partitions.resize(snapshot.partitions.size());
  for (std::size_t i = 0; i < loads.partitions.size(); ++i) {
    loads.partitions[i] = {loads.cpu ? cpu.values[i] : 0.0, in.values[i], out.values[i],
                           disk.values[i]};
  }
  return loads;
}

}  // namespace levelwind::planner
