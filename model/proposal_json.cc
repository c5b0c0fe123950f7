#include "model/proposal_json.h"

#include "base/json_writer.h"
#include "base/text.h"

namespace levelwind {
namespace {

void WriteMove(JsonWriter& json, const Move& move) {
  json.BeginObject()
      .Field("kind", MoveKindName(move.kind))
      .Field("topic", move.partition.topic)
      .Field("partition", move.partition.partition)
      .Field("before", move.before)
      .Field("after", move.after)
      .FieldCount("leader_before", move.leader_before);
  if (move.kind == MoveKind::kLogDir) {
    json.Field("broker", move.broker)
        .Field("from_log_dir", move.from_dir)
        .Field("to_log_dir", move.to_dir);
  }
  json.FieldCount("bytes", move.bytes)
      .Field("bytes_in_per_second", move.bytes_in_per_s)
      .Field("goal", move.goal)
      .Field("reason", move.reason)
      .EndObject();
}

void WriteGoal(JsonWriter& json, const GoalVerdict& goal) {
  json.BeginObject()
      .Field("goal", goal.goal)
      .Field("hard", goal.hard)
      .Field("judged", goal.judged)
      .Field("cost_before", goal.cost_before)
      .Field("cost_after", goal.cost_after)
      .Field("violations_before", goal.violations_before)
      .Field("violations_after", goal.violations_after)
      .Field("note", goal.note)
      .EndObject();
}

void WriteBroker(JsonWriter& json, const BrokerBalance& broker) {
  json.BeginObject()
      .Field("broker", broker.broker)
      .Field("replicas_before", broker.replicas_before)
      .Field("replicas_after", broker.replicas_after)
      .Field("leaders_before", broker.leaders_before)
      .Field("leaders_after", broker.leaders_after)
      .Field("disk_bytes_before", broker.disk_bytes_before)
      .Field("disk_bytes_after", broker.disk_bytes_after)
      .Field("leader_bytes_in_per_second_before", broker.leader_bytes_in_before)
      .Field("leader_bytes_in_per_second_after", broker.leader_bytes_in_after)
      .Field("cpu_percent_before", broker.cpu_percent_before)
      .Field("cpu_percent_after", broker.cpu_percent_after)
      .Field("bytes_in_per_second_before", broker.bytes_in_before)
      .Field("bytes_in_per_second_after", broker.bytes_in_after)
      .Field("bytes_out_per_second_before", broker.bytes_out_before)
      .Field("bytes_out_per_second_after", broker.bytes_out_after)
      .EndObject();
}

void WriteLogDir(JsonWriter& json, const LogDirUse& use) {
  json.BeginObject()
      .Field("broker", use.dir.broker)
      .Field("log_dir", use.dir.path)
      .Field("capacity_bytes", use.capacity_bytes)
      .Field("bytes_before", use.bytes_before)
      .Field("bytes_after", use.bytes_after)
      .EndObject();
}

void WriteProvision(JsonWriter& json, const ProvisionAdvice& advice) {
  json.BeginObject()
      .Field("resource", advice.resource)
      .Field("status", advice.status)
      .Field("brokers", advice.brokers)
      .Field("sentence", advice.sentence)
      .EndObject();
}

}  // namespace

std::string ProposalViewJson(const Proposal& proposal, bool with_moves) {
  JsonWriter json;
  json.BeginObject()
      .Field("id", proposal.id)
      .Field("cluster_id", proposal.cluster_id)
      .Field("snapshot", proposal.snapshot_sequence)
      .Field("created_at", FormatTime(proposal.created_at))
      .Field("seed", proposal.seed)
      .Field("asked_for", proposal.asked_for)
      .Field("summary", proposal.summary)
      .Field("confidence", proposal.confidence.label)
      .Field("empty", proposal.empty())
      .Field("replica_moves", proposal.replica_moves)
      .Field("leader_moves", proposal.leader_moves)
      .Field("log_dir_moves", proposal.log_dir_moves)
      .FieldCount("bytes_to_move", proposal.bytes_to_move)
      .FieldCount("bytes_lower_bound", proposal.bytes_lower_bound)
      .Field("bound_method", proposal.bound_method)
      .Field("bound_gap", proposal.bound_gap)
      .Field("bound_open_bands", proposal.bound_open_bands)
      .Field("makespan_seconds", proposal.makespan_s)
      .Field("makespan_bound_seconds", proposal.makespan_bound_s)
      .Field("score_before", proposal.score_before)
      .Field("score_after", proposal.score_after)
      .Field("notes", proposal.notes);
  if (with_moves) {
    json.Key("moves").BeginArray();
    for (const Move& move : proposal.moves) WriteMove(json, move);
    json.EndArray().Key("goals").BeginArray();
    for (const GoalVerdict& goal : proposal.goals) WriteGoal(json, goal);
    json.EndArray().Key("brokers").BeginArray();
    for (const BrokerBalance& broker : proposal.brokers) WriteBroker(json, broker);
    json.EndArray().Key("log_dirs").BeginArray();
    for (const LogDirUse& use : proposal.log_dirs) WriteLogDir(json, use);
    json.EndArray().Key("provision").BeginArray();
    for (const ProvisionAdvice& advice : proposal.provision) WriteProvision(json, advice);
    json.EndArray();
  }
  return json.EndObject().Take();
}

}  // namespace levelwind
