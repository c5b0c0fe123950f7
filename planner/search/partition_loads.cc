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
  std::size_t senseless = 0;  ///< Negative or above all bounds, taken for unknown.

  void Add(double value) {
    // No load is an exabyte (a second), and sums of such numbers are no numbers any more.
    constexpr double kMost = 1e18;
    if (std::isnan(value) || value < 0 || value > kMost) {
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
        fmt::format("{} of {} partitions report a negative or impossibly large {}: taken for "
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
  RawLoads loads;
  loads.partitions.resize(snapshot.partitions.size());
  // One column after the other: four at once would be a tenth of a large plan's memory.
  Column column;
  const auto read = [&](auto value_of, double RawLoad::*field) {
    column = Column();
    column.values.reserve(snapshot.partitions.size());
    for (const Partition& p : snapshot.partitions) column.Add(value_of(p));
    const bool known = Complete(snapshot, column);
    for (std::size_t i = 0; i < column.values.size(); ++i) {
      loads.partitions[i].*field = column.values[i];
    }
    return known;
  };
  const auto size_of = [&](const Partition& p) {
    const std::int64_t size = snapshot.SizeOf(p);
    return IsKnown(size) ? static_cast<double>(size) : kUnknown;
  };
  loads.disk = read(size_of, &RawLoad::disk);
  Explain(column, loads.disk, "size", "disk goals are", loads.notes);
  loads.in = read([](const Partition& p) { return p.load.bytes_in_per_s; }, &RawLoad::in);
  Explain(column, loads.in, "produce rate", "network-in and leader-bytes-in goals are",
          loads.notes);
  loads.out = read([](const Partition& p) { return p.load.bytes_out_per_s; }, &RawLoad::out);
  Explain(column, loads.out, "outbound rate", "network-out goals are", loads.notes);
  const bool cpu = read([](const Partition& p) { return p.load.cpu_percent; }, &RawLoad::cpu);
  loads.cpu = cpu && loads.in && loads.out;
  if (cpu && !loads.cpu) {
    loads.notes.emplace_back("cpu goals are not judged: they need both rates");
    for (RawLoad& load : loads.partitions) load.cpu = 0;
  } else {
    Explain(column, loads.cpu, "cpu", "cpu goals are", loads.notes);
  }
  if (!snapshot.partitions.empty() && !loads.in) {
    loads.notes.emplace_back("rates unknown: the plan uses sizes and counts");
  }
  return loads;
}

}  // namespace levelwind::planner
