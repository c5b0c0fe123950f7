// cluster.security: TLS and logins.

#include <string>
#include <string_view>
#include <vector>

#include "config/schema_parts.h"
#include "kafka/security/security_options.h"

namespace levelwind::config {
namespace {

using kafka::SecurityOptions;

void Text(std::vector<SchemaEntry>& out, std::string_view key, FieldRef (*field)(Config&),
          std::string_view description, std::string_view example) {
  out.push_back({key, ValueType::kText, field, description, example});
}

void AddTls(std::vector<SchemaEntry>& out) {
  Text(
      out, "cluster.security.tls.ca_file",
      [](Config& c) -> FieldRef { return &c.kafka.security.tls.ca_file; },
      "PEM file with the certificates that brokers' certificates are checked against. Empty: the "
      "system's. Changed TLS files are used for new connections without a restart.",
      "/etc/levelwind/ca.pem");
  Text(
      out, "cluster.security.tls.certificate_file",
      [](Config& c) -> FieldRef { return &c.kafka.security.tls.certificate_file; },
      "PEM file with the certificate (and its chain) that we show to brokers (mTLS).",
      "/etc/levelwind/client.pem");
  Text(
      out, "cluster.security.tls.key_file",
      [](Config& c) -> FieldRef { return &c.kafka.security.tls.key_file; },
      "PEM file with the key of certificate_file.", "/etc/levelwind/client.key");
  Text(
      out, "cluster.security.tls.key_password_file",
      [](Config& c) -> FieldRef { return &c.kafka.security.tls.key_password.file; },
      "File with the password of an encrypted key_file.", "/etc/levelwind/key.password");
  Text(
      out, "cluster.security.tls.key_password_env",
      [](Config& c) -> FieldRef { return &c.kafka.security.tls.key_password.env; },
      "Or the environment variable that has it.", "KAFKA_KEY_PASSWORD");
  Text(
      out, "cluster.security.tls.keystore_file",
      [](Config& c) -> FieldRef { return &c.kafka.security.tls.keystore_file; },
      "PKCS#12 file with certificate and key, instead of the two PEM files.",
      "/etc/levelwind/client.p12");
  Text(
      out, "cluster.security.tls.keystore_password_file",
      [](Config& c) -> FieldRef { return &c.kafka.security.tls.keystore_password.file; },
      "File with the password of keystore_file.", "/etc/levelwind/keystore.password");
  Text(
      out, "cluster.security.tls.keystore_password_env",
      [](Config& c) -> FieldRef { return &c.kafka.security.tls.keystore_password.env; },
      "Or the environment variable that has it.", "KAFKA_KEYSTORE_PASSWORD");
  out.push_back({"cluster.security.tls.verify_hostname", ValueType::kBool,
                 [](Config& c) -> FieldRef { return &c.kafka.security.tls.verify_hostname; },
                 "Whether a broker's certificate must be for the host that is connected to. Off "
                 "makes every certificate of the CA good for every broker.",
                 "true"});
}

void AddSasl(std::vector<SchemaEntry>& out) {
  out.push_back({"cluster.security.sasl.mechanism", ValueType::kChoice,
                 [](Config& c) -> FieldRef {
                   return Choice(c.kafka.security.sasl.mechanism, kafka::kSaslMechanismNames);
                 },
                 "How to log in; the broker's listener must offer it, and no other is tried.",
                 "SCRAM-SHA-512", 0, 0, NamesOf(kafka::kSaslMechanismNames)});
  Text(
      out, "cluster.security.sasl.username",
      [](Config& c) -> FieldRef { return &c.kafka.security.sasl.username; },
      "User of PLAIN and SCRAM.", "levelwind");
  Text(
      out, "cluster.security.sasl.password_file",
      [](Config& c) -> FieldRef { return &c.kafka.security.sasl.password.file; },
      "File with the password of PLAIN and SCRAM and nothing else; read for each login. Secrets "
      "cannot stand in this file.",
      "/etc/levelwind/kafka.password");
  Text(
      out, "cluster.security.sasl.password_env",
      [](Config& c) -> FieldRef { return &c.kafka.security.sasl.password.env; },
      "Or the environment variable that has it.", "KAFKA_PASSWORD");
  out.push_back(
      {"cluster.security.sasl.allow_plaintext_password", ValueType::kBool,
       [](Config& c) -> FieldRef { return &c.kafka.security.sasl.allow_plaintext_password; },
       "Let PLAIN, OAUTHBEARER and AWS_MSK_IAM send their password or token without TLS.", "true"});
}

void AddOauth(std::vector<SchemaEntry>& out) {
  out.push_back({"cluster.security.oauth.from", ValueType::kChoice,
                 [](Config& c) -> FieldRef {
                   return Choice(c.kafka.security.oauth.from, kafka::kTokenFromNames);
                 },
                 "Where OAUTHBEARER's token comes from: token_file or token_env, OpenID Connect's "
                 "client credentials grant, or signed here for Amazon MSK.",
                 "oidc", 0, 0, NamesOf(kafka::kTokenFromNames)});
  Text(
      out, "cluster.security.oauth.token_file",
      [](Config& c) -> FieldRef { return &c.kafka.security.oauth.token.file; },
      "File with the token, which something else renews; read for each login.",
      "/var/run/secrets/kafka/token");
  Text(
      out, "cluster.security.oauth.token_env",
      [](Config& c) -> FieldRef { return &c.kafka.security.oauth.token.env; },
      "Or the environment variable that has it.", "KAFKA_TOKEN");
  Text(
      out, "cluster.security.oauth.token_url",
      [](Config& c) -> FieldRef { return &c.kafka.security.oauth.token_url; },
      "Token endpoint for from: oidc; https, or http on the loopback.",
      "https://login.example.org/oauth2/token");
  Text(
      out, "cluster.security.oauth.token_ca_file",
      [](Config& c) -> FieldRef { return &c.kafka.security.oauth.token_ca_file; },
      "PEM file with the certificates that token_url is checked against. Empty: the system's.",
      "/etc/levelwind/idp-ca.pem");
  Text(
      out, "cluster.security.oauth.client_id",
      [](Config& c) -> FieldRef { return &c.kafka.security.oauth.client_id; },
      "Client id at token_url.", "levelwind");
  Text(
      out, "cluster.security.oauth.client_secret_file",
      [](Config& c) -> FieldRef { return &c.kafka.security.oauth.client_secret.file; },
      "File with the client secret.", "/etc/levelwind/client.secret");
  Text(
      out, "cluster.security.oauth.client_secret_env",
      [](Config& c) -> FieldRef { return &c.kafka.security.oauth.client_secret.env; },
      "Or the environment variable that has it.", "KAFKA_CLIENT_SECRET");
  Text(
      out, "cluster.security.oauth.scope",
      [](Config& c) -> FieldRef { return &c.kafka.security.oauth.scope; },
      "Scope that is asked for.", "kafka");
  out.push_back({"cluster.security.oauth.extensions", ValueType::kList,
                 [](Config& c) -> FieldRef { return &c.kafka.security.oauth.extensions; },
                 "SASL extensions, as name=value.", "[logicalCluster=lkc-1]"});
}

}  // namespace

void AddSecurity(std::vector<SchemaEntry>& out) {
  out.push_back({"cluster.security.protocol", ValueType::kChoice,
                 [](Config& c) -> FieldRef {
                   return Choice(c.kafka.security.protocol, kafka::kSecurityProtocolNames);
                 },
                 "What the brokers' listener speaks; docs/security.md has an example of each.",
                 "SASL_SSL", 0, 0, NamesOf(kafka::kSecurityProtocolNames)});
  AddTls(out);
  AddSasl(out);
  AddOauth(out);
  Text(
      out, "cluster.security.aws.region",
      [](Config& c) -> FieldRef { return &c.kafka.security.aws.region; },
      "Region of the MSK cluster, for AWS_MSK_IAM and oauth.from: msk_iam.", "eu-west-1");
  Text(
      out, "cluster.security.aws.profile",
      [](Config& c) -> FieldRef { return &c.kafka.security.aws.profile; },
      "Profile in the credentials file. Empty: AWS_PROFILE, else default.", "kafka");
  Text(
      out, "cluster.security.aws.credentials_file",
      [](Config& c) -> FieldRef { return &c.kafka.security.aws.credentials_file; },
      "AWS credentials file. Empty: AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials.",
      "/etc/levelwind/aws-credentials");
}

}  // namespace levelwind::config
