// How the client behaves towards brokers of which each test says what they do.

#include "kafka/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "kafka/protocol/consumer_protocol.h"
#include "kafka/protocol/messages_configs.h"
#include "kafka/protocol/messages_groups.h"
#include "kafka/protocol/messages_offsets.h"
#include "kafka/protocol/messages_replicas.h"
#include "kafka/protocol/messages_topics.h"
#include "kafka/read_only.h"
#include "tests/kafka/fake_broker.h"
#include "tests/kafka/running_client.h"
#include "tests/kafka/two_brokers.h"

namespace levelwind::kafka {
namespace {

using std::chrono::milliseconds, std::chrono::seconds;
using ::testing::ElementsAre;
using testing::FakeBroker;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Quick;
using testing::RunningClient;
using ::testing::SizeIs;
using testing::TwoBrokers;

using Clock = std::chrono::steady_clock;

ListOffsetsResponse OffsetsFor(const ListOffsetsRequest& request, std::int16_t error,
                               std::int64_t offset) {
  ListOffsetsResponse response;
  for (const auto& topic : request.topics) {
    auto& out = response.topics.emplace_back();
    out.name = topic.name;
    std::set<std::int32_t> numbers;
    for (const auto& partition : topic.partitions) {
      const bool twice = !numbers.insert(partition.partition_index).second;
      out.partitions.push_back({partition.partition_index, twice ? std::int16_t{42} : error,
                                partition.timestamp, offset, 0});
    }
  }
  return response;
}

TEST(ClientOptionsTest, BadOptionsAreRefusedWithTheReason) {
  const auto message = [](ClientOptions options) {
    const auto client = KafkaClient::Create(std::move(options));
    return client.ok() ? std::string("accepted") : client.error().message();
  };
  const auto bootstrap = [&](const std::string& text) {
    ClientOptions options;
    options.bootstrap = {text};
    return message(options);
  };
  EXPECT_THAT(message({}), HasSubstr("no bootstrap broker"));
  EXPECT_THAT(bootstrap("localhost"), HasSubstr("'localhost' is not a broker address: the port"));
  EXPECT_THAT(bootstrap("localhost:0"), HasSubstr("1 to 65535"));
  EXPECT_THAT(bootstrap("localhost:70000"), HasSubstr("1 to 65535"));
  EXPECT_THAT(bootstrap("localhost:9092x"), HasSubstr("1 to 65535"));
  EXPECT_THAT(bootstrap(":9092"), HasSubstr("host is missing"));
  EXPECT_THAT(bootstrap("http://a:9092"), HasSubstr("a URL is not wanted"));
  EXPECT_THAT(bootstrap("::1:9092"), HasSubstr("needs brackets"));
  EXPECT_THAT(bootstrap("a b:9092"), HasSubstr("no host has"));
  EXPECT_EQ(bootstrap("[::1]:9092"), "accepted");
  EXPECT_EQ(bootstrap("kafka-0.svc:9092"), "accepted");
}

TEST(ClientWithoutIoThreadTest, CallsEndAtTheirDeadline) {
  ClientOptions options;
  options.bootstrap = {"127.0.0.1:9"};
  const auto client = *KafkaClient::Create(options);
  EXPECT_EQ(client->DescribeCluster(milliseconds(50)).error().code(), ErrorCode::kDeadlineExceeded);
}

TEST_F(TwoBrokers, StoppingEndsWaitingCalls) {
  one_.Misbehave(ApiKey::kMetadata, FakeBroker::Instead::kHang, 100);
  ClientOptions options = Quick(one_);
  options.request_timeout = seconds(30);
  RunningClient client(options);
  std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds(200));
    client.Stop();
  });
  const auto began = Clock::now();
  const auto cluster = client->DescribeCluster(seconds(20));
  EXPECT_LT(Clock::now() - began, seconds(5));
  ASSERT_FALSE(cluster.ok());
  stopper.join();
  EXPECT_EQ(client->DescribeCluster(seconds(20)).error().code(), ErrorCode::kCancelled);
}

TEST_F(TwoBrokers, VersionsAreNegotiatedWithOldBrokers) {
  one_.set_newest_api_versions(2);
  one_.On<MetadataRequest>([this](const auto& r, auto) { return Metadata(r); }, 0, 8);
  const auto cluster = client()->DescribeCluster(seconds(3));
  ASSERT_TRUE(cluster.ok()) << cluster.error();
  ASSERT_THAT(cluster->brokers, SizeIs(2));
  EXPECT_EQ(cluster->brokers[1].rack, "rack2");
  const auto seen = one_.seen();
  ASSERT_THAT(seen, SizeIs(3));
  EXPECT_EQ(seen[0].version, 4);
  EXPECT_EQ(seen[1].version, 0) << "after a refusal the lowest common version";
  EXPECT_EQ(seen[2].version, 8);
  EXPECT_EQ(seen[2].client_id, "levelwind");
}

TEST_F(TwoBrokers, NegotiationTakesTheVersionThatTheRefusalTells) {
  one_.set_newest_api_versions(3);
  ASSERT_TRUE(client()->DescribeCluster(seconds(3)).ok());
  EXPECT_EQ(one_.seen()[1].version, 3);
}

TEST_F(TwoBrokers, ABrokerTooOldIsToldAsSuch) {
  one_.On<MetadataRequest>([this](const auto& r, auto) { return Metadata(r); }, 0, 5);
  const auto cluster = client()->DescribeCluster(seconds(3));
  ASSERT_FALSE(cluster.ok());
  EXPECT_EQ(cluster.error().code(), ErrorCode::kUnimplemented);
  EXPECT_THAT(cluster.error().message(),
              HasSubstr("offers Metadata versions 0 to 5, but 7 to 12 are needed"));
}

TEST_F(TwoBrokers, FencedBrokersAreAdded) {
  one_.On<DescribeClusterRequest>([](const DescribeClusterRequest& request, auto) {
    EXPECT_TRUE(request.include_fenced_brokers);
    DescribeClusterResponse response;
    response.brokers.push_back({7, "gone", 9092, "r7", true});
    response.brokers.push_back({1, "127.0.0.1", 1, std::nullopt, false});
    return response;
  });
  const auto cluster = client()->DescribeCluster(seconds(3));
  ASSERT_TRUE(cluster.ok()) << cluster.error();
  ASSERT_THAT(cluster->brokers, SizeIs(3));
  EXPECT_EQ(cluster->brokers[2].id, 7);
  EXPECT_TRUE(cluster->brokers[2].fenced);
  EXPECT_FALSE(cluster->brokers[0].fenced);
}

TEST_F(TwoBrokers, AReadLostWithItsConnectionIsSentAgain) {
  const auto dirs = [](const auto&, auto) { return DescribeLogDirsResponse(); };
  one_.On<DescribeLogDirsRequest>(dirs);
  two_.On<DescribeLogDirsRequest>(dirs);
  one_.Misbehave(ApiKey::kDescribeLogDirs, FakeBroker::Instead::kClose);
  const auto answer = client()->DescribeLogDirs({1, 2}, seconds(3));
  ASSERT_TRUE(answer.ok()) << answer.error();
  EXPECT_TRUE(answer->at(1).ok()) << answer->at(1).error();
  EXPECT_TRUE(answer->at(2).ok());
  EXPECT_EQ(one_.Count(ApiKey::kDescribeLogDirs), 2);
}

TEST_F(TwoBrokers, AWriteLostWithItsConnectionIsNotSentAgain) {
  one_.On<AlterPartitionReassignmentsRequest>(
      [](const auto&, auto) { return AlterPartitionReassignmentsResponse(); });
  one_.Misbehave(ApiKey::kAlterPartitionReassignments, FakeBroker::Instead::kClose, 100);
  const auto moved =
      client()->AlterReassignments({{{"t", 0}, std::vector<BrokerId>{2}}}, false, seconds(3));
  ASSERT_FALSE(moved.ok());
  EXPECT_EQ(moved.error().code(), ErrorCode::kUnavailable);
  EXPECT_THAT(moved.error().message(), HasSubstr("read it back"));
  EXPECT_EQ(one_.Count(ApiKey::kAlterPartitionReassignments), 1);
}

TEST_F(TwoBrokers, AWriteThatHangsTimesOutAndIsNotSentAgain) {
  one_.On<DeleteTopicsRequest>([](const auto&, auto) { return DeleteTopicsResponse(); });
  one_.Misbehave(ApiKey::kDeleteTopics, FakeBroker::Instead::kHang, 100);
  const auto deleted = client()->DeleteTopics({"t"}, seconds(5));
  ASSERT_FALSE(deleted.ok());
  EXPECT_EQ(deleted.error().code(), ErrorCode::kDeadlineExceeded);
  EXPECT_EQ(one_.Count(ApiKey::kDeleteTopics), 1);
}

TEST_F(TwoBrokers, NotControllerLeadsToTheRealOne) {
  const auto refuse = [this](const auto&, auto) {
    controller_ = 2;
    AlterPartitionReassignmentsResponse response;
    response.error_code = 41;
    return response;
  };
  one_.On<AlterPartitionReassignmentsRequest>(refuse);
  two_.On<AlterPartitionReassignmentsRequest>(
      [](const AlterPartitionReassignmentsRequest& request, std::int16_t version) {
        EXPECT_EQ(version, 1);
        EXPECT_FALSE(request.allow_replication_factor_change);
        AlterPartitionReassignmentsResponse response;
        response.responses.push_back({"t", {{0, 0, std::nullopt}}});
        return response;
      });
  const auto moved =
      client()->AlterReassignments({{{"t", 0}, std::vector<BrokerId>{2}}}, false, seconds(3));
  ASSERT_TRUE(moved.ok()) << moved.error();
  EXPECT_THAT(*moved, SizeIs(1));
  EXPECT_EQ(two_.Count(ApiKey::kAlterPartitionReassignments), 1);
}

TEST_F(TwoBrokers, ReassignmentsAreSentInChunksOfAThousand) {
  std::vector<std::size_t> sizes;
  one_.On<AlterPartitionReassignmentsRequest>([&](const auto& request, auto) {
    AlterPartitionReassignmentsResponse response;
    std::size_t size = 0;
    for (const auto& topic : request.topics) {
      auto& out = response.responses.emplace_back();
      out.name = topic.name;
      for (const auto& partition : topic.partitions) {
        out.partitions.push_back({partition.partition_index, 0, std::nullopt});
        ++size;
      }
    }
    sizes.push_back(size);
    return response;
  });
  std::vector<ReassignmentRequest> requests;
  for (std::int32_t i = 0; i < 2500; ++i) requests.push_back({{"t", i}, std::vector<BrokerId>{1}});
  const auto moved = client()->AlterReassignments(requests, false, seconds(5));
  ASSERT_TRUE(moved.ok()) << moved.error();
  EXPECT_THAT(*moved, SizeIs(2500));
  EXPECT_THAT(sizes, ElementsAre(1000, 1000, 500));
}

TEST_F(TwoBrokers, WritesGoOverAConnectionOfTheirOwn) {
  one_.On<ElectLeadersRequest>([](const auto&, auto) {
    ElectLeadersResponse response;
    response.replica_election_results.push_back(
        {"t", {{0, 84, "not needed"}, {1, 80, "not in sync"}}});
    return response;
  });
  const auto elected = client()->ElectPreferredLeaders({{"t", 0}, {"t", 1}}, seconds(3));
  ASSERT_TRUE(elected.ok()) << elected.error();
  EXPECT_EQ((*elected)[0].error, 0);
  EXPECT_EQ((*elected)[1].error, 80);
  int reads = 0;
  int writes = 0;
  for (const auto& seen : one_.seen()) {
    if (seen.api == ApiKey::kMetadata) reads = seen.connection;
    if (seen.api == ApiKey::kElectLeaders) writes = seen.connection;
  }
  EXPECT_NE(reads, writes);
}

// A real broker works on one request per connection at a time and waits for the controller with
// those that it passes on: the collectors' look at a cluster whose controller hung lost a second
// broker's log dirs that way.
TEST_F(TwoBrokers, AControllerThatHangsDelaysNoOtherRead) {
  one_.On<ListPartitionReassignmentsRequest>(
      [](const auto&, auto) { return ListPartitionReassignmentsResponse(); });
  one_.Misbehave(ApiKey::kListPartitionReassignments, FakeBroker::Instead::kHang);
  const auto moves = client()->ListReassignments({}, milliseconds(300));
  ASSERT_FALSE(moves.ok());
  EXPECT_EQ(moves.error().code(), ErrorCode::kDeadlineExceeded);
  const auto cluster = client()->DescribeCluster(milliseconds(300));
  EXPECT_TRUE(cluster.ok()) << cluster.error();
  std::set<int> connections;
  for (const auto& seen : one_.seen()) {
    if (seen.api == ApiKey::kListPartitionReassignments) connections.insert(seen.connection);
    if (seen.api == ApiKey::kMetadata) connections.insert(seen.connection);
  }
  EXPECT_EQ(connections.size(), 2u);
}

TEST_F(TwoBrokers, OffsetsComeFromEachLeaderAndNoRequestNamesAPartitionTwice) {
  one_.On<ListOffsetsRequest>([](const auto& r, auto) { return OffsetsFor(r, 0, 11); });
  two_.On<ListOffsetsRequest>([](const auto& r, auto) { return OffsetsFor(r, 0, 22); });
  const auto answers = client()->ListOffsets(
      {{{"t", 1}, kLatestOffset}, {{"t", 0}, kLatestOffset}, {{"t", 0}, kEarliestOffset}},
      seconds(3));
  ASSERT_TRUE(answers.ok()) << answers.error();
  EXPECT_EQ((*answers)[0].offset, 22);
  EXPECT_EQ((*answers)[1].offset, 11);
  EXPECT_EQ((*answers)[2].error, 0);
  EXPECT_EQ((*answers)[2].timestamp, kEarliestOffset);
  EXPECT_EQ(one_.Count(ApiKey::kListOffsets), 2);
  EXPECT_EQ(two_.Count(ApiKey::kListOffsets), 1);
}

TEST_F(TwoBrokers, ANewLeaderIsLookedUp) {
  one_.On<ListOffsetsRequest>([this](const auto& r, auto) {
    leaders_[0] = 2;
    return OffsetsFor(r, 6, -1);
  });
  two_.On<ListOffsetsRequest>([](const auto& r, auto) { return OffsetsFor(r, 0, 22); });
  const auto answers = client()->ListOffsets({{{"t", 0}, kLatestOffset}}, seconds(3));
  ASSERT_TRUE(answers.ok()) << answers.error();
  EXPECT_EQ(answers->front().error, 0);
  EXPECT_EQ(answers->front().offset, 22);
}

TEST_F(TwoBrokers, PartitionsWithoutLeaderOrTopicAnswerWithACode) {
  leaders_[0] = -1;
  const auto answers = client()->ListOffsets({{{"t", 0}, -1}, {{"nope", 0}, -1}}, seconds(3));
  ASSERT_TRUE(answers.ok()) << answers.error();
  EXPECT_EQ((*answers)[0].error, 5);
  EXPECT_EQ((*answers)[1].error, 3);
  EXPECT_EQ((*answers)[0].offset, kUnknownCount);
}

TEST_F(TwoBrokers, SpecialTimesDemandAVersionThatKnowsThem) {
  one_.On<ListOffsetsRequest>([](const auto& r, auto) { return OffsetsFor(r, 0, 0); }, 1, 6);
  EXPECT_TRUE(client()->ListOffsets({{{"t", 0}, -2}}, seconds(3)).ok());
  const auto answers = client()->ListOffsets({{{"t", 0}, -3}}, seconds(3));
  ASSERT_FALSE(answers.ok());
  EXPECT_EQ(answers.error().code(), ErrorCode::kUnimplemented);
  EXPECT_EQ(client()->ListOffsets({{{"t", 0}, -9}}, seconds(3)).error().code(),
            ErrorCode::kInvalidArgument);
}

FindCoordinatorResponse CoordinatorsFor(const FindCoordinatorRequest& request,
                                        std::int16_t version) {
  FindCoordinatorResponse response;
  response.node_id = request.key == "b" ? 2 : 1;  // up to v3
  for (const std::string& key : request.coordinator_keys) {
    if (version >= 4) response.coordinators.push_back({key, key == "b" ? 2 : 1, "", 0, 0, {}});
  }
  return response;
}

OffsetFetchResponse CommitsFor(const OffsetFetchRequest& request, std::int16_t version) {
  OffsetFetchResponse response;
  if (version < 8) {
    response.topics.push_back({"t", {{0, 5, -1, "", 0}, {1, -1, -1, "", 0}}});
    return response;
  }
  EXPECT_FALSE(request.require_stable);
  for (const auto& group : request.groups) {
    EXPECT_FALSE(group.topics.has_value()) << "all topics are asked for";
    response.groups.push_back(
        {group.group_id, {{"t", {{0, 7, -1, "", 0}, {1, -1, -1, "", 0}}}}, 0});
  }
  return response;
}

TEST_F(TwoBrokers, OffsetsOfManyGroupsTakeOneRequestPerCoordinator) {
  for (FakeBroker* broker : {&one_, &two_}) {
    broker->On<FindCoordinatorRequest>(CoordinatorsFor);
    broker->On<OffsetFetchRequest>(CommitsFor);
  }
  const auto offsets = client()->FetchGroupOffsets({"a", "b", "c", "d"}, seconds(3));
  ASSERT_TRUE(offsets.ok()) << offsets.error();
  ASSERT_THAT(*offsets, SizeIs(4));
  EXPECT_EQ((*offsets)[1].group, "b");
  ASSERT_THAT((*offsets)[1].offsets, SizeIs(1)) << "no commit is no entry";
  EXPECT_EQ((*offsets)[1].offsets[0].offset, 7);
  EXPECT_EQ(one_.Count(ApiKey::kFindCoordinator) + two_.Count(ApiKey::kFindCoordinator), 1);
  EXPECT_EQ(one_.Count(ApiKey::kOffsetFetch), 1);
  EXPECT_EQ(two_.Count(ApiKey::kOffsetFetch), 1);
}

TEST_F(TwoBrokers, OffsetsOfOldBrokersTakeOneRequestPerGroup) {
  for (FakeBroker* broker : {&one_, &two_}) {
    broker->On<FindCoordinatorRequest>(CoordinatorsFor, 0, 3);
    broker->On<OffsetFetchRequest>(CommitsFor, 0, 7);
  }
  const auto offsets = client()->FetchGroupOffsets({"a", "b", "c"}, seconds(3));
  ASSERT_TRUE(offsets.ok()) << offsets.error();
  for (const GroupOffsets& group : *offsets) {
    ASSERT_THAT(group.offsets, SizeIs(1)) << group.group;
    EXPECT_EQ(group.offsets[0].offset, 5);
  }
  EXPECT_EQ(two_.Count(ApiKey::kOffsetFetch), 1);
  EXPECT_EQ(one_.Count(ApiKey::kOffsetFetch), 2);
}

TEST_F(TwoBrokers, AMovedCoordinatorIsFoundAgain) {
  std::atomic<bool> moved = false;
  const auto find = [&](const FindCoordinatorRequest& request, auto) {
    FindCoordinatorResponse response;
    for (const auto& key : request.coordinator_keys) {
      response.coordinators.push_back({key, moved ? 2 : 1, "", 0, 0, {}});
    }
    return response;
  };
  one_.On<FindCoordinatorRequest>(find);
  two_.On<FindCoordinatorRequest>(find);
  one_.On<OffsetFetchRequest>([&](const auto& request, std::int16_t version) {
    moved = true;
    OffsetFetchResponse response = CommitsFor(request, version);
    for (auto& group : response.groups) group.error_code = 16;
    return response;
  });
  two_.On<OffsetFetchRequest>(CommitsFor);
  const auto offsets = client()->FetchGroupOffsets({"a"}, seconds(3));
  ASSERT_TRUE(offsets.ok()) << offsets.error();
  EXPECT_EQ(offsets->front().error, 0);
  EXPECT_THAT(offsets->front().offsets, SizeIs(1));
}

TEST_F(TwoBrokers, GroupsAreListedFromEveryBrokerAndSilentBrokersAreNamed) {
  one_.On<ListGroupsRequest>([](const auto&, auto) {
    ListGroupsResponse response;
    response.groups.push_back({"g", "consumer", "Stable", "classic"});
    return response;
  });
  two_.On<ListGroupsRequest>([](const auto&, auto) { return ListGroupsResponse(); });
  two_.Misbehave(ApiKey::kListGroups, FakeBroker::Instead::kHang, 100);
  const auto groups = client()->ListGroups(seconds(3));
  ASSERT_TRUE(groups.ok()) << groups.error();
  ASSERT_THAT(groups->groups, SizeIs(1));
  EXPECT_EQ(groups->groups[0].coordinator, 1);
  EXPECT_EQ(groups->groups[0].type, "classic");
  EXPECT_THAT(groups->unreachable, ElementsAre(2));
}

TEST_F(TwoBrokers, GroupsAreDescribedByTheCallOfTheirKind) {
  one_.On<DescribeGroupsRequest>([](const DescribeGroupsRequest& request, auto) {
    DescribeGroupsResponse response;
    for (const std::string& name : request.groups) {
      auto& group = response.groups.emplace_back();
      group.group_id = name;
      group.group_state = name == "old-848" ? "Dead" : "Stable";
      group.protocol_type = name == "connect" ? "connect" : "consumer";
      auto& member = group.members.emplace_back();
      member.client_id = "c";
      member.member_assignment = WriteAssignment(std::vector<TopicPartition>{{"t", 1}});
      if (name == "connect") member.member_assignment.data = {1, 2, 3};
    }
    return response;
  });
  one_.On<ConsumerGroupDescribeRequest>([](const ConsumerGroupDescribeRequest& request, auto) {
    ConsumerGroupDescribeResponse response;
    for (const std::string& name : request.group_ids) {
      auto& group = response.groups.emplace_back();
      group.group_id = name;
      group.group_state = "Stable";
      group.members.emplace_back().assignment.topic_partitions.push_back({{}, "t", {0}});
    }
    return response;
  });
  const auto listing = [](const std::string& name, const std::string& type) {
    return GroupListing{name, "consumer", "Stable", type, 1};
  };
  const auto described = client()->DescribeGroups(
      {listing("plain", "classic"), listing("connect", "classic"), listing("new", "consumer"),
       listing("old-848", ""), listing("shared", "share")},
      seconds(3));
  ASSERT_TRUE(described.ok()) << described.error();
  ASSERT_THAT(*described, SizeIs(5));
  EXPECT_THAT((*described)[0].members[0].assigned, ElementsAre(TopicPartition{"t", 1}));
  EXPECT_THAT((*described)[1].members[0].assigned, IsEmpty());
  EXPECT_THAT((*described)[2].members[0].assigned, ElementsAre(TopicPartition{"t", 0}));
  EXPECT_EQ((*described)[3].type, "consumer");
  EXPECT_EQ((*described)[3].state, "Stable");
  EXPECT_EQ((*described)[4].error, 35) << "members of share groups are unknown, not none";
}

TEST_F(TwoBrokers, BrokerConfigsGoToThatBrokerAndThoseOfADeadOneToTheController) {
  const auto alter = [](const IncrementalAlterConfigsRequest& request, auto) {
    IncrementalAlterConfigsResponse response;
    for (const auto& resource : request.resources) {
      EXPECT_THAT(resource.configs, SizeIs(2)) << "one entry per resource";
      response.responses.push_back(
          {0, std::nullopt, resource.resource_type, resource.resource_name});
    }
    return response;
  };
  one_.On<IncrementalAlterConfigsRequest>(alter);
  two_.On<IncrementalAlterConfigsRequest>(alter);
  const auto change = [](const std::string& broker, const std::string& key) {
    return ConfigChange{{ConfigResourceType::kBroker, broker}, key, ConfigOp::kSet, "1"};
  };
  const auto outcomes = client()->AlterConfigs(
      {change("2", "x"), change("9", "x"), change("2", "y"), change("9", "y")}, seconds(3));
  ASSERT_TRUE(outcomes.ok()) << outcomes.error();
  ASSERT_THAT(*outcomes, SizeIs(2));
  EXPECT_EQ((*outcomes)[0].resource.name, "2");
  EXPECT_EQ(one_.Count(ApiKey::kIncrementalAlterConfigs), 1);
  EXPECT_EQ(two_.Count(ApiKey::kIncrementalAlterConfigs), 1);
}

TEST_F(TwoBrokers, A17_ThrottleTimeIsObeyed) {
  one_.On<DescribeLogDirsRequest>([](const auto&, auto) {
    DescribeLogDirsResponse response;
    response.throttle_time_ms = 300;
    return response;
  });
  ASSERT_TRUE(client()->DescribeLogDirs({1}, seconds(3)).ok());
  const auto began = Clock::now();
  ASSERT_TRUE(client()->DescribeLogDirs({1}, seconds(3))->at(1).ok());
  EXPECT_GE(Clock::now() - began, milliseconds(250));
}

NewTopic NamedTopic(const std::string& name) {
  NewTopic topic;
  topic.name = name;
  return topic;
}

TEST_F(TwoBrokers, ObserveModeSendsNoWrite_I15) {
  ClientOptions options = Quick(one_);
  options.read_only = true;
  RunningClient observer(options);
  ASSERT_TRUE(observer->DescribeCluster(seconds(3)).ok());
  const auto code = [](const auto& result) {
    return result.ok() ? ErrorCode::kInternal : result.error().code();
  };
  EXPECT_EQ(code(observer->AlterReassignments({{{"t", 0}, {}}}, true, seconds(1))),
            ErrorCode::kPermissionDenied);
  EXPECT_EQ(code(observer->ElectPreferredLeaders({{"t", 0}}, seconds(1))),
            ErrorCode::kPermissionDenied);
  EXPECT_EQ(code(observer->CreateTopics({NamedTopic("x")}, seconds(1))),
            ErrorCode::kPermissionDenied);
  EXPECT_EQ(code(observer->DeleteTopics({"t"}, seconds(1))), ErrorCode::kPermissionDenied);
  const ConfigChange topic{{ConfigResourceType::kTopic, "t"}, "k", ConfigOp::kSet, "1"};
  const ConfigChange broker{{ConfigResourceType::kBroker, "2"}, "k", ConfigOp::kSet, "1"};
  EXPECT_EQ(code(observer->AlterConfigs({topic}, seconds(1))), ErrorCode::kPermissionDenied);
  EXPECT_EQ(code(observer->AlterConfigs({broker}, seconds(1))), ErrorCode::kPermissionDenied);
  for (const FakeBroker* fake : {&one_, &two_}) {
    for (const auto& seen : fake->seen()) EXPECT_TRUE(IsReadOnly(seen.api));
  }
}

TEST(ReadOnlyListTest, HoldsNoWrite_I15) {
  for (const ApiKey write :
       {ApiKey::kOffsetCommit, ApiKey::kCreateTopics, ApiKey::kDeleteTopics, ApiKey::kElectLeaders,
        ApiKey::kIncrementalAlterConfigs, ApiKey::kAlterPartitionReassignments}) {
    EXPECT_FALSE(IsReadOnly(write));
  }
  EXPECT_FALSE(IsReadOnly(static_cast<ApiKey>(999))) << "what is not listed is a write";
}

TEST_F(TwoBrokers, ADeadBrokerFailsAtOnceWhileItIsRemembered) {
  one_.On<DescribeLogDirsRequest>([](const auto&, auto) { return DescribeLogDirsResponse(); });
  two_.Misbehave(ApiKey::kApiVersions, FakeBroker::Instead::kHang, 1000);
  const auto first = client()->DescribeLogDirs({1, 2}, seconds(3));
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(first->at(1).ok());
  EXPECT_FALSE(first->at(2).ok());
  const auto began = Clock::now();
  const auto second = client()->DescribeLogDirs({1, 2}, seconds(3));
  EXPECT_LT(Clock::now() - began, milliseconds(300)) << "the same timeout is not waited for again";
  EXPECT_FALSE(second->at(2).ok());
}

TEST_F(TwoBrokers, StatsCountRequestsAndBytes) {
  ASSERT_TRUE(client()->DescribeCluster(seconds(3)).ok());
  const ClientStats stats = client()->Stats();
  ASSERT_TRUE(stats.apis.contains("Metadata"));
  EXPECT_EQ(stats.apis.at("Metadata").requests, 1U);
  EXPECT_GT(stats.apis.at("Metadata").bytes_in, 50U);
  EXPECT_EQ(stats.connects, 1U);
  EXPECT_EQ(client()->requests_sent(), 2U) << "ApiVersions and Metadata";
}

}  // namespace
}  // namespace levelwind::kafka
