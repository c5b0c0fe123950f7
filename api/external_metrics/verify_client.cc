#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <cstddef>
#include <ctime>
#include <memory>

#include "api/external_metrics/delegated_auth.h"

namespace levelwind::api {
namespace {

struct Free {
  void operator()(X509* it) const { X509_free(it); }
  void operator()(X509_STORE* it) const { X509_STORE_free(it); }
  void operator()(X509_STORE_CTX* it) const { X509_STORE_CTX_free(it); }
  void operator()(BIO* it) const { BIO_free(it); }
  void operator()(STACK_OF(X509) * it) const { sk_X509_pop_free(it, X509_free); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Error Unauthenticated(std::string message) {
  return {ErrorCode::kUnauthenticated, std::move(message)};
}

Owned<X509> Parse(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  return Owned<X509>(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

/// All certificates of a PEM text; null when there is none.
Owned<X509_STORE> StoreOf(std::string_view pem) {
  Owned<X509_STORE> store(X509_STORE_new());
  const Owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (store == nullptr || bio == nullptr) return nullptr;
  int count = 0;
  for (;;) {
    const Owned<X509> one(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (one == nullptr) break;
    if (X509_STORE_add_cert(store.get(), one.get()) == 1) ++count;
  }
  ERR_clear_error();
  return count > 0 ? std::move(store) : nullptr;
}

std::vector<std::string> NamesOf(X509* certificate, int nid) {
  std::vector<std::string> names;
  const X509_NAME* const subject = X509_get_subject_name(certificate);
  for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, nid, at)) >= 0;) {
    unsigned char* text = nullptr;
    const int size =
        ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    if (size >= 0) {
      names.emplace_back(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
    }
    OPENSSL_free(text);
  }
  return names;
}

}  // namespace

Result<CertificateOwner> VerifyClient(const std::vector<std::string>& chain,
                                      std::string_view ca_pem, WallTime now) {
  if (chain.empty()) return Unauthenticated("no client certificate");
  const Owned<X509_STORE> store = StoreOf(ca_pem);
  const Owned<X509> own = Parse(chain.front());
  const Owned<STACK_OF(X509)> others(sk_X509_new_null());
  const Owned<X509_STORE_CTX> context(X509_STORE_CTX_new());
  if (store == nullptr || own == nullptr || others == nullptr || context == nullptr) {
    return Unauthenticated("the client certificate cannot be read");
  }
  for (std::size_t i = 1; i < chain.size(); ++i) {
    Owned<X509> one = Parse(chain[i]);
    if (one != nullptr && sk_X509_push(others.get(), one.get()) > 0)
      static_cast<void>(one.release());
  }
  if (X509_STORE_CTX_init(context.get(), store.get(), own.get(), others.get()) != 1) {
    return Unauthenticated("the client certificate cannot be checked");
  }
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_CLIENT);
  X509_STORE_CTX_set_time(context.get(), 0, static_cast<std::time_t>(now.unix_ms / 1000));
  const int good = X509_verify_cert(context.get());
  ERR_clear_error();
  if (good != 1) {
    return Unauthenticated(X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
  }
  CertificateOwner owner;
  const auto names = NamesOf(own.get(), NID_commonName);
  if (!names.empty()) owner.common_name = names.back();
  owner.organisations = NamesOf(own.get(), NID_organizationName);
  return owner;
}

}  // namespace levelwind::api
