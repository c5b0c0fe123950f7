#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace levelwind::collectors {

/// What a "# TYPE" line says.
enum class MetricKind : std::uint8_t { kUntyped, kCounter, kGauge, kSummary, kHistogram };

struct MetricLabel {
  std::string name;
  std::string value;  ///< Unescaped.
};

/// One line of a metrics page.
struct MetricLine {
  std::string_view name;
  MetricKind kind = MetricKind::kUntyped;
  std::vector<MetricLabel> labels;
  double value = 0;  ///< May be NaN or infinite: whoever takes it decides.

  /// Null where there is none of that name.
  const std::string* Label(std::string_view label) const;
};

struct MetricsTextLimits {
  std::size_t most_bytes = std::size_t{64} << 20;
  std::size_t most_lines = 2'000'000;
  std::size_t most_line = std::size_t{64} << 10;  ///< Longer ones are skipped.
  std::size_t most_labels = 64;
};

/// Reads Prometheus's text format 0.0.4 and OpenMetrics as it comes in, piece by piece, and calls
/// `line` for each sample. Nothing in the text is trusted: a line that is not understood is skipped
/// and counted, and reading stops at the limits. Memory is one line and the names of the types.
/// One thread.
class MetricsText {
 public:
  using Take = std::function<void(const MetricLine& line)>;
  explicit MetricsText(Take take, const MetricsTextLimits& limits = {});

  /// False when a limit was reached: the rest is not wanted.
  bool Feed(std::string_view piece);
  /// The last line may have no end.
  void End();

  std::uint64_t lines() const { return lines_; }      ///< All that were looked at.
  std::uint64_t skipped() const { return skipped_; }  ///< That made no sense.
  bool cut() const { return cut_; }                   ///< A limit was reached.
  std::uint64_t bytes() const { return bytes_; }

 private:
  void Line(std::string_view text);
  void Comment(std::string_view text);
  bool Sample(std::string_view text);
  bool Labels(std::string_view& text);

  const Take take_;
  const MetricsTextLimits limits_;
  std::string rest_;       ///< The beginning of a line.
  bool overlong_ = false;  ///< The line that is being read is skipped.
  std::unordered_map<std::string, MetricKind> kinds_;
  MetricLine line_;
  std::uint64_t lines_ = 0;
  std::uint64_t skipped_ = 0;
  std::uint64_t bytes_ = 0;
  bool cut_ = false;
};

/// A value as the format writes it: "1.5e3", "NaN", "+Inf". False: it is none.
bool ParseMetricValue(std::string_view text, double& value);

}  // namespace levelwind::collectors
