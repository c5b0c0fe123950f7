#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/measure.h"

namespace levelwind {

/// Where a figure of load comes from; shown beside it. The order is that of trust: where two
/// sources tell the same figure, the later one is taken.
enum class LoadSource : std::uint8_t {
  kNone,         ///< Not known.
  kEstimated,    ///< Split from a figure of the whole topic or broker.
  kGrowth,       ///< Agentless: growth of logs, end offsets and commits between two looks.
  kSampleTopic,  ///< Cruise Control's stored samples: of the past, for a warm start.
  kReporter,     ///< Cruise Control's metrics reporter topic.
  kPrometheus,   ///< A Prometheus server's HTTP API.
  kEndpoint,     ///< The broker's own metrics endpoint.
};
std::string_view LoadSourceName(LoadSource source);

/// What one client (or user) takes of a broker, where its metrics tell it.
struct ClientUse {
  std::string client;  ///< client.id, or "user/client.id".
  double produce_bytes_per_s = kUnknown;
  double fetch_bytes_per_s = kUnknown;
  double request_time_percent = kUnknown;  ///< Of request handler threads; 100 = one thread.
};

/// What a broker tells of itself, averaged over the source's own window (a minute as a rule).
/// Everything is unknown without such a source.
struct BrokerMetrics {
  LoadSource source = LoadSource::kNone;
  WallTime measured_at;  ///< Meaningful where there is a source.

  double bytes_in_per_s = kUnknown;   ///< From producers, without replication.
  double bytes_out_per_s = kUnknown;  ///< To consumers, without replication.
  double replication_in_per_s = kUnknown;
  double replication_out_per_s = kUnknown;
  double messages_in_per_s = kUnknown;
  double cpu_percent = kUnknown;  ///< Of the broker's process; 100 = the whole machine.
  double produce_requests_per_s = kUnknown;
  double fetch_requests_per_s = kUnknown;

  double log_flush_p999_ms = kUnknown;
  double produce_local_p999_ms = kUnknown;
  double produce_total_p999_ms = kUnknown;
  double fetch_total_p999_ms = kUnknown;  ///< Of consumers.
  double request_queue_size = kUnknown;
  double handler_idle_share = kUnknown;  ///< Of request handler threads, 0..1.
  double network_idle_share = kUnknown;  ///< Of network threads, 0..1.

  std::vector<ClientUse> clients;  ///< Sorted by client; empty where not told.

  bool known() const { return source != LoadSource::kNone; }
};

}  // namespace levelwind
