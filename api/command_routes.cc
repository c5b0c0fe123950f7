#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "api/api.h"
#include "api/command_body.h"
#include "api/plan_body.h"
#include "api/views.h"
#include "base/text.h"
#include "model/proposal_json.h"

namespace levelwind::api {
namespace {

using Json = nlohmann::json;

Result<PlanCommand> ReadPlan(const Request& request) {
  std::vector<std::string> known{"reason"};
  known.insert(known.end(), PlanBodyKeys().begin(), PlanBodyKeys().end());
  LW_ASSIGN_OR_RETURN(const Json body, ParseBody(request, known));
  PlanCommand command;
  LW_ASSIGN_OR_RETURN(command.asker, WhoAsks(request, body));
  LW_ASSIGN_OR_RETURN(command.request, ReadPlanBody(body));
  return command;
}

/// What commands without other arguments take.
Result<Asker> ReadAsker(const Request& request) {
  LW_ASSIGN_OR_RETURN(const Json body, ParseBody(request, {"reason"}));
  return WhoAsks(request, body);
}

Response Accepted(int status, std::string location, std::string json) {
  Response response = JsonResponse(status, std::move(json));
  response.headers.emplace_back("Location", std::move(location));
  return response;
}

}  // namespace

Response Api::NewProposal(const Call& call) {
  if (!IsJson(call.request)) return WrongType();
  const auto command = ReadPlan(call.request);
  if (!command.ok()) return ErrorResponse(command.error());
  const auto proposal = backend_.Plan(*command);
  if (!proposal.ok()) return ErrorResponse(proposal.error());
  const SnapshotPtr snapshot = backend_.Snapshot();
  JsonWriter json;
  json.BeginObject();
  WriteHead(json, snapshot.get());
  json.Key("proposal").Raw(ProposalViewJson(**proposal)).EndObject();
  return Accepted(201, "/api/v1/proposals/" + (*proposal)->id, json.Take());
}

Response Api::ApplyProposal(const Call& call) {
  if (!IsJson(call.request)) return WrongType();
  const auto asker = ReadAsker(call.request);
  if (!asker.ok()) return ErrorResponse(asker.error());
  const auto operation = backend_.Apply({*asker, call["id"]});
  if (!operation.ok()) return ErrorResponse(operation.error());
  JsonWriter json;
  json.BeginObject().Field("operation", *operation).Field("proposal", call["id"]).EndObject();
  return Accepted(202, "/api/v1/operations/" + *operation, json.Take());
}

Response Api::Steer(const Call& call,
                    levelwind::Status (Backend::*command)(const OperationCommand&)) {
  if (!IsJson(call.request)) return WrongType();
  const auto asker = ReadAsker(call.request);
  if (!asker.ok()) return ErrorResponse(asker.error());
  const levelwind::Status taken = (backend_.*command)({*asker, call["id"]});
  if (!taken.ok()) return ErrorResponse(taken.error());
  JsonWriter json;
  json.BeginObject().Field("operation", call["id"]).EndObject();
  return Accepted(202, "/api/v1/operations/" + call["id"], json.Take());
}

Response Api::CancelOperation(const Call& call) { return Steer(call, &Backend::Cancel); }
Response Api::PauseOperation(const Call& call) { return Steer(call, &Backend::Pause); }
Response Api::ResumeOperation(const Call& call) { return Steer(call, &Backend::Resume); }

Response Api::RollbackOperation(const Call& call) {
  if (!IsJson(call.request)) return WrongType();
  const auto asker = ReadAsker(call.request);
  if (!asker.ok()) return ErrorResponse(asker.error());
  const auto undo = backend_.Rollback({*asker, call["id"]});
  if (!undo.ok()) return ErrorResponse(undo.error());
  JsonWriter json;
  json.BeginObject().FieldText("operation", *undo).Field("undoes", call["id"]).EndObject();
  return Accepted(202, "/api/v1/operations/" + (undo->empty() ? call["id"] : *undo), json.Take());
}

Response Api::LookForOrphans(const Call& call) {
  if (!IsJson(call.request)) return WrongType();
  const auto asker = ReadAsker(call.request);
  if (!asker.ok()) return ErrorResponse(asker.error());
  const auto found = backend_.LookForOrphans();
  if (!found.ok()) return ErrorResponse(found.error());
  return Enveloped("orphans", ThrottlesJson(*found));
}

Response Api::ClearThrottles(const Call& call) {
  if (!IsJson(call.request)) return WrongType();
  const auto asker = ReadAsker(call.request);
  if (!asker.ok()) return ErrorResponse(asker.error());
  const auto cleared = backend_.ClearThrottles(*asker);
  if (!cleared.ok()) return ErrorResponse(cleared.error());
  return Enveloped("cleared", ThrottlesJson(*cleared));
}

}  // namespace levelwind::api
