#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/load_facts.h"

namespace levelwind {

/// What a window of a partition's load is worth, after Cruise Control's extrapolations
/// (MetricSampleAggregator), each partition for itself.
enum class WindowVerdict : std::uint8_t {
  kFull,        ///< Every sample that there could be.
  kAverage,     ///< At least half of them: their mean.
  kNeighbours,  ///< Fewer, but both windows beside it are worth their own mean: the mean of those.
  kForced,      ///< Fewer: the mean of what there is.
  kMissing,
};
std::string_view WindowVerdictName(WindowVerdict verdict);

struct WindowFigure {
  WindowVerdict verdict = WindowVerdict::kMissing;
  double in = kUnknown;
  double out = kUnknown;
};

/// `window`: by place in `windows.closed`; `partition`: index in the snapshot.
WindowFigure JudgeWindow(const LoadWindows& windows, std::size_t window, std::size_t partition);

/// Share of the partitions whose window is worth something without force, 0..1.
double Completeness(const LoadWindows& windows, std::size_t window);

}  // namespace levelwind
