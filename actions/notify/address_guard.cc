#include "actions/notify/address_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.h"

namespace levelwind::actions {
namespace {

struct Range {
  std::array<std::uint8_t, 4> base;
  int bits;
};
// RFC 6890 and the registry of special-purpose addresses.
constexpr Range kSpecial[] = {
    {{0, 0, 0, 0}, 8},      {{10, 0, 0, 0}, 8},     {{100, 64, 0, 0}, 10}, {{127, 0, 0, 0}, 8},
    {{169, 254, 0, 0}, 16}, {{172, 16, 0, 0}, 12},  {{192, 0, 0, 0}, 24},  {{192, 0, 2, 0}, 24},
    {{192, 88, 99, 0}, 24}, {{192, 168, 0, 0}, 16}, {{198, 18, 0, 0}, 15}, {{198, 51, 100, 0}, 24},
    {{203, 0, 113, 0}, 24}, {{224, 0, 0, 0}, 4},    {{240, 0, 0, 0}, 4}};

bool IsPublic4(std::span<const std::uint8_t> bytes) {
  const auto number = [](std::span<const std::uint8_t> b) {
    return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
  };
  return std::ranges::none_of(kSpecial, [&](const Range& range) {
    const std::uint32_t mask = ~std::uint32_t{0} << (32 - range.bits);
    return (number(bytes) & mask) == number(range.base);
  });
}

bool IsPublic6(std::span<const std::uint8_t> b) {
  const auto all_zero = [&](std::size_t from, std::size_t to) {
    return std::all_of(b.begin() + static_cast<std::ptrdiff_t>(from),
                       b.begin() + static_cast<std::ptrdiff_t>(to),
                       [](std::uint8_t byte) { return byte == 0; });
  };
  // An IPv4 address in disguise: mapped, compatible, translated (NAT64), 6to4.
  if (all_zero(0, 10) && b[10] == 0xff && b[11] == 0xff) return IsPublic4(b.subspan(12));
  if (all_zero(0, 12)) return false;
  if (b[0] == 0 && b[1] == 0x64 && b[2] == 0xff && b[3] == 0x9b) return IsPublic4(b.subspan(12));
  if (b[0] == 0x20 && b[1] == 0x02) return IsPublic4(b.subspan(2, 4));
  // 2000::/3 is what is given out; of it not Teredo and documentation.
  if ((b[0] & 0xe0) != 0x20) return false;
  return !(b[0] == 0x20 && b[1] == 0x01 && (b[2] < 0x02 || (b[2] == 0x0d && b[3] == 0xb8)));
}

}  // namespace

bool IsPublicAddress(std::span<const std::uint8_t> bytes) {
  if (bytes.size() == 4) return IsPublic4(bytes);
  return bytes.size() == 16 && IsPublic6(bytes);
}

std::string AddressGuard::HostOf(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return "";
  std::string_view rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (rest.find('@') != std::string_view::npos) return "";
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(1, end - 1);
  } else {
    rest = rest.substr(0, rest.find(':'));
  }
  std::string host(rest);
  std::ranges::transform(host, host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return host;
}

bool AddressGuard::IsAllowed(std::string_view host) const {
  return std::ranges::find(allow_hosts_, host) != allow_hosts_.end();
}

Status AddressGuard::CheckUrl(std::string_view url) const {
  const std::string host = HostOf(url);
  const bool printable = std::ranges::all_of(url, [](char c) { return c > 0x20 && c < 0x7f; });
  if (host.empty() || !printable) {
    return InvalidArgument("it is not a URL such as https://hooks.example/path, without a user");
  }
  const std::string_view scheme = url.substr(0, url.find("://"));
  if (scheme == "https" || scheme == "smtps" || scheme == "smtp") return Ok();
  if (scheme == "http" && IsAllowed(host)) return Ok();
  return InvalidArgument(fmt::format("{}://{} is not sent to: use https, or name {} in {}",
                                     EscapeControl(scheme), EscapeControl(host),
                                     EscapeControl(host), setting_));
}

bool AddressGuard::MayConnect(std::string_view host, std::span<const std::uint8_t> address) const {
  return IsAllowed(host) || IsPublicAddress(address);
}

}  // namespace levelwind::actions
