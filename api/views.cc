#include "api/views.h"

#include <cstddef>
#include <cstdint>

#include "base/text.h"

namespace levelwind::api {
namespace {

/// The sum over all brokers of which `share` is a part; unknown if any part is.
double LeaderBytesSum(const std::vector<BrokerLoad>& loads) {
  double sum = 0;
  for (const BrokerLoad& load : loads) sum += load.leader_bytes_in;
  return sum;
}

void WriteLogDirs(JsonWriter& json, const Broker& broker) {
  json.Key("log_dirs").BeginArray();
  for (const LogDir& dir : broker.log_dirs) {
    json.BeginObject()
        .Field("path", dir.path)
        .Field("offline", dir.offline)
        .FieldCount("total_bytes", dir.total_bytes)
        .FieldCount("usable_bytes", dir.usable_bytes)
        .FieldCount("replica_bytes", dir.replica_bytes)
        .EndObject();
  }
  json.EndArray();
}

void WriteReplicas(JsonWriter& json, const ClusterSnapshot& snapshot, const Partition& partition) {
  json.Key("replicas").BeginArray();
  for (const Replica& replica : snapshot.ReplicasOf(partition)) {
    json.BeginObject()
        .Field("broker", replica.broker)
        .Field("in_sync", replica.in_sync)
        .Field("offline", replica.offline)
        .FieldCount("bytes", replica.size_bytes)
        .EndObject();
  }
  json.EndArray();
}

}  // namespace

std::string BrokersJson(const ClusterSnapshot& snapshot) {
  const std::vector<BrokerLoad> loads = BrokerLoads(snapshot);
  const double all = LeaderBytesSum(loads);
  JsonWriter json;
  json.BeginArray();
  for (std::size_t i = 0; i < loads.size(); ++i) {
    const Broker& broker = snapshot.brokers[i];
    const BrokerLoad& load = loads[i];
    json.BeginObject()
        .Field("id", broker.id)
        .Field("rack", broker.rack)
        .Field("host", broker.host)
        .Field("port", broker.port)
        .Field("state", BrokerStateName(broker.state))
        .Field("controller", broker.id == snapshot.controller)
        .Field("leaders", load.leaders)
        .Field("preferred_leaders", load.preferred_leaders)
        .Field("replicas", load.replicas)
        .Field("offline_replicas", load.offline_replicas)
        .Field("out_of_sync_replicas", load.out_of_sync_replicas)
        .Field("disk_bytes", load.disk_bytes)
        .Field("leader_bytes_in_per_second", load.leader_bytes_in)
        .Field("leader_messages_in_per_second", load.leader_messages_in)
        .Field("leader_share", all > 0 ? load.leader_bytes_in / all : kUnknown);
    WriteLogDirs(json, broker);
    WriteCapacities(json, broker);
    WriteBrokerMetrics(json, broker.metrics);
    json.EndObject();
  }
  return json.EndArray().Take();
}

std::string TopicsJson(const ClusterSnapshot& snapshot) {
  JsonWriter json;
  json.BeginArray();
  for (const Topic& topic : snapshot.topics) {
    double bytes = 0;
    double rate = 0;
    double messages = 0;
    std::int64_t factor = kUnknownCount;
    for (const Partition& partition : snapshot.PartitionsOf(topic)) {
      const std::int64_t size = snapshot.SizeOf(partition);
      bytes += IsKnown(size) ? static_cast<double>(size) : kUnknown;
      rate += partition.load.bytes_in_per_s;
      messages += partition.load.messages_in_per_s;
      factor = partition.replica_count;
    }
    json.BeginObject()
        .Field("topic", topic.name)
        .Field("internal", topic.internal)
        .Field("partitions", topic.partition_count)
        .FieldCount("replication_factor", factor)
        .Field("bytes", bytes)
        .Field("bytes_in_per_second", rate)
        .Field("messages_in_per_second", messages)
        .EndObject();
  }
  return json.EndArray().Take();
}

std::string PartitionsJson(const ClusterSnapshot& snapshot, const Topic* topic) {
  const auto partitions = topic == nullptr ? std::span<const Partition>(snapshot.partitions)
                                           : snapshot.PartitionsOf(*topic);
  JsonWriter json;
  json.BeginArray();
  for (const Partition& partition : partitions) {
    json.BeginObject()
        .Field("topic", snapshot.TopicOf(partition).name)
        .Field("partition", partition.number)
        .FieldCount("leader", partition.leader)
        .Field("reassigning", partition.reassigning)
        .FieldCount("bytes", snapshot.SizeOf(partition))
        .FieldCount("log_start_offset", partition.log_start_offset)
        .FieldCount("log_end_offset", partition.log_end_offset)
        .Field("bytes_in_per_second", partition.load.bytes_in_per_s)
        .Field("messages_in_per_second", partition.load.messages_in_per_s);
    WriteReplicas(json, snapshot, partition);
    json.EndObject();
  }
  return json.EndArray().Take();
}

std::string SourcesJson(const ClusterSnapshot& snapshot) {
  JsonWriter json;
  json.BeginArray();
  for (const SourceStatus& source : snapshot.sources) {
    json.BeginObject()
        .Field("collector", source.name)
        .Field("ok", source.ok)
        .Field("error", source.error)
        .Field("duration_seconds", ToSeconds(source.duration))
        .Field("age_seconds", source.age ? ToSeconds(*source.age) : kUnknown)
        .Field("requests", source.requests)
        .EndObject();
  }
  return json.EndArray().Take();
}

}  // namespace levelwind::api
