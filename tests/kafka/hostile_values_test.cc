// Well-formed answers whose values ask for far more memory than they are long: what is built from
// an answer must not follow them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kafka/protocol/messages_cluster.h"
#include "kafka/protocol/messages_groups.h"
#include "tests/kafka/two_brokers.h"
#include "tests/support/process_memory.h"

namespace levelwind::kafka {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::TwoBrokers;

constexpr std::int64_t kMuchKb = (96 << 10) + levelwind::testing::kSanitizerKb;

class HostileValues : public TwoBrokers {
 protected:
  HostileValues() {
    // These answers are large, and slow to make under a sanitizer.
    ClientOptions options = testing::Quick(one_);
    options.request_timeout = seconds(10);
    client_ = std::make_unique<testing::RunningClient>(options);
  }

  Result<std::vector<GroupDescription>> Describe(
      const ConsumerGroupDescribeResponse::Member& member) {
    one_.On<ConsumerGroupDescribeRequest>([&](const auto& request, auto) {
      ConsumerGroupDescribeResponse response;
      for (const std::string& name : request.group_ids) {
        auto& group = response.groups.emplace_back();
        group.group_id = name;
        group.group_state = "Stable";
        group.members = {member};
      }
      return response;
    });
    return client()->DescribeGroups({{"g", "consumer", "Stable", "consumer", 1}}, seconds(20));
  }
};

TEST_F(HostileValues, ATopicNameLongerThanKafkaAllowsIsNotCopiedForEachPartition) {
  ConsumerGroupDescribeResponse::Member member;
  // 30,000 copies of 30 KB would be 900 MB.
  member.assignment.topic_partitions.push_back(
      {{}, std::string(30'000, 'x'), std::vector<std::int32_t>(30'000)});
  const levelwind::testing::RssGrowth growth;
  const auto described = Describe(member);
  ASSERT_TRUE(described.ok()) << described.error();
  ASSERT_THAT(*described, SizeIs(1));
  EXPECT_THAT((*described)[0].members, IsEmpty());
  EXPECT_THAT((*described)[0].error_message, HasSubstr("not believed"));
  EXPECT_LT(growth.kb(), kMuchKb);
}

TEST_F(HostileValues, MorePartitionsThanAnAnswerMayAssignAreNotTaken) {
  ConsumerGroupDescribeResponse::Member member;
  // Six hundred thousand copies of a name of 240 bytes would be 180 MB.
  member.assignment.topic_partitions.push_back(
      {{}, std::string(240, 'x'), std::vector<std::int32_t>(600'000)});
  const levelwind::testing::RssGrowth growth;
  const auto described = Describe(member);
  ASSERT_TRUE(described.ok()) << described.error();
  ASSERT_THAT(*described, SizeIs(1));
  EXPECT_THAT((*described)[0].members, IsEmpty());
  EXPECT_THAT((*described)[0].error_message, HasSubstr("32 MiB"));
  // Frames and values of this test's own fake broker are in it too.
  EXPECT_LT(growth.kb(), kMuchKb);
}

TEST_F(HostileValues, APartitionNumberDoesNotChooseTheSizeOfAnArray) {
  // A thousand topics of one partition each, which is said to be number 900,000: as arrays 3.6 GB.
  for (testing::FakeBroker* broker : {&one_, &two_}) {
    broker->On<MetadataRequest>([this](const auto& request, auto) {
      MetadataResponse response = Metadata(request);
      for (int t = 0; t < 1000; ++t) {
        MetadataResponse::Topic& topic = response.topics.emplace_back();
        topic.name = "topic-" + std::to_string(t);
        MetadataResponse::Partition& partition = topic.partitions.emplace_back();
        partition.partition_index = 900'000;
        partition.leader_id = 1;
      }
      return response;
    });
  }
  const levelwind::testing::RssGrowth growth;
  const auto described = client()->DescribeCluster(seconds(20));
  EXPECT_TRUE(described.ok()) << described.error();
  EXPECT_LT(growth.kb(), kMuchKb);
}

}  // namespace
}  // namespace levelwind::kafka
