// What a broker may answer during a login, in every mechanism. The first byte picks it; the rest is
// the broker's answers, separated by a zero byte.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "kafka/security/sasl.h"
#include "kafka/security/scram.h"
#include "tests/fuzz/require.h"

namespace {

using namespace levelwind;         // NOLINT: this file is about nothing else
using namespace levelwind::kafka;  // NOLINT

/// No word. An error may quote what the broker sent, and the fuzzer learns even this one from the
/// comparison below, so that inputs with it are left out.
constexpr const char* kPassword = "vq7-Zt1_canary-Kx93";

/// Deriving a key takes as long as the broker says, by design; unit tests check the bounds. Here a
/// count between them would only cost speed.
bool AsksForWork(std::string_view text) {
  const std::size_t at = text.find("i=");
  if (at == std::string_view::npos) return false;
  const auto digits = text.substr(at + 2, 4);
  return digits.size() == 4 &&
         std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
}

std::unique_ptr<SaslExchange> Exchange(std::uint8_t pick) {
  static const auto sha256 = std::make_shared<ScramKeys>(crypto::Hash::kSha256);
  static const auto sha512 = std::make_shared<ScramKeys>(crypto::Hash::kSha512);
  switch (pick % 5) {
    case 0:
      return NewPlainExchange("user", Secret(kPassword));
    case 1:
      return NewScramExchange("user", Secret(kPassword), sha256, "nonce");
    case 2:
      return NewScramExchange("user", Secret(kPassword), sha512, "nonce");
    case 3:
      return NewOauthExchange(Secret("canary-token"), {"logicalCluster=l"});
    default:
      return NewMskIamExchange(Secret("{}"));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto exchange = Exchange(data[0]);
  Require(exchange->Start().ok());
  std::span<const std::uint8_t> rest(data + 1, size - 1);
  const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
  if (AsksForWork(text) || text.find(kPassword) != std::string_view::npos) return 0;
  for (int round = 0; round < 4; ++round) {
    const auto end = std::find(rest.begin(), rest.end(), 0);
    const auto answer = rest.first(static_cast<std::size_t>(end - rest.begin()));
    const auto next = exchange->Next(answer);
    if (!next.ok()) {
      const std::string& told = next.error().message();
      Require(!told.empty() && told.find(kPassword) == std::string::npos);
      break;
    }
    if (!next->has_value() || end == rest.end()) break;
    rest = rest.subspan(answer.size() + 1);
  }
  static_cast<void>(exchange->Refusal());
  return 0;
}
