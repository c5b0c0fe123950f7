#include "kafka/security/tls_errors.h"

#include <fmt/format.h>
#include <openssl/sslerr.h>

#include <string_view>
#include <utility>

#include "base/text.h"

namespace levelwind::kafka {

namespace {

std::string Take(BIO* bio) {
  const char* data = nullptr;
  const long size = BIO_ctrl(bio, BIO_CTRL_INFO, 0, &data);
  constexpr long kLongest = 300;
  if (size <= 0 || data == nullptr) return {};
  return EscapeControl(std::string_view(data, static_cast<std::size_t>(std::min(size, kLongest))));
}

std::string NameText(const X509_NAME* name) {
  const OpensslOwned<BIO> bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  return Take(bio.get());
}

std::string TimeText(const ASN1_TIME* time) {
  const OpensslOwned<BIO> bio(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(bio.get(), time);
  return Take(bio.get());
}

std::string AltNames(X509* certificate) {
  const int index = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1);
  if (index < 0) return {};
  const OpensslOwned<BIO> bio(BIO_new(BIO_s_mem()));
  X509V3_EXT_print(bio.get(), X509_get_ext(certificate, index), 0, 0);
  return Take(bio.get());
}

Error Refused(std::string message) { return {ErrorCode::kUnauthenticated, std::move(message)}; }

Error CertificateError(const Rejected& bad, const Endpoint& peer, bool has_ca_file) {
  switch (bad.code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return Refused(fmt::format("the TLS certificate '{}' expired at {}; renew it on the broker",
                                 bad.subject, bad.not_after));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Refused(fmt::format(
          "the TLS certificate '{}' is not valid before {}; check both machines' clocks",
          bad.subject, bad.not_before));
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return Refused(fmt::format(
          "the TLS certificate '{}' is for {}, not for {}; use a name that it has in the broker's "
          "advertised.listeners and in cluster.bootstrap, or give the broker a certificate for {}",
          bad.subject, bad.names.empty() ? "no host at all" : bad.names, peer.host, peer.host));
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return Refused(
          fmt::format("the TLS certificate '{}' is signed by '{}', which {} does not have ({}); "
                      "point {} to the "
                      "PEM file of the CA that signed it",
                      bad.subject, bad.issuer, has_ca_file ? "the CA file" : "this system",
                      X509_verify_cert_error_string(bad.code), "cluster.security.tls.ca_file"));
    default:
      return Refused(fmt::format("the TLS certificate '{}' is not acceptable: {}", bad.subject,
                                 X509_verify_cert_error_string(bad.code)));
  }
}

/// What the peer's alert means to a person. The numbers are those of TLS.
Error AlertError(int alert, std::string_view words) {
  constexpr int kBadCertificate = 42;
  constexpr int kLastOfCertificates = 46;
  constexpr int kUnknownCa = 48;
  constexpr int kCertificateRequired = 116;
  if (alert == kCertificateRequired) {
    return Refused(
        "the broker wants a client certificate; set cluster.security.tls.certificate_file and "
        "key_file, or keystore_file");
  }
  if ((alert >= kBadCertificate && alert <= kLastOfCertificates) || alert == kUnknownCa) {
    return Refused(fmt::format(
        "the broker refuses our client certificate or misses one ({}); check "
        "cluster.security.tls.certificate_file, and that the broker's truststore has its CA",
        words));
  }
  return Unavailable(
      fmt::format("the broker ended TLS with the alert '{}'; its log has the reason, mostly a "
                  "client certificate "
                  "that it wants or protocol versions and ciphers that do not meet",
                  words));
}

}  // namespace

int RecordRejected(int accepted, X509_STORE_CTX* store) {
  if (accepted == 1) return 1;
  const auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* rejected = ssl == nullptr ? nullptr : static_cast<Rejected*>(SSL_get_ex_data(ssl, 0));
  if (rejected == nullptr || rejected->code != X509_V_OK) return 0;
  rejected->code = X509_STORE_CTX_get_error(store);
  X509* certificate = X509_STORE_CTX_get_current_cert(store);
  if (certificate == nullptr) return 0;
  rejected->subject = NameText(X509_get_subject_name(certificate));
  rejected->issuer = NameText(X509_get_issuer_name(certificate));
  rejected->not_before = TimeText(X509_get0_notBefore(certificate));
  rejected->not_after = TimeText(X509_get0_notAfter(certificate));
  rejected->names = AltNames(certificate);
  return 0;
}

Error TlsError(const Rejected& rejected, const Endpoint& peer, bool handshake, bool has_ca_file) {
  const unsigned long code = ERR_peek_error();
  const int reason = ERR_GET_REASON(code);
  const std::string words = OpensslReason();
  if (rejected.code != X509_V_OK) return CertificateError(rejected, peer, has_ca_file);
  if (ERR_GET_LIB(code) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET) {
    return AlertError(reason - SSL_AD_REASON_OFFSET, words);
  }
  if (handshake && ERR_GET_LIB(code) == ERR_LIB_SSL &&
      (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
       reason == SSL_R_PACKET_LENGTH_TOO_LONG)) {
    return {ErrorCode::kFailedPrecondition,
            "it does not speak TLS on this port; use the port of a TLS listener, or set "
            "cluster.security.protocol to PLAINTEXT or SASL_PLAINTEXT"};
  }
  if (!handshake) return DataLoss(fmt::format("broken TLS data: {}", words));
  return Unavailable(fmt::format("the TLS handshake failed: {}", words));
}

Error TlsClosed() {
  return Unavailable(
      "it closed the connection in the middle of the TLS handshake: the port speaks plain text, or "
      "the broker's certificate is broken; use the port of a TLS listener, or set "
      "cluster.security.protocol to PLAINTEXT or SASL_PLAINTEXT");
}

}  // namespace levelwind::kafka
