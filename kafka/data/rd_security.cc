#include <fmt/format.h>

#include <string>
#include <string_view>

#include "base/secret.h"
#include "kafka/data/rdkafka.h"
#include "kafka/security/security.h"
#include "kafka/security/security_options.h"

namespace levelwind::kafka::data {
namespace {

/// Sets what is not empty. The message never has the value: it may be a secret.
class Setter {
 public:
  explicit Setter(rd_kafka_conf_t* conf) : conf_(conf) {}

  void Set(const char* key, const std::string& value) {
    if (value.empty() || !status_.ok()) return;
    constexpr std::size_t kRoom = 512;
    char unused[kRoom];
    if (rd_kafka_conf_set(conf_, key, value.c_str(), unused, sizeof unused) != RD_KAFKA_CONF_OK) {
      status_ =
          InvalidArgument(fmt::format("the Kafka client library refuses the setting {}", key));
    }
  }
  void SetSecret(const char* key, const SecretSource& source, std::string_view what) {
    if (!source.given() || !status_.ok()) return;
    const Result<Secret> secret = ReadSecret(source, what);
    if (!secret.ok()) {
      status_ = secret.error();
      return;
    }
    std::string text(secret->Reveal());  // the library wants a C string
    Set(key, text);
    Wipe(text);
  }
  const Status& status() const { return status_; }

 private:
  rd_kafka_conf_t* conf_;
  Status status_;
};

}  // namespace

Status ApplySecurity(const SecurityOptions& security, rd_kafka_conf_t* conf) {
  const SaslMechanism mechanism = security.sasl.mechanism;
  if (security.uses_sasl() &&
      (mechanism == SaslMechanism::kOauthBearer || mechanism == SaslMechanism::kAwsMskIam)) {
    return Error(ErrorCode::kUnimplemented,
                 fmt::format("{} is not available for producing and consuming yet; use SCRAM or "
                             "TLS client certificates for it",
                             NameIn(kSaslMechanismNames, mechanism)));
  }
  LW_RETURN_IF_ERROR(CheckSecurity(security));
  Setter set(conf);
  set.Set("security.protocol", std::string(NameIn(kSecurityProtocolNames, security.protocol)));
  if (security.uses_tls()) {
    const TlsOptions& tls = security.tls;
    set.Set("ssl.ca.location", tls.ca_file);
    set.Set("ssl.certificate.location", tls.certificate_file);
    set.Set("ssl.key.location", tls.key_file);
    set.SetSecret("ssl.key.password", tls.key_password, "the key's password");
    set.Set("ssl.keystore.location", tls.keystore_file);
    set.SetSecret("ssl.keystore.password", tls.keystore_password, "the keystore's password");
    set.Set("ssl.endpoint.identification.algorithm", tls.verify_hostname ? "https" : "none");
  }
  if (security.uses_sasl()) {
    set.Set("sasl.mechanism", std::string(NameIn(kSaslMechanismNames, mechanism)));
    set.Set("sasl.username", security.sasl.username);
    set.SetSecret("sasl.password", security.sasl.password, "the password");
  }
  return set.status();
}

}  // namespace levelwind::kafka::data
