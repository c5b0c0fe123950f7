#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "collectors/monitor.h"
#include "kafka/client.h"
#include "kafka/data/consumer.h"
#include "kafka/data/producer.h"
#include "tests/integration_collectors/kafka_tools.h"
#include "tests/kafka_cluster/real_cluster.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::collectors {
namespace {

using std::chrono::milliseconds, std::chrono::seconds;
using testing::LagTable;
using testing::RealCluster;
using testing::SizeTable;
using testing::ToolLag;
using testing::WaitFor;

/// A monitor over a real cluster, with its client's thread.
class CollectorsTest : public ::testing::Test {
 protected:
  CollectorsTest() {
    kafka::ClientOptions options;
    options.bootstrap = kafka_.bootstrap_list();
    options.read_only = true;
    auto made = kafka::KafkaClient::Create(options);
    EXPECT_TRUE(made.ok()) << made.error();
    client_ = std::move(made).value();
    io_ = std::jthread([this](std::stop_token stop) { client_->Run(std::move(stop)); });
    monitor_ = std::make_unique<Monitor>(*client_, clock_, CollectorOptions{});
  }
  ~CollectorsTest() override {
    const Status healed = kafka_.StartAll();
    EXPECT_TRUE(healed.ok()) << healed.error();
  }

  SnapshotPtr Look() {
    monitor_->MakeAllDue();
    monitor_->Step(clock_.Now());
    return monitor_->snapshots().Get();
  }

  void MakeTopic(const std::string& name, std::int32_t partitions, std::int16_t replicas = 2) {
    kafka::NewTopic topic;
    topic.name = name;
    topic.partitions = partitions;
    topic.replication_factor = replicas;
    const Status made = kafka_.CreateTopic(topic);
    ASSERT_TRUE(made.ok()) << made.error();
  }

  void Produce(const std::string& topic, std::int32_t partition, int records, std::size_t bytes) {
    kafka::ProducerOptions options;
    options.bootstrap = kafka_.bootstrap();
    auto producer = kafka::Producer::Create(options);
    ASSERT_TRUE(producer.ok()) << producer.error();
    const std::string value(bytes, 'x');
    for (int i = 0; i < records; ++i) {
      const Status sent = (*producer)->Send(topic, partition, std::nullopt, value);
      ASSERT_TRUE(sent.ok()) << sent.error();
    }
    const Status done = (*producer)->Flush(seconds(30));
    ASSERT_TRUE(done.ok()) << done.error();
  }

  /// A member that has read and committed `records` of the topic and stays in its group.
  std::unique_ptr<kafka::Consumer> Consume(const std::string& group, const std::string& topic,
                                           int records, bool kip848) {
    kafka::ConsumerOptions options;
    options.bootstrap = kafka_.bootstrap();
    options.client_id = group + "-client";
    options.group = group;
    options.kip848 = kip848;
    auto made = kafka::Consumer::Create(options);
    EXPECT_TRUE(made.ok()) << made.error();
    std::unique_ptr<kafka::Consumer> consumer = std::move(made).value();
    EXPECT_TRUE(consumer->Subscribe({topic}).ok());
    int read = 0;
    const auto poll = [&] {
      while (records == 0 || read < records) {
        const auto record = consumer->Poll(milliseconds(100));
        if (!record.ok() || !record->has_value()) break;
        ++read;
      }
      return records == 0 ? !consumer->Assignment().empty() : read >= records;
    };
    EXPECT_TRUE(WaitFor(poll, seconds(60), "records for " + group));
    if (records > 0) {
      const Status committed = consumer->Commit();
      EXPECT_TRUE(committed.ok()) << committed.error();
    }
    return consumer;
  }

  static LagTable LagsOf(const ClusterSnapshot& snapshot) {
    LagTable table;
    for (const ConsumerGroup& group : snapshot.groups) {
      for (const GroupOffset& offset : group.offsets) {
        const Partition& partition =
            snapshot.partitions[static_cast<std::size_t>(offset.partition)];
        ToolLag lag;
        lag.committed = offset.committed;
        lag.end = partition.log_end_offset;
        lag.lag = offset.lag;
        const std::string owner = group.OwnerOf(offset);
        lag.client_id = owner.substr(0, owner.find('/'));
        table[{group.name, snapshot.NameOf(partition)}] = lag;
      }
    }
    return table;
  }

  static SizeTable SizesOf(const ClusterSnapshot& snapshot) {
    SizeTable table;
    for (const Partition& partition : snapshot.partitions) {
      for (const Replica& replica : snapshot.ReplicasOf(partition)) {
        const Broker& broker = *snapshot.FindBroker(replica.broker);
        const std::string dir =
            replica.log_dir < 0 ? "unknown"
                                : broker.log_dirs[static_cast<std::size_t>(replica.log_dir)].path;
        table[{replica.broker, dir, snapshot.NameOf(partition)}] = replica.size_bytes;
      }
    }
    return table;
  }

  const SystemClock clock_;
  RealCluster& kafka_ = RealCluster::Shared();
  std::unique_ptr<kafka::KafkaClient> client_;
  std::jthread io_;
  std::unique_ptr<Monitor> monitor_;
};

std::string Show(const LagTable& table) {
  std::string text;
  for (const auto& [where, lag] : table) {
    text += where.group + " " + where.partition.ToString() + " " + std::to_string(lag.committed) +
            " " + std::to_string(lag.end) + " " + std::to_string(lag.lag) + " " + lag.client_id +
            "\n";
  }
  return text;
}

TEST_F(CollectorsTest, LagEqualsKafkasOwnToolForEveryGroupAndPartition) {
  MakeTopic("lag-a", 6);
  MakeTopic("lag-b", 3);
  for (int p = 0; p < 6; ++p) Produce("lag-a", p, 100 + 10 * p, 50);
  Produce("lag-b", 1, 40, 50);
  const auto classic = Consume("classic-member", "lag-a", 300, false);
  const auto consumer = Consume("consumer-member", "lag-a", 120, true);
  const auto idle = Consume("never-committed", "lag-b", 0, false);
  Consume("left-behind", "lag-b", 40, false)->Close();
  Produce("lag-a", 2, 33, 50);
  Produce("lag-b", 1, 5, 50);

  const SnapshotPtr snapshot = Look();
  ASSERT_NE(snapshot, nullptr);
  for (const SourceStatus& source : snapshot->sources) {
    EXPECT_TRUE(source.ok) << source.name << ": " << source.error;
  }
  const auto tool = testing::ToolLags(kafka_);
  ASSERT_TRUE(tool.ok()) << tool.error();
  EXPECT_EQ(LagsOf(*snapshot), *tool) << "ours:\n"
                                      << Show(LagsOf(*snapshot)) << "Kafka's:\n"
                                      << Show(*tool);

  EXPECT_EQ(snapshot->FindGroup("left-behind")->total_lag, 5);
  EXPECT_EQ(snapshot->FindGroup("left-behind")->state, "Empty");
  std::map<std::string, std::int64_t> totals;  // Partitions without a commit are no part of it.
  for (const auto& [where, lag] : *tool) {
    if (IsKnown(lag.lag)) totals[where.group] += lag.lag;
  }
  ASSERT_GE(totals.size(), 3u);
  for (const auto& [name, total] : totals) {
    EXPECT_EQ(snapshot->FindGroup(name)->total_lag, total) << name;
  }
  EXPECT_EQ(snapshot->FindGroup("classic-member")->type, "classic");
  EXPECT_EQ(snapshot->FindGroup("consumer-member")->type, "consumer");
  EXPECT_EQ(snapshot->FindGroup("consumer-member")->member_count, 1);
  EXPECT_EQ(snapshot->FindGroup("never-committed")->total_lag, kUnknownCount);
}

TEST_F(CollectorsTest, SizesEqualKafkasOwnToolForEveryReplica) {
  MakeTopic("sizes", 5, 3);
  for (int p = 0; p < 5; ++p) Produce("sizes", p, 20 * (p + 1), 1000);
  SnapshotPtr snapshot;
  Result<SizeTable> tool = SizeTable();
  // Kafka writes its own topics when groups come and go: until two looks around the tool agree.
  ASSERT_TRUE(WaitFor(
      [&] {
        snapshot = Look();
        tool = testing::ToolSizes(kafka_);
        return tool.ok() && SizesOf(*snapshot) == SizesOf(*Look());
      },
      seconds(60), "a cluster that is at rest"));
  EXPECT_EQ(SizesOf(*snapshot), *tool);
  EXPECT_GT(snapshot->SizeOf(*snapshot->FindPartition("sizes", 4)), 100 * 1000);
  EXPECT_TRUE(snapshot->confidence.sizes);
  EXPECT_DOUBLE_EQ(snapshot->confidence.measured_share, 1.0);
  for (const Broker& broker : snapshot->brokers) {
    EXPECT_EQ(broker.log_dirs.size(), 2u);
    EXPECT_TRUE(IsKnown(broker.capacity.disk_bytes));
  }
}

TEST_F(CollectorsTest, TwoLooksGiveTheRatesOfWhatWasProducedBetweenThem) {
  MakeTopic("rates", 2);
  Produce("rates", 0, 10, 1000);
  Look();
  const SteadyTime first = clock_.Now();
  Produce("rates", 0, 2000, 1000);
  ASSERT_TRUE(WaitFor([&] { return clock_.Now() - first >= seconds(2); }, seconds(10), "2 s"));
  const SteadyTime second = clock_.Now();
  const SnapshotPtr snapshot = Look();
  const PartitionLoad& load = snapshot->FindPartition("rates", 0)->load;
  const double passed = ToSeconds(second - first);
  EXPECT_NEAR(load.messages_in_per_s * passed, 2000, 300);
  EXPECT_NEAR(load.bytes_in_per_s / load.messages_in_per_s, 1010, 60) << "a little framing";
  EXPECT_DOUBLE_EQ(snapshot->FindPartition("rates", 1)->load.bytes_in_per_s, 0);
}

TEST_F(CollectorsTest, AFullLookTakesFewRequests) {
  Look();
  const SnapshotPtr snapshot = Look();
  std::uint64_t requests = 0;
  for (const SourceStatus& source : snapshot->sources) requests += source.requests;
  // Metadata 2, reassignments 1, lists 4, coordinators 1, describes 2 x 4, commits 4, ends 4,
  // sizes 4.
  EXPECT_LE(requests, 28u);
  EXPECT_GE(requests, 10u);
}

TEST_F(CollectorsTest, ABrokerThatHangsCostsOnlyItsOwnPart) {
  const SnapshotPtr before = Look();
  const BrokerId victim = before->controller == 4 ? 3 : 4;
  ASSERT_TRUE(kafka_.Kill(victim, RealCluster::KillSignal::kStop).ok());
  Monitor fresh(*client_, clock_, CollectorOptions{});
  fresh.Step(clock_.Now());
  const SnapshotPtr first = fresh.snapshots().Get();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->partitions.size(), before->partitions.size());
  for (const Broker& broker : first->brokers) {
    if (broker.id == victim) continue;
    EXPECT_EQ(broker.log_dirs.size(), 2u) << broker.id;
  }
  EXPECT_TRUE(first->FindBroker(victim)->log_dirs.empty()) << "it said nothing";
  // Whether Kafka has noticed by then or not, what it leads is not taken for empty.
  for (const Partition& partition : first->partitions) {
    if (partition.leader == victim) {
      EXPECT_EQ(partition.log_end_offset, kUnknownCount);
    }
  }
}

TEST_F(CollectorsTest, ABrokerThatDiesIsDeadAndItsGroupsAreNotLost) {
  MakeTopic("survivor", 4, 3);
  for (int p = 0; p < 4; ++p) Produce("survivor", p, 10, 100);
  std::vector<std::string> names;
  for (int i = 0; i < 6; ++i) {
    names.push_back("survivor-group-" + std::to_string(i));
    Consume(names.back(), "survivor", 40, false)->Close();
  }
  const SnapshotPtr before = Look();
  const BrokerId victim = before->FindGroup(names[0])->coordinator;
  ASSERT_TRUE(kafka_.Kill(victim).ok());
  bool always_there = true;
  const auto settled = [&] {
    const SnapshotPtr now = Look();
    bool all_known = now->FindBroker(victim)->state == BrokerState::kDead;
    for (const std::string& name : names) {
      const ConsumerGroup* group = now->FindGroup(name);
      always_there = always_there && group != nullptr;
      all_known = all_known && group != nullptr && group->total_lag == 0 &&
                  group->state == "Empty" && group->coordinator != victim;
    }
    return all_known;
  };
  EXPECT_TRUE(WaitFor(settled, seconds(60), "new coordinators for all groups"));
  EXPECT_TRUE(always_there) << "a group vanished from a snapshot";
  const SnapshotPtr after = Look();
  EXPECT_TRUE(after->FindBroker(victim)->log_dirs.empty());
  EXPECT_FALSE(after->FindBroker(victim)->rack.empty()) << "remembered";
  for (const Partition& partition : after->partitions) {
    EXPECT_NE(partition.leader, victim);
    for (const Replica& replica : after->ReplicasOf(partition)) {
      if (replica.broker == victim) {
        EXPECT_EQ(replica.size_bytes, kUnknownCount);
      }
    }
  }
  EXPECT_TRUE(after->confidence.sizes) << "of all live brokers";
  ASSERT_TRUE(kafka_.StartBroker(victim).ok());
  EXPECT_TRUE(WaitFor(
      [&] {
        const SnapshotPtr now = Look();
        return now->FindBroker(victim)->serving() && !now->FindBroker(victim)->log_dirs.empty();
      },
      seconds(30), "the broker to be back in the snapshots"));
}

}  // namespace
}  // namespace levelwind::collectors
