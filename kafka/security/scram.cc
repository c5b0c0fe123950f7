#include "kafka/security/scram.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <functional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.h"

namespace levelwind::kafka {

namespace {

using crypto::Bytes;

constexpr std::size_t kNonceBytes = 24;
constexpr std::string_view kHeader = "n,,";           // no channel binding, no other identity
constexpr std::string_view kChannelBinding = "biws";  // kHeader in base64

/// '=' and ',' mean something in the message; RFC 5802, 5.1.
std::string EscapeName(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '=') {
      out += "=3D";
    } else if (c == ',') {
      out += "=2C";
    } else {
      out += c;
    }
  }
  return out;
}

struct ServerFirst {
  std::string nonce;
  Bytes salt;
  int iterations = 0;
};

/// Takes "x=..." off the front of `text`, up to the next comma.
std::optional<std::string_view> TakeAttribute(std::string_view& text, char name) {
  if (text.size() < 2 || text[0] != name || text[1] != '=') return std::nullopt;
  const std::size_t comma = text.find(',');
  const std::string_view value = text.substr(2, comma == text.npos ? comma : comma - 2);
  text.remove_prefix(comma == text.npos ? text.size() : comma + 1);
  return value;
}

Error Hostile(std::string_view what) {
  return {ErrorCode::kUnauthenticated,
          fmt::format("the broker's SCRAM answer is not acceptable: {}", what)};
}

Result<ServerFirst> ParseServerFirst(std::string_view text, std::string_view own_nonce) {
  if (text.starts_with("m=")) return Hostile("it demands an extension that does not exist");
  const auto nonce = TakeAttribute(text, 'r');
  const auto salt_text = nonce ? TakeAttribute(text, 's') : std::nullopt;
  const auto count = salt_text ? TakeAttribute(text, 'i') : std::nullopt;
  if (!count) return Hostile("it has not the form r=...,s=...,i=...");
  if (!nonce->starts_with(own_nonce) || nonce->size() <= own_nonce.size()) {
    return Hostile("its nonce does not extend ours, so that it may be a replayed login");
  }
  auto salt = crypto::FromBase64(*salt_text);
  if (!salt || salt->empty()) return Hostile("its salt is not base64");
  int iterations = 0;
  const auto [end, error] =
      std::from_chars(count->data(), count->data() + count->size(), iterations);
  const bool number = error == std::errc() && end == count->data() + count->size();
  if (!number || iterations < kLeastScramIterations || iterations > kMostScramIterations) {
    return Hostile(fmt::format("it asks for '{}' iterations; {} to {} are accepted",
                               EscapeControl(count->substr(0, 24)), kLeastScramIterations,
                               kMostScramIterations));
  }
  return ServerFirst{std::string(*nonce), *std::move(salt), iterations};
}

class ScramExchange final : public SaslExchange {
 public:
  ScramExchange(std::string username, Secret password, std::shared_ptr<ScramKeys> keys,
                std::string nonce)
      : username_(std::move(username)),
        password_(std::move(password)),
        keys_(std::move(keys)),
        nonce_(std::move(nonce)) {}

  std::string_view mechanism() const override {
    return keys_->hash() == crypto::Hash::kSha256 ? "SCRAM-SHA-256" : "SCRAM-SHA-512";
  }
  std::string Who() const override {
    return fmt::format("user '{}' with {}", EscapeControl(username_), mechanism());
  }

  Result<Bytes> Start() override {
    client_first_ = fmt::format("n={},r={}", EscapeName(username_), nonce_);
    state_ = State::kFirstSent;
    return ToBytes(std::string(kHeader) + client_first_);
  }

  Result<std::optional<Bytes>> Next(std::span<const std::uint8_t> answer) override {
    const std::string_view text = crypto::AsText(answer);
    switch (state_) {
      case State::kFirstSent:
        return Prove(text);
      case State::kFinalSent:
        return Verify(text);
      default:
        return Hostile("it goes on after the end");
    }
  }

 private:
  enum class State : std::uint8_t { kNew, kFirstSent, kFinalSent, kDone };

  static Bytes ToBytes(std::string_view text) { return {text.begin(), text.end()}; }

  Result<std::optional<Bytes>> Prove(std::string_view server_first) {
    state_ = State::kDone;
    LW_ASSIGN_OR_RETURN(const ServerFirst first, ParseServerFirst(server_first, nonce_));
    // The broker's nonce goes back byte for byte: Kafka 4 compares it strictly.
    const std::string without_proof = fmt::format("c={},r={}", kChannelBinding, first.nonce);
    const std::string message = fmt::format("{},{},{}", client_first_, server_first, without_proof);
    const ScramKeys::Keys& keys = keys_->Derive(password_, first.salt, first.iterations);
    const crypto::Hash hash = keys_->hash();
    const Bytes stored = crypto::Digest(hash, crypto::AsText(keys.client));
    Bytes proof = crypto::Hmac(hash, stored, message);
    std::ranges::transform(proof, keys.client, proof.begin(), std::bit_xor<>());
    expected_ = crypto::Hmac(hash, keys.server, message);
    state_ = State::kFinalSent;
    return std::optional(ToBytes(fmt::format("{},p={}", without_proof, crypto::Base64(proof))));
  }

  Result<std::optional<Bytes>> Verify(std::string_view server_final) {
    state_ = State::kDone;
    if (server_final.starts_with("e=")) {
      return Error(ErrorCode::kUnauthenticated,
                   fmt::format("the broker refused the login of {}: {}; check user and password",
                               Who(), EscapeControl(server_final.substr(2, 80))));
    }
    const auto text = TakeAttribute(server_final, 'v');
    const auto signature = text ? crypto::FromBase64(*text) : std::nullopt;
    if (!signature || !crypto::SameSecretly(*signature, expected_)) {
      return Hostile(
          "its signature is wrong, so that it does not know the password and is not the broker "
          "that "
          "it claims to be");
    }
    return std::optional<Bytes>();
  }

  const std::string username_;
  const Secret password_;
  const std::shared_ptr<ScramKeys> keys_;
  const std::string nonce_;
  State state_ = State::kNew;
  std::string client_first_;
  Bytes expected_;
};

}  // namespace

const ScramKeys::Keys& ScramKeys::Derive(const Secret& password, const Bytes& salt,
                                         int iterations) {
  if (!keys_.client.empty() && iterations == iterations_ && salt == salt_ &&
      password == password_) {
    return keys_;
  }
  Forget();
  ++derivations_;
  Bytes salted = crypto::Pbkdf2(hash_, password.Reveal(), salt, iterations);
  keys_ = {crypto::Hmac(hash_, salted, "Client Key"), crypto::Hmac(hash_, salted, "Server Key")};
  Wipe(salted.data(), salted.size());
  password_ = password;
  salt_ = salt;
  iterations_ = iterations;
  return keys_;
}

void ScramKeys::Forget() {
  Wipe(keys_.client.data(), keys_.client.size());
  Wipe(keys_.server.data(), keys_.server.size());
  keys_ = {};
}

std::unique_ptr<SaslExchange> NewScramExchange(std::string username, Secret password,
                                               std::shared_ptr<ScramKeys> keys, std::string nonce) {
  if (nonce.empty()) nonce = crypto::Base64(crypto::RandomBytes(kNonceBytes));
  return std::make_unique<ScramExchange>(std::move(username), std::move(password), std::move(keys),
                                         std::move(nonce));
}

}  // namespace levelwind::kafka
