#include "base/name_filter.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "base/json_text.h"
#include "base/text.h"

namespace levelwind {
namespace {

struct Pattern {
  std::unique_ptr<const re2::RE2> compiled;
  bool whole = true;

  bool Fits(const std::string& name) const {
    return whole ? re2::RE2::FullMatch(name, *compiled) : re2::RE2::PartialMatch(name, *compiled);
  }
};

bool AnyFits(const std::vector<Pattern>& patterns, const std::string& name) {
  return std::ranges::any_of(patterns, [&](const Pattern& pattern) { return pattern.Fits(name); });
}

Result<std::vector<Pattern>> Compile(const std::vector<std::string>& texts) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  std::vector<Pattern> patterns;
  for (const std::string& text : texts) {
    Pattern pattern;
    pattern.whole = text.size() < 2 || text.front() != '/' || text.back() != '/';
    const std::string expression = pattern.whole ? text : text.substr(1, text.size() - 2);
    auto compiled = std::make_unique<const re2::RE2>(expression, options);
    if (!compiled->ok()) {
      return InvalidArgument(
          fmt::format("'{}' is not a regular expression in RE2's syntax ({}); write for example "
                      "orders-.* for whole names or /orders/ for a part of them",
                      EscapeControl(text), EscapeControl(compiled->error())));
    }
    pattern.compiled = std::move(compiled);
    patterns.push_back(std::move(pattern));
  }
  return patterns;
}

}  // namespace

struct NameFilter::Patterns {
  std::vector<Pattern> allow;
  std::vector<Pattern> deny;
};

Result<NameFilter> NameFilter::Create(const std::vector<std::string>& allow,
                                      const std::vector<std::string>& deny) {
  NameFilter filter;
  if (allow.empty() && deny.empty()) return filter;
  auto patterns = std::make_shared<Patterns>();
  LW_ASSIGN_OR_RETURN(patterns->allow, Compile(allow));
  LW_ASSIGN_OR_RETURN(patterns->deny, Compile(deny));
  filter.patterns_ = std::move(patterns);
  return filter;
}

bool NameFilter::Wants(std::string_view name) const {
  if (patterns_ == nullptr) return true;
  const std::string text = RepairUtf8(name);
  if (!patterns_->allow.empty() && !AnyFits(patterns_->allow, text)) return false;
  return !AnyFits(patterns_->deny, text);
}

}  // namespace levelwind
