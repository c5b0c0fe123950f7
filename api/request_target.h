#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <system_error>

#include "api/http.h"
#include "base/result.h"

namespace levelwind::api {

/// Splits and decodes the target of a request line into path, segments and query.
///
/// Refused (kInvalidArgument): anything but the origin form ("/path?query"), more than 2,048 bytes,
/// broken percent escapes, control bytes, backslashes, empty, "." and ".." segments, repeated query
/// keys. Nothing is normalised: a path that needs it is not one of ours.
Status ParseTarget(std::string_view target, Request& request);

/// Reads a number that is all of `text`; false for anything else. `out` may have changed then.
template <class Number>
bool ParseNumber(std::string_view text, Number& out) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
  return problem == std::errc{} && end == text.data() + text.size();
}

/// Whether a Host (or the authority of an Origin) names this machine's loopback: localhost,
/// 127.0.0.0/8 or [::1], with or without a port. A page that a browser got under another name and
/// that was then rebound to 127.0.0.1 fails here.
bool IsLoopbackAuthority(std::string_view authority);

/// Whether an Origin header may change state: "http(s)://" + loopback authority.
bool IsLoopbackOrigin(std::string_view origin);

}  // namespace levelwind::api
