#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actions/notify/notify_options.h"
#include "actions/notify/transport.h"
#include "base/clock.h"
#include "model/notice.h"

namespace levelwind::actions {

/// What a person is told, the same for every service: what, why, plan, time it takes, outcome.
struct NoticeText {
  std::string title;  ///< "a3 critical: broker 3 is not serving and holds 12 replicas"
  struct Line {
    std::string name;  ///< "why", "plan", "ETA", "outcome", "next"
    std::string text;
  };
  std::vector<Line> lines;
  std::string link;  ///< To the decision record; empty: none.
};
NoticeText TextOf(const Notice& notice, const std::string& public_url);

// The messages of each service. Pure. Field names and limits are those of:
//   Slack        https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
//   Teams        https://learn.microsoft.com/power-automate/teams/teams-app-integration and
//                https://adaptivecards.io/explorer (Workflows take an Adaptive Card as attachment)
//   Alerta       https://docs.alerta.io/api/reference.html#create-an-alert
//   PagerDuty    https://developer.pagerduty.com/docs/send-alert-event (Events API v2)
//   Mail         RFC 5322, RFC 2047

/// {"version":1,"cluster":..,"notices":[..]} with the headers Idempotency-Key, which is the same
/// for every try, and, with a key, X-Levelwind-Timestamp (Unix seconds) and X-Levelwind-Signature:
/// "sha256=" and the hex HMAC-SHA256 of "TIMESTAMP.BODY".
HttpMessage WebhookMessage(const std::string& url, std::string_view key,
                           const std::vector<Notice>& notices, const std::string& public_url,
                           WallTime now);
HttpMessage SlackMessage(const std::string& url, const std::vector<Notice>& notices,
                         const std::string& public_url);
HttpMessage TeamsMessage(const std::string& url, const std::vector<Notice>& notices,
                         const std::string& public_url);
HttpMessage AlertaMessage(const AlertaOptions& options, std::string_view key, const Notice& notice,
                          const std::string& public_url);
/// One incident per case: dedup_key is "levelwind/CLUSTER/a3"; its end resolves it.
HttpMessage PagerDutyMessage(const PagerDutyOptions& options, std::string_view routing_key,
                             const Notice& notice, const std::string& public_url);
/// Header lines and body.
std::string MailText(const EmailOptions& options, const std::vector<Notice>& notices,
                     const std::string& public_url, WallTime now);

/// The same for the same notices, whatever the try.
std::string IdempotencyKey(const std::vector<Notice>& notices);

}  // namespace levelwind::actions
