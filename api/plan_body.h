#pragma once

// Internal to api/: what the body of POST /api/v1/proposals may hold.

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "model/plan_request.h"

namespace levelwind::api {

/// The keys that ReadPlanBody knows, in the order of the documentation.
const std::vector<std::string>& PlanBodyKeys();

/// Reads an object that has no other keys but "reason". kInvalidArgument names the key and what it
/// takes; whether goals and brokers exist is for the planner to say.
Result<PlanRequest> ReadPlanBody(const nlohmann::json& body);

}  // namespace levelwind::api
