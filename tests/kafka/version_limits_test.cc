#include "kafka/version_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kafka/net/stats.h"
#include "kafka/protocol/api.h"

namespace levelwind::kafka {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

SpokenVersions Newest() {
  SpokenVersions spoken;
  spoken.fill(-1);
  for (const ApiInfo& api : KnownApis()) spoken[static_cast<std::size_t>(api.key)] = api.max;
  return spoken;
}
std::int16_t& Of(SpokenVersions& spoken, ApiKey api) {
  return spoken[static_cast<std::size_t>(api)];
}

TEST(VersionLimitsTest, TheNewestKafkaLacksNothing) {
  EXPECT_THAT(VersionLimits(Newest()), IsEmpty());
}

TEST(VersionLimitsTest, SaysWhatIsMissingAndWhichReleaseHasIt) {
  SpokenVersions spoken = Newest();
  Of(spoken, ApiKey::kDescribeLogDirs) = 3;
  Of(spoken, ApiKey::kConsumerGroupDescribe) = -1;
  const auto limits = VersionLimits(spoken);
  EXPECT_EQ(limits.size(), 2u);
  EXPECT_THAT(limits,
              Contains(HasSubstr("disks are unknown; set capacity in the configuration "
                                 "for disk goals (DescribeLogDirs v4 comes with Kafka 3.3)")));
  EXPECT_THAT(limits, Contains(HasSubstr("KIP-848")));
}

TEST(VersionLimitsTest, TheOldestBrokerCountsUntilItIsUpgraded) {
  StatsRecorder stats;
  EXPECT_FALSE(stats.Snapshot().common_versions.has_value());
  SpokenVersions old = Newest();
  Of(old, ApiKey::kDescribeCluster) = 1;
  stats.Connected("a:9092", Newest());
  stats.Connected("b:9092", old);
  EXPECT_THAT(VersionLimits(*stats.Snapshot().common_versions), Contains(HasSubstr("fenced")));
  stats.Connected("b:9092", Newest());
  EXPECT_THAT(VersionLimits(*stats.Snapshot().common_versions), Not(Contains(HasSubstr("fenced"))));
  EXPECT_EQ(stats.Snapshot().connects, 3u);
}

}  // namespace
}  // namespace levelwind::kafka
