#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace levelwind::kafka {

/// Kafka's numbers of the requests that Levelwind knows.
enum class ApiKey : std::int16_t {
  kProduce = 0,
  kFetch = 1,
  kListOffsets = 2,
  kMetadata = 3,
  kOffsetCommit = 8,
  kOffsetFetch = 9,
  kFindCoordinator = 10,
  kLeaveGroup = 13,
  kDescribeGroups = 15,
  kListGroups = 16,
  kSaslHandshake = 17,
  kApiVersions = 18,
  kCreateTopics = 19,
  kDeleteTopics = 20,
  kDescribeConfigs = 32,
  kAlterReplicaLogDirs = 34,
  kDescribeLogDirs = 35,
  kSaslAuthenticate = 36,
  kCreatePartitions = 37,
  kDeleteGroups = 42,
  kElectLeaders = 43,
  kIncrementalAlterConfigs = 44,
  kAlterPartitionReassignments = 45,
  kListPartitionReassignments = 46,
  kOffsetDelete = 47,
  kDescribeClientQuotas = 48,
  kAlterClientQuotas = 49,
  kDescribeQuorum = 55,
  kUpdateFeatures = 57,
  kDescribeCluster = 60,
  kDescribeProducers = 61,
  kUnregisterBroker = 64,
  kDescribeTransactions = 65,
  kListTransactions = 66,
  kConsumerGroupDescribe = 69,
  kListConfigResources = 74,
  kDescribeTopicPartitions = 75,
  kShareGroupDescribe = 77,
  kStreamsGroupDescribe = 89,
  kDescribeShareGroupOffsets = 90,
  kUnregisterController = 94,
};

/// "No version": the field is never nullable, the message is never flexible.
inline constexpr std::int16_t kNever = std::numeric_limits<std::int16_t>::max();

/// What a message struct says about itself (static member kInfo). Versions outside min..max are
/// neither encoded nor decoded; both ends are checked against Kafka's own schemas by
/// scripts/check-schemas.
struct MessageInfo {
  ApiKey api;
  std::string_view name;  ///< As in Kafka's schemas: MetadataRequest.
  std::int16_t min = 0;
  std::int16_t max = 0;
  std::int16_t flexible = kNever;  ///< First version with compact encoding and tag sections.

  constexpr bool Supports(std::int16_t version) const { return version >= min && version <= max; }
  constexpr bool IsFlexible(std::int16_t version) const { return version >= flexible; }
};

/// One row of the table of known APIs. The range is what this build speaks, for requests and
/// responses alike; a client takes the highest version that the broker has too.
struct ApiInfo {
  ApiKey key;
  std::string_view name;  ///< Without "Request": Metadata.
  std::int16_t min = 0;
  std::int16_t max = 0;
  std::int16_t flexible = kNever;
};

/// All known APIs, sorted by key.
std::span<const ApiInfo> KnownApis();
/// Null for a key that this build does not know.
const ApiInfo* FindApi(std::int16_t key);
inline const ApiInfo* FindApi(ApiKey key) { return FindApi(static_cast<std::int16_t>(key)); }
/// "Metadata"; "an unknown API" for a key outside the table.
std::string_view ApiName(ApiKey key);

}  // namespace levelwind::kafka
