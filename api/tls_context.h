#pragma once

// Internal to api/: Asio's TLS.

#include <openssl/types.h>

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ssl/context.hpp>

#include "base/result.h"

namespace levelwind::api {

/// For a listener: TLS 1.2 or later, no resumption, a client certificate asked for and not demanded
/// nor checked: who accepts what is the Handler's to say. kInvalidArgument: see
/// CheckCertificateAndKey.
Result<std::shared_ptr<boost::asio::ssl::context>> MakeTlsContext(const std::string& cert_file,
                                                                  const std::string& key_file);

/// The certificates that the other side showed, DER, its own first; empty: none.
std::vector<std::string> PeerChain(SSL* ssl);

}  // namespace levelwind::api
