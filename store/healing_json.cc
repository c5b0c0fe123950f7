#include "store/healing_json.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <exception>

#include <nlohmann/json.hpp>

#include "base/json_text.h"

namespace levelwind::store {
namespace {

using Json = nlohmann::json;

Json Number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
double Number(const Json& value) { return value.is_null() ? kUnknown : value.get<double>(); }
Json Text(const std::string& text) { return RepairUtf8(text); }
Json Texts(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(Text(text));
  return list;
}
WallTime Time(const Json& json, const char* key) { return {json.at(key).get<std::int64_t>()}; }

Severity SeverityOf(const std::string& name) {
  for (const Severity severity : {Severity::kInfo, Severity::kWarning}) {
    if (SeverityName(severity) == name) return severity;
  }
  return Severity::kCritical;
}

AnomalyFix FixOf(const std::string& name) {
  for (int fix = 0; fix <= static_cast<int>(AnomalyFix::kMorePartitions); ++fix) {
    if (AnomalyFixName(static_cast<AnomalyFix>(fix)) == name) return static_cast<AnomalyFix>(fix);
  }
  return AnomalyFix::kNone;
}

Json AnomalyToJson(const Anomaly& anomaly) {
  Json evidence = Json::array();
  for (const Evidence& one : anomaly.evidence) {
    evidence.push_back(
        {{"name", Text(one.name)}, {"value", Number(one.value)}, {"unit", Text(one.unit)}});
  }
  Json partitions = Json::array();
  for (const TopicPartition& tp : anomaly.partitions) {
    partitions.push_back({Text(tp.topic), tp.partition});
  }
  return {{"type", Text(anomaly.type)},
          {"subject", Text(anomaly.subject)},
          {"severity", SeverityName(anomaly.severity)},
          {"value", Number(anomaly.value)},
          {"threshold", Number(anomaly.threshold)},
          {"message", Text(anomaly.message)},
          {"next_step", Text(anomaly.next_step)},
          {"brokers", anomaly.brokers},
          {"partitions", partitions},
          {"topics", Texts(anomaly.topics)},
          {"group", Text(anomaly.group)},
          {"fix", AnomalyFixName(anomaly.fix)},
          {"evidence", evidence},
          {"first_seen", anomaly.first_seen.unix_ms},
          {"last_seen", anomaly.last_seen.unix_ms},
          {"began_at", anomaly.began_at.unix_ms}};
}

Anomaly AnomalyFromJson(const Json& json) {
  Anomaly anomaly;
  json.at("type").get_to(anomaly.type);
  json.at("subject").get_to(anomaly.subject);
  anomaly.severity = SeverityOf(json.at("severity").get<std::string>());
  anomaly.value = Number(json.at("value"));
  anomaly.threshold = Number(json.at("threshold"));
  json.at("message").get_to(anomaly.message);
  json.at("next_step").get_to(anomaly.next_step);
  json.at("brokers").get_to(anomaly.brokers);
  for (const Json& tp : json.at("partitions")) {
    anomaly.partitions.push_back({tp.at(0).get<std::string>(), tp.at(1).get<std::int32_t>()});
  }
  json.at("topics").get_to(anomaly.topics);
  json.at("group").get_to(anomaly.group);
  anomaly.fix = FixOf(json.at("fix").get<std::string>());
  for (const Json& one : json.at("evidence")) {
    anomaly.evidence.push_back({one.at("name").get<std::string>(), Number(one.at("value")),
                                one.at("unit").get<std::string>()});
  }
  anomaly.first_seen = Time(json, "first_seen");
  anomaly.last_seen = Time(json, "last_seen");
  anomaly.began_at = Time(json, "began_at");
  return anomaly;
}

HealState StateOf(const Json& json) {
  const auto state = ParseHealState(json.get<std::string>());
  if (!state) throw std::out_of_range("state " + json.get<std::string>());
  return *state;
}

/// The texts and the times of a case, in one table for both directions.
constexpr std::array<std::pair<const char*, std::string HealingCase::*>, 9> kTexts = {{
    {"id", &HealingCase::id},
    {"code", &HealingCase::code},
    {"reason", &HealingCase::reason},
    {"proposal", &HealingCase::proposal_id},
    {"plan_summary", &HealingCase::plan_summary},
    {"operation", &HealingCase::operation_id},
    {"result", &HealingCase::result},
    {"approved_by", &HealingCase::approved_by},
    {"denied_by", &HealingCase::denied_by},
}};
constexpr std::array<std::pair<const char*, WallTime HealingCase::*>, 8> kTimes = {{
    {"state_since", &HealingCase::state_since},
    {"first_seen", &HealingCase::first_seen},
    {"last_seen", &HealingCase::last_seen},
    {"gone_at", &HealingCase::gone_at},
    {"closed_at", &HealingCase::closed_at},
    {"approve_until", &HealingCase::approve_until},
    {"muted_until", &HealingCase::muted_until},
    {"not_before", &HealingCase::not_before},
}};

HealingCase CaseFromJson(const Json& json) {
  HealingCase record;
  json.at("number").get_to(record.number);
  record.anomaly = AnomalyFromJson(json.at("anomaly"));
  record.mode = ParseHealMode(json.at("mode").get<std::string>()).value_or(HealMode::kOff);
  record.state = StateOf(json.at("state"));
  for (const auto& [key, member] : kTexts) json.at(key).get_to(record.*member);
  for (const auto& [key, member] : kTimes) record.*member = Time(json, key);
  json.at("waited_s").get_to(record.waited_s);
  json.at("grace_s").get_to(record.grace_s);
  json.at("returns").get_to(record.returns);
  json.at("attempts").get_to(record.attempts);
  json.at("plan_bytes").get_to(record.plan_bytes);
  record.eta_s = Number(json.at("eta_s"));
  for (const Json& event : json.at("events")) {
    record.events.push_back({Time(event, "at"), StateOf(event.at("state")),
                             event.at("text").get<std::string>(),
                             event.at("author").get<std::string>()});
  }
  return record;
}

}  // namespace

std::string HealingCaseToJson(const HealingCase& record) {
  Json events = Json::array();
  for (const HealingEvent& event : record.events) {
    events.push_back({{"at", event.at.unix_ms},
                      {"state", HealStateName(event.state)},
                      {"text", Text(event.text)},
                      {"author", Text(event.author)}});
  }
  Json json = {{"number", record.number},
               {"anomaly", AnomalyToJson(record.anomaly)},
               {"mode", HealModeName(record.mode)},
               {"state", HealStateName(record.state)},
               {"waited_s", record.waited_s},
               {"grace_s", record.grace_s},
               {"returns", record.returns},
               {"attempts", record.attempts},
               {"plan_bytes", record.plan_bytes},
               {"eta_s", Number(record.eta_s)},
               {"events", events}};
  for (const auto& [key, member] : kTexts) json[key] = Text(record.*member);
  for (const auto& [key, member] : kTimes) json[key] = (record.*member).unix_ms;
  return json.dump();
}

Result<HealingCase> HealingCaseFromJson(std::string_view text) {
  try {
    return CaseFromJson(Json::parse(text));
  } catch (const std::exception& problem) {
    return DataLoss(fmt::format("a decision record makes no sense: {}", problem.what()));
  }
}

}  // namespace levelwind::store
