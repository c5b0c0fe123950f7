// What brokers bear and what they can bear, each figure with its source.

#include <string_view>

#include "api/views.h"
#include "base/text.h"

namespace levelwind::api {
namespace {

/// An unknown capacity shows the highest load that was seen instead: so much it can bear at least.
void WriteCapacity(JsonWriter& json, std::string_view key, double value, CapacitySource source,
                   double peak) {
  const bool estimated = !IsKnown(value) && IsKnown(peak);
  json.Key(key)
      .BeginObject()
      .Field("value", estimated ? peak : value)
      .Field("source", CapacitySourceName(estimated ? CapacitySource::kEstimated : source))
      .EndObject();
}

}  // namespace

void WriteCapacities(JsonWriter& json, const Broker& broker) {
  const BrokerCapacity& capacity = broker.capacity;
  const BrokerPeaks& peaks = broker.peaks;
  json.Key("capacity").BeginObject();
  WriteCapacity(json, "cpu_percent", capacity.cpu_percent, capacity.cpu_from, peaks.cpu_percent);
  WriteCapacity(json, "network_in_bytes_per_second", capacity.network_in_bytes_per_s,
                capacity.network_in_from, peaks.network_in_bytes_per_s);
  WriteCapacity(json, "network_out_bytes_per_second", capacity.network_out_bytes_per_s,
                capacity.network_out_from, peaks.network_out_bytes_per_s);
  WriteCapacity(json, "disk_bytes", capacity.disk_bytes, capacity.disk_from, kUnknown);
  json.EndObject();
}

void WriteBrokerMetrics(JsonWriter& json, const BrokerMetrics& metrics) {
  if (!metrics.known()) {
    json.FieldNull("metrics");
    return;
  }
  json.Key("metrics")
      .BeginObject()
      .Field("source", LoadSourceName(metrics.source))
      .Field("measured_at", FormatTime(metrics.measured_at))
      .Field("bytes_in_per_second", metrics.bytes_in_per_s)
      .Field("bytes_out_per_second", metrics.bytes_out_per_s)
      .Field("replication_in_per_second", metrics.replication_in_per_s)
      .Field("replication_out_per_second", metrics.replication_out_per_s)
      .Field("messages_in_per_second", metrics.messages_in_per_s)
      .Field("cpu_percent", metrics.cpu_percent)
      .Field("log_flush_p999_ms", metrics.log_flush_p999_ms)
      .Field("produce_local_p999_ms", metrics.produce_local_p999_ms)
      .Field("produce_total_p999_ms", metrics.produce_total_p999_ms)
      .Field("fetch_total_p999_ms", metrics.fetch_total_p999_ms)
      .Field("request_queue_size", metrics.request_queue_size)
      .Field("handler_idle_share", metrics.handler_idle_share)
      .Field("network_idle_share", metrics.network_idle_share)
      .EndObject();
}

}  // namespace levelwind::api
