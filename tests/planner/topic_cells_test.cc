#include "planner/search/topic_cells.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <utility>

#include "planner/search/rng.h"

namespace levelwind::planner {
namespace {

TEST(TopicCells, AgreesWithAMapThroughAddingAndErasing) {
  constexpr std::uint32_t kRows = 5;
  constexpr std::uint32_t kMost = 12;  // Brokers that share a row at a time.
  TopicCells cells;
  for (std::uint32_t row = 0; row < kRows; ++row) cells.AddRow(kMost);
  std::map<std::pair<std::uint32_t, std::uint16_t>, int> model;
  std::map<std::uint32_t, std::uint32_t> brokers;
  Rng rng(7);
  for (int step = 0; step < 20'000; ++step) {
    const std::uint32_t row = rng.Below(kRows);
    const auto broker = static_cast<std::uint16_t>(rng.Below(400));
    int& count = model[{row, broker}];
    if (count > 0 && rng.Below(2) == 0) {
      cells.Add(row, broker, -1, 0);
      if (--count == 0) --brokers[row];
    } else if (count > 0 || brokers[row] < kMost) {
      cells.Add(row, broker, 1, 0);
      if (++count == 1) ++brokers[row];
    } else {
      // A full row: let one that has the row go, whichever comes first.
      for (auto& [key, value] : model) {
        if (key.first != row || value == 0) continue;
        cells.Add(row, key.second, -value, 0);
        value = 0;
        --brokers[row];
        break;
      }
    }
    ASSERT_EQ(cells.Get(row, broker).replicas, count) << "step " << step;
  }
  for (const auto& [key, value] : model) {
    ASSERT_EQ(cells.Get(key.first, key.second).replicas, value);
  }
}

}  // namespace
}  // namespace levelwind::planner
