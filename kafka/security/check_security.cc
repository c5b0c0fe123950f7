#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.h"
#include "kafka/security/security.h"
#include "kafka/security/url.h"

namespace levelwind::kafka {

namespace {

Error Key(std::string_view key, std::string_view problem) {
  return InvalidArgument(fmt::format("cluster.security.{}: {}", key, problem));
}

Status CheckSource(std::string_view key, std::string_view what, const SecretSource& source) {
  if (!source.file.empty() && !source.env.empty()) {
    return Key(std::string(key) + "_file",
               fmt::format("is set together with {}_env; keep one of them", key));
  }
  if (!source.given()) {
    return Key(std::string(key) + "_file",
               fmt::format("{} is needed; set this key to a file that holds it, or {}_env to the "
                           "name of an environment variable",
                           what, key));
  }
  if (auto secret = ReadSecret(source, what); !secret.ok()) {
    return secret.error().Wrap(
        fmt::format("cluster.security.{}_{}", key, source.file.empty() ? "env" : "file"));
  }
  return Ok();
}

Status CheckTls(const SecurityOptions& options) {
  const TlsOptions& tls = options.tls;
  const bool set = !tls.ca_file.empty() || !tls.certificate_file.empty() || !tls.key_file.empty() ||
                   !tls.keystore_file.empty();
  if (!options.uses_tls()) {
    if (!set) return Ok();
    return Key("tls", fmt::format("files are set, but protocol is {}, which has no TLS; set "
                                  "cluster.security.protocol to SSL or SASL_SSL",
                                  NameIn(kSecurityProtocolNames, options.protocol)));
  }
  if (tls.certificate_file.empty() != tls.key_file.empty()) {
    return Key(tls.key_file.empty() ? "tls.key_file" : "tls.certificate_file",
               "is missing; a client certificate needs both certificate_file and key_file");
  }
  if (!tls.keystore_file.empty() && !tls.certificate_file.empty()) {
    return Key("tls.keystore_file", "is set together with certificate_file; keep one of them");
  }
  if (tls.key_password.given()) {
    LW_RETURN_IF_ERROR(CheckSource("tls.key_password", "the key's password", tls.key_password));
  }
  if (tls.keystore_password.given()) {
    LW_RETURN_IF_ERROR(
        CheckSource("tls.keystore_password", "the keystore's password", tls.keystore_password));
  }
  if (auto loaded = LoadTls(tls); !loaded.ok()) {
    return loaded.error().Wrap("cluster.security.tls");
  }
  return Ok();
}

Status CheckOidc(const OauthOptions& oauth) {
  const auto url = ParseHttpUrl(oauth.token_url);
  if (!url.ok()) return url.error().Wrap("cluster.security.oauth.token_url");
  if (!url->tls && !IsLoopback(url->to)) {
    return Key("oauth.token_url",
               fmt::format("'{}' would send the client secret in clear; use https",
                           EscapeControl(oauth.token_url)));
  }
  if (oauth.client_id.empty()) return Key("oauth.client_id", "is needed for oauth.from: oidc");
  if (!oauth.token_ca_file.empty()) {
    TlsOptions tls;
    tls.ca_file = oauth.token_ca_file;
    if (auto loaded = LoadTls(tls); !loaded.ok()) {
      return loaded.error().Wrap("cluster.security.oauth.token_ca_file");
    }
  }
  return CheckSource("oauth.client_secret", "the OAuth client secret", oauth.client_secret);
}

Status CheckRegion(const AwsOptions& aws) {
  const bool good = !aws.region.empty() && std::ranges::all_of(aws.region, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (good) return Ok();
  return Key("aws.region", fmt::format("'{}' is not a region; write for example eu-west-1",
                                       EscapeControl(aws.region)));
}

Status CheckOauth(const SecurityOptions& options) {
  for (const std::string& extension : options.oauth.extensions) {
    const bool visible = std::ranges::all_of(extension, [](char c) { return c >= 0x20; });
    if (!visible || extension.find('=') == 0 || extension.find('=') == extension.npos) {
      return Key("oauth.extensions",
                 fmt::format("'{}' is not name=value", EscapeControl(extension)));
    }
  }
  switch (options.oauth.from) {
    case TokenFrom::kToken:
      return CheckSource("oauth.token", "the token", options.oauth.token);
    case TokenFrom::kOidc:
      return CheckOidc(options.oauth);
    case TokenFrom::kMskIam:
      return CheckRegion(options.aws);
  }
  return Ok();
}

Status CheckSasl(const SecurityOptions& options) {
  const SaslOptions& sasl = options.sasl;
  if (!options.uses_sasl()) {
    if (sasl.mechanism == SaslMechanism::kNone) return Ok();
    return Key("sasl.mechanism",
               fmt::format("is set, but protocol is {}, which has no login; set "
                           "cluster.security.protocol to SASL_SSL or SASL_PLAINTEXT",
                           NameIn(kSecurityProtocolNames, options.protocol)));
  }
  const bool scram = sasl.mechanism == SaslMechanism::kScramSha256 ||
                     sasl.mechanism == SaslMechanism::kScramSha512;
  if (sasl.mechanism == SaslMechanism::kNone) {
    return Key("sasl.mechanism",
               "is needed for a SASL protocol; the broker's listener knows which "
               "ones it takes");
  }
  if (!options.uses_tls() && !scram && !sasl.allow_plaintext_password) {
    return Key("sasl.mechanism",
               fmt::format("{} would send a password or token in clear over {}; use SASL_SSL, or "
                           "set cluster.security.sasl.allow_plaintext_password: true where the "
                           "network is trusted",
                           NameIn(kSaslMechanismNames, sasl.mechanism),
                           NameIn(kSecurityProtocolNames, options.protocol)));
  }
  if (sasl.mechanism == SaslMechanism::kOauthBearer) return CheckOauth(options);
  if (sasl.mechanism == SaslMechanism::kAwsMskIam) return CheckRegion(options.aws);
  if (sasl.username.empty()) return Key("sasl.username", "is needed for this mechanism");
  return CheckSource("sasl.password", "the password", sasl.password);
}

}  // namespace

Status CheckSecurity(const SecurityOptions& options) {
  LW_RETURN_IF_ERROR(CheckTls(options));
  return CheckSasl(options);
}

}  // namespace levelwind::kafka
