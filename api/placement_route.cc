#include <fmt/format.h>

#include <string>

#include "api/api.h"
#include "api/request_target.h"
#include "base/text.h"
#include "model/topic_wish.h"

namespace levelwind::api {
namespace {

/// Takes a figure of the query where it is given.
template <class Number>
Status Take(const Request& request, const char* key, const char* what, Number& out) {
  const auto given = request.query.find(key);
  if (given == request.query.end()) return Ok();
  const std::string& text = given->second;
  if (ParseNumber(text, out) && out >= 0) return Ok();
  return InvalidArgument(
      fmt::format("{}={} is not {}, zero or more", key, EscapeControl(text), what));
}

Result<TopicWish> ReadWish(const std::string& topic, const Request& request) {
  TopicWish wish;
  wish.name = topic;
  for (const auto& [key, value] : request.query) {
    if (key == "partitions" || key == "replication_factor" || key == "bytes_in_per_second" ||
        key == "bytes_out_per_second" || key == "bytes") {
      continue;
    }
    return InvalidArgument(
        fmt::format("{} is not known here; there are partitions, replication_factor, "
                    "bytes_in_per_second, bytes_out_per_second and bytes",
                    EscapeControl(key)));
  }
  constexpr const char* kWhole = "a whole number";
  constexpr const char* kNumber = "a number";
  LW_RETURN_IF_ERROR(Take(request, "partitions", kWhole, wish.partitions));
  LW_RETURN_IF_ERROR(Take(request, "replication_factor", kWhole, wish.replication_factor));
  LW_RETURN_IF_ERROR(Take(request, "bytes_in_per_second", kNumber, wish.bytes_in_per_s));
  LW_RETURN_IF_ERROR(Take(request, "bytes_out_per_second", kNumber, wish.bytes_out_per_s));
  LW_RETURN_IF_ERROR(Take(request, "bytes", kNumber, wish.bytes));
  return wish;
}

}  // namespace

Response Api::Placement(const Call& call) {
  if (backend_.Snapshot() == nullptr) return NotReady();
  const Result<TopicWish> wish = ReadWish(call["topic"], call.request);
  if (!wish.ok()) return ErrorResponse(wish.error());
  const Result<std::string> answer = backend_.PlaceTopic(*wish);
  return answer.ok() ? Enveloped("placement", *answer) : ErrorResponse(answer.error());
}

}  // namespace levelwind::api
