// How decisions about consumer groups are served and carried out: further keys below autoscale.
#include "base/name_table.h"
#include "config/schema_parts.h"

namespace levelwind::config {
namespace {

using actions::WebhookSigning;
constexpr NameTable<WebhookSigning, 2> kSignings = {
    {{WebhookSigning::kStandard, "standard"}, {WebhookSigning::kGithub, "github"}}};

void AddKubernetes(std::vector<SchemaEntry>& out) {
  const auto text = [&](std::string_view key, FieldRef (*field)(Config&), std::string_view what,
                        std::string_view example) {
    out.push_back({key, ValueType::kText, field, what, example});
  };
  text(
      "autoscale.kubernetes.server",
      [](Config& c) -> FieldRef { return &c.autoscale.kubernetes.server; },
      "API server, https only. Empty: that of the cluster which the daemon runs in.",
      "https://10.0.0.1:6443");
  text(
      "autoscale.kubernetes.ca_file",
      [](Config& c) -> FieldRef { return &c.autoscale.kubernetes.ca_file; },
      "Its authority, PEM. Empty: ca.crt of the pod's service account.", "/etc/levelwind/kube.crt");
  text(
      "autoscale.kubernetes.token_file",
      [](Config& c) -> FieldRef { return &c.autoscale.kubernetes.token_file; },
      "Bearer token, read again as it rotates. Empty: that of the pod's service account.",
      "/etc/levelwind/kube.token");
  text(
      "autoscale.kubernetes.namespace",
      [](Config& c) -> FieldRef { return &c.autoscale.kubernetes.name_space; },
      "Where the daemon itself is, for the lease. Empty: that of the service account.", "kafka");
  out.push_back({"autoscale.kubernetes.dry_run", ValueType::kBool,
                 [](Config& c) -> FieldRef { return &c.autoscale.scale.dry_run; },
                 "Permissions and admission are tried, nothing is changed.", "true"});
  out.push_back({"autoscale.kubernetes.lease", ValueType::kBool,
                 [](Config& c) -> FieldRef { return &c.autoscale.lease_on; },
                 "Of several daemons only the one that holds a Lease acts.", "true"});
  text(
      "autoscale.kubernetes.lease_name",
      [](Config& c) -> FieldRef { return &c.autoscale.lease.name; }, "Name of that Lease.",
      "levelwind");
}

void AddWebhook(std::vector<SchemaEntry>& out) {
  const auto text = [&](std::string_view key, FieldRef (*field)(Config&), std::string_view what,
                        std::string_view example) {
    out.push_back({key, ValueType::kText, field, what, example});
  };
  text(
      "autoscale.webhook.url", [](Config& c) -> FieldRef { return &c.autoscale.webhook.url; },
      "Program that scales targets webhook/KIND/NAME. Empty: there is none.",
      "https://scaler.example/scale");
  text(
      "autoscale.webhook.secret_file",
      [](Config& c) -> FieldRef { return &c.autoscale.webhook.secret.file; },
      "File with the key of the signature: whsec_ and the base64 of 24 to 64 random bytes.",
      "/etc/levelwind/scale.key");
  text(
      "autoscale.webhook.secret_env",
      [](Config& c) -> FieldRef { return &c.autoscale.webhook.secret.env; },
      "The same in an environment variable.", "SCALE_KEY");
  text(
      "autoscale.webhook.previous_secret_file",
      [](Config& c) -> FieldRef { return &c.autoscale.webhook.previous_secret.file; },
      "The key before it, while receivers change over: both signatures are sent.",
      "/etc/levelwind/scale.old.key");
  out.push_back(
      {"autoscale.webhook.signing", ValueType::kChoice,
       [](Config& c) -> FieldRef { return Choice(c.autoscale.webhook.signing, kSignings); },
       "Standard Webhooks, or GitHub's header, which a replay cannot be told by.", "github", 0, 0,
       NamesOf(kSignings)});
  text(
      "autoscale.webhook.ca_file",
      [](Config& c) -> FieldRef { return &c.autoscale.webhook.ca_file; },
      "Authority of its certificate, PEM. Empty: the system's.", "/etc/levelwind/hook.crt");
  out.push_back({"autoscale.webhook.allow_hosts", ValueType::kList,
                 [](Config& c) -> FieldRef { return &c.autoscale.webhook.allow_hosts; },
                 "Hosts that may be plain http, on the loopback or in private networks.",
                 "[127.0.0.1]"});
}

void AddServed(std::vector<SchemaEntry>& out) {
  const auto text = [&](std::string_view key, FieldRef (*field)(Config&), std::string_view what,
                        std::string_view example) {
    out.push_back({key, ValueType::kText, field, what, example});
  };
  text(
      "autoscale.keda.listen", [](Config& c) -> FieldRef { return &c.autoscale.keda_listen; },
      "Address of KEDA's external scaler (gRPC). Empty: off.", "127.0.0.1:8845");
  text(
      "autoscale.keda.cert_file", [](Config& c) -> FieldRef { return &c.autoscale.keda.cert_file; },
      "Its certificate, PEM. Without one only the loopback is allowed.", "/etc/levelwind/keda.crt");
  text(
      "autoscale.keda.key_file", [](Config& c) -> FieldRef { return &c.autoscale.keda.key_file; },
      "Its key, PEM.", "/etc/levelwind/keda.key");
  text(
      "autoscale.keda.client_ca_file",
      [](Config& c) -> FieldRef { return &c.autoscale.keda.client_ca_file; },
      "Each client must show a certificate of this authority.", "/etc/levelwind/keda-clients.crt");
  out.push_back({"autoscale.keda.allow_plaintext", ValueType::kBool,
                 [](Config& c) -> FieldRef { return &c.autoscale.keda.allow_plaintext; },
                 "No TLS beyond the loopback either.", "true"});
  out.push_back({"autoscale.keda.allow_anonymous", ValueType::kBool,
                 [](Config& c) -> FieldRef { return &c.autoscale.keda.allow_anonymous; },
                 "TLS without client_ca_file beyond the loopback.", "true"});
  text(
      "autoscale.external_metrics.listen",
      [](Config& c) -> FieldRef { return &c.autoscale.external_metrics_listen; },
      "Address of external.metrics.k8s.io, which plain HPAs read. Empty: off.", "0.0.0.0:8846");
  text(
      "autoscale.external_metrics.cert_file",
      [](Config& c) -> FieldRef { return &c.autoscale.external_metrics.cert_file; },
      "Its certificate, PEM, for SERVICE.NAMESPACE.svc.", "/etc/levelwind/metrics.crt");
  text(
      "autoscale.external_metrics.key_file",
      [](Config& c) -> FieldRef { return &c.autoscale.external_metrics.key_file; },
      "Its key, PEM, not for everybody to read.", "/etc/levelwind/metrics.key");
}

}  // namespace

void AddScaling(std::vector<SchemaEntry>& out) {
  AddKubernetes(out);
  AddWebhook(out);
  AddServed(out);
}

}  // namespace levelwind::config
