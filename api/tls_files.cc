#include "api/tls_files.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include <boost/asio/ip/address.hpp>

#include "base/text.h"

namespace levelwind::api {
namespace {

constexpr std::size_t kMostPem = std::size_t{1} << 20;

struct ContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

std::string WhyNot() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "it cannot be read" : reason;
}

}  // namespace

Result<std::string> ReadPem(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return InvalidArgument(fmt::format("{} cannot be read", EscapeControl(file)));
  std::string text(kMostPem + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kMostPem) {
    return InvalidArgument(fmt::format("{} is larger than 1 MiB", EscapeControl(file)));
  }
  return text;
}

Status CheckCertificateAndKey(const std::string& cert_file, const std::string& key_file) {
  struct stat facts {};
  if (::stat(key_file.c_str(), &facts) != 0) {
    return InvalidArgument(fmt::format("key file {} cannot be read", EscapeControl(key_file)));
  }
  if ((facts.st_mode & S_IRWXO) != 0) {
    return InvalidArgument(
        fmt::format("key file {} can be used by everybody (mode {:o}); chmod 600 it",
                    EscapeControl(key_file), facts.st_mode & 0777U));
  }
  const std::unique_ptr<SSL_CTX, ContextFree> context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) return Unavailable("OpenSSL gives no context");
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context.get(), cert_file.c_str()) != 1) {
    return InvalidArgument(
        fmt::format("certificate file {}: {}", EscapeControl(cert_file), WhyNot()));
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return InvalidArgument(fmt::format("key file {} for certificate {}: {}",
                                       EscapeControl(key_file), EscapeControl(cert_file),
                                       WhyNot()));
  }
  return Ok();
}

Status CheckCaFile(const std::string& ca_file) {
  LW_ASSIGN_OR_RETURN(const std::string pem, ReadPem(ca_file));
  BIO* const bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* const first = bio == nullptr ? nullptr : PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  const bool good = first != nullptr;
  X509_free(first);
  BIO_free(bio);
  ERR_clear_error();
  if (good) return Ok();
  return InvalidArgument(fmt::format("{} has no certificate in PEM form", EscapeControl(ca_file)));
}

Result<bool> IsLoopbackAddress(const std::string& address) {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(address, error);
  if (error) {
    return InvalidArgument(
        fmt::format("'{}' is not an IP address to listen on", EscapeControl(address)));
  }
  return parsed.is_loopback();
}

}  // namespace levelwind::api
