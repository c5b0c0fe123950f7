#include "base/uuid.h"

namespace levelwind {
namespace {
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
}  // namespace

std::string Uuid::ToString() const {
  std::string out;
  out.reserve(22);
  unsigned bits = 0;
  unsigned have = 0;
  for (std::uint8_t byte : bytes) {
    bits = (bits << 8) | byte;
    have += 8;
    while (have >= 6) {
      have -= 6;
      out.push_back(kAlphabet[(bits >> have) & 0x3f]);
    }
  }
  out.push_back(kAlphabet[(bits << (6 - have)) & 0x3f]);
  return out;
}

Result<Uuid> Uuid::Parse(std::string_view text) {
  if (text.size() != 22) {
    return InvalidArgument("'" + std::string(text) + "' is not a Kafka id: 22 characters expected");
  }
  Uuid id;
  unsigned bits = 0;
  unsigned have = 0;
  std::size_t at = 0;
  for (char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) {
      return InvalidArgument("'" + std::string(text) + "' is not a Kafka id: not URL-safe base64");
    }
    bits = (bits << 6) | static_cast<unsigned>(value);
    have += 6;
    if (have >= 8 && at < id.bytes.size()) {
      have -= 8;
      id.bytes[at++] = static_cast<std::uint8_t>(bits >> have);
    }
  }
  return id;
}

}  // namespace levelwind
