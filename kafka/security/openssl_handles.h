#pragma once

// Ownership of OpenSSL's objects; for the .cc files of this folder only.

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "kafka/security/security_options.h"

namespace levelwind::kafka {

struct OpensslDeleter {
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
  void operator()(SSL* p) const { SSL_free(p); }
  void operator()(BIO* p) const { BIO_free_all(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(PKCS12* p) const { PKCS12_free(p); }
  void operator()(ASN1_OCTET_STRING* p) const { ASN1_OCTET_STRING_free(p); }
  void operator()(STACK_OF(X509) * p) const { sk_X509_pop_free(p, X509_free); }
};
template <class T>
using OpensslOwned = std::unique_ptr<T, OpensslDeleter>;

struct TlsContext {
  OpensslOwned<SSL_CTX> ctx;
  TlsOptions options;
};

/// OpenSSL's reason for the last failure on this thread, in words; empties its queue.
std::string OpensslReason();

}  // namespace levelwind::kafka
