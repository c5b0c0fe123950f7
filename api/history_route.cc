#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "api/api.h"
#include "api/request_target.h"
#include "base/text.h"

namespace levelwind::api {
namespace {

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kMostPoints = 2000;

/// A query parameter from 0 to `most`.
Result<std::int64_t> QueryNumber(const Request& request, const std::string& key,
                                 std::int64_t otherwise, std::int64_t most) {
  const auto found = request.query.find(key);
  if (found == request.query.end()) return otherwise;
  std::int64_t number = 0;
  if (ParseNumber(found->second, number) && number >= 0 && number <= most) return number;
  return InvalidArgument(fmt::format("{}: '{}' is not a whole number from 0 to {}", key,
                                     EscapeControl(found->second), most));
}

void WriteValues(JsonWriter& json, const char* key, const GroupLagHistory& history,
                 float LagPoint::*value) {
  json.Key(key).BeginArray();
  for (const LagPoint& point : history.points) json.Value(static_cast<double>(point.*value));
  json.EndArray();
}

std::string HistoryJson(const GroupLagHistory& history) {
  JsonWriter json;
  json.BeginObject()
      .Field("group", history.group)
      .Field("from", static_cast<double>(history.from_ms) / 1000)
      .Field("step_seconds", static_cast<double>(history.step_ms) / 1000);
  WriteValues(json, "lag", history, &LagPoint::lag);
  WriteValues(json, "lag_seconds", history, &LagPoint::lag_seconds);
  WriteValues(json, "consumed_per_second", history, &LagPoint::consumed_per_s);
  return json.EndObject().Take();
}

}  // namespace

Response Api::GroupHistory(const Call& call) {
  constexpr std::int64_t kEnd = 10'000'000'000;  // the year 2286
  const std::int64_t now = clock_.WallNow().unix_ms / 1000;
  const Result<std::int64_t> to = QueryNumber(call.request, "to", now + 1, kEnd);
  if (!to.ok()) return ErrorResponse(to.error());
  const Result<std::int64_t> from = QueryNumber(call.request, "from", *to - kHour, kEnd);
  if (!from.ok()) return ErrorResponse(from.error());
  const Result<std::int64_t> points = QueryNumber(call.request, "points", 120, kMostPoints);
  if (!points.ok()) return ErrorResponse(points.error());
  const Result<GroupLagHistory> history = backend_.LagHistory(
      call["name"], *from * 1000, *to * 1000, static_cast<std::size_t>(*points));
  return history.ok() ? Enveloped("history", HistoryJson(*history))
                      : ErrorResponse(history.error());
}

}  // namespace levelwind::api
