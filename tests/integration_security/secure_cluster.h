#pragma once

#include <memory>
#include <string>

#include "kafka/client_options.h"
#include "tests/kafka_cluster/real_cluster.h"
#include "tests/kafka_cluster/subprocess.h"

namespace levelwind::testing {

// Every secret of these tests begins with this (a word alone would find the daemon's own canary
// page) (tests/checks/canary.py): none may show up.
inline constexpr const char* kCanary = "canary-";
inline constexpr const char* kPassword = "canary-password";
inline constexpr const char* kClientSecret = "canary-client-secret";

/// One real broker with a listener for every way to log in, certificates for every way to be wrong,
/// and an identity provider beside it. The user is "alice" in PLAIN and both SCRAMs.
class SecureCluster {
 public:
  /// The program's own. Ends the program with a message when it cannot be had.
  static SecureCluster& Shared();

  /// "127.0.0.1:PORT" of a listener; "PLAINTEXT" too.
  std::string Address(const std::string& listener) const;
  /// A file among the certificates.
  std::string File(const std::string& name) const { return files_.path() + "/" + name; }
  int idp_port() const { return idp_port_; }

  /// Options for one listener: its address and protocol, and the good CA where it has TLS.
  kafka::ClientOptions Options(const std::string& listener) const;
  /// The same with alice's login.
  kafka::ClientOptions Login(const std::string& listener, kafka::SaslMechanism mechanism) const;

 private:
  SecureCluster();
  Status Start();
  Status StartIdentityProvider();

  TempDir files_;
  std::unique_ptr<Subprocess> idp_;
  int idp_port_ = 0;
  std::unique_ptr<RealCluster> kafka_;
};

/// The token of Kafka's unsecured validator: a JWT without a signature.
std::string UnsecuredToken(std::int64_t lives_s);

}  // namespace levelwind::testing
