#include "cli/cells.h"

#include <fmt/format.h>

#include <cmath>
#include <exception>

#include "base/text.h"

namespace levelwind::cli {

const Json& Member(const Json& object, const char* key) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto it = object.find(key);
  return it == object.end() ? kNull : *it;
}

std::string TextCell(const Json& value) {
  return value.is_string() ? value.get<std::string>() : (value.is_null() ? "?" : value.dump());
}

std::string CountCell(const Json& value) {
  return value.is_number() ? fmt::format("{:.0f}", value.get<double>()) : "?";
}

std::string BytesCell(const Json& value) {
  return value.is_number() ? HumanBytes(value.get<double>()) : "?";
}

std::string RateCell(const Json& value) {
  return value.is_number() ? HumanRate(value.get<double>()) : "?";
}

std::string PercentCell(const Json& value) {
  return value.is_number() ? fmt::format("{:.0f} %", value.get<double>() * 100) : "?";
}

std::string DurationCell(const Json& value) {
  return value.is_number() ? HumanDuration(value.get<double>()) : "?";
}

std::string ListCell(const Json& value) {
  if (!value.is_array()) return "?";
  std::string out;
  for (const Json& item : value) {
    if (!out.empty()) out += ',';
    out += TextCell(item);
  }
  return out;
}

std::string ChangeCell(const std::string& before, const std::string& after) {
  return before == after ? before : before + " -> " + after;
}

std::string TrendCell(const Json& value) {
  if (!value.is_number()) return "?";
  const double rate = value.get<double>();
  if (std::abs(rate) < 0.05) return "0/s";
  return std::abs(rate) < 10 ? fmt::format("{:+.1f}/s", rate) : fmt::format("{:+.0f}/s", rate);
}

std::string AgeLine(const Json& answer) {
  const Json& snapshot = Member(answer, "snapshot");
  if (!snapshot.is_object()) return "";
  const bool stale = Member(snapshot, "stale").is_boolean() && snapshot["stale"].get<bool>();
  if (!stale) return "";
  return fmt::format("STALE: the cluster was last seen {} ago\n",
                     DurationCell(Member(snapshot, "age_seconds")));
}

Result<std::string> Rendered(const std::string& body,
                             const std::function<std::string(const Json&)>& render) {
  try {
    const Json json = Json::parse(body);
    if (!json.is_object()) return DataLoss("the answer is not a JSON object");
    return render(json);
  } catch (const std::exception& problem) {
    return DataLoss(std::string("the answer is not what this version understands: ") +
                    problem.what());
  }
}

}  // namespace levelwind::cli
