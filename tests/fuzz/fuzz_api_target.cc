// The request line's target, and the headers that decide who may change state.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/request_target.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace levelwind::api;  // NOLINT: this file is about nothing else
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  IsLoopbackAuthority(text);
  IsLoopbackOrigin(text);
  Request request;
  if (!ParseTarget(text, request).ok()) return 0;
  Require(!request.path.empty() && request.path.front() == '/');
  for (const std::string& segment : request.segments) {
    Require(!segment.empty() && segment != "." && segment != "..");
    for (const char c : segment) Require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  }
  return 0;
}
