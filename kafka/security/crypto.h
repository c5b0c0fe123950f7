#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace levelwind::kafka::crypto {

// OpenSSL's primitives behind plain types. All functions are pure, but for RandomBytes, and safe
// from any thread. A failing OpenSSL (out of memory, a provider that lacks SHA-2) ends the process:
// nothing that comes from outside can cause it.

using Bytes = std::vector<std::uint8_t>;
enum class Hash : std::uint8_t { kSha256, kSha512 };

Bytes Digest(Hash hash, std::string_view text);
Bytes Hmac(Hash hash, std::span<const std::uint8_t> key, std::string_view text);
/// PBKDF2 with HMAC; as long as the hash. `iterations` is at least 1.
Bytes Pbkdf2(Hash hash, std::string_view password, std::span<const std::uint8_t> salt,
             int iterations);
Bytes RandomBytes(std::size_t size);

std::string Base64(std::span<const std::uint8_t> bytes);
/// With '-' and '_' and without '=': RFC 4648, section 5.
std::string Base64Url(std::string_view text);
/// Strict: right alphabet, right padding, no spaces.
std::optional<Bytes> FromBase64(std::string_view text);
std::string Hex(std::span<const std::uint8_t> bytes);

/// Takes the same time wherever the two differ.
bool SameSecretly(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b);

inline std::span<const std::uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace levelwind::kafka::crypto
