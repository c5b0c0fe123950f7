#include "api/metrics_text.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "base/json_text.h"

namespace levelwind::api {

std::string MetricLabels(
    std::initializer_list<std::pair<std::string_view, std::string_view>> labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out += ',';
    out += name;
    out += "=\"";
    for (const char c : RepairUtf8(value)) {
      if (c == '\n') {
        out += "\\n";
      } else {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
      }
    }
    out += '"';
  }
  return out;
}

void MetricsText::Family(std::string_view name, Type type, std::string_view help) {
  name_ = name;
  pending_header_ = fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name,
                                type == Type::kCounter ? "counter" : "gauge");
}

void MetricsText::Sample(std::string_view labels, double value) {
  if (std::isnan(value)) return;
  if (std::isinf(value)) return Line(labels, value > 0 ? "+Inf" : "-Inf");
  Line(labels, fmt::format("{}", value));
}

void MetricsText::Gauge(std::string_view name, std::string_view help, double value) {
  Family(name, Type::kGauge, help);
  Sample("", value);
}

void MetricsText::Line(std::string_view labels, std::string_view value) {
  if (!pending_header_.empty()) {
    out_ += pending_header_;
    pending_header_.clear();
  }
  out_ += name_;
  if (!labels.empty()) {
    out_ += '{';
    out_ += labels;
    out_ += '}';
  }
  out_ += ' ';
  out_ += value;
  out_ += '\n';
}

}  // namespace levelwind::api
