#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "planner/autoscale_sim/benchmark.h"

namespace levelwind::planner::sim {
namespace {

constexpr double kWidth = 720, kPanel = 120, kLeft = 60, kTop = 44, kGap = 26;
constexpr std::size_t kPoints = 180;

struct Line {
  std::string name, color;
  std::vector<double> values;
};

std::string_view ColorOf(std::string_view algorithm) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kColors{
      {{"B10", "#0b6e4f"},
       {"B2", "#c0392b"},
       {"B4", "#8e6c00"},
       {"B6", "#2c5aa0"},
       {"B9", "#7d3c98"},
       {"B1", "#888888"}}};
  for (const auto& [name, color] : kColors) {
    if (name == algorithm) return color;
  }
  return "#444444";
}

/// At most kPoints of them, each the largest of its stretch.
std::vector<double> Thin(const std::vector<double>& values) {
  if (values.size() <= kPoints) return values;
  std::vector<double> out(kPoints, 0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    double& slot = out[i * kPoints / values.size()];
    slot = std::max(slot, values[i]);
  }
  return out;
}

void DrawText(std::string& svg, double x, double y, std::string_view color, std::string_view words,
              std::string_view anchor = "start") {
  fmt::format_to(std::back_inserter(svg),
                 "<text x=\"{:.0f}\" y=\"{:.0f}\" fill=\"{}\" text-anchor=\"{}\">{}</text>\n", x, y,
                 color, anchor, words);
}

void DrawPanel(std::string& svg, double top, std::string_view title,
               const std::vector<Line>& lines) {
  double most = 1;
  for (const Line& line : lines) {
    for (const double value : line.values) most = std::max(most, value);
  }
  fmt::format_to(std::back_inserter(svg),
                 "<path d=\"M{0} {1}V{2}H{3}\" stroke=\"#999\" fill=\"none\"/>\n", kLeft, top,
                 top + kPanel, kWidth - 10);
  DrawText(svg, kLeft + 4, top - 6, "#333", title);
  DrawText(svg, kLeft - 4, top + 8, "#666", fmt::format("{:.0f}", most), "end");
  DrawText(svg, kLeft - 4, top + kPanel, "#666", "0", "end");
  for (const Line& line : lines) {
    const std::vector<double> values = Thin(line.values);
    fmt::format_to(std::back_inserter(svg),
                   "<polyline fill=\"none\" stroke-width=\"1.4\" stroke=\"{}\" points=\"",
                   line.color);
    const double step = (kWidth - 10 - kLeft) / std::max<double>(1, double(values.size()) - 1);
    for (std::size_t i = 0; i < values.size(); ++i) {
      fmt::format_to(std::back_inserter(svg), "{:.0f},{:.1f} ", kLeft + step * double(i),
                     top + kPanel * (1 - values[i] / most));
    }
    svg += "\"/>\n";
  }
}

std::string Open(double height, std::string_view title) {
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" "
      "font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
      kWidth, height);
  DrawText(svg, 10, 16, "#111", title);
  return svg;
}

std::string OverTime(const std::vector<const Cell*>& cells) {
  std::string svg =
      Open(kTop + 3 * (kPanel + kGap),
           fmt::format("W{} {}, {}: the first seed, minute by minute", cells.front()->workload,
                       cells.front()->workload_name, ProtocolName(cells.front()->protocol)));
  std::vector<Line> arrivals(1), replicas, lag;
  arrivals[0] = {"", "#333333", {}};
  for (const Minute& m : cells.front()->minutes) arrivals[0].values.push_back(m.arrivals);
  double x = 330;
  for (const Cell* cell : cells) {
    const std::string color(ColorOf(cell->algorithm));
    DrawText(svg, x, 16, color, cell->algorithm);
    x += 40;
    replicas.push_back({cell->algorithm, color, {}});
    lag.push_back({cell->algorithm, color, {}});
    for (const Minute& m : cell->minutes) {
      replicas.back().values.push_back(m.replicas);
      lag.back().values.push_back(std::log10(1 + double(m.time_lag)) * 100);
    }
  }
  DrawPanel(svg, kTop, "records/s that arrive", arrivals);
  DrawPanel(svg, kTop + kPanel + kGap, "replicas", replicas);
  DrawPanel(svg, kTop + 2 * (kPanel + kGap),
            "time lag, log scale: 100 is 9 s, 178 is 60 s, 300 is 1000 s", lag);
  return svg + "</svg>\n";
}

std::string Tradeoff(const std::vector<const Cell*>& cells) {
  constexpr double kHeight = 420, kBottom = kHeight - 40, kRight = kWidth - 20;
  std::string svg = Open(
      kHeight,
      fmt::format(
          "{}: records over 60 s (up, square root of %) and replica-seconds over the clairvoyant's "
          "(right, log): each dot a workload",
          ProtocolName(cells.front()->protocol)));
  fmt::format_to(std::back_inserter(svg),
                 "<path d=\"M{0} 30V{1}H{2}\" stroke=\"#999\" fill=\"none\"/>\n", kLeft, kBottom,
                 kRight);
  for (const double ratio : {1.0, 2.0, 4.0, 8.0, 16.0}) {
    DrawText(svg, kLeft + (kRight - kLeft) * std::log2(ratio) / 4.2, kBottom + 16, "#666",
             fmt::format("{:.0f}x", ratio), "middle");
  }
  for (const double late : {0.0, 1.0, 10.0, 50.0, 100.0}) {
    DrawText(svg, kLeft - 4, kBottom - (kBottom - 40) * std::sqrt(late) / 10, "#666",
             fmt::format("{:.0f}", late), "end");
  }
  for (const Cell* cell : cells) {
    const double x = kLeft + (kRight - kLeft) * std::log2(std::max(0.8, cell->ratio)) / 4.2;
    const double y = kBottom - (kBottom - 40) * std::sqrt(cell->late60) / 10;
    fmt::format_to(std::back_inserter(svg),
                   "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"/>\n", x, y,
                   ColorOf(cell->algorithm));
    DrawText(svg, x + 4, y - 3, ColorOf(cell->algorithm),
             fmt::format("{} W{}", cell->algorithm, cell->workload));
  }
  return svg + "</svg>\n";
}

}  // namespace

std::map<std::string, std::string> RenderPlots(const BenchmarkResult& result) {
  static constexpr std::array<std::string_view, 4> kDrawn{"B2", "B4", "B6", "B10"};
  std::map<std::string, std::vector<const Cell*>> runs, sums;
  for (const Cell& cell : result.cells) {
    if (std::ranges::find(kDrawn, cell.algorithm) == kDrawn.end()) continue;
    runs[fmt::format("{}-w{:02}.svg", ProtocolName(cell.protocol), cell.workload)].push_back(&cell);
    sums[fmt::format("{}-tradeoff.svg", ProtocolName(cell.protocol))].push_back(&cell);
  }
  std::map<std::string, std::string> files;
  for (const auto& [name, cells] : runs) files[name] = OverTime(cells);
  for (const auto& [name, cells] : sums) files[name] = Tradeoff(cells);
  return files;
}

}  // namespace levelwind::planner::sim
