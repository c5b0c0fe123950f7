// What real Kafka makes of offsets that are put back and of static members that are removed.
#include "actions/scaling/offset_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kafka/client.h"
#include "store/journal.h"
#include "tests/integration_kafka/running_tool.h"
#include "tests/kafka/running_client.h"
#include "tests/kafka_cluster/paths.h"
#include "tests/kafka_cluster/real_cluster.h"
#include "tests/kafka_cluster/wait_for.h"
#include "tests/support/scaling_builder.h"

namespace levelwind::actions {
namespace {

using levelwind::testing::RealCluster;
using levelwind::testing::RealClusterOptions;
using levelwind::testing::RunningTool;
using levelwind::testing::WaitFor;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

RealCluster& Kafka() {
  static RealClusterOptions options = [] {
    RealClusterOptions one;
    one.brokers = 1;
    one.racks = "r1";
    one.log_dirs = 1;
    return one;
  }();
  return RealCluster::Shared(options);
}

class OffsetGuardOnKafka : public ::testing::Test {
 protected:
  OffsetGuardOnKafka() : client_(Options()) {
    journal_ = *store::Journal::Open(directory_.path() + "/state");
    log_ = std::make_unique<ActionLog>(*journal_, clock_);
    store::ScalingRecordOptions options;
    options.directory = directory_.path() + "/record";
    record_ = *store::ScalingRecord::Open(options);
    guard_ = std::make_unique<OffsetGuard>(*client_, client_->group_admin(), *record_, *log_,
                                           clock_, 20s);
  }
  static kafka::ClientOptions Options() {
    kafka::ClientOptions options;
    options.bootstrap = Kafka().bootstrap_list();
    return options;
  }
  static void MakeTopic(const std::string& name, int partitions) {
    kafka::NewTopic topic;
    topic.name = name;
    topic.assignments.assign(static_cast<std::size_t>(partitions), {1});
    ASSERT_TRUE(Kafka().CreateTopic(topic).ok());
  }
  static void Produce(const std::string& topic, int records) {
    const auto made =
        Kafka().RunTool({"producer-perf", "--topic", topic, "--num-records",
                         std::to_string(records), "--record-size", "100", "--throughput", "-1",
                         "--producer-props", "bootstrap.servers=" + Kafka().bootstrap(),
                         // The usual one fills one partition after the other.
                         "partitioner.class="
                         "org.apache.kafka.clients.producer.RoundRobinPartitioner"});
    ASSERT_TRUE(made.ok()) << made.error();
  }
  void Commit(const std::string& group, const std::vector<kafka::OffsetReset>& offsets) {
    ASSERT_TRUE(WaitFor(
        [&] {  // the first group of a cluster waits for the offsets topic
          const auto outcomes = client_->group_admin().CommitOffsets(group, offsets, 20s);
          return outcomes.ok() && outcomes->front().error == 0;
        },
        60s, "the commit"));
  }
  std::map<TopicPartition, std::int64_t> Committed(const std::string& group) {
    std::map<TopicPartition, std::int64_t> found;
    const auto answer = client_->FetchGroupOffsets({group}, 20s);
    if (!answer.ok()) return found;
    for (const auto& one : answer->at(0).offsets) found[one.partition] = one.offset;
    return found;
  }

  levelwind::testing::TempDir directory_{"offset-guard"};
  SystemClock clock_;
  kafka::testing::RunningClient client_;
  std::unique_ptr<store::Journal> journal_;
  std::unique_ptr<ActionLog> log_;
  std::unique_ptr<store::ScalingRecord> record_;
  std::unique_ptr<OffsetGuard> guard_;
};

TEST_F(OffsetGuardOnKafka, PutsBackWhatKafkaForgotAndNothingElse) {
  MakeTopic("is-orders", 3);
  Produce("is-orders", 300);
  const TopicPartition zero{"is-orders", 0}, one{"is-orders", 1}, two{"is-orders", 2};
  Commit("is-group", {{zero, 10, ""}, {one, 11, ""}, {two, 12, ""}});
  ASSERT_TRUE(guard_->Save("is-group").ok());
  // As after offsets.retention.minutes, and one that somebody set since.
  ASSERT_TRUE(client_->group_admin().DeleteOffsets("is-group", {zero, two}, 20s).ok());
  Commit("is-group", {{one, 5, ""}});
  const auto restored = guard_->Restore("is-group");
  ASSERT_TRUE(restored.ok()) << restored.error();
  EXPECT_EQ(restored->put_back.size(), 2U);
  EXPECT_EQ(restored->kept, 1U);
  EXPECT_EQ(Committed("is-group"),
            (std::map<TopicPartition, std::int64_t>{{zero, 10}, {one, 5}, {two, 12}}));
  // The whole group gone: it is made anew.
  ASSERT_TRUE(client_->group_admin().DeleteGroups({"is-group"}, 20s).ok());
  ASSERT_TRUE(Committed("is-group").empty());
  ASSERT_TRUE(guard_->Restore("is-group").ok());
  EXPECT_EQ(Committed("is-group").size(), 3U);
  // A topic of the same name that is another one.
  ASSERT_TRUE(client_->group_admin().DeleteGroups({"is-group"}, 20s).ok());
  ASSERT_TRUE(client_->DeleteTopics({"is-orders"}, 20s).ok());
  const auto made = [&] {
    kafka::NewTopic topic;
    topic.name = "is-orders";
    topic.assignments.assign(3, {1});
    return Kafka().CreateTopic(topic).ok();
  };
  ASSERT_TRUE(WaitFor(made, 60s, "the topic to be made again"));
  const auto other = guard_->Restore("is-group");
  ASSERT_TRUE(other.ok()) << other.error();
  EXPECT_EQ(other->skipped.size(), 3U);
  EXPECT_TRUE(Committed("is-group").empty());
}

TEST_F(OffsetGuardOnKafka, StaticMembersOfPodsThatAreGoneAreRemoved) {
  MakeTopic("is-static", 2);
  Produce("is-static", 10);
  const auto consumer = [](const char* instance) {
    return RunningTool({"console-consumer", "--bootstrap-server", Kafka().bootstrap(), "--topic",
                        "is-static", "--group", "is-static-group", "--consumer-property",
                        "group.protocol=classic", "--consumer-property",
                        std::string("group.instance.id=") + instance});
  };
  const auto members = [&] {
    kafka::GroupListing listing;
    listing.name = "is-static-group";
    listing.type = "classic";
    const auto groups = client_->DescribeGroups({listing}, 20s);
    return groups.ok() && groups->size() == 1 ? groups->front().members.size() : 0;
  };
  const RunningTool stays = consumer("orders-0");
  {
    const RunningTool goes = consumer("orders-1");
    ASSERT_TRUE(WaitFor([&] { return members() == 2; }, 90s, "two members"));
  }
  EXPECT_EQ(members(), 2U) << "a static member says nothing when it goes";
  ScalingDecision decision =
      levelwind::testing::SomeDecision("is-static-group", 2, 1, clock_.WallNow());
  decision.target = {"statefulset", "", "", "", "shop", "orders"};
  const auto removed = RemoveOrphanedMembers(*client_, client_->group_admin(), *log_, decision,
                                             /*replicas=*/1, 20s);
  ASSERT_TRUE(removed.ok()) << removed.error();
  EXPECT_EQ(*removed, 1U);
  EXPECT_EQ(members(), 1U) << "long before its session of 45 s times out";
  const auto rows = journal_->LoadAudit(10, "");
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(rows->at(0).api, "LeaveGroup");
  EXPECT_EQ(rows->at(0).outcome, "ok");
  EXPECT_THAT(rows->at(0).target, HasSubstr("orders-1"));
}

}  // namespace
}  // namespace levelwind::actions
