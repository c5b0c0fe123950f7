#include <string>

#include "api/api.h"

namespace levelwind::api {
namespace {

void WriteLatency(JsonWriter& json, const char* key, const LatencyHistogram& latency) {
  const auto count = static_cast<double>(latency.count());
  json.Key(key)
      .BeginObject()
      .Field("count", latency.count())
      .Field("mean_seconds", count > 0 ? latency.sum_s / count : kUnknown)
      .Field("p50_seconds", latency.Quantile(0.5))
      .Field("p99_seconds", latency.Quantile(0.99))
      .EndObject();
}

std::string CanaryJson(const CanaryView& view) {
  JsonWriter json;
  json.BeginObject().Field("topic", view.topic).FieldText("problem", view.problem);
  json.Field("uncovered_brokers", view.uncovered);
  json.Key("partitions").BeginArray();
  for (const CanaryPartition& partition : view.partitions) {
    json.BeginObject()
        .Field("partition", partition.partition)
        .FieldCount("leader", partition.leader)
        .Field("sent", partition.sent)
        .Field("acked", partition.acked)
        .Field("failed", partition.failed)
        .Field("received", partition.received)
        .Field("lost", partition.lost)
        .Field("in_flight", partition.in_flight);
    WriteLatency(json, "ack", partition.ack);
    WriteLatency(json, "round_trip", partition.round_trip);
    json.EndObject();
  }
  json.EndArray().Field("commits", view.commits).Field("commits_failed", view.commits_failed);
  WriteLatency(json, "commit", view.commit);
  return json.EndObject().Take();
}

}  // namespace

Response Api::Canary(const Call&) {
  const auto view = backend_.Canary();
  if (view == nullptr) {
    return ErrorResponse(
        NotFound("the canary is off, or has not begun; canary.enabled turns it on"));
  }
  return Enveloped("canary", CanaryJson(*view));
}

}  // namespace levelwind::api
