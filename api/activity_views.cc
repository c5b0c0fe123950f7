#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/views.h"
#include "base/text.h"

namespace levelwind::api {

void FieldTime(JsonWriter& json, std::string_view key, WallTime time) {
  if (time.unix_ms == 0) {
    json.FieldNull(key);
  } else {
    json.Field(key, FormatTime(time));
  }
}

namespace {

void WriteStep(JsonWriter& json, const StepView& step) {
  json.BeginObject()
      .Field("number", step.number)
      .Field("kind", MoveKindName(step.kind))
      .Field("topic", step.partition.topic)
      .Field("partition", step.partition.partition)
      .Field("before", step.before)
      .Field("after", step.after);
  if (step.kind == MoveKind::kLogDir) {
    json.Field("broker", step.broker)
        .Field("from_log_dir", step.from_dir)
        .Field("to_log_dir", step.to_dir);
  }
  json.Field("state", StepStateName(step.state))
      .FieldCount("bytes_total", step.bytes_total)
      .FieldCount("bytes_done", step.bytes_done)
      .Field("note", step.note);
  json.FieldText("stall", step.stall);
  json.EndObject();
}

void WriteAnomaly(JsonWriter& json, const Anomaly& anomaly, const HealingCase* record) {
  json.BeginObject()
      .Field("type", anomaly.type)
      .Field("subject", anomaly.subject)
      .Field("severity", SeverityName(anomaly.severity))
      .Field("value", anomaly.value)
      .Field("threshold", anomaly.threshold)
      .Field("message", anomaly.message)
      .Field("next_step", anomaly.next_step);
  FieldTime(json, "first_seen", anomaly.first_seen);
  FieldTime(json, "last_seen", anomaly.last_seen);
  if (record != nullptr) {
    json.Field("id", record->id)
        .Field("state", HealStateName(record->state))
        .Field("code", record->code)
        .Field("reason", record->reason);
  }
  json.EndObject();
}

}  // namespace

std::string OperationJson(const OperationView& operation, bool with_steps) {
  JsonWriter json;
  json.BeginObject()
      .Field("id", operation.id)
      .Field("proposal", operation.proposal_id)
      .Field("author", operation.author)
      .Field("reason", operation.reason)
      .Field("state", OperationStateName(operation.state))
      .Field("terminal", IsTerminal(operation.state))
      .Field("hold_reason", operation.hold_reason);
  json.FieldCount("queue_position", operation.queue_position > 0 ? operation.queue_position : -1);
  json.FieldText("undoes", operation.undoes);
  json.FieldText("undone_by", operation.undone_by);
  json.FieldText("rollback_note", operation.rollback_note);
  FieldTime(json, "created_at", operation.created_at);
  FieldTime(json, "updated_at", operation.updated_at);
  FieldTime(json, "finished_at", operation.finished_at);
  json.Field("steps_total", operation.steps_total)
      .Field("steps_done", operation.steps_done)
      .Field("steps_in_progress", operation.steps_in_progress)
      .Field("steps_failed", operation.steps_failed)
      .FieldCount("bytes_total", operation.bytes_total)
      .FieldCount("bytes_done", operation.bytes_done)
      .Field("bytes_per_second", operation.bytes_per_s)
      .Field("eta_seconds", operation.eta_s)
      .Field("eta_low_seconds", operation.eta_low_s)
      .Field("eta_high_seconds", operation.eta_high_s)
      .Field("replicas_total", operation.replicas_total)
      .Field("replicas_done", operation.replicas_done)
      .FieldCount("throttle_bytes_per_second", operation.throttle_bytes_per_s)
      .Field("throttle_tuned", operation.throttle_tuned)
      .Field("throttle_changes", operation.throttle_changes);
  if (with_steps) {
    json.Key("steps").BeginArray();
    for (const StepView& step : operation.steps) WriteStep(json, step);
    json.EndArray();
  }
  return json.EndObject().Take();
}

std::string AnomaliesJson(const std::vector<DetectorReport>& reports, const HealingView* healing) {
  std::map<std::pair<std::string_view, std::string_view>, const HealingCase*> open;
  if (healing != nullptr) {
    for (const HealingCase& record : healing->cases) {
      if (IsOver(record.state)) continue;
      open[{record.anomaly.type, record.anomaly.subject}] = &record;
    }
  }
  JsonWriter json;
  json.BeginObject().Key("anomalies").BeginArray();
  for (const DetectorReport& report : reports) {
    for (const Anomaly& anomaly : report.anomalies) {
      const auto found = open.find({anomaly.type, anomaly.subject});
      WriteAnomaly(json, anomaly, found == open.end() ? nullptr : found->second);
    }
  }
  json.EndArray().Key("detectors").BeginArray();
  for (const DetectorReport& report : reports) {
    json.BeginObject()
        .Field("detector", report.detector)
        .Field("anomalies", report.anomalies.size())
        .Field("held_because", report.held_because)
        .EndObject();
  }
  return json.EndArray().EndObject().Take();
}

}  // namespace levelwind::api
