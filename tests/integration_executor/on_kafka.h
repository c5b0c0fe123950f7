#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actions/executor.h"
#include "kafka/client.h"
#include "kafka/data/producer.h"
#include "store/journal.h"
#include "tests/kafka/running_client.h"
#include "tests/kafka_cluster/real_cluster.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::testing {

/// The executor with a real journal on the program's real cluster of four brokers.
class ExecutorOnKafka : public ::testing::Test {
 protected:
  static constexpr auto kCallTimeout = std::chrono::seconds(20);

  ExecutorOnKafka() : state_("executor") {
    kafka::ClientOptions options;
    options.bootstrap = RealCluster::Shared().bootstrap_list();
    client_ = std::make_unique<kafka::testing::RunningClient>(options);
    options_.throttle_bytes_per_s = 500'000;
    options_.disk_reserve = 0;  // However full the disk is that the tests run on.
    options_.guard.disk_limit = 0;
    options_.poll_interval = std::chrono::milliseconds(500);
  }
  // A test that failed half way must not leave its moves and throttles to the next one.
  void TearDown() override {
    if (executor_ && HasFailure()) {
      const auto last = executor_->View();  // a cancel publishes a new one
      for (const OperationView& view : last->operations) {
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
    executor_ = std::make_unique<actions::Executor>(client(), client().topic_admin(), *journal_,
                                                    clock_, options_);
    ASSERT_TRUE(executor_->Recover().ok());
  }
  void Crash() {
    executor_.reset();
    journal_.reset();
  }

  // A topic with `megabytes` in each partition.
  void MakeTopic(const std::string& name, const std::vector<std::vector<BrokerId>>& assignments,
                 int megabytes) {
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
    const Status flushed = (*producer)->Flush(std::chrono::seconds(60));
    ASSERT_TRUE(flushed.ok()) << flushed.error();
  }

  kafka::TopicInfo Topic(const std::string& name) {
    auto cluster = client().DescribeCluster(kCallTimeout);
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

  Proposal Plan(const std::string& name, const std::vector<std::vector<BrokerId>>& after) {
    const kafka::TopicInfo topic = Topic(name);
    Proposal proposal;
    proposal.id = "p1";
    proposal.cluster_id = cluster_id_;
    for (const kafka::PartitionInfo& partition : topic.partitions) {
      const std::vector<BrokerId>& wanted = after.at(static_cast<std::size_t>(partition.number));
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
    const auto last = executor_->View();
    for (const OperationView& view : last->operations) {
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
  ::testing::AssertionResult RunToEnd(const std::string& id,
                                      Duration timeout = std::chrono::seconds(90)) {
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
      auto read = client().DescribeConfigs(queries, kCallTimeout);
      if (!read.ok()) return false;
      answers = std::move(*read);
      return std::ranges::all_of(answers, [](const auto& answer) { return answer.error == 0; });
    };
    EXPECT_TRUE(
        WaitFor(readable, std::chrono::seconds(30), "every broker to tell its configuration"));
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

}  // namespace levelwind::testing
