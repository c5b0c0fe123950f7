#pragma once

// Internal to cli/: table cells from JSON values. Null and absent are "?", never 0.

#include <functional>
#include <string>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace levelwind::cli {

using Json = nlohmann::json;

/// The member, or null.
const Json& Member(const Json& object, const char* key);

std::string TextCell(const Json& value);
std::string CountCell(const Json& value);
std::string BytesCell(const Json& value);
std::string RateCell(const Json& value);      ///< bytes per second
std::string PercentCell(const Json& value);   ///< 0.25 -> "25 %"
std::string DurationCell(const Json& value);  ///< seconds
std::string ListCell(const Json& value);      ///< [1,2] -> "1,2"
/// "12 -> 9", or "12" when nothing changes.
std::string ChangeCell(const std::string& before, const std::string& after);
/// "-3.2/s", "+10/s", "0/s"
std::string TrendCell(const Json& value);

/// A line that says so when the snapshot of an answer is stale, else empty.
std::string AgeLine(const Json& answer);

/// Parses `body` and calls `render`; anything unexpected in it becomes kDataLoss.
Result<std::string> Rendered(const std::string& body,
                             const std::function<std::string(const Json&)>& render);

}  // namespace levelwind::cli
