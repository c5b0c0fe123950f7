#include "api/tls_context.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <exception>
#include <utility>

#include "api/tls_files.h"

namespace levelwind::api {
namespace {

std::string Der(X509* certificate) {
  const int size = i2d_X509(certificate, nullptr);
  if (size <= 0) return "";
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* at = reinterpret_cast<unsigned char*>(der.data());
  i2d_X509(certificate, &at);
  return der;
}

}  // namespace

Result<std::shared_ptr<boost::asio::ssl::context>> MakeTlsContext(const std::string& cert_file,
                                                                  const std::string& key_file) {
  namespace ssl = boost::asio::ssl;
  LW_RETURN_IF_ERROR(CheckCertificateAndKey(cert_file, key_file));
  try {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX* const native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(native, 0);
    context->set_options(ssl::context::default_workarounds | SSL_OP_NO_TICKET |
                         SSL_OP_NO_RENEGOTIATION);
    context->use_certificate_chain_file(cert_file);
    context->use_private_key_file(key_file, ssl::context::pem);
    context->set_verify_mode(ssl::verify_peer);
    context->set_verify_callback([](bool, ssl::verify_context&) { return true; });
    return context;
  } catch (const std::exception& problem) {
    return InvalidArgument(fmt::format("certificate {}: {}", cert_file, problem.what()));
  }
}

std::vector<std::string> PeerChain(SSL* ssl) {
  std::vector<std::string> chain;
  X509* const own = SSL_get1_peer_certificate(ssl);
  if (own == nullptr) return chain;
  chain.push_back(Der(own));
  X509_free(own);
  // On a server's side it has only what came beside the client's own.
  STACK_OF(X509)* const others = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; others != nullptr && i < sk_X509_num(others); ++i) {
    chain.push_back(Der(sk_X509_value(others, i)));
  }
  return chain;
}

}  // namespace levelwind::api
