#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "collectors/settings_collector.h"

namespace levelwind::collectors {
namespace {

kafka::ConfigEntry Entry(std::string name, std::string value) {
  kafka::ConfigEntry entry;
  entry.name = std::move(name);
  entry.value = std::move(value);
  return entry;
}

TEST(Settings, NoLimitIsNoNumberAndNonsenseIsUnknown) {
  const TopicSettings settings = SettingsOf(
      "orders", {Entry("min.insync.replicas", "2"), Entry("retention.ms", "-1"),
                 Entry("retention.bytes", "lots"), Entry("cleanup.policy", "compact,delete")});
  EXPECT_EQ(settings.min_insync_replicas, 2);
  EXPECT_EQ(settings.retention_ms, TopicSettings::kNoLimit);
  EXPECT_EQ(settings.retention_bytes, kUnknownCount);
  EXPECT_EQ(settings.deleted, true);
  EXPECT_EQ(settings.compacted, true);
  EXPECT_EQ(SettingsOf("x", {}).min_insync_replicas, kUnknownCount);
}

TEST(Quorum, MembersAreBehindByTheLeadersClock) {
  kafka::QuorumInfo info;
  info.leader = 101;
  info.high_watermark = 990;
  info.voters.resize(2);
  info.voters[0].id = 101;
  info.voters[0].log_end_offset = 1000;
  info.voters[1].id = 102;
  info.voters[1].log_end_offset = 400;
  info.voters[1].last_fetch_ms = 5'000;
  info.voters[1].last_caught_up_ms = 1'000;
  info.observers.resize(1);
  info.observers[0].id = 1;
  info.observers[0].log_end_offset = 1000;
  info.observers[0].last_fetch_ms = 61'000;
  info.observers[0].last_caught_up_ms = 61'000;
  const QuorumView view = ViewOf(info);
  ASSERT_EQ(view.members.size(), 3U);
  EXPECT_EQ(view.members[0].id, 1);
  EXPECT_EQ(view.members[0].behind_s, 0);
  EXPECT_EQ(view.members[1].lag, 0) << "the leader";
  EXPECT_EQ(view.members[2].lag, 600);
  EXPECT_EQ(view.members[2].behind_s, 60);
}

}  // namespace
}  // namespace levelwind::collectors
