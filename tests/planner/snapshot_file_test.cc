#include "planner/snapshot_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include <nlohmann/json.hpp>

#include "planner/json_reader.h"
#include "tests/planner/random_cluster.h"

namespace levelwind::planner {
namespace {

using ::testing::HasSubstr;

std::string File(std::string_view brokers, std::string_view topics) {
  return fmt::format(R"({{"format":"cluster-snapshot/1","brokers":[{}],"topics":[{}]}})", brokers,
                     topics);
}

const std::string kBrokers =
    R"({"id":0,"rack":"a","state":"alive","capacity":{"cpu":100,"network_in":1000,)"
    R"("network_out":2000,"disk":3000}},{"id":5,"rack":"b","state":"dead"})";

std::string MessageOf(const std::string& json) {
  const auto result = ParseSnapshotJson(json);
  if (result.ok()) return "accepted";
  EXPECT_EQ(result.error().code(), ErrorCode::kInvalidArgument);
  return result.error().message();
}

TEST(SnapshotFile, ReadsTheBenchmarkFormatInItsUnits) {
  const auto snapshot = ParseSnapshotJson(File(
      kBrokers,
      R"({"name":"z","partitions":[{"replicas":[5,0],"cpu":1.5,"network_in":2,"network_out":4,)"
      R"("disk":8}]},{"name":"a","partitions":[{"replicas":[0],"cpu":null}]})"));
  ASSERT_TRUE(snapshot.ok()) << snapshot.error();
  ASSERT_EQ(snapshot->topics.size(), 2U);
  EXPECT_EQ(snapshot->topics[0].name, "a") << "sorted";
  const Partition* p = snapshot->FindPartition("z", 0);
  ASSERT_NE(p, nullptr);
  EXPECT_EQ(p->leader, 0) << "the first replica is on a dead broker";
  EXPECT_DOUBLE_EQ(p->load.bytes_in_per_s, 2048);
  EXPECT_DOUBLE_EQ(p->load.cpu_percent, 1.5);
  EXPECT_EQ(snapshot->SizeOf(*p), 8 << 20);
  EXPECT_DOUBLE_EQ(snapshot->FindBroker(0)->capacity.disk_bytes, 3000.0 * (1 << 20));
  EXPECT_FALSE(IsKnown(snapshot->FindBroker(5)->capacity.disk_bytes));
  EXPECT_FALSE(IsKnown(snapshot->FindPartition("a", 0)->load.cpu_percent));
  EXPECT_FALSE(IsKnown(snapshot->SizeOf(*snapshot->FindPartition("a", 0))));
}

TEST(SnapshotFile, ErrorsNameThePlace) {
  const auto topic = [](std::string_view partition) {
    return File(kBrokers, fmt::format(R"({{"name":"t","partitions":[{}]}})", partition));
  };
  EXPECT_THAT(MessageOf(topic(R"({"replicas":[0]},{"replicas":[0,99]})")),
              HasSubstr("topics[0].partitions[1].replicas: broker 99 is not in brokers"));
  EXPECT_THAT(MessageOf(topic(R"({"replicas":[0,0]})")),
              HasSubstr("topics[0].partitions[0].replicas: broker 0 is listed twice"));
  EXPECT_THAT(MessageOf(topic(R"({"replicas":[]})")), HasSubstr("no replicas"));
  EXPECT_THAT(MessageOf(topic(R"({"replicas":[0],"disk":-1})")),
              HasSubstr("topics[0].partitions[0].disk: -1 is negative"));
  EXPECT_THAT(MessageOf(topic(R"({"replicas":[0],"disk":1e999})")), HasSubstr("out of range"));
  EXPECT_THAT(MessageOf(topic(R"({"replicas":[0],"disk":"x"})")), HasSubstr("expected a number"));
  EXPECT_THAT(MessageOf(topic(R"({"replicas":[0],"leader":5})")), HasSubstr("leader: broker 5"));
  EXPECT_THAT(MessageOf(topic(R"({"replicas":[0],"partition":1},{"replicas":[0]})")),
              HasSubstr("t-1 is listed twice"));
  EXPECT_THAT(MessageOf(File(R"({"id":1,"state":"ill"})", "")),
              HasSubstr(R"(brokers[0].state: "ill" is no broker state)"));
  EXPECT_THAT(MessageOf(File(R"({"id":1},{"id":1})", "")), HasSubstr("broker 1 is listed twice"));
  EXPECT_THAT(MessageOf(R"({"format":"cluster-snapshot/2"})"), HasSubstr("not supported"));
  EXPECT_THAT(MessageOf("{}"), HasSubstr("format: missing"));
  EXPECT_THAT(MessageOf(""), HasSubstr("expected an object"));
  EXPECT_THAT(MessageOf(File(kBrokers, "") + "x"), HasSubstr("more text after the end"));
  EXPECT_THAT(MessageOf(std::string(100'000, '[')), HasSubstr("expected an object"));
  EXPECT_THAT(MessageOf(R"({"other":)" + std::string(100'000, '[')), HasSubstr("64 levels"));
}

TEST(SnapshotFile, WhatIsMissingTwiceOrTooMuchIsRefused) {
  const auto topic = [](std::string_view fields) {
    return File(kBrokers, fmt::format(R"({{{},"partitions":[{{"replicas":[0]}}]}})", fields));
  };
  EXPECT_THAT(MessageOf(File(R"({"rack":"a"})", "")),
              HasSubstr("brokers[0]: broker without an id"));
  EXPECT_THAT(
      MessageOf(File(kBrokers, R"({"name":"t","partitions":[]},{"name":"s","partitions":[]},)"
                               R"({"name":"t","partitions":[]})")),
      HasSubstr(R"(topics: "t" is listed twice)"));
  EXPECT_THAT(MessageOf(topic(R"("name":"t","id":"short")")), HasSubstr("topics[0].id: "));
  std::string many = "[0";
  for (int i = 1; i < 33; ++i) many += fmt::format(",{}", i);
  EXPECT_THAT(
      MessageOf(File(kBrokers, R"({"name":"t","partitions":[{"replicas":)" + many + "]}]}")),
      HasSubstr("replicas[32]: more than 32 brokers in one list"));
  const std::string id_of_half = File(R"({"id":1.5})", "");
  EXPECT_THAT(MessageOf(id_of_half),
              HasSubstr("brokers[0].id: 1.5 is not a whole number from 0 to 2147483647"));
  std::string crowd = R"({"id":0})";
  for (int b = 1; b <= 65'000; ++b) crowd += fmt::format(R"(,{{"id":{}}})", b);
  EXPECT_THAT(MessageOf(File(crowd, "")), HasSubstr("brokers[65000]: more than 65,000 brokers"));
}

TEST(SnapshotFile, FieldsOfOthersAreSkipped) {
  const auto snapshot = ParseSnapshotJson(
      R"({"format":"cluster-snapshot/1","by":{"tool":[1,{"x":null}]},"brokers":[{"id":3,"zone":"z",)"
      R"("capacity":{"cpu":50,"memory":7}}],"topics":[{"name":"t","owner":"me","partitions":)"
      R"([{"replicas":[3],"tier":"hot","disk":1}]}]})");
  ASSERT_TRUE(snapshot.ok()) << snapshot.error();
  EXPECT_EQ(snapshot->brokers[0].capacity.cpu_percent, 50);
  EXPECT_EQ(snapshot->SizeOf(snapshot->partitions[0]), 1 << 20);
}

/// What of a snapshot the file format keeps, as text.
std::string Essence(const ClusterSnapshot& s) {
  std::string text = s.cluster_id;
  for (const Broker& b : s.brokers) {
    text += fmt::format("\n{} {} {} {:.9g} {:.9g}", b.id, b.rack, BrokerStateName(b.state),
                        b.capacity.cpu_percent, b.capacity.disk_bytes);
  }
  for (const Partition& p : s.partitions) {
    text += fmt::format("\n{} leader {} size {} {:.9g} {:.9g} {:.9g} {}:", s.NameOf(p).ToString(),
                        p.leader, s.SizeOf(p), p.load.cpu_percent, p.load.bytes_in_per_s,
                        p.load.bytes_out_per_s, p.reassigning);
    for (const Replica& r : s.ReplicasOf(p)) text += fmt::format(" {}{}", r.broker, r.in_sync);
  }
  return text;
}

TEST(SnapshotFile, WritingAndReadingKeepsEverythingUnknownIncluded) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const ClusterSnapshot before = testing::RandomCluster(seed);
    const std::string json = WriteSnapshotJson(before);
    const auto after = ParseSnapshotJson(json);
    ASSERT_TRUE(after.ok()) << after.error();
    EXPECT_EQ(Essence(*after), Essence(before)) << "seed " << seed;
  }
}

TEST(SnapshotFile, HostsTopicIdsAndMessageRatesAreKept) {
  ClusterSnapshot before = testing::RandomCluster(3);
  before.brokers[0].host = "kafka-0.\"quoted\".example";
  before.brokers[0].port = 9092;
  before.topics[0].id = Uuid::Parse("AAAAAAAAAAAAAAAAAAAAEQ").value();
  before.topics[0].internal = true;
  before.partitions[0].load.messages_in_per_s = 12.5;
  const auto after = ParseSnapshotJson(WriteSnapshotJson(before));
  ASSERT_TRUE(after.ok()) << after.error();
  EXPECT_EQ(after->brokers[0].host, before.brokers[0].host);
  EXPECT_EQ(after->brokers[0].port, 9092);
  EXPECT_EQ(after->topics[0].id, before.topics[0].id);
  EXPECT_TRUE(after->topics[0].internal);
  EXPECT_EQ(after->partitions[0].load.messages_in_per_s, 12.5);
  EXPECT_FALSE(IsKnown(after->partitions[1].load.messages_in_per_s));
}

TEST(SnapshotFile, KeepsLogDirs) {
  const std::string dirs =
      R"({"id":0,"log_dirs":[{"path":"/a","total_bytes":500},{"path":"/\"b","offline":true}]},)"
      R"({"id":5,"log_dirs":[{"path":"/a","total_bytes":null}]})";
  const auto partition = [&](const std::string& places) {
    return File(dirs,
                R"({"name":"t","partitions":[{"replicas":[0,5],"log_dirs":)" + places + "}]}");
  };
  const auto first = ParseSnapshotJson(partition("[1,-1]"));
  ASSERT_TRUE(first.ok()) << first.error();
  const auto read = ParseSnapshotJson(WriteSnapshotJson(*first));
  ASSERT_TRUE(read.ok()) << read.error();
  const std::vector<LogDir>& there = read->FindBroker(0)->log_dirs;
  ASSERT_EQ(there.size(), 2U);
  EXPECT_EQ(there[0].total_bytes, 500);
  EXPECT_EQ(there[1].path, "/\"b");
  EXPECT_TRUE(there[1].offline);
  EXPECT_FALSE(IsKnown(read->FindBroker(5)->log_dirs[0].total_bytes));
  EXPECT_EQ(read->replicas[0].log_dir, 1);
  EXPECT_TRUE(read->replicas[0].offline) << "its log dir has failed";
  EXPECT_EQ(read->replicas[1].log_dir, -1);
  EXPECT_THAT(MessageOf(partition("[2,0]")),
              HasSubstr("topics[0].partitions[0].log_dirs: broker 0 has no log dir in place 2"));
  EXPECT_THAT(MessageOf(partition("[0]")), HasSubstr("log_dirs: 1 places for 2 replicas"));
  EXPECT_THAT(MessageOf(partition("[-2,0]")), HasSubstr("log_dirs"));
  EXPECT_THAT(MessageOf(File(R"({"id":0,"log_dirs":[{}]})", "")),
              HasSubstr("log dir without a path"));
}

TEST(SnapshotFile, EveryNumberThatTheScorerReadsIsThere) {
  const auto json = nlohmann::json::parse(WriteSnapshotJson(testing::RandomCluster(7)));
  for (const auto& broker : json["brokers"]) {
    for (const char* key : {"cpu", "network_in", "network_out", "disk"}) {
      EXPECT_GT(broker["capacity"][key].get<double>(), 0);
    }
  }
  for (const auto& topic : json["topics"]) {
    for (const auto& partition : topic["partitions"]) {
      for (const char* key : {"cpu", "network_in", "network_out", "disk"}) {
        EXPECT_TRUE(partition[key].is_number());
      }
    }
  }
}

TEST(JsonReader, AgreesWithALibraryOnBrokenTexts) {
  std::mt19937_64 random(testing::FirstSeed());
  const std::string seed_text =
      R"({"a":[1,-2.5e3,0.1,true,false,null],"b\u00e9\ud83d\ude00":"x\n\"\\","c":{"d":[{}],"é":""}})";
  constexpr std::string_view kBytes = "{}[]\",:\\ue+-.0129tfn \t\x01\xc3\xa9\xff";
  int accepted = 0;
  for (int i = 0; i < 30'000; ++i) {
    std::string text = seed_text;
    for (std::uint64_t n = 1 + random() % 3; n > 0; --n) {
      const std::size_t at = random() % text.size();
      const char c = kBytes[random() % kBytes.size()];
      switch (random() % 3) {
        case 0:
          text[at] = c;
          break;
        case 1:
          text.insert(at, 1, c);
          break;
        default:
          text.erase(at, 1);
      }
      if (text.empty()) text = "{";
    }
    JsonReader reader(text);
    const bool ours = reader.Skip().ok() && reader.End().ok();
    const bool theirs = nlohmann::json::accept(text);
    ASSERT_EQ(ours, theirs) << text;
    accepted += ours ? 1 : 0;
  }
  EXPECT_GT(accepted, 100);
}

TEST(JsonReader, DecodesStrings) {
  std::string value;
  JsonReader reader(R"("a\u0041\u00e9\ud83d\ude00\t")");
  ASSERT_TRUE(reader.String(value).ok());
  EXPECT_EQ(value, "aA\xc3\xa9\xf0\x9f\x98\x80\t");
}

TEST(JsonReader, WholeNumbersAreWholeAndInTheirRange) {
  const auto read = [](std::string_view text) {
    JsonReader reader(text);
    std::int64_t value = 0;
    const Status status = reader.Integer(value, -5, 5);
    return status.ok() ? fmt::format("{}", value) : status.error().message();
  };
  EXPECT_EQ(read("-5"), "-5");
  EXPECT_EQ(read(" 5"), "5");
  for (const std::string_view bad : {"6", "-6", "1.0", "1e0", "9223372036854775808"}) {
    EXPECT_THAT(read(bad), HasSubstr(fmt::format("{} is not a whole number from -5 to 5", bad)));
  }
}

}  // namespace
}  // namespace levelwind::planner
