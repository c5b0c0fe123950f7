#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/secret.h"
#include "model/anomaly.h"

namespace levelwind::actions {

/// What one notifier is told of.
struct NoticeFilter {
  Severity min_severity = Severity::kWarning;
  std::vector<std::string> types;  ///< Of anomalies; empty: all.
};

struct WebhookOptions {
  std::string url;      ///< Empty: off.
  SecretSource secret;  ///< Key of the signature; none: unsigned.
  NoticeFilter filter;
};
/// Slack and Microsoft Teams: the URL is the secret.
struct ChatOptions {
  SecretSource url;
  NoticeFilter filter;
};
struct AlertaOptions {
  std::string url;  ///< Of the API, such as https://alerta.example/api; empty: off.
  SecretSource key;
  std::string environment = "Production";
  NoticeFilter filter;
};
struct PagerDutyOptions {
  std::string url = "https://events.pagerduty.com/v2/enqueue";
  SecretSource routing_key;
  NoticeFilter filter;
};
struct EmailOptions {
  std::string server;  ///< smtp://HOST:587 (STARTTLS is demanded) or smtps://HOST:465; empty: off.
  std::string from;
  std::vector<std::string> to;
  std::string user;  ///< Empty: no login.
  SecretSource password;
  bool tls = true;  ///< False: without TLS, for a relay on the same machine.
  NoticeFilter filter;
};

/// Who is told of what self-healing decides. All are off by default. Plain value.
struct NotifyOptions {
  WebhookOptions webhook;
  ChatOptions slack, teams;
  AlertaOptions alerta;
  PagerDutyOptions pagerduty;
  EmailOptions email;

  std::string public_url;  ///< Of this daemon's API, for links; empty: none are made.
  /// Hosts that may be plain http, on the loopback, in private networks or link-local; all others
  /// must be https and public.
  std::vector<std::string> allow_hosts;
  /// What comes within this time is one message.
  Duration group_wait = std::chrono::seconds(10);
  std::int32_t max_per_hour = 30;  ///< Messages of one notifier; what comes beyond is grouped.
  std::int32_t max_attempts = 6;
  Duration timeout = std::chrono::seconds(5);
  std::size_t max_queued = 500;  ///< Notices of one notifier; the oldest go.
};

struct KeyProblem {
  std::string_view key;  ///< Of the configuration.
  Error error;
};
/// What of the options cannot be used. Reads no secret.
std::vector<KeyProblem> CheckNotifyOptions(const NotifyOptions& options);

}  // namespace levelwind::actions
