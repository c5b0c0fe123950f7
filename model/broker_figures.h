#pragma once

#include "model/broker_metrics.h"

namespace levelwind {

/// Every rate, time and share of BrokerMetrics, for code that treats all of them alike. Recorded
/// snapshots hold them in this order: new ones go to the end.
inline constexpr double BrokerMetrics::*kBrokerFigures[] = {
    &BrokerMetrics::bytes_in_per_s,         &BrokerMetrics::bytes_out_per_s,
    &BrokerMetrics::replication_in_per_s,   &BrokerMetrics::replication_out_per_s,
    &BrokerMetrics::messages_in_per_s,      &BrokerMetrics::cpu_percent,
    &BrokerMetrics::produce_requests_per_s, &BrokerMetrics::fetch_requests_per_s,
    &BrokerMetrics::log_flush_p999_ms,      &BrokerMetrics::produce_local_p999_ms,
    &BrokerMetrics::produce_total_p999_ms,  &BrokerMetrics::fetch_total_p999_ms,
    &BrokerMetrics::request_queue_size,     &BrokerMetrics::handler_idle_share,
    &BrokerMetrics::network_idle_share};

}  // namespace levelwind
