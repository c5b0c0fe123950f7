#include "api/asker.h"

#include <algorithm>
#include <cstddef>

namespace levelwind::api {
namespace {

constexpr std::size_t kMaxAuthor = 128;

}  // namespace

Status CheckAuthor(const Request& request) {
  const bool plain =
      std::ranges::all_of(request.author, [](char c) { return c >= 0x20 && c < 0x7f; });
  if (request.author.empty() || request.author.size() > kMaxAuthor || !plain) {
    return InvalidArgument(
        "the header X-Levelwind-Author must say who asks, in 1 to 128 printable ASCII characters, "
        "for the audit");
  }
  return Ok();
}

}  // namespace levelwind::api
