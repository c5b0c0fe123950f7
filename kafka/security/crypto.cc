#include "kafka/security/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>

#include "base/check.h"

namespace levelwind::kafka::crypto {

namespace {

const EVP_MD* Method(Hash hash) { return hash == Hash::kSha256 ? EVP_sha256() : EVP_sha512(); }
std::size_t SizeOf(Hash hash) { return hash == Hash::kSha256 ? 32 : 64; }

}  // namespace

Bytes Digest(Hash hash, std::string_view text) {
  Bytes out(SizeOf(hash));
  unsigned size = 0;
  LW_CHECK(EVP_Digest(text.data(), text.size(), out.data(), &size, Method(hash), nullptr) == 1);
  return out;
}

Bytes Hmac(Hash hash, std::span<const std::uint8_t> key, std::string_view text) {
  Bytes out(SizeOf(hash));
  unsigned size = 0;
  // A null key means something else to OpenSSL than an empty one.
  static constexpr std::uint8_t kNothing = 0;
  LW_CHECK(HMAC(Method(hash), key.empty() ? &kNothing : key.data(), static_cast<int>(key.size()),
                AsBytes(text).data(), text.size(), out.data(), &size) != nullptr);
  return out;
}

Bytes Pbkdf2(Hash hash, std::string_view password, std::span<const std::uint8_t> salt,
             int iterations) {
  Bytes out(SizeOf(hash));
  LW_CHECK(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(),
                             static_cast<int>(salt.size()), iterations, Method(hash),
                             static_cast<int>(out.size()), out.data()) == 1);
  return out;
}

Bytes RandomBytes(std::size_t size) {
  Bytes out(size);
  LW_CHECK(RAND_bytes(out.data(), static_cast<int>(size)) == 1);
  return out;
}

std::string Base64(std::span<const std::uint8_t> bytes) {
  // OpenSSL writes a NUL behind the text.
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string Base64Url(std::string_view text) {
  std::string out = Base64(AsBytes(text));
  while (out.ends_with('=')) out.pop_back();
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out;
}

std::optional<Bytes> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::string_view body = text.substr(0, text.size() - padding);
  const bool clean = std::ranges::all_of(body, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  });
  if (!clean) return std::nullopt;
  Bytes out(text.size() / 4 * 3);
  const int size = EVP_DecodeBlock(out.data(), AsBytes(text).data(), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

std::string Hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

bool SameSecretly(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace levelwind::kafka::crypto
