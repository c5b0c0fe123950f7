#include "model/load_windows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace levelwind {
namespace {

/// Windows of one partition, oldest first: its samples of `expected`, and its bytes a second.
LoadWindows Windows(const std::vector<std::pair<int, float>>& each, std::uint32_t expected = 10) {
  LoadWindows windows;
  for (const auto& [samples, in] : each) {
    auto window = std::make_shared<LoadWindow>();
    window->expected = expected;
    window->samples = {static_cast<std::uint8_t>(samples)};
    window->in = {in};
    window->out = {in * 2};
    windows.closed.push_back(std::move(window));
  }
  return windows;
}

TEST(LoadWindows, AllSamplesAreFullAndHalfOfThemAMean) {
  const LoadWindows windows = Windows({{10, 100}, {5, 200}, {4, 300}, {10, 400}});
  EXPECT_EQ(JudgeWindow(windows, 0, 0).verdict, WindowVerdict::kFull);
  EXPECT_EQ(JudgeWindow(windows, 0, 0).in, 100);
  EXPECT_EQ(JudgeWindow(windows, 0, 0).out, 200);
  EXPECT_EQ(JudgeWindow(windows, 1, 0).verdict, WindowVerdict::kAverage);
  EXPECT_EQ(JudgeWindow(windows, 1, 0).in, 200);
}

TEST(LoadWindows, FewSamplesAreReplacedByGoodNeighbours) {
  const LoadWindows windows = Windows({{10, 100}, {4, 900}, {5, 300}});
  const WindowFigure figure = JudgeWindow(windows, 1, 0);
  EXPECT_EQ(figure.verdict, WindowVerdict::kNeighbours);
  EXPECT_EQ(figure.in, 200) << "the mean of both, not what was seen";
  EXPECT_EQ(figure.out, 400);
}

TEST(LoadWindows, NoSampleAtAllIsReplacedTooAndIsNeverZero) {
  EXPECT_EQ(JudgeWindow(Windows({{10, 100}, {0, 0}, {10, 300}}), 1, 0).in, 200);
  const WindowFigure alone = JudgeWindow(Windows({{10, 100}, {0, 0}, {0, 0}}), 1, 0);
  EXPECT_EQ(alone.verdict, WindowVerdict::kMissing);
  EXPECT_TRUE(std::isnan(alone.in));
  EXPECT_TRUE(std::isnan(alone.out));
}

TEST(LoadWindows, FewSamplesWithoutTwoGoodNeighboursAreForced) {
  const LoadWindows windows = Windows({{4, 100}, {4, 200}, {10, 300}, {4, 400}});
  EXPECT_EQ(JudgeWindow(windows, 0, 0).verdict, WindowVerdict::kForced) << "at the beginning";
  EXPECT_EQ(JudgeWindow(windows, 1, 0).verdict, WindowVerdict::kForced) << "one is not good";
  EXPECT_EQ(JudgeWindow(windows, 1, 0).in, 200);
  EXPECT_EQ(JudgeWindow(windows, 3, 0).verdict, WindowVerdict::kForced) << "at the end";
}

TEST(LoadWindows, WhatIsNotThereIsMissing) {
  const LoadWindows windows = Windows({{10, 100}});
  EXPECT_EQ(JudgeWindow(windows, 1, 0).verdict, WindowVerdict::kMissing);
  EXPECT_EQ(JudgeWindow(windows, 0, 7).verdict, WindowVerdict::kMissing);
  EXPECT_EQ(WindowVerdictName(WindowVerdict::kNeighbours), "neighbours");
}

TEST(LoadWindows, MoreSamplesThanCanBeCountedAreEnough) {
  // 255 stands for at least so many; of a long window with short looks that is not a few.
  EXPECT_EQ(JudgeWindow(Windows({{255, 100}}, 700), 0, 0).verdict, WindowVerdict::kAverage);
  EXPECT_EQ(JudgeWindow(Windows({{254, 100}}, 700), 0, 0).verdict, WindowVerdict::kForced);
}

TEST(LoadWindows, CompletenessIsTheShareThatIsNotForced) {
  auto window = std::make_shared<LoadWindow>();
  window->expected = 10;
  window->samples = {10, 5, 4, 0};
  window->in = window->out = {1, 1, 1, std::numeric_limits<float>::quiet_NaN()};
  LoadWindows windows;
  windows.closed = {window};
  EXPECT_EQ(Completeness(windows, 0), 0.5);
  EXPECT_EQ(Completeness(windows, 1), 0) << "there is no such window";
  windows.closed = {std::make_shared<LoadWindow>()};
  EXPECT_EQ(Completeness(windows, 0), 1) << "no partition, nothing missing";
}

}  // namespace
}  // namespace levelwind
