#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace levelwind {

/// Which names are wanted: those that a pattern of `allow` fits (all, when there is none) unless a
/// pattern of `deny` fits too. Deny wins.
///
/// A pattern is a regular expression (RE2's syntax, which is Go's) that must fit the whole name;
/// between slashes, "/orders/", it may fit any part of it. Takes time linear in the name, whatever
/// name and pattern are; invalid UTF-8 in a name counts as U+FFFD. A cheap copyable value; any
/// thread.
class NameFilter {
 public:
  /// Wants everything.
  NameFilter() = default;
  /// kInvalidArgument names the pattern that is none and what is wrong with it.
  static Result<NameFilter> Create(const std::vector<std::string>& allow,
                                   const std::vector<std::string>& deny);

  bool Wants(std::string_view name) const;

 private:
  struct Patterns;
  std::shared_ptr<const Patterns> patterns_;  // null: everything
};

}  // namespace levelwind
