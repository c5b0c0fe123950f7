#include "api/metrics_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

#include "base/json_text.h"

namespace levelwind::api {
namespace {

constexpr std::string_view kTotal = "_total";

bool IsPlain(char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; }

std::string_view TypeWord(MetricsText::Type type) {
  switch (type) {
    case MetricsText::Type::kGauge:
      return "gauge";
    case MetricsText::Type::kCounter:
      return "counter";
    case MetricsText::Type::kHistogram:
      return "histogram";
  }
  return "unknown";
}

}  // namespace

void AppendLabelValue(std::string& out, std::string_view value) {
  if (std::ranges::all_of(value, IsPlain)) {
    out += value;
    return;
  }
  for (const char c : RepairUtf8(value)) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
}

std::string MetricLabels(
    std::initializer_list<std::pair<std::string_view, std::string_view>> labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out += ',';
    out += name;
    out += "=\"";
    AppendLabelValue(out, value);
    out += '"';
  }
  return out;
}

void MetricsText::Family(std::string_view name, Type type, std::string_view help) {
  name_ = name;
  std::string_view family = name;
  bool typed = true;
  if (format_ == Format::kOpenMetrics && type == Type::kCounter) {
    // There a counter's samples, and not the family, end with _total. What does not can only be
    // served without a type.
    typed = family.ends_with(kTotal);
    if (typed) family.remove_suffix(kTotal.size());
  }
  pending_header_ = fmt::format("# HELP {} {}\n", family, help);
  if (typed) pending_header_ += fmt::format("# TYPE {} {}\n", family, TypeWord(type));
}

void MetricsText::Gauge(std::string_view name, std::string_view help, double value) {
  Family(name, Type::kGauge, help);
  Sample("", value);
}

void MetricsText::Histogram(std::string_view labels, const LatencyHistogram& latency) {
  const std::string_view comma = labels.empty() ? "" : ",";
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < LatencyHistogram::kBounds.size(); ++i) {
    below += latency.counts[i];
    const std::string bound = fmt::format("le=\"{}\"", LatencyHistogram::kBounds[i]);
    Part("_bucket", {labels, comma, bound}, MetricValue::Raw(below));
  }
  Part("_bucket", {labels, comma, "le=\"+Inf\""}, MetricValue::Raw(latency.count()));
  Part("_sum", {labels}, MetricValue::Raw(latency.sum_s));
  Part("_count", {labels}, MetricValue::Raw(latency.count()));
}

void MetricsText::Row(std::initializer_list<std::string_view> labels, MetricValue value) {
  Part("", labels, value);
}

void MetricsText::Part(std::string_view suffix, std::initializer_list<std::string_view> labels,
                       MetricValue value) {
  if (value.kind == MetricValue::Kind::kNothing) return;
  if (muted_now_) {
    ++muted_;
    return;
  }
  if (!pending_header_.empty()) {
    out_ += pending_header_;
    pending_header_.clear();
  }
  out_ += name_;
  out_ += suffix;
  const std::size_t bare = out_.size();
  out_ += '{';
  for (const std::string_view piece : labels) out_ += piece;
  if (out_.size() == bare + 1) {
    out_.resize(bare);
  } else {
    out_ += '}';
  }
  out_ += ' ';
  AppendValue(value);
  out_ += '\n';
}

void MetricsText::AppendValue(MetricValue value) {
  constexpr double kWhole = 1e15;  // below it whole numbers are written as such
  std::int64_t whole = value.whole;
  if (value.kind == MetricValue::Kind::kReal) {
    if (std::isnan(value.real)) {
      out_ += "NaN";
      return;
    }
    if (std::isinf(value.real)) {
      out_ += value.real > 0 ? "+Inf" : "-Inf";
      return;
    }
    if (std::abs(value.real) >= kWhole || value.real != std::trunc(value.real)) {
      fmt::format_to(std::back_inserter(out_), "{}", value.real);
      return;
    }
    whole = static_cast<std::int64_t>(value.real);
  }
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), whole).ptr;
  out_.append(digits.data(), end);
}

}  // namespace levelwind::api
