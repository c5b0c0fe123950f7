// The lag of a share group on a real Kafka, against Kafka's own tool.

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <sstream>
#include <string>
#include <utility>

#include "tests/integration_lag/lag_fixture.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::testing {
namespace {

using std::chrono::seconds;

class ShareLagTest : public LagFixture {
 protected:
  /// Start offset and lag by partition, as share-groups --describe --offsets prints them.
  std::map<int, std::pair<std::string, std::string>> ToolSays(const std::string& group) {
    std::map<int, std::pair<std::string, std::string>> rows;
    const auto told = kafka_.RunTool({"share-groups", "--describe", "--group", group, "--offsets"});
    EXPECT_TRUE(told.ok()) << told.error();
    std::istringstream lines(told->out);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string name, topic, partition, start, lag;
      words >> name >> topic >> partition >> start >> lag;
      if (name == group) rows[std::stoi(partition)] = {start, lag};
    }
    return rows;
  }
};

TEST_F(ShareLagTest, EqualsWhatKafkasToolSaysOfTheGroup) {
  MakeTopic("jobs", 2);
  std::vector<TimedRecord> records;
  const std::int64_t now = clock_.WallNow().unix_ms;
  for (int i = 0; i < 40; ++i) records.push_back({{"jobs", i % 2}, now - 60'000 + i * 100});
  ASSERT_TRUE(witness_.Produce(records).ok());
  const auto member = witness_.Start({"share", "workers", "jobs", "12"}, "read");
  ASSERT_TRUE(member.ok()) << member.error();

  const auto agree = [&] {
    const ConsumerGroup* group = Look()->FindGroup("workers");
    if (group == nullptr || group->offsets.empty()) return false;
    std::map<int, std::pair<std::string, std::string>> ours;
    const SnapshotPtr snapshot = monitor_->snapshots().Get();
    for (const GroupOffset& offset : group->offsets) {
      const auto& partition = snapshot->partitions[static_cast<std::size_t>(offset.partition)];
      ours[partition.number] = {std::to_string(offset.committed), std::to_string(offset.lag)};
    }
    return ours.size() == 2 && ours == ToolSays("workers");
  };
  EXPECT_TRUE(WaitFor(agree, seconds(40), "our lag to be the tool's"));
  const ConsumerGroup group = *Look()->FindGroup("workers");
  EXPECT_EQ(group.type, "share");
  EXPECT_EQ(group.member_count, 1);
  EXPECT_GT(group.total_lag, 0);
  EXPECT_LE(group.total_lag, 28) << "12 of 40 are done";
}

}  // namespace
}  // namespace levelwind::testing
