#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace levelwind {

/// Kafka's 16-byte identifier (topic id, directory id). All zero means "none".
/// Text form as Kafka's tools print it: URL-safe base64 without padding, 22 characters.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  bool is_none() const { return *this == Uuid{}; }
  std::string ToString() const;
  static Result<Uuid> Parse(std::string_view text);

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

}  // namespace levelwind

template <>
struct std::hash<levelwind::Uuid> {
  std::size_t operator()(const levelwind::Uuid& id) const noexcept {
    std::uint64_t hi;
    std::uint64_t lo;
    std::memcpy(&hi, id.bytes.data(), 8);
    std::memcpy(&lo, id.bytes.data() + 8, 8);
    return hi ^ (lo * 0x9e3779b97f4a7c15ULL);
  }
};
