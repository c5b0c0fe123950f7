// Moves between the log dirs of real brokers, planned from the brokers' own figures and judged by
// Kafka's kafka-log-dirs.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "collectors/monitor.h"
#include "planner/intra_broker/log_dir_proposal.h"
#include "tests/integration_executor/on_kafka.h"

namespace levelwind::testing {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;

constexpr BrokerId kBroker = 1;

class LogDirsOnKafka : public ExecutorOnKafka {
 protected:
  // What kafka-log-dirs says: per log dir of the broker the topic's partitions, with their sizes.
  static std::map<std::string, std::map<std::string, std::int64_t>> Told(const std::string& topic) {
    const auto tool =
        RealCluster::Shared().RunTool({"log-dirs", "--describe", "--broker-list",
                                       std::to_string(kBroker), "--topic-list", topic});
    EXPECT_TRUE(tool.ok() && tool->status.code == 0);
    std::map<std::string, std::map<std::string, std::int64_t>> told;
    if (!tool.ok()) return told;
    const auto begin = tool->out.find("{\"");
    const Json all =
        Json::parse(tool->out.substr(std::min(begin, tool->out.size())), nullptr, false);
    EXPECT_FALSE(all.is_discarded()) << tool->out;
    if (all.is_discarded()) return told;
    for (const Json& dir : all.at("brokers").at(0).at("logDirs")) {
      auto& partitions = told[dir.at("logDir").get<std::string>()];
      for (const Json& one : dir.at("partitions")) {
        EXPECT_FALSE(one.at("isFuture").get<bool>());
        partitions[one.at("partition").get<std::string>()] = one.at("size").get<std::int64_t>();
      }
    }
    return told;
  }

  // Puts every replica of the topic on the broker into `path`, by Kafka's own means.
  void Gather(const std::string& topic, std::int32_t partitions, const std::string& path) {
    std::vector<kafka::ReplicaDirMove> moves;
    for (std::int32_t p = 0; p < partitions; ++p) moves.push_back({{topic, p}, kBroker, path});
    const auto sent = client().topic_admin().MoveReplicaDirs(moves, kCallTimeout);
    ASSERT_TRUE(sent.ok()) << sent.error();
    ASSERT_TRUE(
        WaitFor([&] { return In(topic, path) == partitions; }, seconds(60), "the gathering"));
  }
  std::int32_t In(const std::string& topic, const std::string& path) {
    const auto dirs = client().DescribeLogDirs({kBroker}, kCallTimeout);
    if (!dirs.ok() || !dirs->at(kBroker).ok()) return -1;
    std::int32_t there = 0;
    for (const kafka::LogDirInfo& dir : *dirs->at(kBroker)) {
      for (const kafka::ReplicaLogInfo& replica : dir.replicas) {
        if (replica.partition.topic != topic) continue;
        if (replica.is_future) return -1;
        there += dir.path == path ? 1 : 0;
      }
    }
    return there;
  }

  // The plan for the topic, made from a snapshot as the daemon makes one.
  Proposal PlanDirs(const std::string& topic, planner::LogDirOptions options) {
    collectors::Monitor monitor(client(), clock_, {});
    SnapshotPtr snapshot;
    EXPECT_TRUE(WaitFor(
        [&] {
          monitor.Step(clock_.Now());
          snapshot = monitor.snapshots().Get();
          return snapshot != nullptr && snapshot->confidence.sizes;
        },
        seconds(60), "a snapshot with sizes"));
    if (snapshot == nullptr) return {};
    options.include_topics = topic;
    options.brokers = {kBroker};
    const auto proposal = planner::ProposeLogDirs(*snapshot, options, 0);
    EXPECT_TRUE(proposal.ok()) << (proposal.ok() ? "" : proposal.error().ToString());
    return proposal.ok() ? *proposal : Proposal();
  }
  static std::int64_t Sum(const std::map<std::string, std::int64_t>& partitions) {
    std::int64_t sum = 0;
    for (const auto& [name, size] : partitions) sum += size;
    return sum;
  }
  // The broker's own limit of such copies; empty: none.
  std::string Throttle() {
    const std::string key = "replica.alter.log.dirs.io.max.bytes.per.second";
    const auto answer = client().DescribeConfigs(
        {{{kafka::ConfigResourceType::kBroker, std::to_string(kBroker)}, {key}}}, kCallTimeout);
    EXPECT_TRUE(answer.ok());
    if (!answer.ok()) return "?";
    for (const kafka::ConfigEntry& entry : answer->at(0).entries) {
      const bool own = entry.source == kafka::ConfigSource::kDynamicBroker;
      if (entry.name == key && own) return entry.value.value_or("");
    }
    return "";
  }
  std::vector<std::string> Dirs() { return RealCluster::Shared().Broker(kBroker).log_dirs; }
};

TEST_F(LogDirsOnKafka, AFullOneIsEmptiedUnderAThrottleThroughARestart) {
  MakeTopic("dirs", {{1, 2}, {1, 2}, {1, 2}, {1, 2}}, 2);
  const std::string from = Dirs().at(0), to = Dirs().at(1);
  ASSERT_NO_FATAL_FAILURE(Gather("dirs", 4, from));
  planner::LogDirOptions options;
  options.level = false;
  options.empty = {{kBroker, from}};
  Proposal plan = PlanDirs("dirs", options);
  ASSERT_EQ(plan.moves.size(), 4u) << plan.summary;
  plan.moves.erase(plan.moves.begin() + 2, plan.moves.end());  // half of it: level by bytes
  plan.id = "p1";
  options_.throttle_bytes_per_s = 400'000;
  Start();
  const std::string id = Submit(plan);
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  EXPECT_THAT(Throttle(), "400000");
  Crash();
  Start();
  ASSERT_TRUE(RunToEnd(id));
  EXPECT_EQ(Operation(id).state, OperationState::kCompleted) << Operation(id).hold_reason;
  EXPECT_THAT(Throttle(), "");
  const auto told = Told("dirs");
  EXPECT_EQ(told.at(from).size(), 2u);
  EXPECT_EQ(told.at(to).size(), 2u);
  EXPECT_NEAR(static_cast<double>(Sum(told.at(from))), static_cast<double>(Sum(told.at(to))), 2e5)
      << "Kafka's own tool says that they are level";
  EXPECT_GT(Sum(told.at(to)), 3'500'000);
}

TEST_F(LogDirsOnKafka, I14_ACancelLeavesTheReplicaWhereItWas) {
  MakeTopic("dirscancel", {{1, 2}}, 6);
  const std::string from = Dirs().at(0), to = Dirs().at(1);
  ASSERT_NO_FATAL_FAILURE(Gather("dirscancel", 1, from));
  planner::LogDirOptions options;
  options.level = false;
  options.empty = {{kBroker, from}};
  Proposal plan = PlanDirs("dirscancel", options);
  ASSERT_EQ(plan.moves.size(), 1u) << plan.summary;
  plan.id = "p1";
  options_.throttle_bytes_per_s = 100'000;
  Start();
  const std::string id = Submit(plan);
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  ASSERT_TRUE(executor_->Cancel(id, "test", "enough").ok());
  ASSERT_TRUE(RunToEnd(id));
  EXPECT_EQ(Operation(id).state, OperationState::kCancelled);
  const auto told = Told("dirscancel");
  EXPECT_EQ(told.at(from).size(), 1u);
  EXPECT_THAT(told.at(to), IsEmpty());
  EXPECT_THAT(Throttle(), "");
}

}  // namespace
}  // namespace levelwind::testing
