#pragma once

#include <algorithm>
#include <array>

#include "kafka/protocol/api.h"

namespace levelwind::kafka {

/// The requests that cannot change a cluster. Everything else is a write: sent once, on its own
/// connection, and refused in observe mode (I15). A new API is a write until it is added here.
inline constexpr std::array kReadOnlyApis = {
    ApiKey::kFetch,
    ApiKey::kListOffsets,
    ApiKey::kMetadata,
    ApiKey::kOffsetFetch,
    ApiKey::kFindCoordinator,
    ApiKey::kDescribeGroups,
    ApiKey::kListGroups,
    ApiKey::kApiVersions,
    ApiKey::kDescribeConfigs,
    ApiKey::kDescribeLogDirs,
    ApiKey::kListPartitionReassignments,
    ApiKey::kDescribeClientQuotas,
    ApiKey::kDescribeQuorum,
    ApiKey::kDescribeCluster,
    ApiKey::kDescribeProducers,
    ApiKey::kDescribeTransactions,
    ApiKey::kListTransactions,
    ApiKey::kConsumerGroupDescribe,
    ApiKey::kListConfigResources,
    ApiKey::kDescribeTopicPartitions,
    ApiKey::kShareGroupDescribe,
    ApiKey::kStreamsGroupDescribe,
    ApiKey::kDescribeShareGroupOffsets,
};

constexpr bool IsReadOnly(ApiKey api) {
  return std::find(kReadOnlyApis.begin(), kReadOnlyApis.end(), api) != kReadOnlyApis.end();
}

/// The reads that a broker does not answer by itself but passes on to the active controller (Kafka
/// 4.x, KafkaApis and ControllerApis). While the controller hangs they take as long as the broker's
/// own request timeout, and everything behind them on the same connection waits with them.
inline constexpr std::array kForwardedReads = {
    ApiKey::kListPartitionReassignments,
    ApiKey::kDescribeQuorum,
};

constexpr bool IsForwardedRead(ApiKey api) {
  return std::find(kForwardedReads.begin(), kForwardedReads.end(), api) != kForwardedReads.end();
}

}  // namespace levelwind::kafka
