// The executor on a real four-broker Kafka: what it sends is what Kafka does, and nothing is left
// behind.

#include "actions/executor.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kafka/client.h"
#include "kafka/data/producer.h"
#include "store/journal.h"
#include "tests/kafka/running_client.h"
#include "tests/kafka_cluster/real_cluster.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind {
namespace {

using levelwind::testing::RealCluster;
using levelwind::testing::TempDir;
using levelwind::testing::WaitFor;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Brokers = std::vector<BrokerId>;

constexpr auto kTimeout = seconds(20);

class ExecutorOnKafka : public ::testing::Test {
 protected:
  ExecutorOnKafka() : state_("executor") {
    kafka::ClientOptions options;
    options.bootstrap = RealCluster::Shared().bootstrap_list();
    client_ = std::make_unique<kafka::testing::RunningClient>(options);
    options_.throttle_bytes_per_s = 500'000;
    options_.poll_interval = std::chrono::milliseconds(500);
  }
  // A test that failed half way must not leave its moves and throttles to the next one.
  void TearDown() override {
    if (executor_ && HasFailure()) {
      for (const OperationView& view : executor_->View()->operations) {
        if (IsTerminal(view.state)) continue;
        static_cast<void>(executor_->Cancel(view.id, "test", "tear down"));
        EXPECT_TRUE(RunToEnd(view.id));
      }
    }
    const Status all = RealCluster::Shared().StartAll();
    EXPECT_TRUE(all.ok()) << all.error();
  }

  kafka::KafkaClient& client() { return **client_; }

  // Opens the journal and recovers, as the daemon does at its start; again after Crash().
  void Start() {
    auto journal = store::Journal::Open(state_.path() + "/state");
    ASSERT_TRUE(journal.ok()) << journal.error();
    journal_ = std::move(journal).value();
    executor_ = std::make_unique<actions::Executor>(client(), *journal_, clock_, options_);
    ASSERT_TRUE(executor_->Recover().ok());
  }
  void Crash() {
    executor_.reset();
    journal_.reset();
  }

  // A topic with `megabytes` in each partition.
  void MakeTopic(const std::string& name, const std::vector<Brokers>& assignments, int megabytes) {
    kafka::NewTopic topic;
    topic.name = name;
    topic.assignments = assignments;
    RealCluster& cluster = RealCluster::Shared();
    const Status made = cluster.CreateTopic(topic);
    ASSERT_TRUE(made.ok()) << made.error();
    kafka::ProducerOptions options;
    options.bootstrap = cluster.bootstrap();
    const auto producer = kafka::Producer::Create(options);
    ASSERT_TRUE(producer.ok()) << producer.error();
    const std::string record(10'000, 'x');
    for (std::size_t p = 0; p < assignments.size(); ++p) {
      for (int i = 0; i < megabytes * 100; ++i) {
        const Status sent =
            (*producer)->Send(name, static_cast<std::int32_t>(p), std::nullopt, record);
        ASSERT_TRUE(sent.ok()) << sent.error();
      }
    }
    const Status flushed = (*producer)->Flush(seconds(60));
    ASSERT_TRUE(flushed.ok()) << flushed.error();
  }

  kafka::TopicInfo Topic(const std::string& name) {
    auto cluster = client().DescribeCluster(kTimeout);
    EXPECT_TRUE(cluster.ok()) << cluster.error();
    if (!cluster.ok()) return {};
    cluster_id_ = cluster->cluster_id;
    const auto found = std::ranges::find(cluster->topics, name, &kafka::TopicInfo::name);
    if (found == cluster->topics.end()) return {};
    std::ranges::sort(found->partitions, {}, &kafka::PartitionInfo::number);
    return *found;
  }
  kafka::PartitionInfo Partition(const std::string& name, std::int32_t number) {
    const kafka::TopicInfo topic = Topic(name);
    return topic.partitions.at(static_cast<std::size_t>(number));
  }

  Proposal Plan(const std::string& name, const std::vector<Brokers>& after) {
    const kafka::TopicInfo topic = Topic(name);
    Proposal proposal;
    proposal.id = "p1";
    proposal.cluster_id = cluster_id_;
    for (const kafka::PartitionInfo& partition : topic.partitions) {
      const Brokers& wanted = after.at(static_cast<std::size_t>(partition.number));
      if (wanted.empty()) continue;
      Move move;
      move.partition = {name, partition.number};
      move.topic_id = topic.id;
      move.before = partition.replicas;
      move.after = wanted;
      move.leader_before = partition.leader;
      move.kind = move.Added().empty() ? MoveKind::kLeader : MoveKind::kReplica;
      proposal.moves.push_back(std::move(move));
    }
    return proposal;
  }

  std::string Submit(const Proposal& proposal) {
    const auto id = executor_->Submit(proposal, "test", "integration");
    EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().ToString());
    return id.ok() ? *id : "";
  }
  OperationView Operation(const std::string& id) {
    for (const OperationView& view : executor_->View()->operations) {
      if (view.id == id) return view;
    }
    return {};
  }
  ::testing::AssertionResult RunUntil(const std::function<bool()>& condition, Duration timeout,
                                      const std::string& what) {
    return WaitFor(
        [&] {
          executor_->Step(clock_.Now());
          return condition();
        },
        timeout, what);
  }
  ::testing::AssertionResult RunToEnd(const std::string& id, Duration timeout = seconds(90)) {
    return RunUntil([&] { return IsTerminal(Operation(id).state); }, timeout, id + " to end");
  }
  bool Runs(const std::string& id) {
    return Operation(id).steps.at(0).state == StepState::kInProgress;
  }

  // Every throttle that is left on brokers or on the topic. A broker that is just back may not
  // answer yet.
  std::vector<std::string> Leftovers(const std::string& topic) {
    std::vector<kafka::ConfigQuery> queries = {{{kafka::ConfigResourceType::kTopic, topic}, {}}};
    for (int id = 1; id <= 4; ++id) {
      queries.push_back({{kafka::ConfigResourceType::kBroker, std::to_string(id)}, {}});
    }
    std::vector<kafka::ConfigAnswer> answers;
    const auto readable = [&] {
      auto read = client().DescribeConfigs(queries, kTimeout);
      if (!read.ok()) return false;
      answers = std::move(*read);
      return std::ranges::all_of(answers, [](const auto& answer) { return answer.error == 0; });
    };
    EXPECT_TRUE(WaitFor(readable, seconds(30), "every broker to tell its configuration"));
    std::vector<std::string> found;
    for (const kafka::ConfigAnswer& answer : answers) {
      for (const kafka::ConfigEntry& entry : answer.entries) {
        const bool dynamic = entry.source == kafka::ConfigSource::kDynamicTopic ||
                             entry.source == kafka::ConfigSource::kDynamicBroker;
        if (!dynamic || entry.name.find("throttled") == std::string::npos) continue;
        found.push_back(fmt::format("{} {}={}", answer.resource.name, entry.name,
                                    entry.value.value_or("(none)")));
      }
    }
    return found;
  }

  TempDir state_;
  SystemClock clock_;
  actions::ExecutorOptions options_;
  std::unique_ptr<kafka::testing::RunningClient> client_;
  std::unique_ptr<store::Journal> journal_;
  std::unique_ptr<actions::Executor> executor_;
  std::string cluster_id_;
};

TEST_F(ExecutorOnKafka, MovesReplicasUnderAThrottleAndLeavesNothing) {
  MakeTopic("moves", {{1, 2}, {1, 3}}, 3);
  Start();
  const std::string id = Submit(Plan("moves", {{4, 2}, {1, 4}}));
  const SteadyTime start = clock_.Now();
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  EXPECT_THAT(Leftovers("moves"),
              ::testing::Contains(HasSubstr("follower.replication.throttled.rate")));
  EXPECT_THAT(Leftovers("moves"),
              ::testing::Contains(HasSubstr("moves leader.replication.throttled.replicas")));
  ASSERT_TRUE(RunUntil([&] { return Operation(id).bytes_done > 0; }, seconds(30), "bytes"));
  ASSERT_TRUE(RunUntil([&] { return IsKnown(Operation(id).eta_s); }, seconds(30), "an ETA"));
  ASSERT_TRUE(RunToEnd(id));
  const OperationView view = Operation(id);
  EXPECT_EQ(view.state, OperationState::kCompleted) << view.hold_reason;
  EXPECT_EQ(Partition("moves", 0).replicas, (Brokers{4, 2}));
  EXPECT_EQ(Partition("moves", 0).leader, 4);
  EXPECT_EQ(Partition("moves", 1).replicas, (Brokers{1, 4}));
  EXPECT_EQ(Partition("moves", 1).leader, 1);
  EXPECT_GE(view.bytes_total, 5'500'000) << "the leaders' sizes as Kafka tells them";
  // About 6 MB at 0.5 MB/s; Kafka's throttle lets a burst through at first.
  EXPECT_GE(clock_.Now() - start, seconds(6)) << "the throttle did not bite";
  EXPECT_THAT(Leftovers("moves"), IsEmpty());
}

TEST_F(ExecutorOnKafka, MovesLeadersWithoutBytes) {
  MakeTopic("leaders", {{1, 2}, {1, 2}, {3, 2}}, 0);
  Start();
  const std::string id = Submit(Plan("leaders", {{2, 1}, {1, 2}, {2, 3}}));
  ASSERT_TRUE(RunToEnd(id));
  EXPECT_EQ(Partition("leaders", 0).leader, 2);
  EXPECT_EQ(Partition("leaders", 2).leader, 2);
  EXPECT_EQ(Operation(id).steps.at(1).state, StepState::kVoided) << "was so before";
  EXPECT_THAT(Leftovers("leaders"), IsEmpty());
}

TEST_F(ExecutorOnKafka, I2_ARestartInTheMiddleGoesOn) {
  MakeTopic("resume", {{1, 2}}, 3);
  Start();
  const std::string id = Submit(Plan("resume", {{1, 4}}));
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  Crash();
  Start();
  ASSERT_TRUE(RunToEnd(id));
  EXPECT_EQ(Operation(id).state, OperationState::kCompleted);
  EXPECT_EQ(Partition("resume", 0).replicas, (Brokers{1, 4}));
  EXPECT_THAT(Leftovers("resume"), IsEmpty());
}

TEST_F(ExecutorOnKafka, I12_YieldsToKafkasOwnTool) {
  MakeTopic("foreign", {{1, 2}}, 6);
  Start();
  const std::string id = Submit(Plan("foreign", {{1, 4}}));
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  const std::string file = state_.path() + "/reassign.json";
  std::ofstream(file) << R"({"version":1,"partitions":[)"
                      << R"({"topic":"foreign","partition":0,"replicas":[1,3]}]})";
  const auto tool = RealCluster::Shared().RunTool(
      {"reassign", "--reassignment-json-file", file, "--execute", "--additional"});
  ASSERT_TRUE(tool.ok()) << tool.error();
  ASSERT_EQ(tool->status.code, 0) << tool->out << tool->err;
  ASSERT_TRUE(RunToEnd(id));
  const StepView step = Operation(id).steps.at(0);
  EXPECT_EQ(step.state, StepState::kYielded);
  EXPECT_THAT(step.note, HasSubstr("another tool"));
  EXPECT_THAT(Leftovers("foreign"), IsEmpty());
  EXPECT_TRUE(WaitFor(
      [&] {
        return Partition("foreign", 0).replicas == Brokers({1, 3});
      },
      seconds(60), "the other tool's move to end as it wished"));
}

TEST_F(ExecutorOnKafka, I14_CancelTakesBackAndKeepsTheOrder) {
  MakeTopic("cancel", {{1, 2}}, 6);
  Start();
  const std::string id = Submit(Plan("cancel", {{4, 2}}));
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  ASSERT_TRUE(executor_->Cancel(id, "test", "enough").ok());
  ASSERT_TRUE(RunToEnd(id, seconds(60)));
  EXPECT_EQ(Operation(id).state, OperationState::kCancelled);
  EXPECT_EQ(Partition("cancel", 0).replicas, (Brokers{1, 2}));
  EXPECT_EQ(Partition("cancel", 0).leader, 1);
  EXPECT_TRUE(client().ListReassignments({}, kTimeout)->empty());
  EXPECT_THAT(Leftovers("cancel"), IsEmpty());
}

TEST_F(ExecutorOnKafka, A1_ATargetThatDiesAndComesBackIsFinished) {
  MakeTopic("dying", {{1, 2}, {2, 3}}, 8);
  Start();
  const std::string id = Submit(Plan("dying", {{1, 4}, {2, 4}}));
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  RealCluster& cluster = RealCluster::Shared();
  ASSERT_TRUE(cluster.Kill(4).ok());
  const SteadyTime killed = clock_.Now();
  ASSERT_TRUE(
      RunUntil([&] { return clock_.Now() - killed > seconds(15); }, seconds(60), "a while"));
  EXPECT_FALSE(IsTerminal(Operation(id).state));
  const auto moving = client().ListReassignments({}, kTimeout);
  ASSERT_TRUE(moving.ok()) << moving.error();
  // A throttle lets a first burst through, so one of the two may have been copied before the kill.
  const auto unfinished = std::ranges::count_if(
      Operation(id).steps, [](const StepView& step) { return !IsTerminal(step.state); });
  EXPECT_GE(unfinished, 1);
  EXPECT_EQ(std::ssize(*moving), unfinished) << "not cancelled: the broker may come back";
  ASSERT_TRUE(cluster.StartBroker(4).ok());
  ASSERT_TRUE(RunToEnd(id));
  EXPECT_EQ(Operation(id).state, OperationState::kCompleted) << Operation(id).hold_reason;
  EXPECT_EQ(Partition("dying", 0).replicas, (Brokers{1, 4}));
  EXPECT_EQ(Partition("dying", 1).replicas, (Brokers{2, 4}));
  EXPECT_THAT(Leftovers("dying"), IsEmpty());
}

TEST_F(ExecutorOnKafka, I7_ADeadBrokersThrottleGoesWhenItReturns) {
  MakeTopic("owed", {{1, 2}}, 3);
  options_.restore_patience = seconds(5);
  Start();
  const std::string id = Submit(Plan("owed", {{1, 4}}));
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  RealCluster& cluster = RealCluster::Shared();
  ASSERT_TRUE(cluster.Kill(2).ok());  // the replica that goes away: its throttle is ours, too
  ASSERT_TRUE(RunToEnd(id));
  EXPECT_EQ(Partition("owed", 0).replicas, (Brokers{1, 4}));
  Crash();
  ASSERT_TRUE(cluster.StartBroker(2).ok());
  Start();
  ASSERT_TRUE(RunUntil([&] { return executor_->OpenThrottles().empty(); }, seconds(30),
                       "the returned broker's throttle to be restored"));
  EXPECT_THAT(Leftovers("owed"), IsEmpty());
}

TEST_F(ExecutorOnKafka, I13_ADeletedTopicEndsItsStepsAndFreesTheBrokers) {
  MakeTopic("doomed", {{1, 2}}, 6);
  Start();
  const std::string id = Submit(Plan("doomed", {{1, 4}}));
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  ASSERT_TRUE(client().DeleteTopics({"doomed"}, kTimeout).ok());
  ASSERT_TRUE(RunToEnd(id));
  EXPECT_EQ(Operation(id).steps.at(0).state, StepState::kVoided);
  MakeTopic("after", {{1, 2}}, 0);
  EXPECT_THAT(Leftovers("after"), IsEmpty());
}

}  // namespace
}  // namespace levelwind
