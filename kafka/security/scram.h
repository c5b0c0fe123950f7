#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/secret.h"
#include "kafka/security/crypto.h"
#include "kafka/security/sasl.h"

namespace levelwind::kafka {

/// Iteration counts that we work with. Kafka's own least is 4096; the most bounds what a hostile
/// broker can make us compute (about half a second).
inline constexpr int kLeastScramIterations = 4096;
inline constexpr int kMostScramIterations = 1'000'000;

/// The last keys that were derived from a password. All brokers of a cluster have the same salt and
/// count for a user, so that a thousand logins need one derivation instead of a thousand (RFC 5802,
/// 5.1 allows it). One thread.
class ScramKeys {
 public:
  explicit ScramKeys(crypto::Hash hash) : hash_(hash) {}
  ~ScramKeys() { Forget(); }
  ScramKeys(const ScramKeys&) = delete;
  ScramKeys& operator=(const ScramKeys&) = delete;

  struct Keys {
    crypto::Bytes client;
    crypto::Bytes server;
  };
  /// Valid until the next call.
  const Keys& Derive(const Secret& password, const crypto::Bytes& salt, int iterations);
  crypto::Hash hash() const { return hash_; }
  int derivations() const { return derivations_; }  ///< How often it had to compute.

 private:
  void Forget();

  const crypto::Hash hash_;
  Secret password_;
  crypto::Bytes salt_;
  int iterations_ = 0;
  Keys keys_;
  int derivations_ = 0;
};

/// RFC 5802 and 7677 without channel binding. Verifies that the broker's nonce extends ours, that
/// its count is in the range above, and its signature. `nonce` is for tests; empty: a random one.
std::unique_ptr<SaslExchange> NewScramExchange(std::string username, Secret password,
                                               std::shared_ptr<ScramKeys> keys,
                                               std::string nonce = {});

}  // namespace levelwind::kafka
