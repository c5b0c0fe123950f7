#include "tests/integration_security/secure_cluster.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <utility>
#include <vector>

#include "kafka/security/crypto.h"
#include "tests/kafka_cluster/paths.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::testing {
namespace {

using kafka::SecurityProtocol;

const std::map<std::string, std::string>& Listeners() {
  static const std::map<std::string, std::string> kListeners = {
      {"TLS", "SSL"},        {"TLSHOST", "SSL"},    {"TLSEXPIRED", "SSL"},
      {"MTLS", "SSL"},       {"LOGIN", "SASL_SSL"}, {"CLEARLOGIN", "SASL_PLAINTEXT"},
      {"SHORT", "SASL_SSL"}, {"OIDC", "SASL_SSL"},
  };
  return kListeners;
}

std::string Here(const std::string& name) {
  return SourceDir() + "/tests/integration_security/" + name;
}

using Settings = std::vector<std::pair<std::string, std::string>>;

void AddMechanisms(Settings& out, const std::string& listener,
                   const std::vector<std::string>& mechanisms) {
  std::string enabled;
  for (const std::string& mechanism : mechanisms) {
    enabled += (enabled.empty() ? "" : ",") + mechanism;
    std::string lower = mechanism;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const std::string jaas = listener + "." + lower + ".sasl.jaas.config";
    const std::string package = "org.apache.kafka.common.security.";
    if (mechanism == "PLAIN") {
      out.emplace_back(jaas, fmt::format("{}plain.PlainLoginModule required user_alice=\"{}\";",
                                         package, kPassword));
    } else if (mechanism == "OAUTHBEARER") {
      out.emplace_back(jaas, package +
                                 "oauthbearer.OAuthBearerLoginModule required "
                                 "unsecuredLoginStringClaim_sub=\"broker\";");
    } else {
      out.emplace_back(jaas, package + "scram.ScramLoginModule required;");
    }
  }
  out.emplace_back(listener + ".sasl.enabled.mechanisms", enabled);
}

Settings BrokerSettings(const std::string& files) {
  Settings out;
  const std::map<std::string, std::string> stores = {
      {"tls", "good"},   {"tlshost", "host"}, {"tlsexpired", "expired"}, {"mtls", "good"},
      {"login", "good"}, {"short", "good"},   {"oidc", "good"}};
  for (const auto& [listener, store] : stores) {
    const std::string prefix = "listener.name." + listener + ".ssl.";
    out.emplace_back(prefix + "keystore.type", "PEM");
    out.emplace_back(prefix + "keystore.location", fmt::format("{}/{}.store.pem", files, store));
    out.emplace_back(prefix + "truststore.type", "PEM");
    out.emplace_back(prefix + "truststore.location", files + "/ca.pem");
  }
  out.emplace_back("listener.name.mtls.ssl.client.auth", "required");
  AddMechanisms(out, "listener.name.login",
                {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"});
  AddMechanisms(out, "listener.name.clearlogin", {"PLAIN", "SCRAM-SHA-256"});
  AddMechanisms(out, "listener.name.short", {"SCRAM-SHA-256", "OAUTHBEARER"});
  AddMechanisms(out, "listener.name.oidc", {"OAUTHBEARER"});
  for (const char* mechanism : {"scram-sha-256", "oauthbearer"}) {
    out.emplace_back(fmt::format("listener.name.short.{}.connections.max.reauth.ms", mechanism),
                     "3000");
  }
  const std::string oidc = "listener.name.oidc.oauthbearer.sasl.";
  out.emplace_back(oidc + "server.callback.handler.class",
                   "org.apache.kafka.common.security.oauthbearer."
                   "OAuthBearerValidatorCallbackHandler");
  out.emplace_back(oidc + "oauthbearer.jwks.endpoint.url", "file://" + files + "/jwks.json");
  out.emplace_back(oidc + "oauthbearer.expected.audience", "kafka");
  out.emplace_back("listener.name.oidc.oauthbearer.connections.max.reauth.ms", "3600000");
  return out;
}

}  // namespace

SecureCluster::SecureCluster() : files_("security") {}

SecureCluster& SecureCluster::Shared() {
  static const std::unique_ptr<SecureCluster> shared = [] {
    std::unique_ptr<SecureCluster> made(new SecureCluster());
    if (const Status status = made->Start(); !status.ok()) {
      std::fprintf(stderr, "no cluster for the security tests: %s\n",
                   status.error().ToString().c_str());
      std::_Exit(1);
    }
    return made;
  }();
  return *shared;
}

Status SecureCluster::Start() {
  LW_ASSIGN_OR_RETURN(const CommandResult made, RunCommand({Here("certificates.sh"), files_.path()},
                                                           std::chrono::seconds(60)));
  if (!made.ok()) return Internal("certificates.sh failed: " + made.err);
  LW_RETURN_IF_ERROR(StartIdentityProvider());
  RealClusterOptions options;
  options.brokers = 1;
  options.racks = "r1";
  options.log_dirs = 1;
  options.settings = BrokerSettings(files_.path());
  for (const auto& [name, protocol] : Listeners()) options.listeners.emplace_back(name, protocol);
  options.jvm_options = {
      "-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=file://" + files_.path() + "/jwks.json",
      "-Dorg.apache.kafka.sasl.oauthbearer.allowed.files=" + files_.path() + "/jwks.json"};
  LW_ASSIGN_OR_RETURN(kafka_, RealCluster::Start(options));
  // Kafka takes one mechanism at a time.
  for (const char* mechanism : {"SCRAM-SHA-256", "SCRAM-SHA-512"}) {
    LW_ASSIGN_OR_RETURN(
        const CommandResult users,
        kafka_->RunTool({"configs", "--alter", "--entity-type", "users", "--entity-name", "alice",
                         "--add-config", fmt::format("{}=[password={}]", mechanism, kPassword)}));
    if (!users.ok()) return Internal("no SCRAM users: " + users.out + users.err);
  }
  return Ok();
}

Status SecureCluster::StartIdentityProvider() {
  SubprocessOptions options;
  options.argv = {"python3", Here("identity_provider.py"), files_.path(), File("good.pem"),
                  File("good.key")};
  options.stdout_file = File("idp.out");
  options.stderr_file = File("idp.err");
  LW_ASSIGN_OR_RETURN(Subprocess started, Subprocess::Start(options));
  idp_ = std::make_unique<Subprocess>(std::move(started));
  const auto ready = WaitFor(
      [&] {
        idp_port_ = std::atoi(ReadFile(File("idp.out")).c_str());
        return idp_port_ > 0;
      },
      std::chrono::seconds(30), "the identity provider");
  if (!ready) return Internal("the identity provider did not start: " + ReadFile(File("idp.err")));
  return Ok();
}

std::string SecureCluster::Address(const std::string& listener) const {
  const RealBroker broker = kafka_->Broker(1);
  const int port = listener == "PLAINTEXT" ? broker.port : broker.listeners.at(listener);
  return fmt::format("127.0.0.1:{}", port);
}

kafka::ClientOptions SecureCluster::Options(const std::string& listener) const {
  kafka::ClientOptions options;
  options.bootstrap = {Address(listener)};
  if (listener != "PLAINTEXT") {
    options.security.protocol =
        ParseIn(kafka::kSecurityProtocolNames, Listeners().at(listener)).value();
  }
  if (options.security.uses_tls()) options.security.tls.ca_file = File("ca.pem");
  return options;
}

kafka::ClientOptions SecureCluster::Login(const std::string& listener,
                                          kafka::SaslMechanism mechanism) const {
  kafka::ClientOptions options = Options(listener);
  options.security.sasl.mechanism = mechanism;
  options.security.sasl.username = "alice";
  options.security.sasl.password.value = Secret(kPassword);
  return options;
}

std::string UnsecuredToken(std::int64_t lives_s) {
  const std::int64_t now = SystemClock().WallNow().unix_ms / 1000;
  return kafka::crypto::Base64Url(R"({"alg":"none"})") + "." +
         kafka::crypto::Base64Url(fmt::format(
             R"({{"sub":"alice","iat":{},"exp":{},"jti":"canary-jti"}})", now, now + lives_s)) +
         ".";
}

}  // namespace levelwind::testing
