#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "model/canary.h"
#include "model/measure.h"

namespace levelwind::api {

/// Appends a label's value: anything may be in it; invalid UTF-8 is replaced (U+FFFD a byte),
/// quotes, backslashes and newlines are escaped.
void AppendLabelValue(std::string& out, std::string_view value);

/// Label text for a sample, prepared once and used for many families: `topic="a",partition="0"`.
std::string MetricLabels(
    std::initializer_list<std::pair<std::string_view, std::string_view>> labels);

/// What a sample says. Made by Known, which leaves out what is not known, or Raw, which does not.
struct MetricValue {
  enum class Kind : std::uint8_t { kNothing, kWhole, kReal };
  Kind kind = Kind::kNothing;
  std::int64_t whole = 0;
  double real = 0;

  template <std::integral Int>
  static MetricValue Raw(Int value) {
    return {Kind::kWhole, static_cast<std::int64_t>(value), 0};
  }
  static MetricValue Raw(double value) { return {Kind::kReal, 0, value}; }
  /// A count of which -1 means unknown.
  template <std::integral Int>
  static MetricValue Known(Int value) {
    return std::cmp_less(value, 0) ? MetricValue{} : Raw(value);
  }
  static MetricValue Known(double value) { return IsKnown(value) ? Raw(value) : MetricValue{}; }
};

/// Writes Prometheus's text format 0.0.4 or OpenMetrics 1.0. Our own, because the client library
/// needs half a second for 200,000 series and this needs milliseconds. The caller writes each
/// family once and each label set once per family. Text of gauges alone is the same in both
/// formats, so that one buffer serves both. OpenMetrics' last line is the caller's.
class MetricsText {
 public:
  enum class Type : std::uint8_t { kGauge, kCounter, kHistogram };
  enum class Format : std::uint8_t { kPrometheus, kOpenMetrics };

  /// `into`: appended to; its memory is used.
  explicit MetricsText(Format format = Format::kPrometheus, std::string into = {})
      : format_(format), out_(std::move(into)) {}

  void Family(std::string_view name, Type type, std::string_view help);
  /// A sample of the family begun last. Unknown values (not a number) are left out, never 0.
  void Sample(std::string_view labels, double value) { Row({labels}, MetricValue::Known(value)); }
  /// Unknown counts (-1) are left out.
  template <std::integral Int>
  void Count(std::string_view labels, Int value) {
    Row({labels}, MetricValue::Known(value));
  }
  /// The same with label text that is put together from pieces; allocates nothing of its own.
  void Row(std::initializer_list<std::string_view> labels, MetricValue value);
  /// A histogram of the family begun last: cumulative buckets, sum and count.
  void Histogram(std::string_view labels, const LatencyHistogram& latency);
  /// Family and single unlabelled sample in one.
  void Gauge(std::string_view name, std::string_view help, double value);

  /// From now on samples are only counted, not written; until Mute(false).
  void Mute(bool on) { muted_now_ = on; }
  std::uint64_t muted() const { return muted_; }

  std::string Take() { return std::move(out_); }

 private:
  void AppendValue(MetricValue value);
  /// Row of the family's name with `suffix` after it.
  void Part(std::string_view suffix, std::initializer_list<std::string_view> labels,
            MetricValue value);

  const Format format_;
  std::string out_;
  std::string name_;
  std::string pending_header_;  // written with the first sample: no family without samples
  bool muted_now_ = false;
  std::uint64_t muted_ = 0;
};

}  // namespace levelwind::api
