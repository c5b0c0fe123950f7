#include "model/load_windows.h"

#include "base/name_table.h"

namespace levelwind {
namespace {

constexpr NameTable<WindowVerdict, 5> kVerdicts = {{
    {WindowVerdict::kFull, "full"},
    {WindowVerdict::kAverage, "average"},
    {WindowVerdict::kNeighbours, "neighbours"},
    {WindowVerdict::kForced, "forced"},
    {WindowVerdict::kMissing, "missing"},
}};

/// LoadWindow::samples counts no further.
constexpr std::uint32_t kCounted = 255;

/// By its own samples alone.
WindowFigure Own(const LoadWindow& window, std::size_t partition) {
  if (partition >= window.samples.size() || window.samples[partition] == 0) return {};
  WindowFigure figure;
  figure.in = static_cast<double>(window.in[partition]);
  figure.out = static_cast<double>(window.out[partition]);
  const std::uint32_t samples = window.samples[partition];
  if (samples >= window.expected) {
    figure.verdict = WindowVerdict::kFull;
  } else {
    // More than can be counted are many, however many there could be.
    const bool enough = 2 * samples >= window.expected || samples == kCounted;
    figure.verdict = enough ? WindowVerdict::kAverage : WindowVerdict::kForced;
  }
  return figure;
}

bool Stands(WindowVerdict verdict) {
  return verdict == WindowVerdict::kFull || verdict == WindowVerdict::kAverage;
}

}  // namespace

std::string_view WindowVerdictName(WindowVerdict verdict) { return NameIn(kVerdicts, verdict); }

WindowFigure JudgeWindow(const LoadWindows& windows, std::size_t window, std::size_t partition) {
  if (window >= windows.closed.size()) return {};
  const WindowFigure own = Own(*windows.closed[window], partition);
  if (Stands(own.verdict)) return own;
  if (window == 0 || window + 1 >= windows.closed.size()) return own;
  const WindowFigure before = Own(*windows.closed[window - 1], partition);
  const WindowFigure after = Own(*windows.closed[window + 1], partition);
  if (!Stands(before.verdict) || !Stands(after.verdict)) return own;
  return {WindowVerdict::kNeighbours, (before.in + after.in) / 2, (before.out + after.out) / 2};
}

double Completeness(const LoadWindows& windows, std::size_t window) {
  if (window >= windows.closed.size()) return 0;
  const std::size_t all = windows.closed[window]->samples.size();
  if (all == 0) return 1;
  std::size_t good = 0;
  for (std::size_t i = 0; i < all; ++i) {
    const WindowVerdict verdict = JudgeWindow(windows, window, i).verdict;
    if (Stands(verdict) || verdict == WindowVerdict::kNeighbours) ++good;
  }
  return static_cast<double>(good) / static_cast<double>(all);
}

}  // namespace levelwind
