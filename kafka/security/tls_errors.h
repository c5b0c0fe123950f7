#pragma once

// What went wrong in a TLS handshake, in words; for tls_stream.cc.

#include <string>

#include "base/error.h"
#include "kafka/net/endpoint.h"
#include "kafka/security/openssl_handles.h"

namespace levelwind::kafka {

/// The first certificate that was not accepted, kept by the verify callback because OpenSSL forgets
/// it with the handshake.
struct Rejected {
  int code = X509_V_OK;
  std::string subject;
  std::string issuer;
  std::string not_before;  ///< "Nov 24 12:00:00 2026 GMT"
  std::string not_after;
  std::string names;  ///< "DNS:broker1, IP Address:10.0.0.1"; what hosts it is for.
};

/// For SSL_CTX_set_verify/SSL_set_verify; finds its Rejected with SSL_get_ex_data(ssl, 0).
int RecordRejected(int accepted, X509_STORE_CTX* store);

/// From OpenSSL's error queue (which it empties) and the rejected certificate. `handshake`: whether
/// it is still going on.
Error TlsError(const Rejected& rejected, const Endpoint& peer, bool handshake, bool has_ca_file);

/// The peer closed in the middle of a handshake.
Error TlsClosed();

}  // namespace levelwind::kafka
