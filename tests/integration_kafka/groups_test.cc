// Groups of Kafka's own consumers, of both protocols, as the client sees them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "kafka/client.h"
#include "tests/integration_kafka/running_tool.h"
#include "tests/kafka/running_client.h"
#include "tests/kafka_cluster/real_cluster.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::kafka {
namespace {

using levelwind::testing::RealCluster;
using levelwind::testing::RunningTool;
using levelwind::testing::WaitFor;
using std::chrono::seconds;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr auto kTimeout = seconds(20);
constexpr auto kConsumerTime = seconds(60);

/// Kafka's console consumer as a running member of a group.
class Consumer {
 public:
  Consumer(const std::string& group, const std::string& topic, const std::string& protocol)
      : tool_({"console-consumer", "--bootstrap-server", RealCluster::Shared().bootstrap(),
               "--topic", topic, "--group", group, "--from-beginning", "--consumer-property",
               "group.protocol=" + protocol, "--consumer-property", "auto.commit.interval.ms=200",
               "--consumer-property", "client.id=" + group + "-client"}) {}

 private:
  RunningTool tool_;
};

class GroupCalls : public ::testing::Test {
 protected:
  GroupCalls() : client_(Options()) {}

  static ClientOptions Options() {
    ClientOptions options;
    options.bootstrap = RealCluster::Shared().bootstrap_list();
    return options;
  }

  static void MakeTopic(const std::string& name, int records) {
    RealCluster& kafka = RealCluster::Shared();
    NewTopic topic;
    topic.name = name;
    topic.assignments = {{1, 2}, {2, 3}, {3, 1}};
    ASSERT_TRUE(kafka.CreateTopic(topic).ok());
    const auto result =
        kafka.RunTool({"producer-perf", "--topic", name, "--num-records", std::to_string(records),
                       "--record-size", "10", "--throughput", "-1", "--producer-props",
                       "bootstrap.servers=" + kafka.bootstrap()});
    ASSERT_TRUE(result.ok()) << result.error();
    ASSERT_TRUE(result->ok()) << result->err;
  }

  /// The listing of the group; an empty name when it is not listed.
  GroupListing Listing(const std::string& group) {
    auto listings = client_->ListGroups(kTimeout);
    if (!listings.ok()) return {};
    const auto it = std::ranges::find(listings->groups, group, &GroupListing::name);
    return it != listings->groups.end() ? *it : GroupListing();
  }

  std::int64_t Committed(const std::string& group) {
    const auto offsets = client_->FetchGroupOffsets({group}, kTimeout);
    if (!offsets.ok() || offsets->front().error != 0) return -1;
    std::int64_t sum = 0;
    for (const CommittedOffset& one : offsets->front().offsets) sum += one.offset;
    return sum;
  }

  testing::RunningClient client_;
};

TEST_F(GroupCalls, MembersAssignmentsAndOffsetsOfBothProtocols) {
  MakeTopic("gc-topic", 300);
  Consumer classic("gc-classic", "gc-topic", "classic");
  Consumer modern("gc-modern", "gc-topic", "consumer");
  ASSERT_TRUE(
      WaitFor([&] { return Committed("gc-classic") == 300 && Committed("gc-modern") == 300; },
              kConsumerTime, "both groups to commit all records"));
  const GroupListing one = Listing("gc-classic");
  const GroupListing two = Listing("gc-modern");
  EXPECT_EQ(one.type, "classic");
  EXPECT_EQ(two.type, "consumer");
  EXPECT_EQ(one.state, "Stable");

  const auto described = client_->DescribeGroups({one, two}, kTimeout);
  ASSERT_TRUE(described.ok()) << described.error();
  ASSERT_THAT(*described, SizeIs(2));
  for (const GroupDescription& group : *described) {
    EXPECT_EQ(group.error, 0) << group.error_message;
    EXPECT_EQ(group.state, "Stable");
    EXPECT_EQ(group.protocol_type, "consumer");
    ASSERT_THAT(group.members, SizeIs(1)) << group.name;
    EXPECT_EQ(group.members[0].client_id, group.name + "-client");
    EXPECT_THAT(group.members[0].assigned,
                UnorderedElementsAre(TopicPartition{"gc-topic", 0}, TopicPartition{"gc-topic", 1},
                                     TopicPartition{"gc-topic", 2}));
  }
}

TEST_F(GroupCalls, CommittedOffsetsEqualThoseOfKafkasOwnTool) {
  MakeTopic("gc-tool", 120);
  {
    Consumer consumer("gc-tool-group", "gc-tool", "classic");
    ASSERT_TRUE(WaitFor([&] { return Committed("gc-tool-group") == 120; }, kConsumerTime,
                        "the group to commit"));
  }
  const auto ours = client_->FetchGroupOffsets({"gc-tool-group", "gc-no-such-group"}, kTimeout);
  ASSERT_TRUE(ours.ok()) << ours.error();
  ASSERT_THAT(*ours, SizeIs(2));
  EXPECT_THAT((*ours)[1].offsets, ::testing::IsEmpty());
  const auto tool =
      RealCluster::Shared().RunTool({"consumer-groups", "--describe", "--group", "gc-tool-group"});
  ASSERT_TRUE(tool.ok()) << tool.error();
  for (const CommittedOffset& one : (*ours)[0].offsets) {
    // GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET ..., separated by blanks
    const std::string line = "gc-tool-group +gc-tool +" + std::to_string(one.partition.partition) +
                             " +" + std::to_string(one.offset) + " ";
    EXPECT_THAT(tool->out, ::testing::ContainsRegex(line)) << tool->out;
  }
  EXPECT_THAT((*ours)[0].offsets, SizeIs(3));
}

TEST_F(GroupCalls, OffsetsOutliveTheCoordinator) {
  MakeTopic("gc-failover", 50);
  {
    Consumer consumer("gc-failover-group", "gc-failover", "classic");
    ASSERT_TRUE(WaitFor([&] { return Committed("gc-failover-group") == 50; }, kConsumerTime,
                        "the group to commit"));
  }
  RealCluster& kafka = RealCluster::Shared();
  const BrokerId coordinator = Listing("gc-failover-group").coordinator;
  ASSERT_NE(coordinator, kNoBroker);
  ASSERT_TRUE(kafka.Kill(coordinator).ok());
  const auto again = WaitFor([&] { return Committed("gc-failover-group") == 50; }, kConsumerTime,
                             "the new coordinator to answer");
  const BrokerId now = Listing("gc-failover-group").coordinator;
  ASSERT_TRUE(kafka.StartAll().ok());
  EXPECT_TRUE(again);
  EXPECT_NE(now, coordinator);
}

}  // namespace
}  // namespace levelwind::kafka
