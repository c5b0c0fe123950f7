#include "kafka/security/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/text.h"

namespace levelwind::kafka {

namespace {

Error BadUrl(std::string_view text, std::string_view why) {
  return InvalidArgument(
      fmt::format("'{}' is not a URL that can be asked: {}; write for example "
                  "https://login.example.org/oauth2/token",
                  EscapeControl(text), why));
}

}  // namespace

Result<HttpUrl> ParseHttpUrl(std::string_view text) {
  HttpUrl url;
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    url.tls = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return BadUrl(text, "it does not begin with https://");
  }
  if (!std::ranges::all_of(rest, [](char c) { return c > 0x20 && c < 0x7f && c != '#'; })) {
    return BadUrl(text, "it has a character that no URL has");
  }
  const std::size_t slash = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, slash);
  url.target = rest.substr(slash);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  if (authority.find('@') != authority.npos) return BadUrl("...@...", "it has a user name");
  url.host_header = authority;
  const bool has_port = authority.rfind(':') != authority.npos && !authority.ends_with(']');
  auto to = ParseEndpoint(has_port ? std::string(authority)
                                   : fmt::format("{}:{}", authority, url.tls ? 443 : 80));
  if (!to.ok()) return BadUrl(text, "it has no proper host");
  url.to = *std::move(to);
  return url;
}

bool IsLoopback(const Endpoint& endpoint) {
  return endpoint.host == "localhost" || endpoint.host == "::1" ||
         endpoint.host.starts_with("127.");
}

std::string UrlEncoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace levelwind::kafka
