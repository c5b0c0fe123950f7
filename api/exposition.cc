#include "api/exposition.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace levelwind::api {
namespace {

constexpr std::string_view kOpenMetrics = "application/openmetrics-text";
constexpr std::string_view kBucketBound = "le=\"";

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string Lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

/// One element of an Accept header.
struct Wish {
  std::string type;
  std::string version;
  double q = 1;
};

Wish ParseWish(std::string_view text) {
  Wish wish;
  for (const std::string_view part : Split(text, ';')) {
    const std::string_view word = Trim(part);
    if (wish.type.empty()) {
      wish.type = Lower(word);
      continue;
    }
    const std::size_t equals = std::min(word.find('='), word.size());
    const std::string key = Lower(Trim(word.substr(0, equals)));
    const std::string value(Trim(word.substr(std::min(equals + 1, word.size()))));
    if (key == "version") wish.version = value;
    if (key == "q") wish.q = std::clamp(std::strtod(value.c_str(), nullptr), 0.0, 1.0);
  }
  return wish;
}

void AppendHeaderLine(std::string_view line, std::string& out) {
  // "# TYPE name counter" and "# HELP name ..." of a name that is known to be a counter's.
  const std::size_t end = line.find(' ', std::string_view("# TYPE ").size());
  constexpr std::string_view kTotal = "_total";
  if (end != std::string_view::npos && line.substr(0, end).ends_with(kTotal)) {
    out += line.substr(0, end - kTotal.size());
    out += line.substr(end);
  } else {
    out += line;
  }
}

void AppendSampleLine(std::string_view line, std::string& out) {
  const std::size_t bound = line.find(kBucketBound);
  if (bound == std::string_view::npos) {
    out += line;
    return;
  }
  const std::size_t from = bound + kBucketBound.size();
  const std::size_t to = std::min(line.find('"', from), line.size());
  const std::string_view number = line.substr(from, to - from);
  out += line.substr(0, to);
  if (number.find_first_not_of("0123456789") == std::string_view::npos) out += ".0";
  out += line.substr(to);
}

}  // namespace

Exposition ChooseExposition(std::string_view accept) {
  double plain = 0;
  double open = 0;
  std::string version;
  for (const std::string_view part : Split(accept, ',')) {
    const Wish wish = ParseWish(part);
    if (wish.type == "text/plain" && (wish.version.empty() || wish.version == "0.0.4")) {
      plain = std::max(plain, wish.q);
    }
    const bool ours = wish.version.empty() || wish.version == "1.0.0" || wish.version == "0.0.1";
    if (wish.type == kOpenMetrics && ours && wish.q > open) {
      open = wish.q;
      version = wish.version.empty() ? "1.0.0" : wish.version;
    }
  }
  if (open <= 0 || open < plain) return {};
  return {MetricsText::Format::kOpenMetrics,
          fmt::format("{}; version={}; charset=utf-8", kOpenMetrics, version)};
}

std::string ToOpenMetrics(std::string_view prometheus) {
  std::string out;
  out.reserve(prometheus.size() + 64);
  while (!prometheus.empty()) {
    const std::size_t end = std::min(prometheus.find('\n'), prometheus.size());
    const std::string_view line = prometheus.substr(0, end);
    prometheus.remove_prefix(std::min(end + 1, prometheus.size()));
    if (line.empty()) continue;
    if (line.front() == '#') {
      AppendHeaderLine(line, out);
    } else {
      AppendSampleLine(line, out);
    }
    out += '\n';
  }
  return out;
}

}  // namespace levelwind::api
