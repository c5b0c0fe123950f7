#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace levelwind::actions {

/// Whether an address is one of the Internet's: not loopback, private, link-local (where clouds
/// keep their metadata), carrier-grade NAT, multicast, reserved, or one of these mapped into IPv6.
/// `bytes`: 4 or 16, in network order. Pure.
bool IsPublicAddress(std::span<const std::uint8_t> bytes);

/// Where messages may go (reliability rules on SSRF). A host that is named in `allow_hosts` may be
/// anywhere and plain http or smtp; every other must be https or smtps/STARTTLS, and each address
/// that is connected to public. Pure.
class AddressGuard {
 public:
  /// `setting`: the option that `allow_hosts` comes from, for messages.
  explicit AddressGuard(std::vector<std::string> allow_hosts,
                        std::string setting = "notify.allow_hosts")
      : allow_hosts_(std::move(allow_hosts)), setting_(std::move(setting)) {}

  /// Before anything is sent. kInvalidArgument: not such a URL, with a user in it, or a host that
  /// only `allow_hosts` would let pass. Messages name the host, never the path, which may be
  /// secret.
  Status CheckUrl(std::string_view url) const;
  /// At the moment of connecting, with the address that the name was resolved to.
  bool MayConnect(std::string_view host, std::span<const std::uint8_t> address) const;

  const std::string& setting() const { return setting_; }

  /// Of a URL, in lower case, without brackets; empty: none.
  static std::string HostOf(std::string_view url);

 private:
  bool IsAllowed(std::string_view host) const;

  const std::vector<std::string> allow_hosts_;
  const std::string setting_;
};

}  // namespace levelwind::actions
