// The tail of __consumer_offsets on a real broker: what its coordinator writes, and when.

#include "collectors/offsets_topic/offsets_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "kafka/client.h"
#include "kafka/data/consumer.h"
#include "kafka/data/producer.h"
#include "tests/integration_records/one_broker.h"
#include "tests/integration_records/transactional_committer.h"
#include "tests/kafka/running_client.h"
#include "tests/kafka_cluster/real_cluster.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::collectors {
namespace {

using std::chrono::milliseconds, std::chrono::seconds;
using testing::RealCluster;
using testing::TransactionalCommitter;
using testing::WaitFor;

RealCluster& Kafka() { return testing::OneBroker(); }

kafka::ClientOptions Options(bool read_only) {
  kafka::ClientOptions options;
  options.bootstrap = Kafka().bootstrap_list();
  options.read_only = read_only;
  return options;
}

/// Where Kafka puts a group: abs(String.hashCode) modulo the number of partitions.
int OffsetsPartitionOf(const std::string& group, std::size_t partitions) {
  std::uint32_t hash = 0;
  for (const char c : group) hash = 31 * hash + static_cast<unsigned char>(c);
  const auto value = static_cast<std::int32_t>(hash);
  return value == INT32_MIN ? 0 : std::abs(value) % static_cast<int>(partitions);
}

class OffsetsReaderOnKafka : public ::testing::Test {
 protected:
  explicit OffsetsReaderOnKafka() {
    kafka::NewTopic topic;
    topic.name = topic_;
    topic.partitions = 3;
    topic.replication_factor = 1;
    static const Status kMade = Kafka().CreateTopic(topic);
    EXPECT_TRUE(kMade.ok()) << kMade.error();
    // The topic of offsets is there with the first commit only.
    Commit("warm-up", 0, 0);
  }

  void MakeReader(bool replay) {
    OffsetsReaderOptions options;
    options.replay = replay;
    options.publish_interval = milliseconds(1);
    reader_ = std::make_unique<OffsetsReader>(tail_client_->log_reader(), clock_, options);
  }
  void Begin(bool replay) {
    MakeReader(replay);
    ASSERT_TRUE(Until([&] { return facts_->view.caught_up; }, "the reader to catch up"));
  }
  ::testing::AssertionResult Until(const std::function<bool()>& predicate, const char* what) {
    return WaitFor(
        [&] {
          reader_->Step(clock_.Now());
          facts_ = reader_->facts().Get();
          return facts_ != nullptr && predicate();
        },
        seconds(60), what);
  }

  void Commit(const std::string& group, int partition, std::int64_t offset) {
    const auto done = WaitFor(
        [&] {
          const auto outcomes = client_->group_admin().CommitOffsets(
              group, {{{topic_, partition}, offset, {}}}, seconds(20));
          return outcomes.ok() && outcomes->front().error == 0;
        },
        seconds(60), "a commit of " + group);
    ASSERT_TRUE(done);
  }

  GroupFactsPtr About(const std::string& group) const {
    for (const GroupFactsPtr& facts : facts_->groups) {
      if (facts->group == group) return facts;
    }
    return nullptr;
  }
  std::int64_t CommittedOf(const std::string& group, int partition) const {
    const GroupFactsPtr facts = About(group);
    if (facts == nullptr) return kUnknownCount;
    for (const TopicFacts& topic : facts->topics) {
      for (const PartitionFacts& one : topic.partitions) {
        if (*topic.topic == topic_ && one.partition == partition) return one.offset;
      }
    }
    return kUnknownCount;
  }

  std::unique_ptr<kafka::Consumer> Consume(const std::string& group, bool kip848) {
    kafka::ConsumerOptions options;
    options.bootstrap = Kafka().bootstrap();
    options.group = group;
    options.kip848 = kip848;
    auto made = kafka::Consumer::Create(options);
    EXPECT_TRUE(made.ok()) << made.error();
    EXPECT_TRUE((*made)->Subscribe({topic_}).ok());
    return *std::move(made);
  }
  void Produce(int records) {
    kafka::ProducerOptions options;
    options.bootstrap = Kafka().bootstrap();
    auto producer = kafka::Producer::Create(options);
    ASSERT_TRUE(producer.ok()) << producer.error();
    for (int i = 0; i < records; ++i) {
      ASSERT_TRUE((*producer)->Send(topic_, i % 3, std::nullopt, "v").ok());
    }
    ASSERT_TRUE((*producer)->Flush(seconds(20)).ok());
  }

  const std::string topic_ = "tailed";
  const SystemClock clock_;
  kafka::testing::RunningClient client_{Options(false)};
  kafka::testing::RunningClient tail_client_{Options(true)};
  std::unique_ptr<OffsetsReader> reader_;
  std::shared_ptr<const OffsetsFacts> facts_;
};

using Commits = std::map<std::string, std::map<TopicPartition, std::int64_t>>;

TEST_F(OffsetsReaderOnKafka, ReplayTellsWhatOffsetFetchAnswersForEveryGroup) {
  Produce(300);
  for (const bool kip848 : {false, true}) {
    auto consumer = Consume(kip848 ? "replay-new" : "replay-classic", kip848);
    int read = 0;
    ASSERT_TRUE(WaitFor(
        [&] {
          auto record = consumer->Poll(milliseconds(100));
          read += record.ok() && record->has_value() ? 1 : 0;
          return read >= 50;
        },
        seconds(60), "records"));
    ASSERT_TRUE(consumer->Commit().ok());
  }
  Commit("replay-simple", 2, 77);
  Begin(true);
  std::vector<std::string> names;
  const auto listed = client_->ListGroups(seconds(20));
  ASSERT_TRUE(listed.ok()) << listed.error();
  for (const auto& listing : listed->groups) names.push_back(listing.name);
  EXPECT_GE(names.size(), 3U);
  const auto fetched = client_->FetchGroupOffsets(names, seconds(20));
  ASSERT_TRUE(fetched.ok()) << fetched.error();
  Commits expected;
  for (const kafka::GroupOffsets& group : *fetched) {
    for (const auto& one : group.offsets) expected[group.group][one.partition] = one.offset;
  }
  Commits told;
  for (const GroupFactsPtr& facts : facts_->groups) {
    for (const TopicFacts& topic : facts->topics) {
      for (const PartitionFacts& one : topic.partitions) {
        told[facts->group][{*topic.topic, one.partition}] = one.offset;
      }
    }
  }
  EXPECT_EQ(told, expected);
  for (const std::uint64_t count : facts_->view.counts.malformed) EXPECT_EQ(count, 0U);
  for (const std::uint64_t count : facts_->view.counts.newer) EXPECT_EQ(count, 0U);
}

TEST_F(OffsetsReaderOnKafka, ConsumersOfBothProtocolsAreFollowedAsTheyCommit) {
  Begin(false);
  Produce(300);
  for (const bool kip848 : {false, true}) {
    const std::string group = kip848 ? "follow-new" : "follow-classic";
    const std::int64_t began = clock_.WallNow().unix_ms;
    auto consumer = Consume(group, kip848);
    const auto poll = [&] {
      return consumer->Poll(milliseconds(50)).ok() && consumer->Commit().ok();
    };
    ASSERT_TRUE(Until([&] { return poll() && About(group) && About(group)->activity.commits >= 6; },
                      "commits"));
    const GroupActivity activity = About(group)->activity;
    EXPECT_EQ(activity.rebalances, 1) << group;
    EXPECT_GE(activity.last_rebalance_s, 0) << group << ": it is known";
    EXPECT_LT(activity.last_rebalance_s, 60) << group;
    EXPECT_GE(activity.last_commit_at.unix_ms, began);
    EXPECT_LE(activity.last_commit_at.unix_ms, clock_.WallNow().unix_ms + 1000);
    // A second member: both get an assignment of their own.
    auto second = Consume(group, kip848);
    ASSERT_TRUE(Until(
        [&] {
          const bool polled = poll() && second->Poll(milliseconds(50)).ok();
          return polled && About(group)->activity.rebalances >= 2 && !second->Assignment().empty();
        },
        "the second member"));
  }
}

TEST_F(OffsetsReaderOnKafka, OnlyTransactionsThatCommitCountAndAnOpenOneHoldsUpNobody) {
  // A group whose offsets are in the same partition as those of the transactional one.
  const std::string group = "transactional";
  const auto partitions =
      tail_client_->log_reader().PartitionsOf("__consumer_offsets", seconds(20));
  ASSERT_TRUE(partitions.ok()) << partitions.error();
  const int shared = OffsetsPartitionOf(group, partitions->size());
  std::string neighbour;
  for (int i = 0; neighbour.empty(); ++i) {
    const std::string name = "neighbour-" + std::to_string(i);
    if (OffsetsPartitionOf(name, partitions->size()) == shared) neighbour = name;
  }
  // Beside the tail a reader of committed records, from the beginning.
  kafka::ConsumerOptions options;
  options.bootstrap = Kafka().bootstrap();
  auto waiting = kafka::Consumer::Create(options);
  ASSERT_TRUE(waiting.ok()) << waiting.error();
  ASSERT_TRUE((*waiting)->Assign({{{"__consumer_offsets", shared}}}).ok());
  int seen = 0;  // commits of the neighbour
  const auto poll = [&](int wanted) {
    const auto record = (*waiting)->Poll(milliseconds(200));
    EXPECT_TRUE(record.ok()) << record.error();
    const bool is_one = record.ok() && *record && (*record)->key &&
                        (*record)->key->find(neighbour) != std::string::npos;
    seen += is_one ? 1 : 0;
    return seen >= wanted;
  };
  Commit(neighbour, 0, 4);
  ASSERT_TRUE(WaitFor([&] { return poll(1); }, seconds(60), "the commit before the transaction"));

  Begin(false);
  TransactionalCommitter committer(Kafka().bootstrap(), "committer");
  committer.Begin(group, {topic_, 0}, 10);
  ASSERT_TRUE(Until([&] { return facts_->view.pending_commits == 1; }, "the open transaction"));
  Commit(neighbour, 0, 5);
  ASSERT_TRUE(Until([&] { return CommittedOf(neighbour, 0) == 5; }, "the neighbour's commit"));
  EXPECT_EQ(CommittedOf(group, 0), kUnknownCount) << "the transaction is open";
  for (int i = 0; i < 10; ++i) poll(2);
  EXPECT_EQ(seen, 1) << "if it saw this commit too, reading committed records would do";

  committer.Abort();
  ASSERT_TRUE(Until([&] { return facts_->view.counts.transactions_aborted == 1; }, "the abort"));
  EXPECT_EQ(CommittedOf(group, 0), kUnknownCount);
  EXPECT_EQ(facts_->view.pending_commits, 0);
  ASSERT_TRUE(WaitFor([&] { return poll(2); }, seconds(60), "the commit, after the transaction"));

  committer.Begin(group, {topic_, 0}, 20);
  committer.Commit();
  ASSERT_TRUE(Until([&] { return CommittedOf(group, 0) == 20; }, "the committed transaction"));
  EXPECT_EQ(facts_->view.counts.transactions_committed, 1U);
  EXPECT_EQ(About(group)->activity.rewinds, 0);
}

TEST_F(OffsetsReaderOnKafka, AResetBackwardsIsARewindAndADeletedGroupIsDeleted) {
  Begin(false);
  Commit("reset", 1, 90);
  Commit("reset", 1, 30);
  ASSERT_TRUE(Until([&] { return CommittedOf("reset", 1) == 30; }, "the reset"));
  const GroupActivity activity = About("reset")->activity;
  EXPECT_EQ(activity.rewinds, 1);
  ASSERT_TRUE(activity.last_rewind.has_value());
  EXPECT_EQ(activity.last_rewind->partition, (TopicPartition{topic_, 1}));
  EXPECT_EQ(activity.last_rewind->from, 90);
  EXPECT_EQ(activity.last_rewind->to, 30);

  const auto deleted = client_->group_admin().DeleteGroups({"reset"}, seconds(20));
  ASSERT_TRUE(deleted.ok()) << deleted.error();
  ASSERT_EQ(deleted->front().error, 0);
  ASSERT_TRUE(Until([&] { return CommittedOf("reset", 1) == kUnknownCount; }, "the deletion"));
  const GroupFactsPtr facts = About("reset");
  ASSERT_NE(facts, nullptr);
  EXPECT_GT(facts->activity.deleted_at.unix_ms, 0);
}

TEST_F(OffsetsReaderOnKafka, NamesOfGroupsMayHaveEveryCharacter) {
  Begin(false);
  std::set<std::string> names;
  for (int code = 1; code < 256; ++code) {
    std::string name = "name-";
    if (code >= 0x80) name += static_cast<char>(0xC0 | (code >> 6));
    name += static_cast<char>(code >= 0x80 ? 0x80 | (code & 0x3F) : code);
    names.insert(name);
    Commit(name, 0, code);
  }
  ASSERT_TRUE(Until(
      [&] {
        return std::ranges::all_of(
            names, [&](const std::string& name) { return CommittedOf(name, 0) > 0; });
      },
      "every group"));
  EXPECT_EQ(facts_->problem, "");
}

}  // namespace
}  // namespace levelwind::collectors
