#include <fmt/format.h>

#include <cstddef>
#include <string>

#include "api/api.h"
#include "api/request_target.h"
#include "api/views.h"
#include "base/text.h"
#include "store/records.h"

namespace levelwind::api {
namespace {

constexpr std::size_t kDefaultLimit = 100;
constexpr std::size_t kMostRows = 10'000;

struct AuditQuery {
  std::string operation;
  std::size_t limit = kDefaultLimit;
};

Result<AuditQuery> ReadQuery(const Request& request) {
  AuditQuery query;
  for (const auto& [key, value] : request.query) {
    if (key == "operation") {
      query.operation = value;
    } else if (key == "limit") {
      if (!ParseNumber(value, query.limit) || query.limit < 1 || query.limit > kMostRows) {
        return InvalidArgument(fmt::format("limit={} is not a whole number from 1 to {}",
                                           EscapeControl(value), kMostRows));
      }
    } else {
      return InvalidArgument(
          fmt::format("{} is not known here; there are operation and limit", EscapeControl(key)));
    }
  }
  return query;
}

void WriteRow(JsonWriter& json, const store::AuditRecord& row) {
  json.BeginObject()
      .Field("time", FormatTime(row.time))
      .Field("generation", row.generation)
      .Field("sequence", row.sequence)
      .Field("operation", row.operation)
      .Field("author", row.author)
      .Field("request", row.api)
      .Field("target", row.target)
      .Field("outcome", row.outcome)
      .EndObject();
}

}  // namespace

std::string ThrottlesJson(const ThrottleSweep& sweep) {
  JsonWriter json;
  json.BeginObject();
  FieldTime(json, "looked_at", sweep.at);
  json.FieldText("problem", sweep.problem)
      .Field("reassignments", sweep.reassignments)
      .Field("brokers_not_asked", sweep.not_asked)
      .Key("throttles")
      .BeginArray();
  for (const ThrottleView& throttle : sweep.throttles) {
    json.BeginObject()
        .Field("scope", throttle.topic ? "topic" : "broker")
        .Field("name", throttle.resource)
        .Field("key", throttle.key)
        .Field("value", throttle.value)
        .EndObject();
  }
  return json.EndArray().EndObject().Take();
}

Response Api::Audit(const Call& call) {
  const auto query = ReadQuery(call.request);
  if (!query.ok()) return ErrorResponse(query.error());
  const auto rows = backend_.Audit(query->operation, query->limit);
  if (!rows.ok()) return ErrorResponse(rows.error());
  JsonWriter json;
  json.BeginArray();
  for (const store::AuditRecord& row : *rows) WriteRow(json, row);
  return Enveloped("audit", json.EndArray().Take());
}

Response Api::Throttles(const Call&) {
  const ExecutorViewPtr executor = backend_.Executor();
  return Enveloped("orphans", ThrottlesJson(executor ? executor->orphans : ThrottleSweep{}));
}

}  // namespace levelwind::api
