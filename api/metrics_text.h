#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace levelwind::api {

/// Label text for a sample, prepared once and used for many families: `topic="a",partition="0"`.
/// Values may be anything: invalid UTF-8 is replaced, quotes, backslashes and newlines are escaped.
std::string MetricLabels(
    std::initializer_list<std::pair<std::string_view, std::string_view>> labels);

/// Writes Prometheus's text format 0.0.4. Our own, because the client library needs half a second
/// for 200,000 series and this needs milliseconds. The caller writes each family once and each
/// label set once per family.
class MetricsText {
 public:
  enum class Type { kGauge, kCounter };

  void Family(std::string_view name, Type type, std::string_view help);
  /// A sample of the family begun last. Unknown values (not a number) are left out, never 0.
  void Sample(std::string_view labels, double value);
  /// Unknown counts (-1) are left out.
  template <std::integral Int>
  void Count(std::string_view labels, Int value) {
    if (std::cmp_greater_equal(value, 0)) Line(labels, std::to_string(value));
  }
  /// Family and single unlabelled sample in one.
  void Gauge(std::string_view name, std::string_view help, double value);

  void Append(std::string_view rendered) { out_ += rendered; }
  std::string Take() { return std::move(out_); }

 private:
  void Line(std::string_view labels, std::string_view value);

  std::string out_;
  std::string name_;
  std::string pending_header_;  // written with the first sample: no family without samples
};

}  // namespace levelwind::api
