// What self-healing does about disks and loads, end to end: the built program next to real brokers
// whose disks really fail and fill, and which really take the loads.
#include "tests/integration_relief/relief.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace levelwind::testing {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr double kKiB = 1024;

bool Has(const std::vector<BrokerId>& replicas, BrokerId broker) {
  return std::ranges::find(replicas, broker) != replicas.end();
}

/// The value of one figure of a whole record.
double Figure(const json& record, const std::string& name) {
  for (const json& one : record.value("evidence", json::array())) {
    if (one.value("name", "") == name) return one.value("value", -1.0);
  }
  return -1;
}

TEST_F(Relief, TheFirstProposalComesAtOnceAndOneOfRatesWithinAFewLooks) {
  MakeTopic("early", {{1, 2}, {1, 2}, {1, 2}, {1, 3}, {1, 3}, {1, 3}});
  Load load(kafka_.bootstrap(), {{{"early", 0}, 50 * kKiB}, {{"early", 3}, 50 * kKiB}});
  const auto began = std::chrono::steady_clock::now();
  const auto since = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  Serve({});
  json first, rated;
  ASSERT_TRUE(WaitFor(
      [&] {
        auto plan = PostJson(*daemon_, "/api/v1/proposals", json::object());
        if (!plan.ok()) return false;
        first = plan->at("proposal");
        return true;
      },
      60s, "the first proposal"));
  const double first_s = since();
  ASSERT_TRUE(WaitFor(
      [&] {
        auto plan = PostJson(*daemon_, "/api/v1/proposals", json::object());
        if (!plan.ok()) return false;
        rated = plan->at("proposal");
        return rated.value("confidence", "").find("and rates (") != std::string::npos;
      },
      120s, "a proposal that knows rates"));
  fmt::print(
      "relief: first proposal {:.2f} s after the start (from snapshot {}), with rates after {:.1f} "
      "s "
      "(snapshot {})\n",
      first_s, first.value("snapshot", 0), since(), rated.value("snapshot", 0));
  // Time is the machine's; how many looks it takes is ours. One comes each second here.
  EXPECT_LE(first.value("snapshot", 1000), 10);
  EXPECT_LE(rated.value("snapshot", 1000), 60);
  load.Stop();
}

TEST_F(Relief, AFailedLogDirIsPlannedInADryRunAndEmptiedWhenOn) {
  MakeTopic("disky", {{3, 1}, {3, 2}, {1, 3}, {2, 3}, {3, 1}, {3, 2}});
  std::map<TopicPartition, double> rates;
  for (std::int32_t p = 0; p < 6; ++p) rates[{"disky", p}] = 100 * kKiB;
  Load load(kafka_.bootstrap(), rates);
  Serve({{"HEAL_MODES", "disk_failure=dry_run"}});
  FailDir();
  const std::string subject = "broker 3 log dir";
  ASSERT_TRUE(WaitFor([&] { return StateOf("disk_failure", subject) == "planned dry_run"; }, 120s,
                      "the plan"))
      << Record("disk_failure").dump(2);
  json record = Whole(Record("disk_failure", subject));
  EXPECT_THAT(record.value("message", ""), HasSubstr(failed_dir_));
  const double offline = Figure(record, "offline replicas");
  EXPECT_GT(offline, 0) << record.dump(2);
  EXPECT_GT(record.value("plan_bytes", 0), 0) << record.dump(2);
  EXPECT_THAT(record.value("plan", ""), Not(IsEmpty()));
  EXPECT_EQ(Operations(), 0U);
  for (const auto& replicas : ReplicasOf("disky")) EXPECT_TRUE(Has(replicas, kFailing));

  Serve({{"HEAL_MODES", "disk_failure=on"}});
  ASSERT_TRUE(WaitFor(
      [&] {
        record = Record("disk_failure", subject);
        return !record.is_null() && record.value("attempts", 0) > 0 &&
               record.value("state", "") == "watched";
      },
      240s, "the dir to be empty"))
      << record.dump(2);
  record = Whole(record);
  EXPECT_EQ(record.value("attempts", 0), 1);
  EXPECT_EQ(record.value("code", ""), "no_fix") << "the dead disk is a person's";
  EXPECT_THAT(record.value("next_step", ""), HasSubstr("replace the disk"));
  EXPECT_EQ(Figure(record, "offline replicas"), 0);
  EXPECT_THAT(record.value("result", ""), HasSubstr("completed"));
  const auto operation = GetJson(*daemon_, "/api/v1/operations/" + record.value("operation", ""));
  ASSERT_TRUE(operation.ok()) << operation.error();
  EXPECT_EQ(operation->at("operation").value("replicas_total", -1.0), offline)
      << "what was on it and nothing else";
  load.Stop();
}

TEST_F(Relief, ADiskThatTheKernelMakesReadOnlyIsEmptied) {
  const Status disk = GiveDirADisk();
  ASSERT_TRUE(disk.ok()) << "file systems in files are mounted as root only: " << disk.error();
  MakeTopic("stale", {{3, 1}, {3, 2}, {1, 3}, {2, 3}, {3, 1}, {3, 2}, {1, 3}, {2, 3}});
  std::map<TopicPartition, double> rates;
  for (std::int32_t p = 0; p < 8; ++p) rates[{"stale", p}] = 50 * kKiB;
  Load load(kafka_.bootstrap(), rates);
  Serve({{"HEAL_MODES", "disk_failure=on"}});
  const std::string dir = kafka_.Broker(kFailing).log_dirs.at(1);
  const auto on_it = [&] {
    std::size_t partitions = 0;
    for (std::size_t p = 0; p < 8; ++p) {
      partitions += std::filesystem::exists(fmt::format("{}/stale-{}", dir, p)) ? 1 : 0;
    }
    return partitions;
  };
  ASSERT_TRUE(WaitFor([&] { return on_it() > 0; }, 60s, "a replica on the disk"));
  const auto all = [&] {
    std::size_t replicas = 0;
    for (const auto& each : ReplicasOf("stale")) replicas += Has(each, kFailing) ? 1 : 0;
    return replicas;
  };
  ASSERT_EQ(all(), 8U);
  const std::size_t failing = on_it();
  const Status made = disk_->MakeReadOnly();
  ASSERT_TRUE(made.ok()) << made.error();
  json record;
  ASSERT_TRUE(WaitFor(
      [&] {
        record = Record("disk_failure", "broker 3 log dir");
        return !record.is_null() && record.value("attempts", 0) > 0 &&
               record.value("code", "") == "no_fix";
      },
      300s, "the disk to be empty"))
      << record.dump(2);
  EXPECT_THAT(record.value("message", ""), HasSubstr(dir));
  record = Whole(record);
  EXPECT_EQ(Figure(record, "offline replicas"), 0);
  EXPECT_THAT(record.value("result", ""), HasSubstr("completed"));
  EXPECT_EQ(all(), 8 - failing) << "what was on it and nothing else";
  EXPECT_EQ(on_it(), failing) << "it is read-only, so what was there still is";
  fmt::print("relief: a read-only disk: {} of 8 replicas moved off it\n", failing);
  load.Stop();
}

TEST_F(Relief, AHotPartitionIsGivenRoomWhereAMoveHelps) {
  // Broker 1 leads half of what is produced beside the hot partition; there is room elsewhere.
  MakeTopic("warm", {{1, 2}, {1, 3}, {1, 3}, {1, 2}, {2, 3}, {3, 4}, {4, 2}, {2, 4}});
  MakeTopic("hot", {{1, 2}, {2, 3}, {3, 4}, {4, 3}, {2, 4}, {3, 1}});
  std::map<TopicPartition, double> rates;
  for (std::int32_t p = 0; p < 8; ++p) rates[{"warm", p}] = 120 * kKiB;
  for (std::int32_t p = 0; p < 6; ++p) rates[{"hot", p}] = p == 0 ? 300 * kKiB : 10 * kKiB;
  Load load(kafka_.bootstrap(), rates);
  Serve({{"HEAL_MODES", "hot_partition=on"}});
  ASSERT_TRUE(WaitFor([&] { return Operations() > 0; }, 180s, "the operation"))
      << Record("hot_partition").dump(2);
  json record = Whole(Record("hot_partition", "hot-0"));
  EXPECT_GT(Figure(record, "share of what its broker leads"), 25) << record.dump(2);
  ASSERT_TRUE(WaitFor(
      [&] {
        record = Record("hot_partition", "hot-0");
        return record.value("state", "") == "healed";
      },
      240s, "the broker to be relieved"))
      << record.dump(2);
  EXPECT_EQ(record.value("attempts", 0), 1);
  load.Stop();
}

TEST_F(Relief, WhereNoMoveHelpsAHotPartitionIsNamedAndNothingMoves) {
  MakeTopic("blaze", {{2, 3}, {3, 4}, {4, 2}, {1, 2}});
  std::map<TopicPartition, double> rates;
  for (std::int32_t p = 0; p < 4; ++p) rates[{"blaze", p}] = p == 0 ? 1000 * kKiB : 10 * kKiB;
  Load load(kafka_.bootstrap(), rates);
  Serve({{"HEAL_MODES", "hot_partition=on"}});
  ASSERT_TRUE(WaitFor([&] { return StateOf("hot_partition", "blaze-0") == "watched no_fix"; }, 180s,
                      "the advice"))
      << Record("hot_partition").dump(2);
  const json record = Whole(Record("hot_partition", "blaze-0"));
  EXPECT_THAT(record.value("message", ""), HasSubstr("blaze-0 takes"));
  EXPECT_THAT(record.value("next_step", ""), HasSubstr("no move can level it"));
  EXPECT_THAT(record.value("next_step", ""), HasSubstr("blaze"));
  EXPECT_EQ(record.at("topics"), json({"blaze"}));
  EXPECT_GT(Figure(record, "rate"), 500 * kKiB);
  EXPECT_EQ(Operations(), 0U);
  load.Stop();
  // What people say about it is in the audit beside what is sent.
  const std::string id = record.value("id", "");
  const auto muted = PostJson(*daemon_, "/api/v1/anomalies/" + id + "/mute",
                              {{"for", "1h"}, {"reason", "known since Monday"}});
  ASSERT_TRUE(muted.ok()) << muted.error();
  const auto audit = GetJson(*daemon_, "/api/v1/audit");
  ASSERT_TRUE(audit.ok()) << audit.error();
  const json& row = audit->at("audit").at(0);
  EXPECT_EQ(row.value("request", ""), "MuteHealing") << row.dump(2);
  EXPECT_THAT(row.value("target", ""), HasSubstr(id + " hot_partition blaze-0"));
  EXPECT_THAT(row.value("target", ""), HasSubstr("known since Monday"));
  EXPECT_EQ(row.value("outcome", ""), "ok");
}

TEST_F(Relief, AnnouncedMaintenanceIsCarriedOut) {
  MakeTopic("guest", {{2, 1}, {2, 3}, {1, 2}, {3, 1}});
  kafka::NewTopic topic;
  topic.name = "__MaintenanceEvent";
  topic.partitions = 1;
  topic.replication_factor = 1;
  Serve(
      {{"HEAL_MODES", "maintenance_event=on"}, {"DETECT_MAINTENANCE_TOPIC", "__MaintenanceEvent"}});
  const Status made = kafka_.CreateTopic(topic);
  ASSERT_TRUE(made.ok()) << made.error();
  Announce("DemoteBrokerPlan", 4, 2);
  ASSERT_TRUE(WaitFor([&] { return Operations() > 0; }, 120s, "the operation"))
      << Record("maintenance_event").dump(2);
  const json record = Record("maintenance_event", "demote_broker 2");
  ASSERT_FALSE(record.is_null());
  ASSERT_TRUE(WaitFor(
      [&] {
        const auto answer = GetJson(*daemon_, "/api/v1/partitions?topic=guest");
        return answer.ok() && std::ranges::none_of(answer->at("partitions"), [](const json& p) {
                 return p.value("leader", 0) == 2;
               });
      },
      120s, "the broker to lead nothing"));
}

TEST_F(Relief, AnUnevenTopicNamesItsHotKeysWhereSamplingIsAllowed) {
  MakeTopic("keyed", {{1, 2}, {2, 3}, {3, 4}, {4, 3}, {1, 3}, {2, 4}});
  std::map<TopicPartition, double> rates;
  for (std::int32_t p = 0; p < 6; ++p) rates[{"keyed", p}] = p == 2 ? 400 * kKiB : 5 * kKiB;
  // Of ten records of each partition seven have one key, two another, and one has its own.
  Load load(kafka_.bootstrap(), rates, [](std::uint64_t n) {
    return n % 10 < 7   ? std::string("customer-7")
           : n % 10 < 9 ? std::string("customer-8")
                        : fmt::format("customer-{}", 1000 + n);
  });
  Serve({{"DETECT_SAMPLE_KEYS", "true"}, {"DETECT_KEY_SKEW_WATCH", "20s"}});
  json record;
  const bool named = WaitFor(
      [&] {
        record = Record("key_skew", "keyed");
        return !record.is_null() &&
               record.value("message", "").find("customer-7") != std::string::npos;
      },
      240s, "the keys");
  load.Stop();
  ASSERT_TRUE(named) << record.dump(2);
  const std::string message = record.value("message", "");
  EXPECT_THAT(message, HasSubstr("\"customer-7\" with at least"));
  EXPECT_THAT(message, HasSubstr("\"customer-8\" with at least"));
  EXPECT_LT(message.find("customer-7"), message.find("customer-8"));
  EXPECT_THAT(daemon_->stderr_text(), Not(HasSubstr("customer-"))) << "keys are never logged";
  EXPECT_THAT(daemon_->stdout_text(), Not(HasSubstr("customer-")));
}

TEST_F(Relief, WithGoalViolationOnTheHealingHasPlansMadeByItself) {
  // All of it on two brokers of two racks, and nobody asks for a plan.
  std::vector<std::vector<BrokerId>> crowded(16, std::vector<BrokerId>{1, 2});
  for (std::size_t i = 0; i < crowded.size(); i += 2) std::swap(crowded[i][0], crowded[i][1]);
  MakeTopic("crowd", crowded);
  std::map<TopicPartition, double> rates;
  for (std::int32_t p = 0; p < 16; ++p) rates[{"crowd", p}] = 20 * kKiB;
  Load load(kafka_.bootstrap(), rates);
  // Counts only: what other tests left in few large partitions may be in nobody's power to level.
  Serve({{"HEAL_MODES", "goal_violation=on"},
         {"HEAL_GOAL_CHECK_INTERVAL", "15s"},
         {"PLAN_GOALS", "ReplicaDistributionGoal,LeaderReplicaDistributionGoal"}});
  ASSERT_TRUE(WaitFor([&] { return Operations() > 0; }, 180s, "the operation"))
      << Record("goal_violation").dump(2);
  ASSERT_TRUE(WaitFor(
      [&] {
        const auto all = GetJson(*daemon_, "/api/v1/anomalies");
        if (!all.ok()) return false;
        const json& records = all->at("healing").at("records");
        return std::ranges::any_of(records, [](const json& one) {
          return one.value("type", "") == "goal_violation" && one.value("state", "") == "healed";
        });
      },
      300s, "a goal to be kept again"))
      << GetJson(*daemon_, "/api/v1/anomalies").value_or(json()).dump(1);
  load.Stop();
  const auto answer = GetJson(*daemon_, "/api/v1/brokers");
  ASSERT_TRUE(answer.ok()) << answer.error();
  std::vector<int> counts;
  for (const json& broker : answer->at("brokers")) counts.push_back(broker.value("replicas", 0));
  ASSERT_EQ(counts.size(), 4U);
  EXPECT_LE(std::ranges::max(counts), 1.3 * std::ranges::min(counts)) << answer->dump(1);
}

TEST_F(Relief, ADiskThatFillsIsRelievedByTheFewestBytes) {
  ASSERT_THAT(WhyNoSmallDirs(), IsEmpty())
      << "small file systems are mounted as root, or in a user "
         "namespace where the machine allows such";
  MakeTopic("flood", {{4, 2}, {4, 3}, {4, 2}, {4, 3}, {4, 2}, {4, 3}, {4, 2}, {4, 3}});
  std::map<TopicPartition, double> rates;
  for (std::int32_t p = 0; p < 8; ++p) rates[{"flood", p}] = 130 * kKiB;
  Load load(kafka_.bootstrap(), rates);
  Serve({{"HEAL_MODES", "disk_filling=on"},
         {"DETECT_DISK_WATCH", "30s"},
         {"COLLECT_LOG_DIR_INTERVAL", "3s"}});
  json record;
  ASSERT_TRUE(WaitFor(
      [&] {
        record = Record("disk_filling", "broker 4");
        return !record.is_null();
      },
      240s, "the forecast"));
  record = Whole(record);
  EXPECT_EQ(record.value("severity", ""), "critical");
  EXPECT_GT(Figure(record, "full in"), 0) << record.dump(2);
  EXPECT_LT(Figure(record, "full in"), 0.5);
  EXPECT_THAT(record.value("message", ""), HasSubstr("is full in"));
  ASSERT_TRUE(WaitFor([&] { return Operations() > 0; }, 420s, "the relief"))
      << Whole(Record("disk_filling", "broker 4")).dump(2);
  load.Stop();
  const auto operations = GetJson(*daemon_, "/api/v1/operations");
  ASSERT_TRUE(operations.ok());
  const std::string plan = operations->at("operations").back().value("proposal", "");
  const auto proposal = GetJson(*daemon_, "/api/v1/proposals/" + plan);
  ASSERT_TRUE(proposal.ok()) << proposal.error();
  const json& moves = proposal->at("proposal").at("moves");
  ASSERT_FALSE(moves.empty());
  // Of whatever topic: what a disk is relieved of is chosen by its bytes alone.
  double moved = 0;
  for (const json& move : moves) {
    EXPECT_TRUE(Has(move.at("before").get<std::vector<BrokerId>>(), kSmall)) << move.dump();
    EXPECT_FALSE(Has(move.at("after").get<std::vector<BrokerId>>(), kSmall)) << move.dump();
    moved += move.value("bytes", 0.0);
  }
  // It is planned within a look or two of the limit, and the load fills 3 % in ten seconds. Where
  // only large replicas are there, one for each of the two log dirs.
  EXPECT_TRUE(moves.size() <= 2 || moved <= 0.10 * 2 * static_cast<double>(kSmallDir))
      << moved << " bytes: " << moves.dump(1);
  ASSERT_TRUE(WaitFor(
      [&] {
        const auto all = GetJson(*daemon_, "/api/v1/operations");
        return all.ok() && std::ranges::all_of(all->at("operations"), [](const json& one) {
                 return one.value("state", "") == "completed";
               });
      },
      180s, "the operation's end"));
  std::size_t left = 0;
  for (const auto& replicas : ReplicasOf("flood")) left += Has(replicas, kSmall) ? 1 : 0;
  EXPECT_GT(left, 0U) << "relieved, not emptied";
}

}  // namespace
}  // namespace levelwind::testing
