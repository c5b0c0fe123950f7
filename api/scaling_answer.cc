#include "api/scaling_answer.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"

namespace levelwind::api {
namespace {

bool IsStale(const ScalingDecision& decision, WallTime now) {
  return decision.stale || now > decision.expires_at;
}

void WriteTarget(JsonWriter& json, const ScalingTarget& target) {
  json.Key("target").BeginObject();
  json.FieldText("kind", target.kind).FieldText("namespace", target.name_space);
  json.FieldText("name", target.name).EndObject();
}

void WriteOutcome(JsonWriter& json, const std::optional<ScalingOutcome>& outcome) {
  if (!outcome) {
    json.FieldNull("outcome");
    return;
  }
  json.Key("outcome").BeginObject();
  json.Field("decision", outcome->number).Field("at", FormatTime(outcome->at));
  json.FieldCount("from", outcome->from).FieldCount("to", outcome->to);
  json.Field("state", outcome->state).Field("detail", outcome->detail).EndObject();
}

void WriteAdvice(JsonWriter& json, const std::vector<ScalingAdvice>& advice) {
  json.Key("advice").BeginArray();
  for (const ScalingAdvice& item : advice) {
    json.BeginObject().Field("text", item.text);
    if (item.partition) {
      json.Field("topic", item.partition->topic).Field("partition", item.partition->partition);
    }
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

Result<ServedScaling> AnswerScaling(ScalingViewPtr view, std::string_view cluster,
                                    std::string_view group, WallTime now) {
  if (view == nullptr) {
    return Unavailable("the autoscaler is off, or has not decided anything yet; try again");
  }
  if (!cluster.empty() && cluster != view->cluster) {
    return NotFound(fmt::format("this daemon scales groups of cluster '{}', not of '{}'",
                                EscapeControl(view->cluster), EscapeControl(cluster)));
  }
  const std::string name = EscapeControl(group);
  const ScalingGroup* const found = view->Find(group);
  if (found == nullptr) {
    return NotFound(fmt::format(
        "the autoscaler has no group '{}'; GET /api/v1/autoscale lists those that it has", name));
  }
  const ScalingDecision& decision = found->decision;
  if (decision.mode == ScalingMode::kObserve) {
    return FailedPrecondition(fmt::format(
        "group '{}' is in mode observe: what is decided is shown and served to no autoscaler; set "
        "its mode to recommend or act",
        name));
  }
  if (IsStale(decision, now)) {
    return Unavailable(fmt::format(
        "the decision on group '{}' is stale ({}); nothing is to be "
        "changed until there is a new one",
        name, decision.stale ? decision.why : "good until " + FormatTime(decision.expires_at)));
  }
  if (decision.desired < 0) {
    return Unavailable(fmt::format(
        "how many members group '{}' needs is not known yet ({}); try again", name, decision.why));
  }
  return ServedScaling{std::move(view), found};
}

bool IsActive(const ScalingDecision& decision) { return decision.active || decision.desired > 0; }

std::string ScalingAnswerJson(const ServedScaling& served) {
  const ScalingDecision& decision = served.decision();
  JsonWriter json;
  json.BeginObject().Field("cluster", served.view->cluster).Field("group", decision.group);
  json.Field("desired", decision.desired).FieldCount("current", decision.current);
  json.Field("active", IsActive(decision));
  json.Field("lag", decision.lag).Field("time_lag_seconds", decision.time_lag_s);
  json.Field("reason", ScalingReasonName(decision.reason)).Field("why", decision.why);
  json.Field("decision", decision.number).Field("epoch", decision.epoch);
  json.Field("at", FormatTime(decision.at)).Field("expires_at", FormatTime(decision.expires_at));
  return json.Field("stale", false).EndObject().Take();
}

void WriteScalingGroup(JsonWriter& json, const ScalingGroup& group, WallTime now) {
  const ScalingDecision& decision = group.decision;
  json.BeginObject().Field("group", decision.group);
  json.Field("mode", ScalingModeName(decision.mode));
  json.FieldCount("desired", decision.desired).FieldCount("current", decision.current);
  json.Field("active", IsActive(decision)).Field("stale", IsStale(decision, now));
  json.Field("reason", ScalingReasonName(decision.reason)).Field("why", decision.why);
  json.Field("decision", decision.number).Field("epoch", decision.epoch);
  json.Field("at", FormatTime(decision.at)).Field("expires_at", FormatTime(decision.expires_at));
  WriteTarget(json, decision.target);
  json.Key("needed").BeginObject().FieldCount("up", decision.needed.up);
  json.FieldCount("target", decision.needed.target).FieldCount("down", decision.needed.down);
  json.EndObject();
  json.FieldCount("partition_ceiling", decision.partition_ceiling);
  json.FieldCount("skew_ceiling", decision.skew_ceiling);
  json.Field("min", decision.min_members).FieldCount("max", decision.max_members);
  json.Field("arrival_per_s", decision.arrival_per_s);
  json.Field("capacity_per_s", decision.capacity_per_s);
  json.Field("capacity_learned", decision.capacity_learned);
  json.Field("lag", decision.lag).Field("time_lag_seconds", decision.time_lag_s);
  json.Field("objective_seconds", decision.objective_s);
  json.Field("late_records", group.late_records);
  json.Field("pause_cost", decision.pause_cost);
  json.FieldCount("moved_partitions", decision.moved_partitions);
  json.Key("cost").BeginObject().Field("fewer", decision.cost_fewer);
  json.Field("same", decision.cost_same).Field("more", decision.cost_more).EndObject();
  WriteAdvice(json, decision.advice);
  WriteOutcome(json, group.outcome);
  json.EndObject();
}

}  // namespace levelwind::api
