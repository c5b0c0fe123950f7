#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/net/endpoint.h"
#include "kafka/net/loop.h"
#include "kafka/security/aws_credentials.h"
#include "kafka/security/sasl.h"
#include "kafka/security/scram.h"
#include "kafka/security/security_options.h"
#include "kafka/security/tls_context.h"
#include "kafka/security/token_source.h"

namespace levelwind::kafka {

/// Whether the options fit together, and every file and secret that they name can be read and used
/// now. The error (kInvalidArgument or kNotFound) names the configuration key and what to do. Any
/// thread; reads files, sends nothing.
Status CheckSecurity(const SecurityOptions& options);

/// What all connections of one client share of their protection: the TLS context, derived keys,
/// tokens. Belongs to the loop's thread. `options` (already checked), `loop` and `clock` must
/// outlive it.
class Security {
 public:
  using OnExchange = std::function<void(Result<std::unique_ptr<SaslExchange>>)>;

  /// `token_timeout`: for one question to a token endpoint.
  Security(const SecurityOptions& options, Loop& loop, const Clock& clock, Duration token_timeout);

  /// A stream as the protocol wants it. An Error when there are no usable TLS files.
  Result<std::unique_ptr<Stream>> NewStream();

  bool wants_login() const { return options_.uses_sasl(); }
  std::string mechanism() const;

  /// Everything that one login to `broker` needs. `done` may be called at once, or when a token has
  /// been fetched; never after this object is destroyed.
  void NewExchange(const Endpoint& broker, OnExchange done);

 private:
  void WithPassword(const OnExchange& done);
  void WithToken(const OnExchange& done);
  Result<TokenSource*> Tokens();
  AwsCredentialsSource& Aws();

  const SecurityOptions& options_;
  Loop& loop_;
  const Clock& clock_;
  const Duration token_timeout_;
  TlsContexts tls_;
  const std::shared_ptr<ScramKeys> scram_keys_;
  std::unique_ptr<TokenSource> tokens_;
  std::unique_ptr<AwsCredentialsSource> aws_;
};

}  // namespace levelwind::kafka
