#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "kafka/security/security_options.h"

namespace levelwind::kafka {

/// OpenSSL's SSL_CTX and what goes with it. Immutable; connections that were made with it keep it.
struct TlsContext;
using TlsContextPtr = std::shared_ptr<const TlsContext>;

/// Reads the files of `options`: TLS 1.2 or newer, the peer's chain is always checked. The error
/// (kInvalidArgument or kNotFound) names the file, what is wrong with it and what to do.
Result<TlsContextPtr> LoadTls(const TlsOptions& options);

/// The context that new connections use, made anew when a file has changed. One thread.
class TlsContexts {
 public:
  explicit TlsContexts(TlsOptions options) : options_(std::move(options)) {}

  /// Looks at the files (a stat each). When they changed and cannot be used, the last good context
  /// stays, a warning is logged once per change, and problem() says why. An Error only when there
  /// never was a good one.
  Result<TlsContextPtr> Current();
  const std::optional<Error>& problem() const { return problem_; }

 private:
  const TlsOptions options_;
  TlsContextPtr current_;
  std::string loaded_stamp_;  ///< What the files looked like when they were last read.
  std::optional<Error> problem_;
};

}  // namespace levelwind::kafka
