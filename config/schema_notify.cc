// Who is told of what self-healing decides: keys below notify.
#include "config/schema_parts.h"

namespace levelwind::config {
namespace {

constexpr double kHour = 3600;
constexpr NameTable<Severity, 3> kSeverities = {{{Severity::kInfo, "info"},
                                                 {Severity::kWarning, "warning"},
                                                 {Severity::kCritical, "critical"}}};

struct Filter {
  std::string_view severity, types;
  FieldRef (*severity_field)(Config&);
  FieldRef (*types_field)(Config&);
};

void AddFilter(std::vector<SchemaEntry>& out, const Filter& filter) {
  out.push_back({filter.severity, ValueType::kChoice, filter.severity_field,
                 "The least severity of anomalies that it is told of.", "critical"});
  out.back().choices = NamesOf(kSeverities);
  out.push_back({filter.types, ValueType::kList, filter.types_field,
                 "Types of anomalies that it is told of; empty: all.", "[dead_broker]"});
}

void AddText(std::vector<SchemaEntry>& out, std::string_view key, FieldRef (*field)(Config&),
             std::string_view description, std::string_view example) {
  out.push_back({key, ValueType::kText, field, description, example});
}

void AddHooks(std::vector<SchemaEntry>& out) {
  AddText(
      out, "notify.webhook.url", [](Config& c) -> FieldRef { return &c.notify.webhook.url; },
      "Where notices are posted as JSON; empty: nowhere.", "https://hooks.example/levelwind");
  AddText(
      out, "notify.webhook.secret_file",
      [](Config& c) -> FieldRef { return &c.notify.webhook.secret.file; },
      "File with the key of their HMAC-SHA256 signature; empty: unsigned.",
      "/etc/levelwind/webhook.key");
  AddFilter(out, {"notify.webhook.min_severity", "notify.webhook.types",
                  [](Config& c) -> FieldRef {
                    return Choice(c.notify.webhook.filter.min_severity, kSeverities);
                  },
                  [](Config& c) -> FieldRef { return &c.notify.webhook.filter.types; }});
  AddText(
      out, "notify.slack.url_file", [](Config& c) -> FieldRef { return &c.notify.slack.url.file; },
      "File with the URL of a Slack incoming webhook; empty: off.", "/etc/levelwind/slack.url");
  AddFilter(out, {"notify.slack.min_severity", "notify.slack.types",
                  [](Config& c) -> FieldRef {
                    return Choice(c.notify.slack.filter.min_severity, kSeverities);
                  },
                  [](Config& c) -> FieldRef { return &c.notify.slack.filter.types; }});
  AddText(
      out, "notify.teams.url_file", [](Config& c) -> FieldRef { return &c.notify.teams.url.file; },
      "File with the URL of a Microsoft Teams workflow that takes Adaptive Cards; empty: off.",
      "/etc/levelwind/teams.url");
  AddFilter(out, {"notify.teams.min_severity", "notify.teams.types",
                  [](Config& c) -> FieldRef {
                    return Choice(c.notify.teams.filter.min_severity, kSeverities);
                  },
                  [](Config& c) -> FieldRef { return &c.notify.teams.filter.types; }});
}

void AddAlerts(std::vector<SchemaEntry>& out) {
  AddText(
      out, "notify.alerta.url", [](Config& c) -> FieldRef { return &c.notify.alerta.url; },
      "Alerta's API; empty: off.", "https://alerta.example/api");
  AddText(
      out, "notify.alerta.key_file",
      [](Config& c) -> FieldRef { return &c.notify.alerta.key.file; }, "File with its API key.",
      "/etc/levelwind/alerta.key");
  AddText(
      out, "notify.alerta.environment",
      [](Config& c) -> FieldRef { return &c.notify.alerta.environment; },
      "Environment of its alerts.", "Production");
  AddFilter(out, {"notify.alerta.min_severity", "notify.alerta.types",
                  [](Config& c) -> FieldRef {
                    return Choice(c.notify.alerta.filter.min_severity, kSeverities);
                  },
                  [](Config& c) -> FieldRef { return &c.notify.alerta.filter.types; }});
  AddText(
      out, "notify.pagerduty.url", [](Config& c) -> FieldRef { return &c.notify.pagerduty.url; },
      "PagerDuty's Events API v2; accounts in the EU have another host.",
      "https://events.eu.pagerduty.com/v2/enqueue");
  AddText(
      out, "notify.pagerduty.key_file",
      [](Config& c) -> FieldRef { return &c.notify.pagerduty.routing_key.file; },
      "File with the integration key; empty: off.", "/etc/levelwind/pagerduty.key");
  AddFilter(out, {"notify.pagerduty.min_severity", "notify.pagerduty.types",
                  [](Config& c) -> FieldRef {
                    return Choice(c.notify.pagerduty.filter.min_severity, kSeverities);
                  },
                  [](Config& c) -> FieldRef { return &c.notify.pagerduty.filter.types; }});
}

void AddEmail(std::vector<SchemaEntry>& out) {
  AddText(
      out, "notify.email.server", [](Config& c) -> FieldRef { return &c.notify.email.server; },
      "smtp://HOST:587 (TLS is demanded) or smtps://HOST:465; empty: off.",
      "smtp://mail.example:587");
  AddText(
      out, "notify.email.from", [](Config& c) -> FieldRef { return &c.notify.email.from; },
      "Address of the sender.", "levelwind@example.org");
  out.push_back({"notify.email.to", ValueType::kList,
                 [](Config& c) -> FieldRef { return &c.notify.email.to; },
                 "Addresses of those who are told.", "[kafka@example.org]"});
  AddText(
      out, "notify.email.user", [](Config& c) -> FieldRef { return &c.notify.email.user; },
      "Name to log in with; empty: no login.", "levelwind");
  AddText(
      out, "notify.email.password_file",
      [](Config& c) -> FieldRef { return &c.notify.email.password.file; },
      "File with the password.", "/etc/levelwind/mail.password");
  out.push_back({"notify.email.tls", ValueType::kBool,
                 [](Config& c) -> FieldRef { return &c.notify.email.tls; },
                 "False: without TLS, for a relay on this machine; no password then.", "true"});
  AddFilter(out, {"notify.email.min_severity", "notify.email.types",
                  [](Config& c) -> FieldRef {
                    return Choice(c.notify.email.filter.min_severity, kSeverities);
                  },
                  [](Config& c) -> FieldRef { return &c.notify.email.filter.types; }});
}

}  // namespace

void AddNotify(std::vector<SchemaEntry>& out) {
  AddText(
      out, "notify.public_url", [](Config& c) -> FieldRef { return &c.notify.public_url; },
      "Address of this API for people, for links in messages; empty: no links.",
      "https://levelwind.example");
  out.push_back({"notify.allow_hosts", ValueType::kList,
                 [](Config& c) -> FieldRef { return &c.notify.allow_hosts; },
                 "Hosts that messages may go to by plain HTTP or in networks that are not public; "
                 "all others need TLS and a public address.",
                 "[alerta.internal]"});
  out.push_back({"notify.group_wait", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.notify.group_wait; },
                 "What comes within this time is one message.", "10s", 0, kHour});
  out.push_back({"notify.max_per_hour", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.notify.max_per_hour; },
                 "Messages of one notifier in an hour; what comes beyond is grouped and waits.",
                 "30", 1, 10'000});
  AddHooks(out);
  AddAlerts(out);
  AddEmail(out);
}

}  // namespace levelwind::config
