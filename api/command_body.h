#pragma once

// Internal to api/: the bodies of commands.

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "api/backend.h"
#include "api/http.h"
#include "base/result.h"

namespace levelwind::api {

/// The body as an object that has no other keys than `known`. An empty body is an empty object.
Result<nlohmann::json> ParseBody(const Request& request, const std::vector<std::string>& known);
/// Author from the header, reason from the body.
Result<Asker> WhoAsks(const Request& request, const nlohmann::json& body);
/// Browsers send other types across origins without asking first; this one they do not.
bool IsJson(const Request& request);
/// The answer where it is not.
Response WrongType();

}  // namespace levelwind::api
