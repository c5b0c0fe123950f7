#include "kafka/version_limits.h"

#include <fmt/format.h>

#include <string_view>

#include "kafka/protocol/api.h"

namespace levelwind::kafka {
namespace {

struct Limit {
  ApiKey api;
  std::int16_t version;          ///< The first that has it.
  std::string_view since;        ///< The Kafka release that brought the version.
  std::string_view consequence;  ///< Of being older.
};

// Releases: the history column of the message schemas in the kafka-clients jars.
constexpr Limit kLimits[] = {
    {ApiKey::kListGroups, 4, "2.6", "the states of consumer groups are only known once described"},
    {ApiKey::kMetadata, 10, "2.8",
     "topics have no ids: one that is deleted and created anew looks like the old one"},
    {ApiKey::kOffsetFetch, 8, "3.0",
     "committed offsets are asked for group by group, which costs a request each"},
    {ApiKey::kDescribeLogDirs, 4, "3.3",
     "the sizes of the brokers' disks are unknown; set capacity in the configuration for disk "
     "goals"},
    {ApiKey::kConsumerGroupDescribe, 0, "3.8",
     "groups of the new consumer protocol (KIP-848) do not exist or cannot be described"},
    {ApiKey::kDescribeCluster, 2, "4.0",
     "fenced brokers are not told: a dead broker is only known by the replicas it holds"},
    {ApiKey::kAlterPartitionReassignments, 1, "4.1",
     "the controller cannot be told to refuse a move that would change the replication factor"},
};

}  // namespace

std::vector<std::string> VersionLimits(const SpokenVersions& common) {
  std::vector<std::string> sentences;
  for (const Limit& limit : kLimits) {
    if (common[static_cast<std::size_t>(limit.api)] >= limit.version) continue;
    sentences.push_back(fmt::format("{} ({} v{} comes with Kafka {})", limit.consequence,
                                    ApiName(limit.api), limit.version, limit.since));
  }
  return sentences;
}

}  // namespace levelwind::kafka
