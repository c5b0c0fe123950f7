#include <cstdint>
#include <string>

#include "api/api.h"
#include "api/views.h"
#include "base/text.h"
#include "model/proposal_json.h"

namespace levelwind::api {
namespace {

void WriteCluster(JsonWriter& json, const ClusterSnapshot& snapshot) {
  std::int64_t serving = 0;
  for (const Broker& broker : snapshot.brokers) serving += broker.serving() ? 1 : 0;
  std::int64_t lag = 0;
  for (const ConsumerGroup& group : snapshot.groups) {
    // One unknown part makes the sum unknown.
    lag = IsKnown(lag) && IsKnown(group.total_lag) ? lag + group.total_lag : kUnknownCount;
  }
  const PartitionHealth health = HealthOf(snapshot);
  json.Key("cluster")
      .BeginObject()
      .Field("brokers", snapshot.brokers.size())
      .Field("brokers_serving", serving)
      .FieldCount("controller", snapshot.controller)
      .Field("topics", snapshot.topics.size())
      .Field("partitions", snapshot.partitions.size())
      .Field("under_replicated", health.under_replicated)
      .Field("offline", health.offline)
      .Field("not_preferred", health.not_preferred)
      .Field("reassigning", health.reassigning)
      .Field("groups", snapshot.groups.size())
      .FieldCount("lag", lag)
      .EndObject();
}

void WriteExecutor(JsonWriter& json, const ExecutorViewPtr& executor) {
  json.Key("executor");
  if (executor == nullptr) {
    json.Null();
    return;
  }
  json.BeginObject().Field("mode", executor->mode).Field("status", executor->status);
  json.Key("running").BeginArray();
  for (const OperationView& operation : executor->operations) {
    if (!IsTerminal(operation.state)) json.Raw(OperationJson(operation, false));
  }
  json.EndArray().EndObject();
}

}  // namespace

void Api::WriteStatus(JsonWriter& json, const DaemonInfo& info, const SnapshotPtr& snapshot) const {
  WriteHead(json, snapshot.get());
  json.Field("version", info.version)
      .Field("mode", info.mode)
      .Field("cluster_name", info.cluster_name)
      .Field("bootstrap", info.bootstrap)
      .Field("started_at", FormatTime(info.started_at))
      .Field("uptime_seconds", info.uptime_s)
      .Field("ready", snapshot != nullptr)
      .Field("problem", info.problem)
      .Field("kafka_limits", info.kafka_limits);
  if (snapshot) {
    WriteCluster(json, *snapshot);
    json.Key("collectors").Raw(SourcesJson(*snapshot));
  } else {
    json.FieldNull("cluster").Key("collectors").BeginArray().EndArray();
  }
  WriteExecutor(json, backend_.Executor());
  const auto reports = backend_.Detectors();
  json.Key("findings");
  if (reports) {
    json.Raw(AnomaliesJson(*reports, backend_.Healing().get()));
  } else {
    json.Null();
  }
  const auto proposals = backend_.Proposals();
  json.Key("newest_proposal");
  if (proposals.empty()) {
    json.Null();
  } else {
    json.Raw(ProposalViewJson(*proposals.front(), false));
  }
}

Response Api::Status(const Call&) {
  JsonWriter json;
  json.BeginObject();
  WriteStatus(json, backend_.Info(), backend_.Snapshot());
  return JsonResponse(200, json.EndObject().Take());
}

}  // namespace levelwind::api
