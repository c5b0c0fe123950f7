#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

#include "base/check.h"
#include "base/error.h"

namespace levelwind {

/// A value of type T or an Error. The only error channel between folders: no exception crosses one.
///
/// Thin over tl::expected because std::expected is not usable with GCC 12 in C++20, and because the
/// class must be [[nodiscard]]. Reading the side that is not there is a bug and aborts.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : rep_(std::move(value)) {}                    // NOLINT: implicit by design
  Result(Error error) : rep_(tl::unexpect, std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return rep_.has_value(); }
  explicit operator bool() const { return ok(); }

  const T& value() const& {
    LW_CHECK(ok());
    return *rep_;
  }
  T& value() & {
    LW_CHECK(ok());
    return *rep_;
  }
  T&& value() && {
    LW_CHECK(ok());
    return *std::move(rep_);
  }
  T value_or(T fallback) const& { return ok() ? *rep_ : std::move(fallback); }

  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  const Error& error() const {
    LW_CHECK(!ok());
    return rep_.error();
  }

 private:
  tl::expected<T, Error> rep_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    LW_CHECK(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;
inline Status Ok() { return {}; }

}  // namespace levelwind

#define LW_CONCAT_INNER(a, b) a##b
#define LW_CONCAT(a, b) LW_CONCAT_INNER(a, b)

/// Returns the error of `expr` (a Result of any type) from the enclosing function, if it is one.
#define LW_RETURN_IF_ERROR(expr)                                            \
  do {                                                                      \
    if (auto lw_status = (expr); !lw_status.ok()) return lw_status.error(); \
  } while (false)

/// LW_ASSIGN_OR_RETURN(auto x, Call()); declares x from the value or returns the error.
#define LW_ASSIGN_OR_RETURN(lhs, expr) \
  LW_ASSIGN_OR_RETURN_IMPL(LW_CONCAT(lw_result_, __LINE__), lhs, expr)
#define LW_ASSIGN_OR_RETURN_IMPL(result, lhs, expr) \
  auto result = (expr);                             \
  if (!result.ok()) return result.error();          \
  lhs = std::move(result).value()
