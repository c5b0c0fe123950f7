// Every AdminClient call against real Kafka: four brokers, two log dirs each, racks r1 r2 r3 r1.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kafka/admin_client.h"
#include "kafka/client.h"
#include "tests/kafka/running_client.h"
#include "tests/kafka_cluster/real_cluster.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::kafka {
namespace {

using levelwind::testing::RealCluster;
using levelwind::testing::WaitFor;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr auto kTimeout = seconds(20);

ClientOptions Options() {
  ClientOptions options;
  options.bootstrap = RealCluster::Shared().bootstrap_list();
  return options;
}

class AdminCalls : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { client_ = new testing::RunningClient(Options()); }
  static void TearDownTestSuite() {
    delete client_;
    client_ = nullptr;
  }
  KafkaClient& client() { return **client_; }

  static NewTopic Topic(const std::string& name, std::vector<std::vector<BrokerId>> assignments) {
    NewTopic topic;
    topic.name = name;
    topic.assignments = std::move(assignments);
    return topic;
  }

  TopicInfo Find(const std::string& name) {
    auto cluster = client().DescribeCluster(kTimeout);
    EXPECT_TRUE(cluster.ok()) << cluster.error();
    if (!cluster.ok()) return {};
    const auto it = std::ranges::find(cluster->topics, name, &TopicInfo::name);
    return it != cluster->topics.end() ? *it : TopicInfo();
  }

  bool IsFenced(BrokerId id) {
    const auto cluster = client().DescribeCluster(kTimeout);
    return cluster.ok() && std::ranges::any_of(cluster->brokers, [&](const BrokerInfo& broker) {
             return broker.id == id && broker.fenced;
           });
  }

  void Produce(const std::string& topic, int records) {
    RealCluster& kafka = RealCluster::Shared();
    const auto result =
        kafka.RunTool({"producer-perf", "--topic", topic, "--num-records", std::to_string(records),
                       "--record-size", "100", "--throughput", "-1", "--producer-props",
                       "bootstrap.servers=" + kafka.bootstrap()});
    ASSERT_TRUE(result.ok()) << result.error();
    ASSERT_EQ(result->status.code, 0) << result->out << result->err;
  }

  static testing::RunningClient* client_;
};

testing::RunningClient* AdminCalls::client_ = nullptr;

TEST_F(AdminCalls, DescribeClusterTellsBrokersRacksAndPartitions) {
  ASSERT_TRUE(RealCluster::Shared().CreateTopic(Topic("ac-describe", {{1, 2}, {2, 3}})).ok());
  const auto cluster = client().DescribeCluster(kTimeout);
  ASSERT_TRUE(cluster.ok()) << cluster.error();
  EXPECT_FALSE(cluster->cluster_id.empty());
  ASSERT_THAT(cluster->brokers, SizeIs(4));
  std::vector<std::string> racks;
  for (const BrokerInfo& broker : cluster->brokers) {
    EXPECT_FALSE(broker.fenced);
    EXPECT_EQ(broker.port, RealCluster::Shared().Broker(broker.id).port);
    racks.push_back(broker.rack);
  }
  EXPECT_THAT(racks, ElementsAre("r1", "r2", "r3", "r1"));
  const TopicInfo topic = Find("ac-describe");
  EXPECT_FALSE(topic.id.is_none());
  EXPECT_FALSE(topic.internal);
  ASSERT_THAT(topic.partitions, SizeIs(2));
  EXPECT_THAT(topic.partitions[0].replicas, ElementsAre(1, 2));
  EXPECT_EQ(topic.partitions[1].leader, 2);
  EXPECT_THAT(topic.partitions[1].isr, UnorderedElementsAre(2, 3));
  EXPECT_GE(topic.partitions[1].leader_epoch, 0);
}

TEST_F(AdminCalls, CreateAndDeleteTopics) {
  NewTopic wanted;
  wanted.name = "ac-made";
  wanted.partitions = 3;
  wanted.replication_factor = 2;
  wanted.configs = {{"retention.ms", "3600000"}};
  NewTopic bad = wanted;
  bad.name = "ac-made-too-wide";
  bad.replication_factor = 9;
  const auto created = client().CreateTopics({wanted, bad}, kTimeout);
  ASSERT_TRUE(created.ok()) << created.error();
  ASSERT_THAT(*created, SizeIs(2));
  for (const TopicOutcome& outcome : *created) {
    EXPECT_EQ(outcome.error, outcome.topic == "ac-made" ? 0 : 38) << outcome.error_message;
  }
  EXPECT_TRUE(WaitFor([&] { return Find("ac-made").partitions.size() == 3; }, kTimeout,
                      "the topic to be there"));
  const auto twice = client().CreateTopics({wanted}, kTimeout);
  ASSERT_TRUE(twice.ok());
  EXPECT_EQ(twice->front().error, 36);
  EXPECT_THAT(twice->front().error_message, HasSubstr("ac-made"));

  const auto deleted = client().DeleteTopics({"ac-made", "ac-never-was"}, kTimeout);
  ASSERT_TRUE(deleted.ok()) << deleted.error();
  EXPECT_THAT(*deleted,
              UnorderedElementsAre(Field(&TopicOutcome::error, 0), Field(&TopicOutcome::error, 3)));
  EXPECT_TRUE(
      WaitFor([&] { return Find("ac-made").name.empty(); }, kTimeout, "the topic to be gone"));
}

TEST_F(AdminCalls, MetadataNeverCreatesATopic) {
  const auto answers = client().ListOffsets({{{"ac-not-there", 0}, kLatestOffset}}, kTimeout);
  ASSERT_TRUE(answers.ok()) << answers.error();
  EXPECT_EQ(answers->front().error, 3);
  EXPECT_TRUE(Find("ac-not-there").name.empty());
}

TEST_F(AdminCalls, DescribeLogDirsTellsSizesOfEveryReplica) {
  ASSERT_TRUE(RealCluster::Shared().CreateTopic(Topic("ac-dirs", {{1, 2, 3}})).ok());
  Produce("ac-dirs", 1000);
  const auto dirs = client().DescribeLogDirs({1, 2, 3, 4, 99}, kTimeout);
  ASSERT_TRUE(dirs.ok()) << dirs.error();
  ASSERT_THAT(*dirs, SizeIs(5));
  EXPECT_FALSE(dirs->at(99).ok());
  for (const BrokerId broker : {1, 2, 3, 4}) {
    const auto& answer = dirs->at(broker);
    ASSERT_TRUE(answer.ok()) << answer.error();
    ASSERT_THAT(*answer, SizeIs(2));
    std::int64_t size = 0;
    for (const LogDirInfo& dir : *answer) {
      EXPECT_EQ(dir.error, 0);
      EXPECT_GT(dir.total_bytes, dir.usable_bytes);
      EXPECT_GT(dir.usable_bytes, 0);
      EXPECT_THAT(RealCluster::Shared().Broker(broker).log_dirs, Contains(dir.path));
      for (const ReplicaLogInfo& replica : dir.replicas) {
        if (replica.partition == TopicPartition{"ac-dirs", 0}) size = replica.size_bytes;
      }
    }
    EXPECT_EQ(size > 100 * 1000, broker != 4) << "broker " << broker << " has " << size;
  }
}

TEST_F(AdminCalls, ListOffsetsAsksEachLeaderAndKeepsTheOrder) {
  ASSERT_TRUE(RealCluster::Shared().CreateTopic(Topic("ac-offsets", {{1}, {2}, {3}, {4}})).ok());
  Produce("ac-offsets", 400);
  std::vector<OffsetQuery> queries;
  for (int p = 0; p < 4; ++p) {
    queries.push_back({{"ac-offsets", p}, kLatestOffset});
    queries.push_back({{"ac-offsets", p}, kEarliestOffset});
    queries.push_back({{"ac-offsets", p}, 1});  // the first record after 1970
  }
  queries.push_back({{"ac-offsets", 77}, kLatestOffset});
  const auto answers = client().ListOffsets(queries, kTimeout);
  ASSERT_TRUE(answers.ok()) << answers.error();
  ASSERT_EQ(answers->size(), queries.size());
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < answers->size(); ++i) {
    EXPECT_EQ((*answers)[i].partition, queries[i].partition);
    if (i + 1 == answers->size()) break;
    EXPECT_EQ((*answers)[i].error, 0);
    if (queries[i].timestamp == kLatestOffset) sum += (*answers)[i].offset;
    if (queries[i].timestamp == kEarliestOffset) {
      EXPECT_EQ((*answers)[i].offset, 0);
    }
    if (queries[i].timestamp == 1 && (*answers)[i].offset >= 0) {
      EXPECT_EQ((*answers)[i].offset, 0);
      EXPECT_GT((*answers)[i].timestamp, 1'500'000'000'000);
    }
  }
  EXPECT_EQ(sum, 400);
  EXPECT_EQ(answers->back().error, 3);
  EXPECT_EQ(answers->back().offset, kUnknownCount);
}

TEST_F(AdminCalls, ReassignmentsStartAreListedAndEnd) {
  ASSERT_TRUE(RealCluster::Shared().CreateTopic(Topic("ac-move", {{1, 2}, {1, 2}})).ok());
  const auto moved = client().AlterReassignments(
      {{{"ac-move", 0}, std::vector<BrokerId>{3, 4}}, {{"ac-move", 9}, std::vector<BrokerId>{1}}},
      false, kTimeout);
  ASSERT_TRUE(moved.ok()) << moved.error();
  ASSERT_THAT(*moved, SizeIs(2));
  for (const PartitionOutcome& outcome : *moved) {
    EXPECT_EQ(outcome.error, outcome.partition.partition == 0 ? 0 : 3) << outcome.error_message;
  }
  EXPECT_TRUE(WaitFor(
      [&] {
        const auto running = client().ListReassignments({{"ac-move", 0}}, kTimeout);
        return running.ok() && running->empty();
      },
      kTimeout, "the reassignment to end"));
  EXPECT_TRUE(WaitFor(
      [&] {
        return Find("ac-move").partitions[0].replicas == std::vector<BrokerId>{3, 4};
      },
      kTimeout, "metadata to follow"));

  // I3: a change of the replication factor is refused unless it is meant.
  const auto wider = client().AlterReassignments({{{"ac-move", 1}, std::vector<BrokerId>{1, 2, 3}}},
                                                 false, kTimeout);
  ASSERT_TRUE(wider.ok()) << wider.error();
  EXPECT_EQ(wider->front().error, 38) << wider->front().error_message;
  const auto meant = client().AlterReassignments({{{"ac-move", 1}, std::vector<BrokerId>{1, 2, 3}}},
                                                 true, kTimeout);
  ASSERT_TRUE(meant.ok()) << meant.error();
  EXPECT_EQ(meant->front().error, 0) << meant->front().error_message;
}

TEST_F(AdminCalls, AStuckReassignmentIsListedWithItsSignatureAndCanBeCancelled) {
  RealCluster& kafka = RealCluster::Shared();
  ASSERT_TRUE(kafka.CreateTopic(Topic("ac-stuck", {{1, 2}})).ok());
  ASSERT_TRUE(kafka.Kill(4).ok());
  // Kafka takes a dead broker as a target; what moves there waits for ever.
  ASSERT_TRUE(WaitFor([&] { return IsFenced(4); }, kTimeout, "broker 4 to be fenced"));
  const auto started = client().AlterReassignments({{{"ac-stuck", 0}, std::vector<BrokerId>{1, 4}}},
                                                   false, kTimeout);
  ASSERT_TRUE(started.ok()) << started.error();
  const auto listed = client().ListReassignments({}, kTimeout);
  const auto cancelled = client().AlterReassignments({{{"ac-stuck", 0}, {}}}, false, kTimeout);
  const auto again = client().AlterReassignments({{{"ac-stuck", 0}, {}}}, false, kTimeout);
  ASSERT_TRUE(kafka.StartAll().ok());

  ASSERT_TRUE(listed.ok()) << listed.error();
  ASSERT_THAT(*listed,
              Contains(Field(&ReassignmentInfo::partition, TopicPartition{"ac-stuck", 0})));
  const auto one =
      std::ranges::find(*listed, TopicPartition{"ac-stuck", 0}, &ReassignmentInfo::partition);
  EXPECT_THAT(one->adding, ElementsAre(4));
  EXPECT_THAT(one->removing, ElementsAre(2));
  EXPECT_THAT(one->replicas, UnorderedElementsAre(1, 2, 4));
  ASSERT_TRUE(cancelled.ok()) << cancelled.error();
  EXPECT_EQ(cancelled->front().error, 0) << cancelled->front().error_message;
  ASSERT_TRUE(again.ok()) << again.error();
  EXPECT_EQ(again->front().error, 85);
}

TEST_F(AdminCalls, ElectPreferredLeadersBringsLeadersHome) {
  ASSERT_TRUE(RealCluster::Shared().CreateTopic(Topic("ac-elect", {{1, 2}, {2, 1}})).ok());
  // The first replica is the preferred one: turning the order round leaves the leader where it is.
  ASSERT_TRUE(
      client()
          .AlterReassignments({{{"ac-elect", 0}, std::vector<BrokerId>{2, 1}}}, false, kTimeout)
          .ok());
  EXPECT_TRUE(WaitFor(
      [&] {
        return Find("ac-elect").partitions[0].replicas == std::vector<BrokerId>{2, 1};
      },
      kTimeout, "the new order"));
  const auto elected = client().ElectPreferredLeaders({{"ac-elect", 0}, {"ac-elect", 1}}, kTimeout);
  ASSERT_TRUE(elected.ok()) << elected.error();
  ASSERT_THAT(*elected, SizeIs(2));
  for (const PartitionOutcome& outcome : *elected) EXPECT_EQ(outcome.error, 0);
  EXPECT_TRUE(WaitFor([&] { return Find("ac-elect").partitions[0].leader == 2; }, kTimeout,
                      "the preferred leader"));
  EXPECT_THAT(*client().ElectPreferredLeaders({}, kTimeout), IsEmpty());
}

TEST_F(AdminCalls, ConfigsOfTopicsAndBrokersAreWrittenReadAndRemoved) {
  ASSERT_TRUE(RealCluster::Shared().CreateTopic(Topic("ac-config", {{1, 2}})).ok());
  const std::string rate = "leader.replication.throttled.rate";
  const std::string list = "leader.replication.throttled.replicas";
  const ConfigResource topic{ConfigResourceType::kTopic, "ac-config"};
  const ConfigResource two{ConfigResourceType::kBroker, "2"};
  const ConfigResource three{ConfigResourceType::kBroker, "3"};
  const auto set = client().AlterConfigs({{topic, list, ConfigOp::kAppend, "0:1"},
                                          {topic, list + "x", ConfigOp::kSet, "0:1"},
                                          {two, rate, ConfigOp::kSet, "1000000"},
                                          {three, rate, ConfigOp::kSet, "2000000"}},
                                         kTimeout);
  ASSERT_TRUE(set.ok()) << set.error();
  ASSERT_THAT(*set, SizeIs(3));
  EXPECT_NE((*set)[0].error, 0) << "an unknown topic config spoils the resource's whole change";
  EXPECT_EQ((*set)[1].error, 0) << (*set)[1].error_message;
  EXPECT_EQ((*set)[2].error, 0) << (*set)[2].error_message;
  const auto append = client().AlterConfigs({{topic, list, ConfigOp::kAppend, "0:1"}}, kTimeout);
  ASSERT_TRUE(append.ok()) << append.error();
  EXPECT_EQ(append->front().error, 0) << append->front().error_message;

  const auto value = [&](const ConfigResource& resource, const std::string& key) -> std::string {
    const auto answers = client().DescribeConfigs({{resource, {key}}}, kTimeout);
    if (!answers.ok() || answers->front().error != 0) return "unreadable";
    for (const ConfigEntry& entry : answers->front().entries) {
      if (entry.name == key && entry.source != ConfigSource::kDefault) {
        return entry.value.value_or("null");
      }
    }
    return "default";
  };
  EXPECT_TRUE(WaitFor([&] { return value(two, rate) == "1000000"; }, kTimeout, "broker 2's rate"));
  EXPECT_TRUE(
      WaitFor([&] { return value(three, rate) == "2000000"; }, kTimeout, "broker 3's rate"));
  EXPECT_TRUE(WaitFor([&] { return value(topic, list) == "0:1"; }, kTimeout, "the topic's list"));
  const auto removed = client().AlterConfigs({{topic, list, ConfigOp::kDelete, ""},
                                              {two, rate, ConfigOp::kDelete, ""},
                                              {three, rate, ConfigOp::kDelete, ""}},
                                             kTimeout);
  ASSERT_TRUE(removed.ok()) << removed.error();
  EXPECT_THAT(*removed, ::testing::Each(Field(&ConfigChangeOutcome::error, 0)));
  EXPECT_TRUE(WaitFor([&] { return value(two, rate) == "default"; }, kTimeout, "no rate"));
  EXPECT_TRUE(WaitFor([&] { return value(topic, list) == "default"; }, kTimeout, "no list"));

  const auto all = client().DescribeConfigs({{topic, {}}, {two, {}}}, kTimeout);
  ASSERT_TRUE(all.ok()) << all.error();
  EXPECT_GT((*all)[0].entries.size(), 20U);
  EXPECT_GT((*all)[1].entries.size(), 100U);
  EXPECT_THAT((*all)[1].entries, Contains(Field(&ConfigEntry::name, "broker.rack")));
}

TEST_F(AdminCalls, ReadOnlyClientRefusesEveryWriteBeforeItIsSent_I15) {
  ClientOptions options = Options();
  options.read_only = true;
  testing::RunningClient observer(options);
  ASSERT_TRUE(observer->DescribeCluster(kTimeout).ok());
  const auto moved = observer->AlterReassignments({{{"ac-describe", 0}, std::vector<BrokerId>{3}}},
                                                  false, kTimeout);
  ASSERT_FALSE(moved.ok());
  EXPECT_EQ(moved.error().code(), ErrorCode::kPermissionDenied);
  EXPECT_FALSE(observer->ElectPreferredLeaders({{"ac-describe", 0}}, kTimeout).ok());
  EXPECT_FALSE(observer->CreateTopics({Topic("ac-no", {{1}})}, kTimeout).ok());
  EXPECT_FALSE(observer->DeleteTopics({"ac-describe"}, kTimeout).ok());
  const ConfigResource topic{ConfigResourceType::kTopic, "ac-describe"};
  EXPECT_FALSE(
      observer->AlterConfigs({{topic, "retention.ms", ConfigOp::kSet, "1"}}, kTimeout).ok());
  for (const auto& [api, stats] : observer->Stats().apis) {
    EXPECT_THAT((std::vector<std::string>{"ApiVersions", "Metadata", "DescribeCluster"}),
                Contains(api));
  }
}

TEST_F(AdminCalls, AKilledBrokerIsToldAsFencedAndDelaysNobody) {
  RealCluster& kafka = RealCluster::Shared();
  ASSERT_TRUE(client().DescribeLogDirs({1, 2, 3, 4}, kTimeout).ok());
  ASSERT_TRUE(kafka.Kill(4).ok());
  const auto began = std::chrono::steady_clock::now();
  const auto dirs = client().DescribeLogDirs({1, 2, 3, 4}, kTimeout);
  const double took = ToSeconds(std::chrono::steady_clock::now() - began);
  const bool fenced = WaitFor([&] { return IsFenced(4); }, kTimeout, "broker 4 to be fenced");
  const auto change = client().AlterConfigs({{{ConfigResourceType::kBroker, "4"},
                                              "leader.replication.throttled.rate",
                                              ConfigOp::kSet,
                                              "1"}},
                                            kTimeout);
  ASSERT_TRUE(kafka.StartAll().ok());

  ASSERT_TRUE(dirs.ok()) << dirs.error();
  for (const BrokerId broker : {1, 2, 3}) EXPECT_TRUE(dirs->at(broker).ok());
  ASSERT_FALSE(dirs->at(4).ok());
  EXPECT_EQ(dirs->at(4).error().code(), ErrorCode::kUnavailable) << dirs->at(4).error();
  EXPECT_LT(took, 2);
  EXPECT_TRUE(fenced);
  // Another broker answers for the dead one, if only to say that it cannot.
  ASSERT_TRUE(change.ok()) << change.error();
  EXPECT_EQ(change->front().error, 42) << change->front().error_message;
  EXPECT_THAT(change->front().error_message, HasSubstr("4"));
}

TEST_F(AdminCalls, APausedBrokerCostsAtMostTheConnectTimeoutOnANewConnection) {
  RealCluster& kafka = RealCluster::Shared();
  ClientOptions options = Options();
  options.connect_timeout = seconds(1);
  testing::RunningClient fresh(options);
  ASSERT_TRUE(fresh->DescribeCluster(kTimeout).ok());
  ASSERT_TRUE(kafka.Kill(3, RealCluster::KillSignal::kStop).ok());
  const auto began = std::chrono::steady_clock::now();
  const auto dirs = fresh->DescribeLogDirs({1, 2, 3, 4}, kTimeout);
  const double took = ToSeconds(std::chrono::steady_clock::now() - began);
  ASSERT_TRUE(kafka.StartAll().ok());
  ASSERT_TRUE(dirs.ok()) << dirs.error();
  EXPECT_TRUE(dirs->at(1).ok());
  EXPECT_TRUE(dirs->at(4).ok());
  ASSERT_FALSE(dirs->at(3).ok());
  EXPECT_THAT(dirs->at(3).error().message(), HasSubstr("did not answer ApiVersions within"));
  EXPECT_LT(took, 3);
}

}  // namespace
}  // namespace levelwind::kafka
