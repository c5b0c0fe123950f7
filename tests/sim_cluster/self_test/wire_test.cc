// The whole thing over sockets, with the real client on the other side.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kafka/log_reader.h"
#include "kafka/records/record_batch_reader.h"
#include "tests/sim_cluster/self_test/fixture.h"

namespace levelwind::testing {
namespace {

using kafka::ApiKey;
using std::chrono::milliseconds, std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

kafka::PartitionInfo PartitionOf(const kafka::ClusterMetadata& metadata, const TopicPartition& tp) {
  for (const auto& topic : metadata.topics) {
    if (topic.name != tp.topic) continue;
    for (const auto& partition : topic.partitions) {
      if (partition.number == tp.partition) return partition;
    }
  }
  ADD_FAILURE() << "no " << tp.ToString();
  return {};
}

class SimWireTest : public SimTest {
 protected:
  void SetUp() override {
    StartSim({.brokers = 4, .racks = {"r1", "r2", "r3"}, .replication_bytes_per_s = 10e6});
    ASSERT_EQ(sim_->AddTopic({.name = "orders",
                              .assignments = {{1, 2}, {1, 3}, {2, 3}},
                              .partition_bytes = 50e6,
                              .record_bytes = 1000}),
              0);
  }
};

TEST_F(SimWireTest, MetadataLogDirsAndOffsetsAgree) {
  const auto metadata = client_->DescribeCluster(kCallTimeout);
  ASSERT_TRUE(metadata.ok()) << metadata.error();
  EXPECT_EQ(metadata->brokers.size(), 4u);
  EXPECT_EQ(metadata->brokers[3].rack, "r1");
  const auto p0 = PartitionOf(*metadata, {"orders", 0});
  EXPECT_EQ(p0.leader, 1);
  EXPECT_THAT(p0.replicas, ElementsAre(1, 2));

  const auto dirs = client_->DescribeLogDirs({1, 4}, kCallTimeout);
  ASSERT_TRUE(dirs.ok()) << dirs.error();
  ASSERT_TRUE(dirs->at(1).ok());
  double bytes = 0;
  for (const auto& dir : *dirs->at(1)) {
    for (const auto& replica : dir.replicas) bytes += static_cast<double>(replica.size_bytes);
    EXPECT_GT(dir.usable_bytes, 0);
  }
  EXPECT_EQ(bytes, 100e6);
  for (const auto& dir : *dirs->at(4)) EXPECT_THAT(dir.replicas, IsEmpty());

  sim_->SetRates({{{"orders", 1}, 2000}});
  clock_.Advance(seconds(30));
  const auto offsets = client_->ListOffsets(
      {{{"orders", 0}}, {{"orders", 1}}, {{"orders", 2}, kafka::kEarliestOffset}}, kCallTimeout);
  ASSERT_TRUE(offsets.ok()) << offsets.error();
  std::map<std::int32_t, std::int64_t> by_partition;
  for (const auto& answer : *offsets) by_partition[answer.partition.partition] = answer.offset;
  EXPECT_EQ(by_partition, (std::map<std::int32_t, std::int64_t>{{0, 50000}, {1, 50060}, {2, 0}}));
}

TEST_F(SimWireTest, AMoveRunsFromRequestToEnd) {
  const auto started = client_->AlterReassignments({{{"orders", 0}, std::vector<BrokerId>{4, 2}}},
                                                   false, kCallTimeout);
  ASSERT_TRUE(started.ok()) << started.error();
  EXPECT_EQ(started->at(0).error, 0) << started->at(0).error_message;
  const auto running = client_->ListReassignments({}, kCallTimeout);
  ASSERT_TRUE(running.ok()) << running.error();
  ASSERT_EQ(running->size(), 1u);
  EXPECT_THAT(running->at(0).replicas, ElementsAre(4, 2, 1));
  EXPECT_THAT(running->at(0).adding, ElementsAre(4));
  EXPECT_THAT(running->at(0).removing, ElementsAre(1));
  const auto union_seen = client_->DescribeCluster(kCallTimeout);
  ASSERT_TRUE(union_seen.ok());
  EXPECT_THAT(PartitionOf(*union_seen, {"orders", 0}).replicas, ElementsAre(4, 2, 1));

  clock_.Advance(seconds(6));
  const auto done = client_->ListReassignments({}, kCallTimeout);
  ASSERT_TRUE(done.ok());
  EXPECT_THAT(*done, IsEmpty());
  const auto after = client_->DescribeCluster(kCallTimeout);
  ASSERT_TRUE(after.ok());
  EXPECT_THAT(PartitionOf(*after, {"orders", 0}).replicas, ElementsAre(4, 2));
  EXPECT_EQ(PartitionOf(*after, {"orders", 0}).leader, 4)
      << "1 led and is gone: the first of the new list that is in sync takes over";
}

TEST_F(SimWireTest, AnotherOrderOfTheSameReplicasIsSeenAtOnce) {
  ASSERT_TRUE(client_->DescribeCluster(kCallTimeout).ok()) << "an answer that could be kept";
  const auto outcome = client_->AlterReassignments({{{"orders", 0}, std::vector<BrokerId>{2, 1}}},
                                                   false, kCallTimeout);
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  EXPECT_EQ(outcome->at(0).error, 0) << outcome->at(0).error_message;
  const auto after = client_->DescribeCluster(kCallTimeout);
  ASSERT_TRUE(after.ok());
  EXPECT_THAT(PartitionOf(*after, {"orders", 0}).replicas, ElementsAre(2, 1));
}

TEST_F(SimWireTest, RecordsAreFetchedWhereTheyAre) {
  const TopicPartition tp{"orders", 2};
  for (const char* text : {"a", "b", "c"}) sim_->Append(tp, text);
  kafka::LogReader& log = client_->log_reader();
  const auto ends = log.EdgesOf({tp}, kafka::kLatestOffset, kCallTimeout);
  ASSERT_TRUE(ends.ok()) << ends.error();
  EXPECT_EQ(ends->at(0).offset, 3);
  const auto fetched = log.FetchLog({{tp, 1}}, {}, kCallTimeout);
  ASSERT_TRUE(fetched.ok()) << fetched.error();
  EXPECT_EQ(fetched->at(0).high_watermark, 3);
  kafka::RecordBatchReader reader(fetched->at(0).batches, 1);
  std::string values;
  for (kafka::RecordView record;;) {
    const auto more = reader.Next(record);
    ASSERT_TRUE(more.ok()) << more.error();
    if (!*more) break;
    values.append(record.value->begin(), record.value->end());
  }
  EXPECT_EQ(values, "bc");
  const auto beyond = log.FetchLog({{tp, 4}}, {}, kCallTimeout);
  ASSERT_TRUE(beyond.ok()) << beyond.error();
  EXPECT_EQ(beyond->at(0).error, 1);
}

TEST_F(SimWireTest, RefusalsArriveAsKafkasCodes) {
  const auto outcomes = client_->AlterReassignments({{{"orders", 0}, std::vector<BrokerId>{1, 9}},
                                                     {{"orders", 1}, std::vector<BrokerId>{1}},
                                                     {{"orders", 2}, std::nullopt},
                                                     {{"nothing", 0}, std::vector<BrokerId>{1}}},
                                                    false, kCallTimeout);
  ASSERT_TRUE(outcomes.ok()) << outcomes.error();
  std::map<std::string, std::int16_t> codes;
  for (const auto& outcome : *outcomes) codes[outcome.partition.ToString()] = outcome.error;
  EXPECT_EQ(codes, (std::map<std::string, std::int16_t>{
                       {"orders-0", 39}, {"orders-1", 38}, {"orders-2", 85}, {"nothing-0", 3}}));
}

TEST_F(SimWireTest, ElectionsNeedThePreferredReplicaInSync) {
  ASSERT_TRUE(sim_->StopBroker(1).ok());
  EXPECT_EQ(sim_->Partition({"orders", 0}).leader, 2);
  const auto refused = client_->ElectPreferredLeaders({{"orders", 0}}, kCallTimeout);
  ASSERT_TRUE(refused.ok()) << refused.error();
  EXPECT_EQ(refused->at(0).error, 80);
  ASSERT_TRUE(sim_->StartBroker(1).ok());
  clock_.Advance(seconds(1));
  const auto elected = client_->ElectPreferredLeaders({{"orders", 0}, {"orders", 2}}, kCallTimeout);
  ASSERT_TRUE(elected.ok()) << elected.error();
  for (const auto& outcome : *elected) EXPECT_EQ(outcome.error, 0);
  EXPECT_EQ(sim_->Partition({"orders", 0}).leader, 1);
}

TEST_F(SimWireTest, ThrottleConfigsGoThereAndBack) {
  using kafka::ConfigOp, kafka::ConfigResourceType;
  const kafka::ConfigResource broker{ConfigResourceType::kBroker, "4"};
  const kafka::ConfigResource topic{ConfigResourceType::kTopic, "orders"};
  const std::string rate = "follower.replication.throttled.rate";
  const std::string list = "follower.replication.throttled.replicas";
  const auto set = client_->AlterConfigs(
      {{broker, rate, ConfigOp::kSet, "1000000"}, {topic, list, ConfigOp::kAppend, "0:4"}},
      kCallTimeout);
  ASSERT_TRUE(set.ok()) << set.error();
  for (const auto& outcome : *set) EXPECT_EQ(outcome.error, 0) << outcome.error_message;
  EXPECT_THAT(sim_->Throttles(),
              UnorderedElementsAre("broker 4 follower.replication.throttled.rate=1000000",
                                   "topic orders follower.replication.throttled.replicas=0:4"));
  const auto seen = client_->DescribeConfigs({{broker, {rate}}, {topic, {list}}}, kCallTimeout);
  ASSERT_TRUE(seen.ok()) << seen.error();
  for (const auto& answer : *seen) {
    ASSERT_EQ(answer.entries.size(), 1u) << answer.error_message;
    EXPECT_TRUE(answer.entries[0].source == kafka::ConfigSource::kDynamicBroker ||
                answer.entries[0].source == kafka::ConfigSource::kDynamicTopic);
  }
  ASSERT_EQ(sim_->Reassign({"orders", 0}, std::vector<BrokerId>{1, 4}), 0);
  clock_.Advance(seconds(10));
  EXPECT_TRUE(sim_->Partition({"orders", 0}).moving());
  const auto undone = client_->AlterConfigs(
      {{broker, rate, ConfigOp::kDelete, ""}, {topic, list, ConfigOp::kDelete, ""}}, kCallTimeout);
  ASSERT_TRUE(undone.ok()) << undone.error();
  EXPECT_THAT(sim_->Throttles(), IsEmpty());
  clock_.Advance(seconds(5));
  EXPECT_FALSE(sim_->Partition({"orders", 0}).moving());
}

TEST_F(SimWireTest, GroupsOfBothKindsAndTheirLag) {
  sim_->AddGroup({.name = "classic",
                  .coordinator = 2,
                  .members = {{.id = "m-1", .assigned = {{"orders", 0}, {"orders", 1}}}},
                  .commits = {{{"orders", 0}, 49'000, 0}, {{"orders", 1}, 40'000, 100}}});
  sim_->AddGroup({.name = "next",
                  .type = "consumer",
                  .coordinator = 3,
                  .members = {{.id = "m-2", .assigned = {{"orders", 2}}}},
                  .commits = {{{"orders", 2}, 50'000, 1000}}});
  const auto listed = client_->ListGroups(kCallTimeout);
  ASSERT_TRUE(listed.ok()) << listed.error();
  EXPECT_THAT(listed->unreachable, IsEmpty());
  ASSERT_EQ(listed->groups.size(), 2u);
  const auto described = client_->DescribeGroups(listed->groups, kCallTimeout);
  ASSERT_TRUE(described.ok()) << described.error();
  std::map<std::string, std::vector<TopicPartition>> assigned;
  for (const auto& group : *described) {
    EXPECT_EQ(group.error, 0) << group.error_message;
    EXPECT_EQ(group.state, "Stable");
    ASSERT_EQ(group.members.size(), 1u);
    assigned[group.name] = group.members[0].assigned;
  }
  EXPECT_THAT(assigned["classic"],
              UnorderedElementsAre(TopicPartition{"orders", 0}, TopicPartition{"orders", 1}));
  EXPECT_THAT(assigned["next"], ElementsAre(TopicPartition{"orders", 2}));

  clock_.Advance(seconds(10));
  const auto offsets = client_->FetchGroupOffsets({"classic", "next", "unknown"}, kCallTimeout);
  ASSERT_TRUE(offsets.ok()) << offsets.error();
  std::map<std::string, std::int64_t> committed;
  for (const auto& group : *offsets) {
    EXPECT_EQ(group.error, 0);
    for (const auto& commit : group.offsets) {
      committed[group.group + "/" + commit.partition.ToString()] = commit.offset;
    }
  }
  EXPECT_EQ(committed, (std::map<std::string, std::int64_t>{{"classic/orders-0", 49'000},
                                                            {"classic/orders-1", 41'000},
                                                            {"next/orders-2", 50'000}}));
}

TEST_F(SimWireTest, TopicsAreMadeAndDeleted) {
  kafka::NewTopic topic;
  topic.name = "fresh";
  topic.assignments = {{3, 4}, {4, 1}};
  const auto made = client_->CreateTopics({topic}, kCallTimeout);
  ASSERT_TRUE(made.ok()) << made.error();
  EXPECT_EQ(made->at(0).error, 0) << made->at(0).error_message;
  const Uuid first = sim_->Partition({"fresh", 0}).topic_id;
  EXPECT_EQ(client_->CreateTopics({topic}, kCallTimeout)->at(0).error, 36);
  ASSERT_EQ(sim_->RecreateTopic("fresh"), 0);
  EXPECT_NE(sim_->Partition({"fresh", 0}).topic_id, first);
  EXPECT_EQ(client_->DeleteTopics({"fresh"}, kCallTimeout)->at(0).error, 0);
  EXPECT_EQ(client_->DeleteTopics({"fresh"}, kCallTimeout)->at(0).error, 3);
}

TEST_F(SimWireTest, AStoppedBrokerRefusesAndComesBackOnItsPort) {
  const auto port = sim_->port(2);
  ASSERT_TRUE(client_->DescribeCluster(kCallTimeout).ok());
  ASSERT_TRUE(sim_->StopBroker(2).ok());
  const auto metadata = client_->DescribeCluster(kCallTimeout);
  ASSERT_TRUE(metadata.ok()) << metadata.error();
  EXPECT_THAT(PartitionOf(*metadata, {"orders", 2}).offline, ElementsAre(2));
  EXPECT_EQ(PartitionOf(*metadata, {"orders", 2}).leader, 3);
  const auto dirs = client_->DescribeLogDirs({1, 2}, kCallTimeout);
  ASSERT_TRUE(dirs.ok()) << dirs.error();
  EXPECT_TRUE(dirs->at(1).ok());
  EXPECT_FALSE(dirs->at(2).ok());
  ASSERT_TRUE(sim_->StartBroker(2).ok());
  EXPECT_EQ(sim_->port(2), port);
  clock_.Advance(seconds(1));
  EXPECT_THAT(sim_->Partition({"orders", 2}).isr, UnorderedElementsAre(2, 3));
}

TEST_F(SimWireTest, ADroppedReplyMeansDoneButUnknown) {
  sim_->faults().DropReply({.api = ApiKey::kAlterPartitionReassignments, .times = 1});
  const auto outcome = client_->AlterReassignments({{{"orders", 0}, std::vector<BrokerId>{4, 2}}},
                                                   false, kCallTimeout);
  EXPECT_FALSE(outcome.ok());
  EXPECT_EQ(sim_->CountRequests(ApiKey::kAlterPartitionReassignments), 1u);
  EXPECT_THAT(sim_->Moving(), ElementsAre(TopicPartition{"orders", 0}));
}

TEST_F(SimWireTest, AnInjectedErrorIsNotDoneAndALateOneIs) {
  ASSERT_TRUE(client_->DescribeCluster(kCallTimeout).ok());
  sim_->faults().Error({.api = ApiKey::kElectLeaders, .times = 1}, 7);
  ASSERT_EQ(sim_->Reassign({"orders", 0}, std::vector<BrokerId>{2, 1}), 0);
  const auto refused = client_->ElectPreferredLeaders({{"orders", 0}}, kCallTimeout);
  EXPECT_TRUE(!refused.ok() || refused->at(0).error == 7);
  EXPECT_EQ(sim_->Partition({"orders", 0}).leader, 1);
  sim_->faults().Clear();
  sim_->faults().ErrorAfterDoing({.api = ApiKey::kElectLeaders, .times = 1}, 7);
  const auto late = client_->ElectPreferredLeaders({{"orders", 0}}, kCallTimeout);
  EXPECT_TRUE(!late.ok() || late->at(0).error == 7);
  EXPECT_EQ(sim_->Partition({"orders", 0}).leader, 2);
}

TEST_F(SimWireTest, LatencyAndHangsAreFelt) {
  ASSERT_TRUE(client_->DescribeCluster(kCallTimeout).ok());
  const auto slow =
      sim_->faults().Delay({.api = ApiKey::kListPartitionReassignments}, milliseconds(150));
  const auto began = std::chrono::steady_clock::now();
  ASSERT_TRUE(client_->ListReassignments({}, kCallTimeout).ok());
  EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds(150));
  EXPECT_EQ(sim_->faults().Hits(slow), 1);
  sim_->faults().Clear();
  sim_->faults().Hang({.api = ApiKey::kListPartitionReassignments});
  const auto hung = client_->ListReassignments({}, milliseconds(300));
  ASSERT_FALSE(hung.ok());
  EXPECT_EQ(hung.error().code(), ErrorCode::kDeadlineExceeded) << hung.error();
}

TEST_F(SimWireTest, FrozenMetadataStaysOld) {
  for (BrokerId id = 1; id <= 4; ++id) sim_->FreezeMetadata(id);
  ASSERT_EQ(sim_->Reassign({"orders", 0}, std::vector<BrokerId>{3, 4}), 0);
  clock_.Advance(seconds(60));
  const auto old = client_->DescribeCluster(kCallTimeout);
  ASSERT_TRUE(old.ok()) << old.error();
  EXPECT_THAT(PartitionOf(*old, {"orders", 0}).replicas, ElementsAre(1, 2));
  for (BrokerId id = 1; id <= 4; ++id) sim_->ThawMetadata(id);
  const auto fresh = client_->DescribeCluster(kCallTimeout);
  ASSERT_TRUE(fresh.ok());
  EXPECT_THAT(PartitionOf(*fresh, {"orders", 0}).replicas, ElementsAre(3, 4));
}

TEST_F(SimWireTest, HalfAnAnswerLacksItems) {
  ASSERT_TRUE(client_->DescribeCluster(kCallTimeout).ok());
  sim_->faults().Partial({.api = ApiKey::kDescribeLogDirs, .broker = 1});
  const auto dirs = client_->DescribeLogDirs({1}, kCallTimeout);
  ASSERT_TRUE(dirs.ok()) << dirs.error();
  ASSERT_TRUE(dirs->at(1).ok());
  std::size_t replicas = 0;
  for (const auto& dir : *dirs->at(1)) replicas += dir.replicas.size();
  EXPECT_LT(replicas, 2u);
}

TEST_F(SimWireTest, TheRequestLogTellsEveryRequest) {
  ASSERT_TRUE(client_->DescribeCluster(kCallTimeout).ok());
  sim_->ClearRequests();
  ASSERT_TRUE(client_->DescribeLogDirs({1, 2, 3, 4}, kCallTimeout).ok());
  EXPECT_EQ(sim_->CountRequests(ApiKey::kDescribeLogDirs), 4u);
  std::vector<BrokerId> asked;
  for (const SimRequest& request : sim_->Requests()) {
    if (request.api == ApiKey::kDescribeLogDirs) asked.push_back(request.broker);
    EXPECT_GT(request.bytes, 0u);
  }
  EXPECT_THAT(asked, UnorderedElementsAre(1, 2, 3, 4));
}

class SimOldClusterTest : public SimTest {};

TEST_F(SimOldClusterTest, OnlyTheControllerTakesAdminRequestsWithZooKeeper) {
  StartSim({.brokers = 3, .controller_required = true});
  ASSERT_EQ(sim_->AddTopic({.name = "t", .assignments = {{1, 2}}}), 0);
  sim_->ChangeController(3);
  ASSERT_TRUE(client_->ListReassignments({}, kCallTimeout).ok());
  sim_->ClearRequests();
  sim_->ChangeController(2);
  const auto listed = client_->ListReassignments({}, kCallTimeout);
  ASSERT_TRUE(listed.ok()) << listed.error();
  EXPECT_EQ(sim_->Requests().back().broker, 2);
}

TEST_F(SimOldClusterTest, VersionsAreWhatTheTestSays) {
  SimOptions options;
  options.versions[ApiKey::kAlterPartitionReassignments] = SimVersionRange{0, 0};
  options.versions[ApiKey::kDescribeCluster] = std::nullopt;
  StartSim(options);
  ASSERT_EQ(sim_->AddTopic({.name = "t", .assignments = {{1, 2}}}), 0);
  ASSERT_TRUE(client_->DescribeCluster(kCallTimeout).ok());
  ASSERT_TRUE(
      client_->AlterReassignments({{{"t", 0}, std::vector<BrokerId>{1, 3}}}, false, kCallTimeout)
          .ok());
  for (const SimRequest& request : sim_->Requests()) {
    EXPECT_NE(request.api, ApiKey::kDescribeCluster);
    if (request.api == ApiKey::kAlterPartitionReassignments) {
      EXPECT_EQ(request.version, 0);
    }
  }
}

}  // namespace
}  // namespace levelwind::testing
