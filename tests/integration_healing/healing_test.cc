// Self-healing end to end: the built program next to real brokers that are really killed.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <set>
#include <string>

#include "tests/kafka_cluster/daemon_api.h"
#include "tests/kafka_cluster/real_cluster.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::testing {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr BrokerId kVictim = 4;  // no controller: the quorum stays whole

class HealingOnKafka : public ::testing::Test {
 protected:
  HealingOnKafka() : kafka_(RealCluster::Shared()) {}

  void TearDown() override {
    daemon_.reset();
    const Status all = kafka_.StartAll();
    EXPECT_TRUE(all.ok()) << all.error();
  }

  void Serve(const std::string& modes, const std::string& grace) {
    Daemon::Options options = OperatingDaemon(kafka_.bootstrap(), directory_.path());
    options.env.insert(options.env.end(), {{"LEVELWIND_HEAL_MODES", modes},
                                           {"LEVELWIND_HEAL_GRACE", grace},
                                           {"LEVELWIND_HEAL_CLEAR_AFTER", "5s"},
                                           {"LEVELWIND_HEAL_COOL_DOWN", "5s"},
                                           {"LEVELWIND_COLLECT_METADATA_INTERVAL", "1s"},
                                           {"LEVELWIND_EXECUTE_GUARD_DISK_LIMIT", "0"}});
    daemon_.emplace(std::move(options));
    const Status started = daemon_->Start();
    ASSERT_TRUE(started.ok()) << started.error();
    ASSERT_TRUE(WaitFor([&] { return GetJson(*daemon_, "/api/v1/partitions").ok(); }, 60s,
                        "the daemon to see the cluster"));
  }

  void MakeTopic(const std::string& name) {
    kafka::NewTopic topic;
    topic.name = name;
    topic.assignments = {{4, 1}, {1, 4}, {2, 3}, {3, 4}};
    const Status made = kafka_.CreateTopic(topic);
    ASSERT_TRUE(made.ok()) << made.error();
  }

  json Healing() {
    const auto answer = GetJson(*daemon_, "/api/v1/anomalies");
    return answer.ok() ? answer->value("healing", json::object()) : json::object();
  }
  /// The newest record about the victim; null when there is none.
  json Record() {
    for (const json& record : Healing().value("records", json::array())) {
      if (record.value("type", "") == "dead_broker" &&
          record.value("subject", "") == fmt::format("broker {}", kVictim)) {
        return record;
      }
    }
    return nullptr;
  }
  std::string State() {
    const json record = Record();
    return record.is_null() ? "" : record.value("state", "");
  }
  std::size_t Operations() {
    const auto answer = GetJson(*daemon_, "/api/v1/operations");
    return answer.ok() ? answer->value("operations", json::array()).size() : 0;
  }
  std::size_t ReplicasOnVictim(const std::string& topic) {
    const auto answer = GetJson(*daemon_, "/api/v1/partitions?topic=" + topic);
    if (!answer.ok()) return 999;
    std::size_t count = 0;
    for (const json& partition : answer->at("partitions")) {
      for (const json& replica : partition.at("replicas")) {
        const json& broker = replica.is_object() ? replica.at("broker") : replica;
        count += broker == kVictim ? 1 : 0;
      }
    }
    return count;
  }

  RealCluster& kafka_;
  TempDir directory_{"healing"};
  std::optional<Daemon> daemon_;
};

TEST_F(HealingOnKafka, ABrokerThatReturnsWithinTheGraceTimeIsNotHealed) {
  MakeTopic("returns");
  Serve("dead_broker=on", "60s");
  ASSERT_TRUE(kafka_.Kill(kVictim).ok());
  ASSERT_TRUE(WaitFor([&] { return State() == "waiting"; }, 60s, "the dead broker to be seen"));
  ASSERT_TRUE(kafka_.StartBroker(kVictim).ok());
  ASSERT_TRUE(WaitFor([&] { return State() == "gone"; }, 90s, "the case to be over"));
  EXPECT_EQ(Operations(), 0U);
  EXPECT_EQ(ReplicasOnVictim("returns"), 3U);
}

TEST_F(HealingOnKafka, OffByDefaultADeadBrokerIsOnlyTold) {
  MakeTopic("told");
  Serve("", "1s");
  ASSERT_TRUE(kafka_.Kill(kVictim).ok());
  ASSERT_TRUE(WaitFor([&] { return State() == "watched"; }, 60s, "the dead broker to be seen"));
  EXPECT_EQ(Record().value("code", ""), "off");
  EXPECT_EQ(Operations(), 0U);
}

TEST_F(HealingOnKafka, ADryRunPlansAndChangesNothing) {
  MakeTopic("dry");
  Serve("dead_broker=dry_run", "3s");
  ASSERT_TRUE(kafka_.Kill(kVictim).ok());
  ASSERT_TRUE(WaitFor([&] { return State() == "planned"; }, 90s, "the plan"));
  EXPECT_NE(Record().value("proposal", ""), "");
  EXPECT_EQ(Operations(), 0U);
  EXPECT_EQ(ReplicasOnVictim("dry"), 3U);
}

TEST_F(HealingOnKafka, ADeadBrokerIsHealedAfterTheGraceTimeAndOnceThoughTheDaemonIsKilled) {
  MakeTopic("healed");
  Serve("dead_broker=on", "15s");
  ASSERT_TRUE(kafka_.Kill(kVictim).ok());
  ASSERT_TRUE(WaitFor([&] { return State() == "waiting"; }, 60s, "the dead broker to be seen"));
  EXPECT_EQ(Operations(), 0U);
  ASSERT_TRUE(WaitFor([&] { return Operations() == 1; }, 120s, "the operation"));
  daemon_->KillHard();
  ASSERT_TRUE(daemon_->Start().ok());
  ASSERT_TRUE(WaitFor([&] { return State() == "healed"; }, 180s, "the end")) << Record().dump(2);
  EXPECT_EQ(ReplicasOnVictim("healed"), 0U);
  EXPECT_EQ(Operations(), 1U) << "a kill -9 makes no second one";
  const json record = Record();
  EXPECT_EQ(record.value("attempts", 0), 1);
  EXPECT_EQ(record.value("operation", ""), "op1");
  const auto one = GetJson(*daemon_, "/api/v1/anomalies/" + record.value("id", ""));
  ASSERT_TRUE(one.ok()) << one.error();
  std::set<std::string> states;
  for (const json& event : one->at("anomaly").at("events")) states.insert(event.at("state"));
  EXPECT_THAT(states, ::testing::IsSupersetOf({"waiting", "planning", "acting", "healed"}));
  const auto audit = GetJson(*daemon_, "/api/v1/audit");
  ASSERT_TRUE(audit.ok()) << audit.error();
  ASSERT_FALSE(audit->at("audit").empty());
  EXPECT_EQ(audit->at("audit").front().value("author", ""), "self-healing");
}

}  // namespace
}  // namespace levelwind::testing
