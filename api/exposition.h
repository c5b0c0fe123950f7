#pragma once

#include <string>
#include <string_view>

#include "api/metrics_text.h"

namespace levelwind::api {

/// A format of `/metrics`, with the name that the answer gives it.
struct Exposition {
  MetricsText::Format format = MetricsText::Format::kPrometheus;
  std::string content_type = "text/plain; version=0.0.4; charset=utf-8";
};

/// What a client with this Accept header gets: OpenMetrics if it names it (version 1.0.0, 0.0.1 or
/// none) and does not like Prometheus's text better; everybody else gets that.
Exposition ChooseExposition(std::string_view accept);

/// The text that prometheus-cpp writes, in OpenMetrics' words: counters' families without _total,
/// bounds of buckets with a decimal point.
std::string ToOpenMetrics(std::string_view prometheus);

}  // namespace levelwind::api
