// What is decided about anomalies, and what people say about it.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "api/api.h"
#include "api/command_body.h"
#include "api/views.h"
#include "base/text.h"

namespace levelwind::api {
namespace {

using Json = nlohmann::json;

void WriteEvents(JsonWriter& json, const HealingCase& record) {
  json.Key("events").BeginArray();
  for (const HealingEvent& event : record.events) {
    json.BeginObject();
    FieldTime(json, "at", event.at);
    json.Field("state", HealStateName(event.state))
        .Field("text", event.text)
        .FieldText("author", event.author)
        .EndObject();
  }
  json.EndArray();
}

void WriteEvidence(JsonWriter& json, const Anomaly& anomaly) {
  json.Key("evidence").BeginArray();
  for (const Evidence& one : anomaly.evidence) {
    json.BeginObject()
        .Field("name", one.name)
        .Field("value", one.value)
        .Field("unit", one.unit)
        .EndObject();
  }
  json.EndArray();
}

}  // namespace

std::string HealingCaseJson(const HealingCase& record, bool with_events) {
  const Anomaly& anomaly = record.anomaly;
  JsonWriter json;
  json.BeginObject()
      .Field("id", record.id)
      .Field("type", anomaly.type)
      .Field("subject", anomaly.subject)
      .Field("severity", SeverityName(anomaly.severity))
      .Field("message", anomaly.message)
      .Field("next_step", anomaly.next_step)
      .Field("brokers", anomaly.brokers)
      .Field("topics", anomaly.topics)
      .Field("fix", AnomalyFixName(anomaly.fix))
      .Field("mode", HealModeName(record.mode))
      .Field("state", HealStateName(record.state))
      .Field("over", IsOver(record.state))
      .Field("code", record.code)
      .Field("reason", record.reason);
  FieldTime(json, "state_since", record.state_since);
  FieldTime(json, "first_seen", record.first_seen);
  FieldTime(json, "last_seen", record.last_seen);
  FieldTime(json, "gone_at", record.gone_at);
  FieldTime(json, "closed_at", record.closed_at);
  json.Field("waited_seconds", record.waited_s)
      .Field("grace_seconds", record.grace_s)
      .Field("returns", record.returns)
      .Field("attempts", record.attempts)
      .FieldText("proposal", record.proposal_id)
      .FieldText("plan", record.plan_summary)
      .FieldCount("plan_bytes", record.plan_bytes)
      .Field("eta_seconds", record.eta_s)
      .FieldText("operation", record.operation_id)
      .FieldText("result", record.result);
  FieldTime(json, "approve_until", record.approve_until);
  json.FieldText("approved_by", record.approved_by).FieldText("denied_by", record.denied_by);
  FieldTime(json, "muted_until", record.muted_until);
  FieldTime(json, "not_before", record.not_before);
  if (with_events) {
    WriteEvidence(json, anomaly);
    WriteEvents(json, record);
  }
  return json.EndObject().Take();
}

std::string HealingJson(const HealingView& view) {
  JsonWriter json;
  json.BeginObject().Field("status", view.status).Field("on", view.on);
  const auto budget = [&](std::string_view key, std::int64_t used, std::int64_t limit) {
    json.Key(key).BeginObject().Field("used", used);
    json.FieldCount("limit", limit > 0 ? limit : -1).EndObject();
  };
  json.Key("today").BeginObject();
  budget("operations", view.acts_today, view.acts_limit);
  budget("bytes", view.bytes_today, view.bytes_limit);
  budget("brokers", view.brokers_today, view.brokers_limit);
  json.EndObject().Key("records").BeginArray();
  for (const HealingCase& record : view.cases) json.Raw(HealingCaseJson(record, false));
  return json.EndArray().EndObject().Take();
}

Response Api::Anomalies(const Call&) {
  const auto reports = backend_.Detectors();
  if (reports == nullptr) return NotReady();
  const HealingViewPtr healing = backend_.Healing();
  const SnapshotPtr snapshot = backend_.Snapshot();
  JsonWriter json;
  json.BeginObject();
  WriteHead(json, snapshot.get());
  json.Key("findings").Raw(AnomaliesJson(*reports, healing.get()));
  if (healing != nullptr) json.Key("healing").Raw(HealingJson(*healing));
  return JsonResponse(200, json.EndObject().Take());
}

Response Api::OneAnomaly(const Call& call) {
  const HealingViewPtr healing = backend_.Healing();
  const HealingCase* record = healing == nullptr ? nullptr : healing->Find(call["id"]);
  if (record == nullptr) {
    return ErrorResponse(NotFound(fmt::format(
        "there is no anomaly '{}'; 'levelwind anomalies' lists them", EscapeControl(call["id"]))));
  }
  return Enveloped("anomaly", HealingCaseJson(*record, true));
}

Response Api::Healing(const Call& call, HealingCommand command) {
  if (!IsJson(call.request)) return WrongType();
  const bool mutes = command.kind == HealingCommand::Kind::kMute;
  const auto body = ParseBody(call.request, mutes ? std::vector<std::string>{"reason", "for"}
                                                  : std::vector<std::string>{"reason"});
  if (!body.ok()) return ErrorResponse(body.error());
  auto asker = WhoAsks(call.request, *body);
  if (!asker.ok()) return ErrorResponse(asker.error());
  if (mutes) {
    const std::string text = body->contains("for") && (*body)["for"].is_string()
                                 ? (*body)["for"].get<std::string>()
                                 : std::string();
    const auto how_long = ParseDuration(text);
    if (!how_long.ok()) {
      return ErrorResponse(InvalidArgument("\"for\" must say for how long, such as \"4h\""));
    }
    command.how_long = *how_long;
  }
  command.asker = *std::move(asker);
  command.case_id = call["id"];
  const levelwind::Status taken = backend_.SteerHealing(command);
  if (!taken.ok()) return ErrorResponse(taken.error());
  return OneAnomaly(call);
}

Response Api::ApproveHealing(const Call& call) {
  return Healing(call, {.kind = HealingCommand::Kind::kApprove, .asker = {}, .case_id = {}});
}
Response Api::DenyHealing(const Call& call) {
  return Healing(call, {.kind = HealingCommand::Kind::kDeny, .asker = {}, .case_id = {}});
}
Response Api::MuteHealing(const Call& call) {
  return Healing(call, {.kind = HealingCommand::Kind::kMute, .asker = {}, .case_id = {}});
}

}  // namespace levelwind::api
