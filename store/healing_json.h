#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/healing.h"

namespace levelwind::store {

/// The stored form of a case; internal to store/. Without Anomaly::request.
std::string HealingCaseToJson(const HealingCase& record);
Result<HealingCase> HealingCaseFromJson(std::string_view text);

}  // namespace levelwind::store
