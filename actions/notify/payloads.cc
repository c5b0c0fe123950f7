#include "actions/notify/payloads.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json_text.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "kafka/security/crypto.h"

namespace levelwind::actions {
namespace {

namespace crypto = kafka::crypto;

constexpr std::size_t kMostShown = 20;

HttpMessage Json(const std::string& url, std::string body) {
  return {url, {{"Content-Type", "application/json"}}, std::move(body)};
}

std::string Shortened(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most - 3;
  // Not in the middle of a character.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

/// Slack's three special characters.
std::string SlackEscaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string Plain(const NoticeText& text) {
  std::string out = text.title + "\n";
  for (const NoticeText::Line& line : text.lines) {
    out += fmt::format("  {}: {}\n", line.name, line.text);
  }
  if (!text.link.empty()) out += fmt::format("  {}\n", text.link);
  return out;
}

std::string More(const std::vector<Notice>& notices) {
  if (notices.size() <= kMostShown) return "";
  return fmt::format("and {} more; 'levelwind anomalies' lists them", notices.size() - kMostShown);
}

std::string Headline(const std::vector<Notice>& notices, const std::string& public_url) {
  if (notices.size() == 1) return TextOf(notices.front(), public_url).title;
  return fmt::format("{} decisions about cluster {}", notices.size(), notices.front().cluster);
}

/// RFC 2047 where it must be.
std::string MailWord(const std::string& text) {
  const bool plain = std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
  return plain ? text : "=?UTF-8?B?" + crypto::Base64(crypto::AsBytes(text)) + "?=";
}

/// "Wed, 25 Nov 2026 00:00:00 +0000"
std::string MailDate(WallTime time) {
  const std::string iso = FormatTime(time);
  static const char* const kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  static const char* const kDays[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  const auto month = static_cast<std::size_t>((iso[5] - '0') * 10 + (iso[6] - '0') - 1);
  const auto day = static_cast<std::size_t>(time.unix_ms / 86'400'000 % 7);
  return fmt::format("{}, {} {} {} {} +0000", kDays[day], iso.substr(8, 2), kMonths[month],
                     iso.substr(0, 4), iso.substr(11, 8));
}

bool Over(const Notice& notice) { return IsOver(notice.event.state); }

void WriteNotice(JsonWriter& json, const Notice& notice, const std::string& public_url) {
  const HealingCase& record = notice.record;
  const NoticeText text = TextOf(notice, public_url);
  json.BeginObject()
      .Field("id", record.id)
      .Field("type", record.anomaly.type)
      .Field("subject", record.anomaly.subject)
      .Field("severity", SeverityName(record.anomaly.severity))
      .Field("state", HealStateName(notice.event.state))
      .Field("at", FormatTime(notice.event.at))
      .Field("what", record.anomaly.message)
      .Field("why", notice.event.text)
      .FieldText("next_step", record.anomaly.next_step)
      .FieldText("plan", record.proposal_id)
      .FieldText("plan_summary", record.plan_summary)
      .FieldCount("plan_bytes", record.plan_bytes)
      .Field("eta_seconds", record.eta_s)
      .FieldText("operation", record.operation_id)
      .FieldText("outcome", record.result)
      .FieldText("link", text.link)
      .Field("text", Plain(text))
      .EndObject();
}

}  // namespace

NoticeText TextOf(const Notice& notice, const std::string& public_url) {
  const HealingCase& record = notice.record;
  const Anomaly& anomaly = record.anomaly;
  NoticeText text;
  // Names come from the cluster: nothing in them may look like a line of ours.
  const auto clean = [](const std::string& raw) { return RepairUtf8(EscapeControl(raw)); };
  text.title =
      fmt::format("[{}] {} {}: {}", clean(notice.cluster), record.id,
                  Over(notice) ? HealStateName(notice.event.state) : SeverityName(anomaly.severity),
                  clean(anomaly.message));
  text.lines.push_back({"state", std::string(HealStateName(notice.event.state))});
  text.lines.push_back({"why", clean(notice.event.text)});
  if (!record.proposal_id.empty()) {
    text.lines.push_back(
        {"plan", fmt::format("{}: {}", record.proposal_id, clean(record.plan_summary))});
  }
  if (IsKnown(record.eta_s) && !Over(notice)) {
    text.lines.push_back({"ETA", HumanDuration(record.eta_s)});
  }
  if (!record.result.empty()) text.lines.push_back({"outcome", clean(record.result)});
  if (!Over(notice)) text.lines.push_back({"next", clean(anomaly.next_step)});
  if (!public_url.empty()) {
    text.link = fmt::format("{}/api/v1/anomalies/{}", public_url, record.id);
  }
  return text;
}

std::string IdempotencyKey(const std::vector<Notice>& notices) {
  std::string all;
  for (const Notice& notice : notices) {
    all += fmt::format("{}/{}/{}/{}/{};", notice.cluster, notice.record.id, notice.event.at.unix_ms,
                       HealStateName(notice.event.state), notice.event.text);
  }
  return crypto::Hex(crypto::Digest(crypto::Hash::kSha256, all)).substr(0, 32);
}

HttpMessage WebhookMessage(const std::string& url, std::string_view key,
                           const std::vector<Notice>& notices, const std::string& public_url,
                           WallTime now) {
  JsonWriter json;
  json.BeginObject().Field("version", 1).Field("cluster", notices.front().cluster);
  json.Key("notices").BeginArray();
  for (const Notice& notice : notices) WriteNotice(json, notice, public_url);
  HttpMessage message = Json(url, json.EndArray().EndObject().Take());
  message.headers.emplace_back("Idempotency-Key", IdempotencyKey(notices));
  if (key.empty()) return message;
  const std::string timestamp = std::to_string(now.unix_ms / 1000);
  const auto signature =
      crypto::Hmac(crypto::Hash::kSha256, crypto::AsBytes(key), timestamp + "." + message.body);
  message.headers.emplace_back("X-Levelwind-Timestamp", timestamp);
  message.headers.emplace_back("X-Levelwind-Signature", "sha256=" + crypto::Hex(signature));
  return message;
}

HttpMessage SlackMessage(const std::string& url, const std::vector<Notice>& notices,
                         const std::string& public_url) {
  JsonWriter json;
  json.BeginObject().Field("text", SlackEscaped(Headline(notices, public_url)));
  json.Key("blocks").BeginArray();
  const auto section = [&](const std::string& text) {
    // A section holds 3,000 characters.
    json.BeginObject().Field("type", "section").Key("text").BeginObject();
    json.Field("type", "mrkdwn").Field("text", Shortened(text, 2900)).EndObject().EndObject();
  };
  for (std::size_t i = 0; i < std::min(notices.size(), kMostShown); ++i) {
    const NoticeText text = TextOf(notices[i], public_url);
    std::string all = "*" + SlackEscaped(text.title) + "*";
    for (const NoticeText::Line& line : text.lines) {
      all += fmt::format("\n*{}* {}", line.name, SlackEscaped(line.text));
    }
    if (!text.link.empty()) all += fmt::format("\n<{}|decision record>", text.link);
    section(all);
  }
  if (const std::string more = More(notices); !more.empty()) section(more);
  return Json(url, json.EndArray().EndObject().Take());
}

HttpMessage TeamsMessage(const std::string& url, const std::vector<Notice>& notices,
                         const std::string& public_url) {
  JsonWriter json;
  json.BeginObject().Field("type", "message").Key("attachments").BeginArray().BeginObject();
  json.Field("contentType", "application/vnd.microsoft.card.adaptive").FieldNull("contentUrl");
  json.Key("content").BeginObject();
  json.Field("$schema", "http://adaptivecards.io/schemas/adaptive-card.json")
      .Field("type", "AdaptiveCard")
      .Field("version", "1.4");
  json.Key("body").BeginArray();
  const auto block = [&](const std::string& text, bool bold) {
    json.BeginObject().Field("type", "TextBlock").Field("text", text).Field("wrap", true);
    if (bold) json.Field("weight", "Bolder");
    json.EndObject();
  };
  for (std::size_t i = 0; i < std::min(notices.size(), kMostShown); ++i) {
    const NoticeText text = TextOf(notices[i], public_url);
    block(text.title, true);
    json.BeginObject().Field("type", "FactSet").Key("facts").BeginArray();
    for (const NoticeText::Line& line : text.lines) {
      json.BeginObject().Field("title", line.name).Field("value", line.text).EndObject();
    }
    json.EndArray().EndObject();
    if (!text.link.empty()) block("[decision record](" + text.link + ")", false);
  }
  if (const std::string more = More(notices); !more.empty()) block(more, false);
  json.EndArray().EndObject().EndObject().EndArray().EndObject();
  return Json(url, json.Take());
}

HttpMessage AlertaMessage(const AlertaOptions& options, std::string_view key, const Notice& notice,
                          const std::string& public_url) {
  const Anomaly& anomaly = notice.record.anomaly;
  const NoticeText text = TextOf(notice, public_url);
  const std::string_view severity = Over(notice)                              ? "normal"
                                    : anomaly.severity == Severity::kCritical ? "critical"
                                    : anomaly.severity == Severity::kWarning  ? "warning"
                                                                              : "informational";
  JsonWriter json;
  json.BeginObject()
      .Field("resource", fmt::format("{}/{}", notice.cluster, anomaly.subject))
      .Field("event", anomaly.type)
      .Field("environment", options.environment)
      .Field("severity", severity)
      .Field("service", std::vector<std::string>{"Kafka"})
      .Field("group", "Levelwind")
      .Field("origin", "levelwind")
      .Field("value", HealStateName(notice.event.state))
      .Field("text", Plain(text));
  json.Key("attributes").BeginObject().Field("case", notice.record.id);
  json.FieldText("link", text.link).EndObject().EndObject();
  HttpMessage message = Json(options.url + "/alert", json.Take());
  message.headers.emplace_back("Authorization", fmt::format("Key {}", key));
  return message;
}

HttpMessage PagerDutyMessage(const PagerDutyOptions& options, std::string_view routing_key,
                             const Notice& notice, const std::string& public_url) {
  const Anomaly& anomaly = notice.record.anomaly;
  const NoticeText text = TextOf(notice, public_url);
  JsonWriter json;
  json.BeginObject()
      .Field("routing_key", routing_key)
      .Field("event_action", Over(notice) ? "resolve" : "trigger")
      .Field("dedup_key", fmt::format("levelwind/{}/{}", notice.cluster, notice.record.id));
  json.Key("payload").BeginObject();
  json.Field("summary", Shortened(text.title, 1024))
      .Field("source", notice.cluster)
      .Field("severity", SeverityName(anomaly.severity))
      .Field("timestamp", FormatTime(notice.event.at))
      .Field("component", anomaly.subject)
      .Field("class", anomaly.type);
  json.Key("custom_details").BeginObject();
  for (const NoticeText::Line& line : text.lines) json.Field(line.name, line.text);
  json.EndObject().EndObject().Key("links").BeginArray();
  if (!text.link.empty()) {
    json.BeginObject().Field("href", text.link).Field("text", "decision record").EndObject();
  }
  return Json(options.url, json.EndArray().EndObject().Take());
}

std::string MailText(const EmailOptions& options, const std::vector<Notice>& notices,
                     const std::string& public_url, WallTime now) {
  std::string body;
  for (std::size_t i = 0; i < std::min(notices.size(), kMostShown); ++i) {
    body += Plain(TextOf(notices[i], public_url)) + "\n";
  }
  body += More(notices);
  std::string text = fmt::format(
      "Date: {}\r\nFrom: <{}>\r\nTo: <{}>\r\nSubject: {}\r\nMessage-ID: <{}@levelwind>\r\n"
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n\r\n",
      MailDate(now), options.from, fmt::join(options.to, ">, <"),
      MailWord(Shortened(Headline(notices, public_url), 200)), IdempotencyKey(notices));
  const std::string encoded = crypto::Base64(crypto::AsBytes(body));
  for (std::size_t at = 0; at < encoded.size(); at += 76) {
    text += encoded.substr(at, 76) + "\r\n";
  }
  return text;
}

}  // namespace levelwind::actions
