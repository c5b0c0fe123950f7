// The interfaces beside AdminClient against real Kafka.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <regex>
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
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto kTimeout = seconds(20);
constexpr auto kLong = seconds(60);

class AdminsOnKafka : public ::testing::Test {
 protected:
  AdminsOnKafka() : client_(Options()) {}

  static ClientOptions Options() {
    ClientOptions options;
    options.bootstrap = RealCluster::Shared().bootstrap_list();
    return options;
  }

  static void MakeTopic(const std::string& name, std::vector<std::vector<BrokerId>> assignments) {
    NewTopic topic;
    topic.name = name;
    topic.assignments = std::move(assignments);
    ASSERT_TRUE(RealCluster::Shared().CreateTopic(topic).ok());
  }

  static void Produce(const std::string& topic, int records) {
    RealCluster& kafka = RealCluster::Shared();
    const auto result =
        kafka.RunTool({"producer-perf", "--topic", topic, "--num-records", std::to_string(records),
                       "--record-size", "1000", "--throughput", "-1", "--producer-props",
                       "bootstrap.servers=" + kafka.bootstrap()});
    ASSERT_TRUE(result.ok()) << result.error();
    ASSERT_EQ(result->status.code, 0) << result->err;
  }

  std::optional<std::int64_t> Committed(const std::string& group, const TopicPartition& tp) {
    const auto offsets = client_->FetchGroupOffsets({group}, kTimeout);
    if (!offsets.ok()) return std::nullopt;
    for (const CommittedOffset& one : offsets->front().offsets) {
      if (one.partition == tp) return one.offset;
    }
    return std::nullopt;
  }

  std::optional<GroupListing> Listed(const std::string& group) {
    const auto listings = client_->ListGroups(kTimeout);
    if (!listings.ok()) return std::nullopt;
    const auto it = std::ranges::find(listings->groups, group, &GroupListing::name);
    if (it == listings->groups.end()) return std::nullopt;
    return *it;
  }

  /// The members of a group once it has some that are assigned something.
  std::vector<GroupMember> Assigned(const std::string& group) {
    std::vector<GroupMember> members;
    EXPECT_TRUE(WaitFor(
        [&] {
          const auto listing = Listed(group);
          if (!listing) return false;
          const auto described = client_->DescribeGroups({*listing}, kTimeout);
          if (!described.ok() || described->front().error != 0) return false;
          members = described->front().members;
          return !members.empty() && !members.front().assigned.empty();
        },
        kLong, "members of " + group));
    return members;
  }

  testing::RunningClient client_;
};

TEST_F(AdminsOnKafka, QuotasAreSetReadAndRemoved) {
  QuotaAdmin& admin = client_->quota_admin();
  const QuotaEntity both{{"user", "ia-alice"}, {"client-id", std::nullopt}};
  const QuotaEntity client{{"client-id", "ia-batch"}};
  const auto set = admin.AlterQuotas({{both, "request_percentage", 12.5},
                                      {client, "producer_byte_rate", 1048576.0},
                                      {client, "consumer_byte_rate", 2097152.0},
                                      {{{"planet", "x"}}, "producer_byte_rate", 1.0}},
                                     false, kTimeout);
  ASSERT_TRUE(set.ok()) << set.error();
  ASSERT_THAT(*set, SizeIs(3));
  EXPECT_EQ((*set)[0].error, 0) << (*set)[0].error_message;
  EXPECT_EQ((*set)[1].error, 0) << (*set)[1].error_message;
  EXPECT_EQ((*set)[2].error, 42) << (*set)[2].error_message;

  const auto of_client = [&] {
    return admin.DescribeQuotas({{"client-id", QuotaMatch::kExact, "ia-batch"}}, true, kTimeout);
  };
  ASSERT_TRUE(WaitFor([&] { return of_client().ok() && of_client()->size() == 1; }, kTimeout,
                      "the quota to be readable"));
  EXPECT_EQ(of_client()->front().entity, client);
  EXPECT_DOUBLE_EQ(of_client()->front().values.at("consumer_byte_rate"), 2097152.0);
  const auto of_alice =
      admin.DescribeQuotas({{"user", QuotaMatch::kExact, "ia-alice"}}, false, kTimeout);
  ASSERT_TRUE(of_alice.ok()) << of_alice.error();
  ASSERT_THAT(*of_alice, SizeIs(1));
  EXPECT_EQ(of_alice->front().entity, both);
  EXPECT_DOUBLE_EQ(of_alice->front().values.at("request_percentage"), 12.5);

  const auto removed = admin.AlterQuotas({{client, "producer_byte_rate", std::nullopt},
                                          {client, "consumer_byte_rate", std::nullopt},
                                          {both, "request_percentage", std::nullopt}},
                                         false, kTimeout);
  ASSERT_TRUE(removed.ok()) << removed.error();
  EXPECT_TRUE(WaitFor([&] { return of_client().ok() && of_client()->empty(); }, kTimeout,
                      "the quota to be gone"));
}

TEST_F(AdminsOnKafka, PartitionsAreCreatedWhereAsked) {
  MakeTopic("ia-more", {{1, 2}});
  TopicAdmin& admin = client_->topic_admin();
  const auto tried = admin.CreatePartitions({{"ia-more", 2, {}}}, true, kTimeout);
  ASSERT_TRUE(tried.ok()) << tried.error();
  EXPECT_EQ(tried->front().error, 0) << tried->front().error_message;
  const auto made = admin.CreatePartitions({{"ia-more", 3, {{3, 4}, {4, 1}}}}, false, kTimeout);
  ASSERT_TRUE(made.ok()) << made.error();
  ASSERT_EQ(made->front().error, 0) << made->front().error_message;
  std::vector<TopicDetail> topics;
  ASSERT_TRUE(WaitFor(
      [&] {
        const auto described = admin.DescribeTopics({"ia-more", "ia-none"}, kTimeout);
        if (!described.ok() || described->size() != 2) return false;
        topics = *described;
        return topics[0].partitions.size() == 3;
      },
      kTimeout, "three partitions"));
  EXPECT_THAT(topics[0].partitions[1].info.replicas, ElementsAre(3, 4));
  EXPECT_THAT(topics[0].partitions[2].info.replicas, ElementsAre(4, 1));
  EXPECT_TRUE(topics[0].partitions[2].eligible_leaders.has_value()) << "Kafka 4 keeps them";
  EXPECT_EQ(topics[1].error, 3);
  const auto fewer = admin.CreatePartitions({{"ia-more", 1, {}}}, false, kTimeout);
  ASSERT_TRUE(fewer.ok());
  EXPECT_EQ(fewer->front().error, 37) << fewer->front().error_message;
}

TEST_F(AdminsOnKafka, ATopicLongerThanAPageIsDescribedWhole) {
  NewTopic topic;
  topic.name = "ia-long";
  topic.partitions = 2'100;
  topic.replication_factor = 1;
  const auto created = client_->CreateTopics({topic}, kLong);
  ASSERT_TRUE(created.ok()) << created.error();
  ASSERT_EQ(created->front().error, 0) << created->front().error_message;
  const auto described = [&] {
    return client_->topic_admin().DescribeTopics({"ia-long"}, kTimeout);
  };
  ASSERT_TRUE(WaitFor(
      [&] {
        const auto topics = described();
        return topics.ok() && topics->size() == 1 && topics->front().partitions.size() == 2'100;
      },
      kLong, "all partitions over two pages"));
  const auto topics = described();
  for (std::size_t i = 0; i < 2'100; ++i) {
    ASSERT_EQ(topics->front().partitions[i].info.number, static_cast<std::int32_t>(i));
  }
  EXPECT_TRUE(client_->DeleteTopics({"ia-long"}, kLong).ok());
}

TEST_F(AdminsOnKafka, AReplicaMovesBetweenLogDirs) {
  MakeTopic("ia-dirs", {{1, 2}});
  Produce("ia-dirs", 2'000);
  const TopicPartition tp{"ia-dirs", 0};
  const auto dirs_of = [&] {
    std::vector<std::string> with_replica;
    const auto dirs = client_->DescribeLogDirs({1}, kTimeout);
    if (!dirs.ok() || !dirs->at(1).ok()) return with_replica;
    for (const LogDirInfo& dir : *dirs->at(1)) {
      for (const ReplicaLogInfo& replica : dir.replicas) {
        if (replica.partition == tp) with_replica.push_back(dir.path);
      }
    }
    return with_replica;
  };
  const std::vector<std::string> before = dirs_of();
  ASSERT_THAT(before, SizeIs(1));
  const auto paths = RealCluster::Shared().Broker(1).log_dirs;
  const std::string target = paths[0] == before[0] ? paths[1] : paths[0];
  TopicAdmin& admin = client_->topic_admin();
  const auto outcomes = admin.MoveReplicaDirs({{tp, 1, target}, {tp, 2, "/no/such/dir"}}, kTimeout);
  ASSERT_TRUE(outcomes.ok()) << outcomes.error();
  EXPECT_EQ((*outcomes)[0].error, 0) << (*outcomes)[0].error_message;
  EXPECT_EQ((*outcomes)[1].error, 57) << "LOG_DIR_NOT_FOUND";
  EXPECT_TRUE(WaitFor([&] { return dirs_of() == std::vector{target}; }, kLong,
                      "the replica to be in the other directory alone"));
}

TEST_F(AdminsOnKafka, TheQuorumHasALeaderAndSmallLags) {
  const auto quorum = client_->cluster_admin().DescribeQuorum(kTimeout);
  ASSERT_TRUE(quorum.ok()) << quorum.error();
  EXPECT_THAT(quorum->leader, AnyOf(1, 2, 3));
  EXPECT_THAT(quorum->voters, SizeIs(3));
  EXPECT_GT(quorum->high_watermark, 0);
  const auto leader = std::ranges::find(quorum->voters, quorum->leader, &QuorumReplica::id);
  ASSERT_NE(leader, quorum->voters.end());
  for (const QuorumReplica& voter : quorum->voters) {
    EXPECT_GT(voter.log_end_offset, 0);
    EXPECT_LT(leader->log_end_offset - voter.log_end_offset, 1'000) << "voter " << voter.id;
    if (voter.id == quorum->leader) continue;  // it fetches from nobody
    EXPECT_GT(voter.last_fetch_ms, 1'600'000'000'000) << "voter " << voter.id;
  }
  EXPECT_THAT(quorum->observers, Contains(::testing::Field(&QuorumReplica::id, 4)));
}

TEST_F(AdminsOnKafka, FeatureLevelsAreReadAndAChangeIsOnlyTried) {
  ClusterAdmin& admin = client_->cluster_admin();
  const auto before = admin.DescribeFeatures(kTimeout);
  ASSERT_TRUE(before.ok()) << before.error();
  EXPECT_GE(before->finalized_epoch, 0);
  ASSERT_TRUE(before->finalized.contains("metadata.version"));
  ASSERT_TRUE(before->supported.contains("metadata.version"));
  const std::int16_t level = before->finalized.at("metadata.version");
  EXPECT_LE(level, before->supported.at("metadata.version").max);
  EXPECT_GE(level, before->supported.at("metadata.version").min);
  const auto too_high =
      static_cast<std::int16_t>(before->supported.at("metadata.version").max + 50);
  const Status refused = admin.UpdateFeatures({{"metadata.version", too_high}}, true, kTimeout);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(), HasSubstr("metadata.version"));
  const Status tried = admin.UpdateFeatures(
      {{"group.version", 0, FeatureChangeKind::kSafeDowngrade}}, true, kTimeout);
  EXPECT_TRUE(tried.ok()) << tried.error();
  EXPECT_EQ(admin.DescribeFeatures(kTimeout)->finalized, before->finalized);
}

TEST_F(AdminsOnKafka, ADeadBrokerIsUnregisteredAndComesBackWhenItStarts) {
  ClusterAdmin& admin = client_->cluster_admin();
  const Status unknown = admin.UnregisterBroker(99, kTimeout);
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().kafka_code(), 102) << unknown.error();
  const Status too_new = admin.UnregisterController(99, kTimeout);
  ASSERT_FALSE(too_new.ok());
  EXPECT_EQ(too_new.error().code(), ErrorCode::kUnimplemented) << too_new.error();
  EXPECT_THAT(too_new.error().message(), HasSubstr("came with Kafka 4.4"));

  const auto registered = [&] {
    const auto cluster = client_->DescribeCluster(kTimeout);
    return !cluster.ok() || std::ranges::any_of(cluster->brokers, [](const BrokerInfo& broker) {
      return broker.id == 4;
    });
  };
  RealCluster& kafka = RealCluster::Shared();
  ASSERT_TRUE(kafka.Kill(4).ok());
  const Status status = admin.UnregisterBroker(4, kTimeout);
  EXPECT_TRUE(status.ok()) << status.error();
  EXPECT_TRUE(WaitFor([&] { return !registered(); }, kLong, "broker 4 to be forgotten"));
  ASSERT_TRUE(kafka.StartAll().ok());
  EXPECT_TRUE(WaitFor(registered, kLong, "broker 4 to be back"));
}

TEST_F(AdminsOnKafka, ConfigResourcesAreListed) {
  MakeTopic("ia-config", {{1}});
  const auto topics = client_->cluster_admin().ListConfigResources({2}, kTimeout);
  ASSERT_TRUE(topics.ok()) << topics.error();
  EXPECT_THAT(*topics, Contains(ConfigResourceName{2, "ia-config"}));
  const auto all = client_->cluster_admin().ListConfigResources({}, kTimeout);
  ASSERT_TRUE(all.ok()) << all.error();
  EXPECT_THAT(*all, Contains(ConfigResourceName{4, "1"}));
}

TEST_F(AdminsOnKafka, OffsetsAreResetDeletedAndTheGroupWithThem) {
  MakeTopic("ia-reset", {{1, 2}, {2, 3}});
  GroupAdmin& admin = client_->group_admin();
  const TopicPartition zero{"ia-reset", 0};
  const TopicPartition one{"ia-reset", 1};
  std::vector<PartitionOutcome> set;
  ASSERT_TRUE(WaitFor(
      [&] {  // the first group of a cluster waits for the offsets topic
        const auto outcomes =
            admin.CommitOffsets("ia-reset-group", {{one, 7, "by hand"}, {zero, 5, ""}}, kTimeout);
        if (outcomes.ok()) set = *outcomes;
        return outcomes.ok() && set.front().error == 0;
      },
      kLong, "the first commit"));
  ASSERT_THAT(set, SizeIs(2));
  EXPECT_EQ(set[0].partition, one);
  EXPECT_EQ(set[1].error, 0);
  EXPECT_EQ(Committed("ia-reset-group", one), 7);
  ASSERT_TRUE(admin.CommitOffsets("ia-reset-group", {{one, 3, ""}}, kTimeout).ok());
  EXPECT_EQ(Committed("ia-reset-group", one), 3);

  const auto deleted = admin.DeleteOffsets("ia-reset-group", {one}, kTimeout);
  ASSERT_TRUE(deleted.ok()) << deleted.error();
  EXPECT_EQ(deleted->front().error, 0);
  EXPECT_EQ(Committed("ia-reset-group", one), std::nullopt);
  EXPECT_EQ(Committed("ia-reset-group", zero), 5);

  const auto gone = admin.DeleteGroups({"ia-reset-group", "ia-never"}, kTimeout);
  ASSERT_TRUE(gone.ok()) << gone.error();
  EXPECT_EQ((*gone)[0].error, 0);
  EXPECT_EQ((*gone)[1].error, 69);
  EXPECT_FALSE(Listed("ia-reset-group").has_value());
}

TEST_F(AdminsOnKafka, AGroupWithMembersRefusesChangesUntilTheyAreRemoved) {
  MakeTopic("ia-busy", {{1, 2}});
  Produce("ia-busy", 10);
  const RunningTool consumer({"console-consumer", "--bootstrap-server",
                              RealCluster::Shared().bootstrap(), "--topic", "ia-busy", "--group",
                              "ia-busy-group", "--consumer-property", "group.protocol=classic"});
  const auto members = Assigned("ia-busy-group");
  ASSERT_THAT(members, SizeIs(1));
  GroupAdmin& admin = client_->group_admin();
  const auto set = admin.CommitOffsets("ia-busy-group", {{{"ia-busy", 0}, 1, ""}}, kTimeout);
  ASSERT_TRUE(set.ok()) << set.error();
  EXPECT_EQ(set->front().error, 25);
  const auto gone = admin.DeleteGroups({"ia-busy-group"}, kTimeout);
  ASSERT_TRUE(gone.ok()) << gone.error();
  EXPECT_EQ(gone->front().error, 68);
  const auto offsets = admin.DeleteOffsets("ia-busy-group", {{"ia-busy", 0}}, kTimeout);
  ASSERT_TRUE(offsets.ok()) << offsets.error();
  EXPECT_EQ(offsets->front().error, 86);

  const auto removed = admin.RemoveMembers(
      "ia-busy-group", {{members[0].member_id, std::nullopt}, {"nobody", std::nullopt}},
      "this test", kTimeout);
  ASSERT_TRUE(removed.ok()) << removed.error();
  ASSERT_THAT(*removed, SizeIs(2));
  EXPECT_EQ((*removed)[0].error, 0);
  EXPECT_EQ((*removed)[1].error, 25);
}

TEST_F(AdminsOnKafka, ShareGroupsTellMembersAndStartOffsets) {
  MakeTopic("ia-share", {{1, 2}});
  const RunningTool consumer({"org.apache.kafka.tools.consumer.ConsoleShareConsumer",
                              "--bootstrap-server", RealCluster::Shared().bootstrap(), "--topic",
                              "ia-share", "--group", "ia-share-group"});
  const auto members = Assigned("ia-share-group");
  ASSERT_THAT(members, SizeIs(1));
  EXPECT_THAT(members[0].assigned, ElementsAre(TopicPartition{"ia-share", 0}));
  EXPECT_EQ(Listed("ia-share-group")->type, "share");
  Produce("ia-share", 5);
  RealCluster& kafka = RealCluster::Shared();
  std::string tool;
  std::vector<ShareOffset> offsets;
  EXPECT_TRUE(WaitFor(
      [&] {
        const auto told =
            kafka.RunTool({"share-groups", "--describe", "--offsets", "--group", "ia-share-group"});
        const auto answer = client_->FetchShareOffsets({"ia-share-group"}, kTimeout);
        if (!told.ok() || !answer.ok() || answer->front().error != 0) return false;
        tool = told->out;
        offsets = answer->front().offsets;
        if (offsets.size() != 1 || offsets[0].start_offset == kUnknownCount) return false;
        // GROUP TOPIC PARTITION START-OFFSET LAG, separated by blanks
        const std::regex line("ia-share-group +ia-share +0 +" +
                              std::to_string(offsets[0].start_offset) + " +" +
                              std::to_string(offsets[0].lag) + "\\b");
        return std::regex_search(tool, line);
      },
      kLong, "our offsets to be those of Kafka's own tool"))
      << tool;
  ASSERT_THAT(offsets, SizeIs(1));
  EXPECT_EQ(offsets[0].partition, (TopicPartition{"ia-share", 0}));
  EXPECT_LE(offsets[0].start_offset + offsets[0].lag, 5);
}

TEST_F(AdminsOnKafka, ATransactionThatStaysOpenIsSeenFromAllSides) {
  MakeTopic("ia-tx", {{1, 2}, {2, 3}});
  const RunningTool producer({"producer-perf", "--topic", "ia-tx", "--num-records", "100000",
                              "--record-size", "10", "--throughput", "20", "--transactional-id",
                              "ia-tx-id", "--transaction-duration-ms", "600000", "--producer-props",
                              "bootstrap.servers=" + RealCluster::Shared().bootstrap()});
  TransactionAdmin& admin = client_->transaction_admin();
  TransactionListing listing;
  ASSERT_TRUE(WaitFor(
      [&] {
        const auto listings = admin.ListTransactions({{"Ongoing"}, {}, -1}, kTimeout);
        if (!listings.ok()) return false;
        const auto it =
            std::ranges::find(listings->transactions, "ia-tx-id", &TransactionListing::id);
        if (it == listings->transactions.end()) return false;
        listing = *it;
        return true;
      },
      kLong, "the transaction to be ongoing"));
  const auto described = admin.DescribeTransactions({"ia-tx-id", "ia-no-id"}, kTimeout);
  ASSERT_TRUE(described.ok()) << described.error();
  EXPECT_EQ((*described)[0].error, 0);
  EXPECT_EQ((*described)[0].state, "Ongoing");
  EXPECT_EQ((*described)[0].producer_id, listing.producer_id);
  EXPECT_EQ((*described)[0].coordinator, listing.coordinator);
  EXPECT_GT((*described)[0].start_ms, 1'600'000'000'000);
  ASSERT_FALSE((*described)[0].partitions.empty());
  EXPECT_EQ((*described)[1].error, 105);

  const TopicPartition written = (*described)[0].partitions[0];
  ASSERT_TRUE(WaitFor(
      [&] {
        const auto producers = admin.DescribeProducers({written}, kTimeout);
        return producers.ok() && producers->front().error == 0 &&
               std::ranges::any_of(producers->front().producers, [&](const ProducerInfo& one) {
                 return one.producer_id == listing.producer_id && one.transaction_start_offset >= 0;
               });
      },
      kTimeout, "the leader to know the open transaction"));
  const auto long_ones = admin.ListTransactions({{}, {}, 3'600'000}, kTimeout);
  ASSERT_TRUE(long_ones.ok()) << long_ones.error();
  EXPECT_THAT(long_ones->transactions, IsEmpty()) << "none runs for an hour";
}

}  // namespace
}  // namespace levelwind::kafka
