#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "api/api.h"
#include "base/text.h"
#include "model/proposal_json.h"

namespace levelwind::api {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxAuthor = 128;
constexpr std::size_t kMaxReason = 1024;

/// The body as an object that has no other keys than `known`. An empty body is an empty object.
Result<Json> ParseBody(const Request& request, const std::vector<std::string>& known) {
  if (request.body.empty()) return Json::object();
  // Nesting is bounded by hand: the parser itself recurses nowhere, but destroying the value does.
  constexpr int kMaxDepth = 16;
  bool too_deep = false;
  Json body = Json::parse(
      request.body,
      [&](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > kMaxDepth;
        return !too_deep;
      },
      false);
  if (too_deep || body.is_discarded() || !body.is_object()) {
    return InvalidArgument("the body must be one JSON object");
  }
  for (const auto& [key, value] : body.items()) {
    if (std::ranges::find(known, key) == known.end()) {
      return InvalidArgument(fmt::format("the body has an unknown key '{}'; known are: {}",
                                         EscapeControl(key), Join(known, ", ")));
    }
  }
  return body;
}

Result<Asker> WhoAsks(const Request& request, const Json& body) {
  const bool plain =
      std::ranges::all_of(request.author, [](char c) { return c >= 0x20 && c < 0x7f; });
  if (request.author.empty() || request.author.size() > kMaxAuthor || !plain) {
    return InvalidArgument(
        "the header X-Levelwind-Author must say who asks, in 1 to 128 printable ASCII characters, "
        "for the audit");
  }
  Asker asker{request.author, ""};
  if (body.contains("reason")) {
    if (!body["reason"].is_string() ||
        body["reason"].get_ref<const std::string&>().size() > kMaxReason) {
      return InvalidArgument("reason must be a text of at most 1,024 bytes");
    }
    asker.reason = body["reason"].get<std::string>();
  }
  return asker;
}

Status ReadLimits(const Json& body, PlanCommand& command) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 62;
  const auto whole = [&](const char* key) {
    return body[key].is_number_unsigned() && body[key].get<std::uint64_t>() <= kMost;
  };
  if (body.contains("max_bytes_to_move")) {
    if (!whole("max_bytes_to_move")) {
      return InvalidArgument("max_bytes_to_move must be a whole number of bytes, zero or more");
    }
    command.max_bytes_to_move = body["max_bytes_to_move"].get<std::int64_t>();
  }
  if (body.contains("max_moves")) {
    if (!whole("max_moves")) {
      return InvalidArgument("max_moves must be a whole number of replicas, zero or more");
    }
    command.max_moves = body["max_moves"].get<std::int64_t>();
  }
  if (body.contains("max_duration_seconds")) {
    const Json& seconds = body["max_duration_seconds"];
    if (!seconds.is_number() || seconds.get<double>() < 0) {
      return InvalidArgument("max_duration_seconds must be a number of seconds, zero or more");
    }
    command.max_duration_s = seconds.get<double>();
  }
  if (body.contains("bound")) {
    if (!body["bound"].is_boolean()) return InvalidArgument("bound must be true or false");
    command.bound = body["bound"].get<bool>();
  }
  return Ok();
}

Result<PlanCommand> ReadPlan(const Request& request) {
  LW_ASSIGN_OR_RETURN(const Json body,
                      ParseBody(request, {"reason", "goals", "seed", "max_bytes_to_move",
                                          "max_moves", "max_duration_seconds", "bound"}));
  PlanCommand command;
  LW_ASSIGN_OR_RETURN(command.asker, WhoAsks(request, body));
  if (body.contains("goals")) {
    if (!body["goals"].is_array()) return InvalidArgument("goals must be a list of goal names");
    for (const Json& goal : body["goals"]) {
      if (!goal.is_string()) return InvalidArgument("goals must be a list of goal names");
      command.goals.push_back(goal.get<std::string>());
    }
  }
  if (body.contains("seed")) {
    if (!body["seed"].is_number_unsigned()) {
      return InvalidArgument("seed must be a whole number of zero or more");
    }
    command.seed = body["seed"].get<std::uint64_t>();
  }
  LW_RETURN_IF_ERROR(ReadLimits(body, command));
  return command;
}
/// What commands without other arguments take.
Result<Asker> ReadAsker(const Request& request) {
  LW_ASSIGN_OR_RETURN(const Json body, ParseBody(request, {"reason"}));
  return WhoAsks(request, body);
}

/// Browsers send other types across origins without asking first; this one they do not.
bool IsJson(const Request& request) { return request.content_type == "application/json"; }

Response WrongType() {
  return ErrorResponse(415, ErrorCodeName(ErrorCode::kInvalidArgument),
                       "the Content-Type must be application/json");
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

Response Api::CancelOperation(const Call& call) {
  if (!IsJson(call.request)) return WrongType();
  const auto asker = ReadAsker(call.request);
  if (!asker.ok()) return ErrorResponse(asker.error());
  const auto taken = backend_.Cancel({*asker, call["id"]});
  if (!taken.ok()) return ErrorResponse(taken.error());
  JsonWriter json;
  json.BeginObject().Field("operation", call["id"]).EndObject();
  return Accepted(202, "/api/v1/operations/" + call["id"], json.Take());
}

}  // namespace levelwind::api
