#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/name_table.h"
#include "base/secret.h"

namespace levelwind::kafka {

/// Kafka's four ways to talk to a listener, under Kafka's names.
enum class SecurityProtocol : std::uint8_t { kPlaintext, kSsl, kSaslPlaintext, kSaslSsl };
inline constexpr NameTable<SecurityProtocol, 4> kSecurityProtocolNames = {
    {{SecurityProtocol::kPlaintext, "PLAINTEXT"},
     {SecurityProtocol::kSsl, "SSL"},
     {SecurityProtocol::kSaslPlaintext, "SASL_PLAINTEXT"},
     {SecurityProtocol::kSaslSsl, "SASL_SSL"}}};

enum class SaslMechanism : std::uint8_t {
  kNone,
  kPlain,
  kScramSha256,
  kScramSha512,
  kOauthBearer,
  kAwsMskIam,
};
inline constexpr NameTable<SaslMechanism, 6> kSaslMechanismNames = {
    {{SaslMechanism::kNone, "none"},
     {SaslMechanism::kPlain, "PLAIN"},
     {SaslMechanism::kScramSha256, "SCRAM-SHA-256"},
     {SaslMechanism::kScramSha512, "SCRAM-SHA-512"},
     {SaslMechanism::kOauthBearer, "OAUTHBEARER"},
     {SaslMechanism::kAwsMskIam, "AWS_MSK_IAM"}}};

/// Where the token of OAUTHBEARER comes from.
enum class TokenFrom : std::uint8_t {
  kToken,   ///< OauthOptions::token: a file that something else renews, or a variable.
  kOidc,    ///< Client credentials grant (RFC 6749, 4.4) at OauthOptions::token_url.
  kMskIam,  ///< Made and signed here, for Amazon MSK.
};
inline constexpr NameTable<TokenFrom, 3> kTokenFromNames = {
    {{TokenFrom::kToken, "token"}, {TokenFrom::kOidc, "oidc"}, {TokenFrom::kMskIam, "msk_iam"}}};

/// TLS towards brokers. Files are looked at again for every new connection; changed ones are used
/// from then on, and broken ones are reported and leave what was there in use.
struct TlsOptions {
  std::string ca_file;           ///< PEM. Empty: the system's certificates.
  std::string certificate_file;  ///< PEM, the chain that we show (mTLS); with key_file.
  std::string key_file;          ///< PEM, may be encrypted.
  SecretSource key_password;
  std::string keystore_file;  ///< PKCS#12 with certificate and key, instead of the two above.
  SecretSource keystore_password;
  /// Whether the broker's certificate must be for the host that we connect to.
  bool verify_hostname = true;
};

struct SaslOptions {
  SaslMechanism mechanism = SaslMechanism::kNone;
  std::string username;   ///< PLAIN and SCRAM.
  SecretSource password;  ///< PLAIN and SCRAM.
  /// Whether a password or token may go over a connection without TLS. SCRAM never needs it.
  bool allow_plaintext_password = false;
};

struct OauthOptions {
  TokenFrom from = TokenFrom::kToken;
  SecretSource token;
  std::string token_url;      ///< https://host[:port]/path; http only to the loopback.
  std::string token_ca_file;  ///< PEM, for token_url. Empty: the system's certificates.
  std::string client_id;
  SecretSource client_secret;
  std::string scope;                    ///< Empty: none is asked for.
  std::vector<std::string> extensions;  ///< SASL extensions, name=value, e.g. logicalCluster=lkc-1.
};

/// Amazon MSK's IAM logins. Credentials come from the first of: AWS_ACCESS_KEY_ID and its fellows;
/// the profile in the credentials file; the container's endpoint; the instance's (IMDSv2).
struct AwsOptions {
  std::string region;            ///< Required, e.g. eu-west-1.
  std::string profile;           ///< Empty: AWS_PROFILE, else "default".
  std::string credentials_file;  ///< Empty: AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials.
};

/// How connections of one client are protected and logged in.
struct SecurityOptions {
  SecurityProtocol protocol = SecurityProtocol::kPlaintext;
  TlsOptions tls;
  SaslOptions sasl;
  OauthOptions oauth;
  AwsOptions aws;

  bool uses_tls() const {
    return protocol == SecurityProtocol::kSsl || protocol == SecurityProtocol::kSaslSsl;
  }
  bool uses_sasl() const {
    return protocol == SecurityProtocol::kSaslPlaintext || protocol == SecurityProtocol::kSaslSsl;
  }
};

}  // namespace levelwind::kafka
