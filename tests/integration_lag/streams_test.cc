// The lag of a streams group (KIP-1071) on a real Kafka, against Kafka's own tool.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/integration_lag/lag_fixture.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::testing {
namespace {

using std::chrono::seconds;

class StreamsLagTest : public LagFixture {
 protected:
  /// The last column, the lag, by partition, as streams-groups --describe --offsets prints it.
  std::map<int, std::string> ToolSays(const std::string& group) {
    std::map<int, std::string> lags;
    const auto told =
        kafka_.RunTool({"streams-groups", "--describe", "--group", group, "--offsets"});
    EXPECT_TRUE(told.ok()) << told.error();
    std::istringstream lines(told->out);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream text(line);
      std::vector<std::string> words;
      for (std::string word; text >> word;) words.push_back(word);
      if (words.size() >= 4 && words[0] == group) lags[std::stoi(words[2])] = words.back();
    }
    return lags;
  }
};

TEST_F(StreamsLagTest, EqualsWhatKafkasToolSaysOfTheGroup) {
  MakeTopic("events", 2);
  std::vector<TimedRecord> records;
  const std::int64_t now = clock_.WallNow().unix_ms;
  for (int i = 0; i < 40; ++i) records.push_back({{"events", i % 2}, now - 600'000 + i * 10'000});
  ASSERT_TRUE(witness_.Produce(records).ok());
  const auto member = witness_.Start({"streams", "flow", "events", "32"}, "read");
  ASSERT_TRUE(member.ok()) << member.error();
  // Stopped beyond the half, so that both partitions have a commit: without one, the tool counts
  // all records from the log's start, while we say that nothing is committed.

  const auto agree = [&] {
    const SnapshotPtr snapshot = Look();
    const ConsumerGroup* group = snapshot->FindGroup("flow");
    if (group == nullptr || group->offsets.empty()) return false;
    std::map<int, std::string> ours;
    for (const GroupOffset& offset : group->offsets) {
      const auto& partition = snapshot->partitions[static_cast<std::size_t>(offset.partition)];
      ours[partition.number] = std::to_string(offset.lag);
    }
    return ours == ToolSays("flow");
  };
  EXPECT_TRUE(WaitFor(agree, seconds(40), "our lag to be the tool's"));
  const SnapshotPtr snapshot = Look();
  const ConsumerGroup& group = *snapshot->FindGroup("flow");
  EXPECT_EQ(group.type, "streams");
  EXPECT_EQ(group.state, "Stable");
  EXPECT_EQ(group.member_count, 1);
  EXPECT_GE(group.total_lag, 40 - 31) << "at most 31 of 40 are done";
  EXPECT_LT(group.total_lag, 20);
  // The oldest record that is left is known by its producer's time.
  double oldest = 0;
  for (const GroupOffset& offset : group.offsets) {
    if (offset.lag == 0) continue;
    const auto& partition = snapshot->partitions[static_cast<std::size_t>(offset.partition)];
    const std::int64_t made = now - 600'000 + (2 * offset.committed + partition.number) * 10'000;
    oldest = std::max(oldest, static_cast<double>(clock_.WallNow().unix_ms - made) / 1000);
  }
  EXPECT_EQ(group.time_lag.method, TimeLagMethod::kExact);
  EXPECT_NEAR(group.time_lag.seconds, oldest, 3);
}

}  // namespace
}  // namespace levelwind::testing
