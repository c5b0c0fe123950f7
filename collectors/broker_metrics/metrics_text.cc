#include "collectors/broker_metrics/metrics_text.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace levelwind::collectors {
namespace {

constexpr std::size_t kMostKinds = 100'000;

bool IsSpace(char c) { return c == ' ' || c == '\t'; }

void SkipSpace(std::string_view& text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
}

bool IsNameChar(char c, bool first) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
  return letter || (!first && c >= '0' && c <= '9');
}

/// Dots and dashes are no part of the format, but some exporters write them.
std::string_view TakeName(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && (IsNameChar(text[size], size == 0) ||
                                (size > 0 && (text[size] == '.' || text[size] == '-')))) {
    ++size;
  }
  const std::string_view name = text.substr(0, size);
  text.remove_prefix(size);
  return name;
}

std::string_view TakeWord(std::string_view& text) {
  SkipSpace(text);
  std::size_t size = 0;
  while (size < text.size() && !IsSpace(text[size])) ++size;
  const std::string_view word = text.substr(0, size);
  text.remove_prefix(size);
  return word;
}

/// The text between quotes, after the first one. False: it does not end.
bool TakeQuoted(std::string_view& text, std::string& value) {
  value.clear();
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"') return true;
    if (c != '\\') {
      value += c;
      continue;
    }
    if (text.empty()) return false;
    value += text.front() == 'n' ? '\n' : text.front();
    text.remove_prefix(1);
  }
  return false;
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

}  // namespace

bool ParseMetricValue(std::string_view text, double& value) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  bool negative = false;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  // from_chars takes a second sign, and "inf" and "nan" in forms of its own.
  if (text.empty() || text.front() == '-' || text.front() == '+') return false;
  if (EqualsIgnoringCase(text, "nan")) {
    value = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  if (EqualsIgnoringCase(text, "inf") || EqualsIgnoringCase(text, "infinity")) {
    value = negative ? -kInfinity : kInfinity;
    return true;
  }
  const bool digit = (text.front() >= '0' && text.front() <= '9') || text.front() == '.';
  if (!digit) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return false;
  if (error == std::errc::result_out_of_range) value = kInfinity;
  if (error != std::errc() && error != std::errc::result_out_of_range) return false;
  if (negative) value = -value;
  return true;
}

const std::string* MetricLine::Label(std::string_view label) const {
  for (const MetricLabel& one : labels) {
    if (one.name == label) return &one.value;
  }
  return nullptr;
}

MetricsText::MetricsText(Take take, const MetricsTextLimits& limits)
    : take_(std::move(take)), limits_(limits) {}

bool MetricsText::Feed(std::string_view piece) {
  while (!piece.empty() && !cut_) {
    const std::size_t room = limits_.most_bytes - std::min<std::size_t>(bytes_, limits_.most_bytes);
    if (room == 0 || lines_ >= limits_.most_lines) {
      cut_ = true;
      break;
    }
    const std::size_t line_end = piece.find('\n');
    const bool whole = line_end != std::string_view::npos;
    std::string_view part = whole ? piece.substr(0, line_end) : piece;
    const std::size_t used = whole ? line_end + 1 : piece.size();
    if (used > room) {
      cut_ = true;
      break;
    }
    bytes_ += used;
    piece.remove_prefix(used);
    if (rest_.size() + part.size() > limits_.most_line) {
      overlong_ = true;
      rest_.clear();
    } else if (!overlong_) {
      rest_ += part;
    }
    if (whole) End();
  }
  return !cut_;
}

void MetricsText::End() {
  if (overlong_) {
    ++lines_;
    ++skipped_;
  } else if (!rest_.empty()) {
    ++lines_;
    Line(rest_);
  }
  overlong_ = false;
  rest_.clear();
}

void MetricsText::Line(std::string_view text) {
  if (text.ends_with('\r')) text.remove_suffix(1);
  SkipSpace(text);
  if (text.empty()) return;
  if (text.front() == '#') return Comment(text.substr(1));
  if (!Sample(text)) ++skipped_;
}

void MetricsText::Comment(std::string_view text) {
  if (TakeWord(text) != "TYPE") return;
  const std::string_view name = TakeWord(text);
  const std::string_view kind = TakeWord(text);
  if (kinds_.size() >= kMostKinds) return;
  MetricKind& of = kinds_[std::string(name)];
  if (kind == "counter") {
    of = MetricKind::kCounter;
  } else if (kind == "gauge") {
    of = MetricKind::kGauge;
  } else if (kind == "summary") {
    of = MetricKind::kSummary;
  } else if (kind == "histogram") {
    of = MetricKind::kHistogram;
  }
}

bool MetricsText::Labels(std::string_view& text) {
  line_.labels.clear();
  if (text.empty() || text.front() != '{') return true;
  text.remove_prefix(1);
  for (;;) {
    SkipSpace(text);
    if (!text.empty() && text.front() == '}') {
      text.remove_prefix(1);
      return true;
    }
    if (line_.labels.size() >= limits_.most_labels) return false;
    MetricLabel& label = line_.labels.emplace_back();
    label.name = TakeName(text);
    SkipSpace(text);
    if (label.name.empty() || text.empty() || text.front() != '=') return false;
    text.remove_prefix(1);
    SkipSpace(text);
    if (text.empty() || text.front() != '"') return false;
    text.remove_prefix(1);
    if (!TakeQuoted(text, label.value)) return false;
    SkipSpace(text);
    if (!text.empty() && text.front() == ',') text.remove_prefix(1);
  }
}

bool MetricsText::Sample(std::string_view text) {
  line_.name = TakeName(text);
  if (line_.name.empty()) return false;
  SkipSpace(text);
  if (!Labels(text)) return false;
  if (!ParseMetricValue(TakeWord(text), line_.value)) return false;
  // A timestamp and an exemplar may follow; the time of the answer is taken instead.
  auto kind = kinds_.find(std::string(line_.name));
  if (kind == kinds_.end() && line_.name.ends_with("_total")) {
    // OpenMetrics: the family's name is without the suffix.
    kind = kinds_.find(std::string(line_.name.substr(0, line_.name.size() - 6)));
  }
  line_.kind = kind == kinds_.end() ? MetricKind::kUntyped : kind->second;
  take_(line_);
  return true;
}

}  // namespace levelwind::collectors
