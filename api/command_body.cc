#include "api/command_body.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/api.h"
#include "api/asker.h"
#include "base/text.h"

namespace levelwind::api {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxReason = 1024;

}  // namespace

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
  LW_RETURN_IF_ERROR(CheckAuthor(request));
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

bool IsJson(const Request& request) { return request.content_type == "application/json"; }

Response WrongType() {
  return ErrorResponse(415, ErrorCodeName(ErrorCode::kInvalidArgument),
                       "the Content-Type must be application/json");
}

}  // namespace levelwind::api
