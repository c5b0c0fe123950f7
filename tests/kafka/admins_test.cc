// The interfaces beside AdminClient, towards brokers of which each test says what they do.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kafka/client.h"
#include "kafka/protocol/all_messages.h"
#include "kafka/read_only.h"
#include "tests/kafka/fake_broker.h"
#include "tests/kafka/running_client.h"
#include "tests/kafka/two_brokers.h"

namespace levelwind::kafka {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using testing::FakeBroker;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::RunningClient;
using ::testing::SizeIs;

constexpr auto kTimeout = seconds(10);

class Admins : public testing::TwoBrokers {
 protected:
  /// Every broker says that broker `id` coordinates everything, and notes what was asked for.
  void Coordinate(std::atomic<std::int32_t>& id) {
    for (FakeBroker* broker : {&one_, &two_}) {
      broker->On<FindCoordinatorRequest>([&](const FindCoordinatorRequest& request, auto version) {
        key_type_ = request.key_type;
        FindCoordinatorResponse response;
        response.node_id = id;
        for (const std::string& key : request.coordinator_keys) {
          if (version >= 4) response.coordinators.push_back({key, id, "", 0, 0, {}});
        }
        return response;
      });
    }
  }
  std::atomic<std::int8_t> key_type_ = -1;
};

// ---- quotas -------------------------------------------------------------------------------------

TEST_F(Admins, QuotasAreReadWithTheirFractions) {
  one_.On<DescribeClientQuotasRequest>([](const DescribeClientQuotasRequest& request, auto) {
    EXPECT_TRUE(request.strict);
    EXPECT_THAT(request.components, SizeIs(3));
    EXPECT_EQ(request.components[0].match, "alice");
    EXPECT_EQ(request.components[1].match_type, 1);
    EXPECT_FALSE(request.components[1].match.has_value());
    EXPECT_EQ(request.components[2].match_type, 2);
    DescribeClientQuotasResponse response;
    response.entries->push_back({{{"user", "alice"}, {"client-id", std::nullopt}},
                                 {{"request_percentage", 12.5}, {"producer_byte_rate", 1e6}}});
    return response;
  });
  const auto quotas =
      client()->quota_admin().DescribeQuotas({{"user", QuotaMatch::kExact, "alice"},
                                              {"client-id", QuotaMatch::kDefault, ""},
                                              {"ip", QuotaMatch::kAny, ""}},
                                             true, kTimeout);
  ASSERT_TRUE(quotas.ok()) << quotas.error();
  ASSERT_THAT(*quotas, SizeIs(1));
  EXPECT_EQ((*quotas)[0].entity, (QuotaEntity{{"user", "alice"}, {"client-id", std::nullopt}}));
  EXPECT_DOUBLE_EQ((*quotas)[0].values.at("request_percentage"), 12.5);
}

AlterClientQuotasResponse AllAltered(const AlterClientQuotasRequest& request) {
  AlterClientQuotasResponse response;
  for (const auto& entry : request.entries) {
    auto& to = response.entries.emplace_back();
    for (const auto& part : entry.entity) to.entity.push_back({part.entity_type, part.entity_name});
  }
  return response;
}

TEST_F(Admins, QuotaChangesOfOneEntityTravelTogetherAndAThousandEntitiesARequest) {
  std::mutex mutex;
  std::vector<std::size_t> sizes;
  one_.On<AlterClientQuotasRequest>([&](const AlterClientQuotasRequest& request, auto) {
    std::lock_guard lock(mutex);
    sizes.push_back(request.entries.size());
    for (const auto& entry : request.entries) EXPECT_THAT(entry.ops, SizeIs(2));
    EXPECT_TRUE(request.entries[0].ops[1].remove);
    return AllAltered(request);
  });
  std::vector<QuotaChange> changes;
  for (int i = 0; i < 1'500; ++i) {
    const QuotaEntity entity{{"client-id", "c" + std::to_string(i)}};
    changes.push_back({entity, "producer_byte_rate", 1024.0});
    changes.push_back({entity, "consumer_byte_rate", std::nullopt});
  }
  const auto outcomes = client()->quota_admin().AlterQuotas(changes, false, kTimeout);
  ASSERT_TRUE(outcomes.ok()) << outcomes.error();
  EXPECT_THAT(*outcomes, SizeIs(1'500));
  EXPECT_EQ(outcomes->back().entity, changes.back().entity);
  EXPECT_THAT(sizes, ElementsAre(1'000, 500));
}

TEST_F(Admins, AQuotaThatIsNoNumberIsRefusedUnsent) {
  const auto outcome = client()->quota_admin().AlterQuotas(
      {{{{"user", "u"}}, "producer_byte_rate", std::nan("")}}, false, kTimeout);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(one_.Count(ApiKey::kAlterClientQuotas), 0);
}

// ---- topics -------------------------------------------------------------------------------------

TEST_F(Admins, PartitionsAreCreatedByTheController) {
  controller_ = 2;
  two_.On<CreatePartitionsRequest>([](const CreatePartitionsRequest& request, auto) {
    EXPECT_FALSE(request.topics[0].assignments.has_value()) << "null leaves the choice to Kafka";
    EXPECT_EQ(request.topics[1].assignments->at(0).broker_ids, (std::vector<BrokerId>{2, 1}));
    CreatePartitionsResponse response;
    response.results = {{"a", 0, std::nullopt}, {"b", 37, "fewer than now"}};
    return response;
  });
  const auto outcomes =
      client()->topic_admin().CreatePartitions({{"a", 6, {}}, {"b", 3, {{2, 1}}}}, true, kTimeout);
  ASSERT_TRUE(outcomes.ok()) << outcomes.error();
  EXPECT_EQ((*outcomes)[1].error, 37);
  EXPECT_EQ((*outcomes)[1].error_message, "fewer than now");
}

/// Answers at most two partitions a page out of a-0 a-1 a-2 b-0.
DescribeTopicPartitionsResponse Page(const DescribeTopicPartitionsRequest& request) {
  using Response = DescribeTopicPartitionsResponse;
  const std::vector<std::pair<std::string, std::int32_t>> all = {
      {"a", 0}, {"a", 1}, {"a", 2}, {"b", 0}};
  Response response;
  int room = 2;
  for (const auto& [name, number] : all) {
    const bool done = request.cursor &&
                      std::pair(name, number) <
                          std::pair(request.cursor->topic_name, request.cursor->partition_index);
    if (done) continue;
    if (room-- == 0) {
      response.next_cursor = Response::Cursor{name, number};
      break;
    }
    if (response.topics.empty() || response.topics.back().name != name) {
      response.topics.emplace_back().name = name;
    }
    auto& partition = response.topics.back().partitions.emplace_back();
    partition.partition_index = number;
    partition.eligible_leader_replicas = {7};
  }
  return response;
}

TEST_F(Admins, TopicsCutByThePageAreJoined) {
  one_.On<DescribeTopicPartitionsRequest>([](const auto& request, auto) { return Page(request); });
  const auto topics = client()->topic_admin().DescribeTopics({"b", "a"}, kTimeout);
  ASSERT_TRUE(topics.ok()) << topics.error();
  ASSERT_THAT(*topics, SizeIs(2));
  EXPECT_EQ((*topics)[0].name, "a");
  EXPECT_THAT((*topics)[0].partitions, SizeIs(3));
  EXPECT_THAT((*topics)[1].partitions, SizeIs(1));
  EXPECT_THAT(*(*topics)[0].partitions[2].eligible_leaders, ElementsAre(7));
  EXPECT_FALSE((*topics)[0].partitions[2].last_known_eligible.has_value());
  EXPECT_EQ(one_.Count(ApiKey::kDescribeTopicPartitions), 2);
}

TEST_F(Admins, ACursorThatDoesNotGoOnEndsTheCall) {
  one_.On<DescribeTopicPartitionsRequest>([](const auto&, auto) {
    DescribeTopicPartitionsResponse response;
    response.next_cursor = DescribeTopicPartitionsResponse::Cursor{"a", 1};
    return response;
  });
  const auto topics = client()->topic_admin().DescribeTopics({"a"}, kTimeout);
  ASSERT_FALSE(topics.ok());
  EXPECT_EQ(topics.error().code(), ErrorCode::kDataLoss);
  EXPECT_EQ(one_.Count(ApiKey::kDescribeTopicPartitions), 2);
}

TEST_F(Admins, OldBrokersDescribeTopicsThroughMetadata) {
  const auto topics = client()->topic_admin().DescribeTopics({"t"}, kTimeout);
  ASSERT_TRUE(topics.ok()) << topics.error();
  ASSERT_THAT(*topics, SizeIs(1));
  ASSERT_THAT((*topics)[0].partitions, SizeIs(2));
  EXPECT_EQ((*topics)[0].partitions[1].info.leader, 2);
  EXPECT_FALSE((*topics)[0].partitions[1].eligible_leaders.has_value()) << "not told is not none";
}

TEST_F(Admins, LogDirMovesGoToTheirBrokers) {
  const auto move = [](const AlterReplicaLogDirsRequest& request, auto) {
    AlterReplicaLogDirsResponse response;
    for (const auto& dir : request.dirs) {
      for (const auto& topic : dir.topics) {
        auto& to = response.results.emplace_back();
        to.topic_name = topic.name;
        const std::int16_t code = dir.path == "/gone" ? 57 : 0;
        for (const auto number : topic.partitions) to.partitions.push_back({number, code});
      }
    }
    return response;
  };
  one_.On<AlterReplicaLogDirsRequest>(move);
  two_.On<AlterReplicaLogDirsRequest>(move);
  const auto outcomes = client()->topic_admin().MoveReplicaDirs(
      {{{"t", 0}, 2, "/d1"}, {{"t", 0}, 1, "/d2"}, {{"t", 1}, 2, "/gone"}, {{"t", 0}, 9, "/d"}},
      kTimeout);
  ASSERT_TRUE(outcomes.ok()) << outcomes.error();
  ASSERT_THAT(*outcomes, SizeIs(4));
  EXPECT_EQ((*outcomes)[0].error, 0);
  EXPECT_EQ((*outcomes)[1].error, 0);
  EXPECT_EQ((*outcomes)[2].error, 57);
  EXPECT_EQ((*outcomes)[3].error, 13);
  EXPECT_THAT((*outcomes)[3].error_message, HasSubstr("broker 9 is not among the live brokers"));
  EXPECT_EQ(one_.Count(ApiKey::kAlterReplicaLogDirs), 1);
  EXPECT_EQ(two_.Count(ApiKey::kAlterReplicaLogDirs), 1);
}

// ---- groups -------------------------------------------------------------------------------------

OffsetCommitResponse Committed(const OffsetCommitRequest& request, std::int16_t code) {
  EXPECT_EQ(request.generation_id_or_member_epoch, -1);
  EXPECT_EQ(request.member_id, "");
  OffsetCommitResponse response;
  for (const auto& topic : request.topics) {
    auto& to = response.topics.emplace_back();
    to.name = topic.name;
    for (const auto& one : topic.partitions) to.partitions.push_back({one.partition_index, code});
  }
  return response;
}

TEST_F(Admins, ACommitRefusedByAFormerCoordinatorGoesToTheNewOne) {
  std::atomic<std::int32_t> coordinator = 1;
  Coordinate(coordinator);
  one_.On<OffsetCommitRequest>([&](const auto& request, auto) {
    coordinator = 2;
    return Committed(request, 16);
  });
  two_.On<OffsetCommitRequest>([](const auto& request, auto) { return Committed(request, 0); });
  const auto outcomes =
      client()->group_admin().CommitOffsets("g", {{{"t", 1}, 7, ""}, {{"t", 0}, 0, "m"}}, kTimeout);
  ASSERT_TRUE(outcomes.ok()) << outcomes.error();
  ASSERT_THAT(*outcomes, SizeIs(2));
  EXPECT_EQ((*outcomes)[0].partition.partition, 1);
  EXPECT_EQ((*outcomes)[0].error, 0);
  EXPECT_EQ(two_.Count(ApiKey::kOffsetCommit), 1);
}

TEST_F(Admins, ACommitWhoseAnswerIsLostIsNotSentAgain) {
  std::atomic<std::int32_t> coordinator = 1;
  Coordinate(coordinator);
  one_.On<OffsetCommitRequest>([](const auto& request, auto) { return Committed(request, 0); });
  one_.Misbehave(ApiKey::kOffsetCommit, FakeBroker::Instead::kClose);
  const auto outcomes = client()->group_admin().CommitOffsets("g", {{{"t", 1}, 7, ""}}, kTimeout);
  ASSERT_FALSE(outcomes.ok());
  EXPECT_THAT(outcomes.error().message(), HasSubstr("it may have been carried out"));
  EXPECT_EQ(one_.Count(ApiKey::kOffsetCommit), 1);
}

TEST_F(Admins, ANegativeOffsetIsRefusedUnsent) {
  const auto outcomes = client()->group_admin().CommitOffsets("g", {{{"t", 1}, -1, ""}}, kTimeout);
  ASSERT_FALSE(outcomes.ok());
  EXPECT_EQ(outcomes.error().code(), ErrorCode::kInvalidArgument);
}

TEST_F(Admins, DeletedOffsetsAnswerPerPartitionOrForTheGroup) {
  std::atomic<std::int32_t> coordinator = 2;
  Coordinate(coordinator);
  two_.On<OffsetDeleteRequest>([](const OffsetDeleteRequest& request, auto) {
    OffsetDeleteResponse response;
    response.error_code = request.group_id == "none" ? 69 : 0;
    if (response.error_code == 0) response.topics.push_back({"t", {{0, 86}}});
    return response;
  });
  const auto some = client()->group_admin().DeleteOffsets("g", {{"t", 0}, {"t", 1}}, kTimeout);
  ASSERT_TRUE(some.ok()) << some.error();
  EXPECT_EQ((*some)[0].error, 86);
  EXPECT_EQ((*some)[1].error, 13) << "left out of the answer is not success";
  const auto none = client()->group_admin().DeleteOffsets("none", {{"t", 0}}, kTimeout);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().kafka_code(), 69);
}

TEST_F(Admins, GroupsAreDeletedAtTheirCoordinators) {
  std::atomic<std::int32_t> coordinator = 1;
  Coordinate(coordinator);
  const auto answer = [](const DeleteGroupsRequest& request, auto) {
    DeleteGroupsResponse response;
    for (const std::string& name : request.groups_names) {
      response.results.push_back({name, name == "busy" ? std::int16_t{68} : std::int16_t{0}});
    }
    return response;
  };
  one_.On<DeleteGroupsRequest>(answer);
  const auto outcomes = client()->group_admin().DeleteGroups({"busy", "idle"}, kTimeout);
  ASSERT_TRUE(outcomes.ok()) << outcomes.error();
  EXPECT_EQ((*outcomes)[0].error, 68);
  EXPECT_EQ((*outcomes)[1].error, 0);
}

TEST_F(Admins, MembersAreRemovedWithTheReason) {
  std::atomic<std::int32_t> coordinator = 1;
  Coordinate(coordinator);
  one_.On<LeaveGroupRequest>([](const LeaveGroupRequest& request, auto) {
    EXPECT_EQ(request.members[0].reason, "stuck");
    LeaveGroupResponse response;
    response.members = {{"m1", std::nullopt, 0}, {"", "static", 25}};
    return response;
  });
  const auto outcomes = client()->group_admin().RemoveMembers(
      "g", {{"m1", std::nullopt}, {"", "static"}}, "stuck", kTimeout);
  ASSERT_TRUE(outcomes.ok()) << outcomes.error();
  ASSERT_THAT(*outcomes, SizeIs(2));
  EXPECT_EQ((*outcomes)[1].instance_id, "static");
  EXPECT_EQ((*outcomes)[1].error, 25);
}

TEST_F(Admins, ShareAndStreamsGroupsAreDescribedByTheirOwnCalls) {
  one_.On<ShareGroupDescribeRequest>([](const ShareGroupDescribeRequest& request, auto) {
    ShareGroupDescribeResponse response;
    auto& group = response.groups.emplace_back();
    group.group_id = request.group_ids.at(0);
    group.group_state = "Stable";
    group.members.emplace_back().assignment.topic_partitions.push_back({{}, "t", {1}});
    return response;
  });
  one_.On<StreamsGroupDescribeRequest>([](const StreamsGroupDescribeRequest& request, auto) {
    StreamsGroupDescribeResponse response;
    auto& group = response.groups.emplace_back();
    group.group_id = request.group_ids.at(0);
    group.topology = typename decltype(group.topology)::value_type{};
    group.topology->subtopologies.emplace().push_back({"0", {"in"}, {}, {}, {}});
    auto& member = group.members.emplace_back();
    member.member_id = "m";
    member.assignment.active_tasks.push_back({"0", {0, 2}});
    member.assignment.standby_tasks.push_back({"0", {1}});
    return response;
  });
  const auto described = client()->DescribeGroups(
      {{"s", "share", "Stable", "share", 1}, {"k", "streams", "Stable", "streams", 1}}, kTimeout);
  ASSERT_TRUE(described.ok()) << described.error();
  ASSERT_THAT(*described, SizeIs(2));
  EXPECT_EQ((*described)[0].type, "share");
  EXPECT_THAT((*described)[0].members.at(0).assigned, ElementsAre(TopicPartition{"t", 1}));
  EXPECT_EQ((*described)[1].type, "streams");
  EXPECT_THAT((*described)[1].members.at(0).assigned,
              ElementsAre(TopicPartition{"in", 0}, TopicPartition{"in", 2}))
      << "standby tasks consume nothing";
}

TEST_F(Admins, ShareOffsetsThatAreNotKnownAreNotZero) {
  std::atomic<std::int32_t> coordinator = 1;
  Coordinate(coordinator);
  one_.On<DescribeShareGroupOffsetsRequest>(
      [](const DescribeShareGroupOffsetsRequest& request, auto) {
        EXPECT_FALSE(request.groups[0].topics.has_value());
        DescribeShareGroupOffsetsResponse response;
        auto& group = response.groups.emplace_back();
        group.group_id = "s";
        group.topics.push_back({"t", {}, {{0, 40, 0, 2, 0, {}}, {1, -1, 0, -1, 0, {}}}});
        return response;
      });
  const auto offsets = client()->FetchShareOffsets({"s"}, kTimeout);
  ASSERT_TRUE(offsets.ok()) << offsets.error();
  ASSERT_THAT((*offsets)[0].offsets, SizeIs(2));
  EXPECT_EQ((*offsets)[0].offsets[0].start_offset, 40);
  EXPECT_EQ((*offsets)[0].offsets[0].lag, 2);
  EXPECT_EQ((*offsets)[0].offsets[1].start_offset, kUnknownCount);
  EXPECT_EQ((*offsets)[0].offsets[1].lag, kUnknownCount);
}

// ---- cluster ------------------------------------------------------------------------------------

TEST_F(Admins, TheQuorumTellsLeaderAndLags) {
  one_.On<DescribeQuorumRequest>([](const DescribeQuorumRequest& request, auto) {
    EXPECT_EQ(request.topics.at(0).topic_name, "__cluster_metadata");
    DescribeQuorumResponse response;
    auto& topic = response.topics.emplace_back();
    auto& partition = topic.partitions.emplace_back();
    partition.leader_id = 3;
    partition.high_watermark = 90;
    partition.current_voters = {{3, {}, 100, -1, 5}, {4, {}, -1, 7, 8}};
    return response;
  });
  const auto quorum = client()->cluster_admin().DescribeQuorum(kTimeout);
  ASSERT_TRUE(quorum.ok()) << quorum.error();
  EXPECT_EQ(quorum->leader, 3);
  EXPECT_EQ(quorum->high_watermark, 90);
  EXPECT_EQ(quorum->voters[0].log_end_offset, 100);
  EXPECT_EQ(quorum->voters[1].log_end_offset, kUnknownCount);
}

TEST_F(Admins, WhatABrokerLacksIsToldByName) {
  const auto quorum = client()->cluster_admin().DescribeQuorum(kTimeout);
  ASSERT_FALSE(quorum.ok());
  EXPECT_EQ(quorum.error().code(), ErrorCode::kUnimplemented);
  EXPECT_THAT(quorum.error().message(), HasSubstr("DescribeQuorum"));
  EXPECT_THAT(quorum.error().message(), HasSubstr("that came with Kafka 3.3, with KRaft"));
  EXPECT_EQ(client()->quota_admin().DescribeQuotas({}, false, kTimeout).error().code(),
            ErrorCode::kUnimplemented);
  EXPECT_EQ(client()->transaction_admin().ListTransactions({}, kTimeout).error().code(),
            ErrorCode::kUnimplemented);
}

TEST_F(Admins, DowngradesDemandAVersionThatKnowsTheirKinds) {
  one_.On<UpdateFeaturesRequest>(
      [](const UpdateFeaturesRequest& request, auto) {
        EXPECT_FALSE(request.validate_only);
        return UpdateFeaturesResponse();
      },
      0, 0);
  ClusterAdmin& admin = client()->cluster_admin();
  EXPECT_TRUE(
      admin.UpdateFeatures({{"metadata.version", 9, FeatureChangeKind::kUpgrade}}, false, kTimeout)
          .ok());
  for (const bool validate : {true, false}) {
    const auto kind = validate ? FeatureChangeKind::kUpgrade : FeatureChangeKind::kUnsafeDowngrade;
    const Status status = admin.UpdateFeatures({{"metadata.version", 9, kind}}, validate, kTimeout);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), ErrorCode::kUnimplemented);
  }
  EXPECT_EQ(one_.Count(ApiKey::kUpdateFeatures), 1);
}

TEST_F(Admins, ConfigResourcesOfAllTypesDemandTheVersionThatListsThem) {
  one_.On<ListConfigResourcesRequest>(
      [](const auto&, auto) {
        ListConfigResourcesResponse response;
        response.config_resources = {{"b", 16}, {"a", 16}};
        return response;
      },
      0, 0);
  ClusterAdmin& admin = client()->cluster_admin();
  const auto metrics = admin.ListConfigResources({16}, kTimeout);
  ASSERT_TRUE(metrics.ok()) << metrics.error();
  EXPECT_THAT(*metrics, ElementsAre(ConfigResourceName{16, "a"}, ConfigResourceName{16, "b"}));
  EXPECT_EQ(admin.ListConfigResources({}, kTimeout).error().code(), ErrorCode::kUnimplemented);
  EXPECT_EQ(admin.ListConfigResources({2}, kTimeout).error().code(), ErrorCode::kUnimplemented);
}

// ---- transactions -------------------------------------------------------------------------------

TEST_F(Admins, ProducersComeFromEachLeader) {
  const auto answer = [](const DescribeProducersRequest& request, std::int64_t producer) {
    DescribeProducersResponse response;
    for (const auto& topic : request.topics) {
      auto& to = response.topics.emplace_back();
      to.name = topic.name;
      for (const auto number : topic.partition_indexes) {
        to.partitions.push_back({number, 0, std::nullopt, {{producer, 1, 2, 3, 4, 5}}});
      }
    }
    return response;
  };
  one_.On<DescribeProducersRequest>([&](const auto& r, auto) { return answer(r, 100); });
  two_.On<DescribeProducersRequest>([&](const auto& r, auto) { return answer(r, 200); });
  const auto producers =
      client()->transaction_admin().DescribeProducers({{"t", 1}, {"t", 0}, {"u", 0}}, kTimeout);
  ASSERT_TRUE(producers.ok()) << producers.error();
  ASSERT_THAT(*producers, SizeIs(3));
  EXPECT_EQ((*producers)[0].producers.at(0).producer_id, 200);
  EXPECT_EQ((*producers)[1].producers.at(0).producer_id, 100);
  EXPECT_EQ((*producers)[1].producers.at(0).transaction_start_offset, 5);
  EXPECT_EQ((*producers)[2].error, 3);
}

TEST_F(Admins, TransactionsAreListedFromEveryBrokerAndSilentBrokersAreNamed) {
  one_.On<ListTransactionsRequest>([](const ListTransactionsRequest& request, auto version) {
    EXPECT_EQ(request.duration_filter, version >= 1 ? 60'000 : -1);
    ListTransactionsResponse response;
    response.transaction_states.push_back({"tx", 7, "Ongoing"});
    return response;
  });
  two_.On<ListTransactionsRequest>([](const auto&, auto) { return ListTransactionsResponse(); });
  two_.Misbehave(ApiKey::kListTransactions, FakeBroker::Instead::kClose, 1000);
  const auto listings = client()->transaction_admin().ListTransactions({{}, {}, 60'000}, kTimeout);
  ASSERT_TRUE(listings.ok()) << listings.error();
  ASSERT_THAT(listings->transactions, SizeIs(1));
  EXPECT_EQ(listings->transactions[0].coordinator, 1);
  EXPECT_THAT(listings->unreachable, ElementsAre(2));
}

TEST_F(Admins, TransactionsAreDescribedByTheCoordinatorOfTheirId) {
  std::atomic<std::int32_t> coordinator = 2;
  Coordinate(coordinator);
  two_.On<DescribeTransactionsRequest>([](const DescribeTransactionsRequest& request, auto) {
    DescribeTransactionsResponse response;
    for (const std::string& id : request.transactional_ids) {
      auto& one = response.transaction_states.emplace_back();
      one.transactional_id = id;
      one.error_code = id == "none" ? 105 : 0;
      one.topics.push_back({"t", {0, 1}});
    }
    return response;
  });
  const auto described =
      client()->transaction_admin().DescribeTransactions({"none", "tx"}, kTimeout);
  ASSERT_TRUE(described.ok()) << described.error();
  EXPECT_EQ((*described)[0].error, 105);
  EXPECT_EQ((*described)[1].coordinator, 2);
  EXPECT_THAT((*described)[1].partitions, SizeIs(2));
  EXPECT_EQ(key_type_, 1) << "a transactional id is not a group";
}

// ---- rules for all calls ------------------------------------------------------------------------

TEST_F(Admins, SpecialTimesAreAskedOnlyInVersionsThatKnowThem) {
  const std::vector<std::pair<std::int64_t, std::int16_t>> first = {
      {-3, 7}, {-4, 8}, {-5, 9}, {-6, 11}};
  for (const auto& [time, version] : first) {
    SCOPED_TRACE(time);
    for (const bool enough : {false, true}) {
      FakeBroker broker;
      broker.On<MetadataRequest>([&](const auto&, auto) {
        MetadataResponse response = broker.Metadata(1);
        auto& topic = response.topics.emplace_back();
        topic.name = "t";
        topic.partitions.emplace_back().leader_id = 1;
        return response;
      });
      broker.On<ListOffsetsRequest>(
          [](const ListOffsetsRequest& request, auto) {
            ListOffsetsResponse response;
            response.topics.push_back(
                {"t", {{0, 0, request.topics[0].partitions[0].timestamp, 5, 0}}});
            return response;
          },
          4, static_cast<std::int16_t>(enough ? version : version - 1));
      ClientOptions options;
      options.bootstrap = {broker.address()};
      RunningClient running(options);
      const auto answers = running->ListOffsets({{{"t", 0}, time}}, kTimeout);
      EXPECT_EQ(answers.ok(), enough);
      if (!answers.ok()) {
        EXPECT_EQ(answers.error().code(), ErrorCode::kUnimplemented);
      }
      EXPECT_EQ(broker.Count(ApiKey::kListOffsets), enough ? 1 : 0);
    }
  }
}

TEST_F(Admins, ObserveModeSendsNoWriteOfAnyInterface_I15) {
  std::atomic<std::int32_t> coordinator = 1;
  Coordinate(coordinator);
  ClientOptions options = testing::Quick(one_);
  options.read_only = true;
  RunningClient observer(options);
  const auto code = [](const auto& result) {
    return result.ok() ? ErrorCode::kInternal : result.error().code();
  };
  const auto denied = ErrorCode::kPermissionDenied;
  EXPECT_EQ(
      code(observer->quota_admin().AlterQuotas({{{{"user", "u"}}, "k", 1.0}}, false, kTimeout)),
      denied);
  EXPECT_EQ(code(observer->topic_admin().CreatePartitions({{"t", 3, {}}}, false, kTimeout)),
            denied);
  EXPECT_EQ(code(observer->topic_admin().MoveReplicaDirs({{{"t", 0}, 1, "/d"}}, kTimeout)), denied);
  EXPECT_EQ(code(observer->group_admin().CommitOffsets("g", {{{"t", 0}, 1, ""}}, kTimeout)),
            denied);
  EXPECT_EQ(code(observer->group_admin().DeleteOffsets("g", {{"t", 0}}, kTimeout)), denied);
  EXPECT_EQ(code(observer->group_admin().DeleteGroups({"g"}, kTimeout)), denied);
  EXPECT_EQ(code(observer->group_admin().RemoveMembers("g", {{"m", {}}}, "", kTimeout)), denied);
  EXPECT_EQ(code(observer->cluster_admin().UnregisterBroker(9, kTimeout)), denied);
  EXPECT_EQ(code(observer->cluster_admin().UnregisterController(9, kTimeout)), denied);
  EXPECT_EQ(code(observer->cluster_admin().UpdateFeatures({{"f", 1}}, false, kTimeout)), denied);
  for (const FakeBroker* fake : {&one_, &two_}) {
    for (const auto& seen : fake->seen()) EXPECT_TRUE(IsReadOnly(seen.api)) << ApiName(seen.api);
  }
}

TEST(ReadOnlyTable, EveryKnownApiIsOnTheRightSide_I15) {
  const std::set<ApiKey> writes = {ApiKey::kProduce,
                                   ApiKey::kOffsetCommit,
                                   ApiKey::kLeaveGroup,
                                   ApiKey::kSaslHandshake,
                                   ApiKey::kCreateTopics,
                                   ApiKey::kDeleteTopics,
                                   ApiKey::kAlterReplicaLogDirs,
                                   ApiKey::kSaslAuthenticate,
                                   ApiKey::kCreatePartitions,
                                   ApiKey::kDeleteGroups,
                                   ApiKey::kElectLeaders,
                                   ApiKey::kIncrementalAlterConfigs,
                                   ApiKey::kAlterPartitionReassignments,
                                   ApiKey::kOffsetDelete,
                                   ApiKey::kAlterClientQuotas,
                                   ApiKey::kUpdateFeatures,
                                   ApiKey::kUnregisterBroker,
                                   ApiKey::kUnregisterController};
  for (const ApiInfo& api : KnownApis()) {
    EXPECT_EQ(IsReadOnly(api.key), !writes.contains(api.key)) << api.name;
  }
}

}  // namespace
}  // namespace levelwind::kafka
