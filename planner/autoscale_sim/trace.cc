// W14: a load that the user has recorded.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "planner/autoscale_sim/workload.h"

namespace levelwind::planner::sim {
namespace {

constexpr int kLongest = 7 * 86400;  // seconds
constexpr int kMostPartitions = 1024;

std::optional<double> Number(std::string_view text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0))
    return std::nullopt;
  return value;
}

struct Row {
  int second = 0, partition = -1;  ///< -1: all alike.
  double records = 0;
};

Result<std::vector<Row>> ParseRows(std::string_view text) {
  std::vector<Row> rows;
  int number = 0;
  for (const std::string_view line : Split(text, '\n')) {
    ++number;
    if (line.empty() || line == "\r" || line.front() == '#') continue;
    const std::vector<std::string_view> cells = Split(line, ',');
    std::vector<double> values;
    for (const std::string_view cell : cells) {
      if (const auto value = Number(cell)) values.push_back(*value);
    }
    if (values.size() != cells.size() && rows.empty() && values.empty()) continue;  // the heading
    if (values.size() != cells.size() || values.size() < 2 || values.size() > 3) {
      return InvalidArgument(fmt::format(
          "line {} of the trace is \"{}\": write second,records or second,partition,records",
          number, EscapeControl(line.substr(0, 60))));
    }
    const bool three = values.size() == 3;
    if (values[0] >= kLongest || (three && values[1] >= kMostPartitions)) {
      return InvalidArgument(fmt::format(
          "line {} of the trace: seconds go up to {} and partitions up to {}; cut the trace",
          number, kLongest - 1, kMostPartitions - 1));
    }
    rows.push_back(
        {static_cast<int>(values[0]), three ? static_cast<int>(values[1]) : -1, values.back()});
  }
  if (rows.empty()) {
    return InvalidArgument("the trace has no line of figures: write second,records a line");
  }
  return rows;
}

}  // namespace

Result<Workload> ParseTrace(std::string_view text, int partitions) {
  const auto parsed = ParseRows(text);
  if (!parsed.ok()) return parsed.error();
  Workload w;
  w.number = 14;
  w.name = "trace";
  w.partitions = std::clamp(partitions, 1, kMostPartitions);
  for (const Row& row : *parsed) {
    w.seconds = std::max(w.seconds, row.second + 1);
    w.partitions = std::max(w.partitions, row.partition + 1);
  }
  const auto count = static_cast<std::size_t>(w.partitions);
  w.arrivals.assign(static_cast<std::size_t>(w.seconds) * count, 0);
  for (const Row& row : *parsed) {
    float* second = &w.arrivals[static_cast<std::size_t>(row.second) * count];
    if (row.partition >= 0) {
      second[row.partition] += static_cast<float>(row.records);
      continue;
    }
    for (std::size_t p = 0; p < count; ++p) {
      second[p] += static_cast<float>(row.records / static_cast<double>(count));
    }
  }
  return w;
}

}  // namespace levelwind::planner::sim
