#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "kafka/net/endpoint.h"

namespace levelwind::kafka {

/// A URL taken apart: enough of RFC 3986 for token and metadata endpoints.
struct HttpUrl {
  bool tls = false;
  Endpoint to;
  std::string host_header;  ///< As it stood in the URL.
  std::string target;       ///< Path and query, at least "/".
};
/// InvalidArgument says what is wrong with it. User names in URLs are refused.
Result<HttpUrl> ParseHttpUrl(std::string_view text);
bool IsLoopback(const Endpoint& endpoint);

/// All but RFC 3986's unreserved characters as %XX.
std::string UrlEncoded(std::string_view text);

}  // namespace levelwind::kafka
