#pragma once

// How decisions of the autoscaler are carried out. Plain values; no file is read here.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"

namespace levelwind::actions {

/// The API server of Kubernetes, and who we are to it.
struct KubeOptions {
  /// "https://10.0.0.1:6443"; empty: the one of the cluster that we run in
  /// (KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT). Only https.
  std::string server;
  std::string ca_file;     ///< PEM; empty: ca.crt of the service account. Never "trust anybody".
  std::string token_file;  ///< Empty: token of the service account. Read again as it rotates.
  std::string name_space;  ///< Ours, for the lease; empty: namespace of the service account.
  /// Where a pod's service account is mounted.
  std::string service_account_dir = "/var/run/secrets/kubernetes.io/serviceaccount";
  Duration timeout = std::chrono::seconds(10);       ///< Of one call; 1 s to 60 s.
  Duration token_reload = std::chrono::seconds(60);  ///< client-go's period; 1 s to 10 min.
};

/// Acting on a workload's `/scale`.
struct KubeScalerOptions {
  bool dry_run = false;             ///< Permissions and admission are tried, nothing is changed.
  std::int32_t conflict_tries = 3;  ///< Looks after a 409, the first included; 1 to 10.
};

/// Who of several daemons acts (coordination.k8s.io Lease). duration > renew_deadline > 1.2 retry.
struct LeaseOptions {
  std::string name = "levelwind";
  std::string name_space;  ///< Empty: KubeOptions::name_space.
  std::string identity;    ///< Unique among daemons and over restarts: host name and a random part.
  Duration duration = std::chrono::seconds(15);  ///< Others wait so long for our sign of life.
  Duration renew_deadline = std::chrono::seconds(10);  ///< Without a renewal we stop after this.
  Duration retry = std::chrono::seconds(2);
};

enum class WebhookSigning : std::uint8_t {
  kStandard,  ///< webhook-id, webhook-timestamp, webhook-signature (standardwebhooks.com).
  kGithub,    ///< X-Hub-Signature-256 over the body: no time in it, so that a replay is not told.
};

/// Telling a program of the user's own, which scales.
struct ScalingWebhookOptions {
  std::string url;  ///< https, or http to a host of allow_hosts.
  /// Key of the signature: "whsec_" and the base64 of 24 to 64 random bytes (kStandard), or any
  /// text (kGithub). Required: a scale order that anybody could send is not sent.
  SecretSource secret;
  SecretSource previous_secret;  ///< While receivers change over: both signatures are sent.
  WebhookSigning signing = WebhookSigning::kStandard;
  std::string ca_file;                            ///< PEM; empty: the system's authorities.
  std::string client_cert_file, client_key_file;  ///< For mutual TLS.
  /// Hosts that may be plain http, on the loopback, in private networks or link-local.
  std::vector<std::string> allow_hosts;
  Duration timeout = std::chrono::seconds(10);  ///< Of one try; 1 s to 60 s.
  bool dry_run = false;                         ///< Said to the receiver, which must do nothing.
  std::int32_t breaker_failures = 5;            ///< Tries in a row that failed: then it rests.
  Duration breaker_rest = std::chrono::seconds(60);
};

}  // namespace levelwind::actions
