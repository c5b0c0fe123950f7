#include "kafka/protocol/releases.h"

#include <array>

namespace levelwind::kafka {

namespace {

struct Release {
  ApiKey api;
  std::int16_t version;
  std::string_view name;
};

/// Only what calls ask for as their lowest version. Rows of one API ascend.
constexpr std::array kReleases = {
    Release{ApiKey::kListOffsets, 7, "3.0"},
    Release{ApiKey::kListOffsets, 8, "3.6"},
    Release{ApiKey::kListOffsets, 9, "3.9"},
    Release{ApiKey::kListOffsets, 11, "4.2"},
    Release{ApiKey::kOffsetFetch, 8, "3.0"},
    Release{ApiKey::kFindCoordinator, 4, "3.0"},
    Release{ApiKey::kDescribeClientQuotas, 0, "2.6"},
    Release{ApiKey::kAlterClientQuotas, 0, "2.6"},
    Release{ApiKey::kDescribeQuorum, 0, "3.3, with KRaft"},
    Release{ApiKey::kUpdateFeatures, 0, "2.7"},
    Release{ApiKey::kUpdateFeatures, 1, "3.3"},
    Release{ApiKey::kDescribeCluster, 0, "2.8"},
    Release{ApiKey::kDescribeCluster, 2, "4.0"},
    Release{ApiKey::kDescribeProducers, 0, "3.0"},
    Release{ApiKey::kUnregisterBroker, 0, "3.3, with KRaft"},
    Release{ApiKey::kDescribeTransactions, 0, "3.0"},
    Release{ApiKey::kListTransactions, 0, "3.0"},
    Release{ApiKey::kListTransactions, 1, "3.8"},
    Release{ApiKey::kConsumerGroupDescribe, 0, "3.7"},
    Release{ApiKey::kListConfigResources, 0, "3.7"},
    Release{ApiKey::kListConfigResources, 1, "4.1"},
    Release{ApiKey::kDescribeTopicPartitions, 0, "3.8, with KRaft"},
    Release{ApiKey::kShareGroupDescribe, 1, "4.1"},
    Release{ApiKey::kStreamsGroupDescribe, 0, "4.1"},
    Release{ApiKey::kDescribeShareGroupOffsets, 0, "4.1"},
    Release{ApiKey::kUnregisterController, 0, "4.4"},
};

}  // namespace

std::string_view FirstRelease(ApiKey api, std::int16_t version) {
  std::string_view found;
  for (const Release& release : kReleases) {
    if (release.api == api && release.version <= version) found = release.name;
  }
  return found;
}

}  // namespace levelwind::kafka
