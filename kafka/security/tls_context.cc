#include "kafka/security/tls_context.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "kafka/security/openssl_handles.h"

namespace levelwind::kafka {

namespace {

/// What a file looks like from outside: changes when it is written or replaced.
std::string Stamp(const std::string& path) {
  struct stat seen {};
  if (path.empty()) return "-";
  if (::stat(path.c_str(), &seen) != 0) return "gone";
  return fmt::format("{}.{}.{}.{}.{}", seen.st_mtim.tv_sec, seen.st_mtim.tv_nsec,
                     seen.st_ctim.tv_nsec, seen.st_size, seen.st_ino);
}

std::string StampOf(const TlsOptions& options) {
  std::string all;
  for (const std::string* path :
       {&options.ca_file, &options.certificate_file, &options.key_file, &options.keystore_file,
        &options.key_password.file, &options.keystore_password.file}) {
    all += Stamp(*path) + " ";
  }
  return all;
}

Error Unusable(std::string_view what, const std::string& path, std::string_view wanted) {
  return InvalidArgument(
      fmt::format("{} {} cannot be used: {}; {}", what, path, OpensslReason(), wanted));
}

/// Whether the file can be opened; OpenSSL's own words for that are no help.
Result<OpensslOwned<BIO>> Open(std::string_view what, const std::string& path) {
  errno = 0;
  OpensslOwned<BIO> file(BIO_new_file(path.c_str(), "rb"));
  if (file == nullptr) {
    const int reason = errno;
    ERR_clear_error();
    return NotFound(fmt::format("{} {} cannot be read: {}", what, path, std::strerror(reason)));
  }
  return file;
}

Status LoadCas(SSL_CTX* ctx, const TlsOptions& options) {
  if (options.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(ctx);
    return Ok();
  }
  LW_ASSIGN_OR_RETURN(const auto file, Open("the CA file", options.ca_file));
  static_cast<void>(file);
  if (SSL_CTX_load_verify_file(ctx, options.ca_file.c_str()) != 1) {
    return Unusable("the CA file", options.ca_file, "it must hold one or more certificates in PEM");
  }
  return Ok();
}

int GivePassword(char* to, int room, int /*writing*/, void* password) {
  const std::string_view text = static_cast<const Secret*>(password)->Reveal();
  if (std::cmp_greater(text.size(), room)) return 0;
  std::copy(text.begin(), text.end(), to);
  return static_cast<int>(text.size());
}

Status LoadPem(SSL_CTX* ctx, const TlsOptions& options) {
  LW_ASSIGN_OR_RETURN(const auto chain, Open("the certificate file", options.certificate_file));
  static_cast<void>(chain);
  if (SSL_CTX_use_certificate_chain_file(ctx, options.certificate_file.c_str()) != 1) {
    return Unusable("the certificate file", options.certificate_file,
                    "it must hold our certificate and its chain in PEM");
  }
  LW_ASSIGN_OR_RETURN(const auto file, Open("the key file", options.key_file));
  Secret password;
  if (options.key_password.given()) {
    LW_ASSIGN_OR_RETURN(password, ReadSecret(options.key_password, "the key's password"));
  }
  const OpensslOwned<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(file.get(), nullptr, &GivePassword, &password));
  if (key == nullptr) {
    return Unusable(
        "the key file", options.key_file,
        "it must hold a private key in PEM, and an encrypted one needs key_password_file "
        "or key_password_env");
  }
  if (SSL_CTX_use_PrivateKey(ctx, key.get()) != 1) {
    return Unusable("the key file", options.key_file,
                    "it must be the key of " + options.certificate_file);
  }
  return Ok();
}

Status LoadPkcs12(SSL_CTX* ctx, const TlsOptions& options) {
  LW_ASSIGN_OR_RETURN(const auto file, Open("the keystore", options.keystore_file));
  const OpensslOwned<PKCS12> store(d2i_PKCS12_bio(file.get(), nullptr));
  if (store == nullptr) {
    return Unusable("the keystore", options.keystore_file,
                    "it must be a PKCS#12 file; keytool -importkeystore converts a JKS one");
  }
  Secret password;
  if (options.keystore_password.given()) {
    LW_ASSIGN_OR_RETURN(password, ReadSecret(options.keystore_password, "the keystore's password"));
  }
  // OpenSSL wants a C string.
  std::string text(password.Reveal());
  EVP_PKEY* raw_key = nullptr;
  X509* raw_certificate = nullptr;
  STACK_OF(X509)* raw_chain = nullptr;
  const bool opened =
      PKCS12_parse(store.get(), text.c_str(), &raw_key, &raw_certificate, &raw_chain) == 1;
  Wipe(text);
  const OpensslOwned<EVP_PKEY> key(raw_key);
  const OpensslOwned<X509> certificate(raw_certificate);
  const OpensslOwned<STACK_OF(X509)> chain(raw_chain);
  if (!opened) {
    return Unusable("the keystore", options.keystore_file,
                    "check keystore_password_file or keystore_password_env");
  }
  if (key == nullptr || certificate == nullptr) {
    return InvalidArgument(
        fmt::format("the keystore {} cannot be used: it has no private key with a certificate; a "
                    "truststore goes "
                    "into ca_file, as PEM",
                    options.keystore_file));
  }
  if (SSL_CTX_use_cert_and_key(ctx, certificate.get(), key.get(), chain.get(), 1) != 1) {
    return Unusable("the keystore", options.keystore_file, "its key and certificate do not match");
  }
  return Ok();
}

}  // namespace

std::string OpensslReason() {
  // The first entry is the cause, later ones are where it passed by.
  const unsigned long code = ERR_get_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  std::string text = reason != nullptr ? reason : "unknown reason";
  ERR_clear_error();
  return text;
}

Result<TlsContextPtr> LoadTls(const TlsOptions& options) {
  ERR_clear_error();
  auto context = std::make_shared<TlsContext>();
  context->options = options;
  context->ctx.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* ctx = context->ctx.get();
  if (ctx == nullptr) return Internal("OpenSSL has no TLS: " + OpensslReason());
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
  LW_RETURN_IF_ERROR(LoadCas(ctx, options));
  if (!options.keystore_file.empty()) {
    LW_RETURN_IF_ERROR(LoadPkcs12(ctx, options));
  } else if (!options.certificate_file.empty()) {
    LW_RETURN_IF_ERROR(LoadPem(ctx, options));
  }
  return TlsContextPtr(std::move(context));
}

Result<TlsContextPtr> TlsContexts::Current() {
  std::string stamp = StampOf(options_);
  if (current_ != nullptr && stamp == loaded_stamp_) return current_;
  Result<TlsContextPtr> loaded = LoadTls(options_);
  if (loaded.ok()) {
    if (current_ != nullptr) LW_INFO("kafka", "TLS files have changed; new connections use them");
    current_ = *std::move(loaded);
    problem_.reset();
  } else {
    problem_ = loaded.error();
    if (current_ == nullptr) return loaded.error();
    LW_WARN("kafka", "TLS files have changed and cannot be used, the old ones stay in use: {}",
            loaded.error().message());
  }
  loaded_stamp_ = std::move(stamp);
  return current_;
}

}  // namespace levelwind::kafka
