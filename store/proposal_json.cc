#include "store/proposal_json.h"

#include <cmath>
#include <exception>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "store/record_text.h"

namespace levelwind::store {
namespace {

using Json = nlohmann::json;

Json Number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
double Number(const Json& value) { return value.is_null() ? kUnknown : value.get<double>(); }
Json Text(const std::string& text) { return RepairUtf8(text); }

Json MoveToJson(const Move& move) {
  Json json = {{"kind", MoveKindName(move.kind)},
               {"topic", Text(move.partition.topic)},
               {"partition", move.partition.partition},
               {"topic_id", move.topic_id.ToString()},
               {"before", move.before},
               {"after", move.after},
               {"leader_before", move.leader_before},
               {"bytes", move.bytes},
               {"bytes_in_per_s", Number(move.bytes_in_per_s)},
               {"goal", Text(move.goal)},
               {"reason", Text(move.reason)}};
  if (move.kind == MoveKind::kLogDir) {
    json["broker"] = move.broker;
    json["from_dir"] = Text(move.from_dir);
    json["to_dir"] = Text(move.to_dir);
  }
  return json;
}

Result<Move> MoveFromJson(const Json& json) {
  Move move;
  LW_ASSIGN_OR_RETURN(move.kind, ParseMoveKind(json.at("kind").get<std::string>()));
  move.partition = {json.at("topic").get<std::string>(), json.at("partition").get<std::int32_t>()};
  LW_ASSIGN_OR_RETURN(move.topic_id, Uuid::Parse(json.at("topic_id").get<std::string>()));
  json.at("before").get_to(move.before);
  json.at("after").get_to(move.after);
  json.at("leader_before").get_to(move.leader_before);
  json.at("bytes").get_to(move.bytes);
  move.bytes_in_per_s = Number(json.at("bytes_in_per_s"));
  json.at("goal").get_to(move.goal);
  json.at("reason").get_to(move.reason);
  if (move.kind == MoveKind::kLogDir) {
    json.at("broker").get_to(move.broker);
    json.at("from_dir").get_to(move.from_dir);
    json.at("to_dir").get_to(move.to_dir);
  }
  return move;
}

Json VerdictToJson(const GoalVerdict& verdict) {
  return {{"goal", Text(verdict.goal)},
          {"hard", verdict.hard},
          {"judged", verdict.judged},
          {"cost_before", Number(verdict.cost_before)},
          {"cost_after", Number(verdict.cost_after)},
          {"violations_before", verdict.violations_before},
          {"violations_after", verdict.violations_after},
          {"note", Text(verdict.note)}};
}

GoalVerdict VerdictFromJson(const Json& json) {
  GoalVerdict verdict;
  json.at("goal").get_to(verdict.goal);
  json.at("hard").get_to(verdict.hard);
  verdict.judged = json.value("judged", true);  // Older journals do not have it.
  verdict.cost_before = Number(json.at("cost_before"));
  verdict.cost_after = Number(json.at("cost_after"));
  json.at("violations_before").get_to(verdict.violations_before);
  json.at("violations_after").get_to(verdict.violations_after);
  json.at("note").get_to(verdict.note);
  return verdict;
}

Json BalanceToJson(const BrokerBalance& balance) {
  return {{"broker", balance.broker},
          {"replicas", {balance.replicas_before, balance.replicas_after}},
          {"leaders", {balance.leaders_before, balance.leaders_after}},
          {"disk_bytes", {Number(balance.disk_bytes_before), Number(balance.disk_bytes_after)}},
          {"leader_bytes_in",
           {Number(balance.leader_bytes_in_before), Number(balance.leader_bytes_in_after)}},
          {"cpu_percent", {Number(balance.cpu_percent_before), Number(balance.cpu_percent_after)}},
          {"bytes_in", {Number(balance.bytes_in_before), Number(balance.bytes_in_after)}},
          {"bytes_out", {Number(balance.bytes_out_before), Number(balance.bytes_out_after)}}};
}

BrokerBalance BalanceFromJson(const Json& json) {
  BrokerBalance balance;
  json.at("broker").get_to(balance.broker);
  json.at("replicas").at(0).get_to(balance.replicas_before);
  json.at("replicas").at(1).get_to(balance.replicas_after);
  json.at("leaders").at(0).get_to(balance.leaders_before);
  json.at("leaders").at(1).get_to(balance.leaders_after);
  balance.disk_bytes_before = Number(json.at("disk_bytes").at(0));
  balance.disk_bytes_after = Number(json.at("disk_bytes").at(1));
  balance.leader_bytes_in_before = Number(json.at("leader_bytes_in").at(0));
  balance.leader_bytes_in_after = Number(json.at("leader_bytes_in").at(1));
  const auto pair = [&](const char* key, double& before, double& after) {
    if (!json.contains(key)) return;  // Younger than the first journals.
    before = Number(json.at(key).at(0));
    after = Number(json.at(key).at(1));
  };
  pair("cpu_percent", balance.cpu_percent_before, balance.cpu_percent_after);
  pair("bytes_in", balance.bytes_in_before, balance.bytes_in_after);
  pair("bytes_out", balance.bytes_out_before, balance.bytes_out_after);
  return balance;
}

Json LogDirToJson(const LogDirUse& use) {
  return {{"broker", use.dir.broker},
          {"path", Text(use.dir.path)},
          {"capacity", Number(use.capacity_bytes)},
          {"bytes", {Number(use.bytes_before), Number(use.bytes_after)}}};
}

LogDirUse LogDirFromJson(const Json& json) {
  return {{json.at("broker").get<BrokerId>(), json.at("path").get<std::string>()},
          Number(json.at("capacity")),
          Number(json.at("bytes").at(0)),
          Number(json.at("bytes").at(1))};
}

Json ConfidenceToJson(const Confidence& confidence) {
  return {{"sizes", confidence.sizes},
          {"rates", confidence.rates},
          {"rates_in_s", Number(confidence.rates_in_s)},
          {"measured_share", Number(confidence.measured_share)},
          {"label", Text(confidence.label)}};
}

Confidence ConfidenceFromJson(const Json& json) {
  Confidence confidence;
  json.at("sizes").get_to(confidence.sizes);
  json.at("rates").get_to(confidence.rates);
  confidence.rates_in_s = Number(json.at("rates_in_s"));
  confidence.measured_share = Number(json.at("measured_share"));
  json.at("label").get_to(confidence.label);
  return confidence;
}

Result<Proposal> ReadProposal(const Json& json) {
  Proposal proposal;
  json.at("id").get_to(proposal.id);
  json.at("cluster_id").get_to(proposal.cluster_id);
  json.at("snapshot_sequence").get_to(proposal.snapshot_sequence);
  json.at("created_ms").get_to(proposal.created_at.unix_ms);
  json.at("seed").get_to(proposal.seed);
  proposal.confidence = ConfidenceFromJson(json.at("confidence"));
  for (const Json& item : json.at("moves")) {
    LW_ASSIGN_OR_RETURN(Move move, MoveFromJson(item));
    proposal.moves.push_back(std::move(move));
  }
  for (const Json& item : json.at("goals")) proposal.goals.push_back(VerdictFromJson(item));
  for (const Json& item : json.at("brokers")) proposal.brokers.push_back(BalanceFromJson(item));
  json.at("bytes_to_move").get_to(proposal.bytes_to_move);
  json.at("bytes_lower_bound").get_to(proposal.bytes_lower_bound);
  // Younger than the first journals.
  proposal.asked_for = json.value("asked_for", std::string());
  proposal.bound_method = json.value("bound_method", std::string());
  proposal.bound_gap = Number(json.value("bound_gap", Json()));
  proposal.bound_open_bands = json.value("bound_open_bands", 0);
  proposal.makespan_s = Number(json.value("makespan_s", Json()));
  proposal.makespan_bound_s = Number(json.value("makespan_bound_s", Json()));
  for (const Json& item : json.value("provision", Json::array())) {
    proposal.provision.push_back(
        {item.at("resource").get<std::string>(), item.at("status").get<std::string>(),
         item.at("brokers").get<std::int32_t>(), item.at("sentence").get<std::string>()});
  }
  for (const Json& item : json.value("log_dirs", Json::array())) {
    proposal.log_dirs.push_back(LogDirFromJson(item));
  }
  proposal.log_dir_moves = json.value("log_dir_moves", 0);
  json.at("replica_moves").get_to(proposal.replica_moves);
  json.at("leader_moves").get_to(proposal.leader_moves);
  proposal.score_before = Number(json.at("score_before"));
  proposal.score_after = Number(json.at("score_after"));
  json.at("summary").get_to(proposal.summary);
  json.at("notes").get_to(proposal.notes);
  return proposal;
}

}  // namespace

std::string ProposalToJson(const Proposal& proposal) {
  Json json = {{"id", proposal.id},
               {"cluster_id", Text(proposal.cluster_id)},
               {"snapshot_sequence", proposal.snapshot_sequence},
               {"created_ms", proposal.created_at.unix_ms},
               {"seed", proposal.seed},
               {"asked_for", Text(proposal.asked_for)},
               {"confidence", ConfidenceToJson(proposal.confidence)},
               {"moves", Json::array()},
               {"goals", Json::array()},
               {"brokers", Json::array()},
               {"bytes_to_move", proposal.bytes_to_move},
               {"bytes_lower_bound", proposal.bytes_lower_bound},
               {"bound_method", proposal.bound_method},
               {"bound_gap", Number(proposal.bound_gap)},
               {"bound_open_bands", proposal.bound_open_bands},
               {"makespan_s", Number(proposal.makespan_s)},
               {"makespan_bound_s", Number(proposal.makespan_bound_s)},
               {"provision", Json::array()},
               {"log_dirs", Json::array()},
               {"log_dir_moves", proposal.log_dir_moves},
               {"replica_moves", proposal.replica_moves},
               {"leader_moves", proposal.leader_moves},
               {"score_before", Number(proposal.score_before)},
               {"score_after", Number(proposal.score_after)},
               {"summary", Text(proposal.summary)},
               {"notes", Json::array()}};
  for (const Move& move : proposal.moves) json["moves"].push_back(MoveToJson(move));
  for (const GoalVerdict& verdict : proposal.goals) json["goals"].push_back(VerdictToJson(verdict));
  for (const BrokerBalance& item : proposal.brokers) json["brokers"].push_back(BalanceToJson(item));
  for (const LogDirUse& use : proposal.log_dirs) json["log_dirs"].push_back(LogDirToJson(use));
  for (const ProvisionAdvice& advice : proposal.provision) {
    json["provision"].push_back({{"resource", Text(advice.resource)},
                                 {"status", Text(advice.status)},
                                 {"brokers", advice.brokers},
                                 {"sentence", Text(advice.sentence)}});
  }
  for (const std::string& note : proposal.notes) json["notes"].push_back(Text(note));
  return json.dump();
}

Result<Proposal> ProposalFromJson(const std::string& text) {
  try {
    return ReadProposal(Json::parse(text));
  } catch (const std::exception& problem) {
    return DataLoss(std::string("journal: a stored proposal cannot be read: ") + problem.what());
  }
}

}  // namespace levelwind::store
