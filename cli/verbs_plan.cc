#include <fmt/format.h>

#include <string>

#include "base/json_writer.h"
#include "cli/cells.h"
#include "cli/output.h"
#include "cli/render.h"
#include "cli/verbs.h"

namespace levelwind::cli {
namespace {

constexpr std::size_t kMovesOnATerminal = 40;

/// The body of POST /api/v1/proposals (api/plan_body.h).
std::string PlanBody(const PlanArgs& args) {
  const PlanRequest& asked = args.request;
  JsonWriter json;
  json.BeginObject();
  // Texts and lists.
  const auto unless_empty = [&](const char* key, const auto& value) {
    if (!value.empty()) json.Field(key, value);
  };
  unless_empty("reason", args.reason);
  unless_empty("goals", asked.goals);
  unless_empty("hard_goals", asked.hard_goals);
  if (asked.seed) json.Field("seed", *asked.seed);
  if (asked.max_bytes) json.Field("max_bytes_to_move", *asked.max_bytes);
  if (asked.max_replica_moves) json.Field("max_moves", *asked.max_replica_moves);
  if (asked.max_duration_s) json.Field("max_duration_seconds", *asked.max_duration_s);
  if (asked.bound) json.Field("bound", true);
  unless_empty("add_brokers", asked.add_brokers);
  unless_empty("remove_brokers", asked.remove_brokers);
  unless_empty("demote_brokers", asked.demote_brokers);
  unless_empty("relieve_brokers", asked.relieve_brokers);
  unless_empty("destination_brokers", asked.destination_brokers);
  unless_empty("exclude_destinations", asked.excluded_destinations);
  unless_empty("include_topics", asked.include_topics);
  unless_empty("exclude_topics", asked.exclude_topics);
  unless_empty("replication_factors", asked.replication_factors);
  unless_empty("start_from", asked.start_from);
  if (asked.leadership_only) json.Field("leadership_only", true);
  if (asked.fix_offline) json.Field("fix_offline", true);
  if (asked.log_dirs) json.Field("log_dirs", true);
  unless_empty("empty_log_dirs", asked.empty_log_dirs);
  unless_empty("brokers", asked.log_dir_brokers);
  unless_empty("partitions", asked.partitions);
  return json.EndObject().Take();
}

RenderOptions Options(const ClientArgs& client, bool all, const Terminal& terminal) {
  // A pipe gets everything; a person gets what fits and a word about the rest.
  return {client.headers, all || !terminal.out_is_tty ? 0 : kMovesOnATerminal};
}

Result<std::string> Reassignment(ApiClient& client, const std::string& id) {
  return client.Get("/api/v1/proposals/" + UrlSegment(id) + "?format=reassign");
}

Result<std::string> Shown(ApiClient& client, const ClientArgs& args, const RenderOptions& options,
                          const std::string& id, const std::string& body) {
  switch (args.format) {
    case Format::kJson:
      return body;
    case Format::kReassign:
      return Reassignment(client, id);
    case Format::kTable:
      break;
  }
  return RenderProposal(body, options);
}

Status WritePlan(ApiClient& client, const PlanArgs& args, const std::string& id,
                 const std::string& body) {
  if (args.out.empty()) return Ok();
  const bool json = args.format_given && args.client.format == Format::kJson;
  LW_ASSIGN_OR_RETURN(const std::string text,
                      json ? Result<std::string>(body) : Reassignment(client, id));
  return WriteFile(args.out, text);
}

}  // namespace

int RunPlan(const PlanArgs& args, const DaemonVerbs& verbs, Terminal& terminal) {
  if (!args.snapshot.empty()) return RunOfflinePlan(args, verbs, terminal);
  auto client = ApiClient::Open(args.client.api, args.client.author);
  if (!client.ok()) return Fail(client.error(), terminal);
  const auto body = client->Post("/api/v1/proposals", PlanBody(args));
  if (!body.ok()) return Fail(body.error(), terminal);
  const Json answer = Json::parse(*body, nullptr, false);
  const Json& proposal = Member(answer, "proposal");
  const std::string id = TextCell(Member(proposal, "id"));
  if (Status written = WritePlan(*client, args, id, *body); !written.ok()) {
    return Fail(written.error(), terminal);
  }
  const int code = PrintText(
      Shown(*client, args.client, Options(args.client, args.all, terminal), id, *body), terminal);
  const bool empty = Member(proposal, "empty") == true;
  if (code == kDone && !empty) terminal.err << "\nNext: levelwind apply " << id << std::endl;
  return code == kDone && args.exit_code && !empty ? kFinding : code;
}

int RunShow(const ClientArgs& args, const std::string& id, bool all, Terminal& terminal) {
  auto client = ApiClient::Open(args.api, args.author);
  if (!client.ok()) return Fail(client.error(), terminal);
  const auto body = client->Get("/api/v1/proposals/" + UrlSegment(id));
  if (!body.ok()) return Fail(body.error(), terminal);
  return PrintText(Shown(*client, args, Options(args, all, terminal), id, *body), terminal);
}

}  // namespace levelwind::cli
