// What it costs to read __consumer_offsets: a replay of 5 million records, through the state
// machine from batches in memory, and then from a real broker that was given as many commits.
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "bench/process_usage.h"
#include "collectors/offsets_topic/offsets_reader.h"
#include "collectors/offsets_topic/offsets_tail.h"
#include "kafka/client.h"
#include "kafka/records/offsets_topic.h"
#include "kafka/records/record_batch_reader.h"
#include "tests/kafka_cluster/real_cluster.h"
#include "tests/kafka_records/batch_builder.h"

namespace levelwind::bench {
namespace {

using kafka::testing::ByteVector;

/// For each second of CPU: how long it takes beside other work says little.
constexpr double kRecordsPerSecond = 1'000'000;
constexpr double kMostMiB = 150;
constexpr int kLogs = 50;

double Since(std::chrono::steady_clock::time_point began) {
  return ToSeconds(std::chrono::steady_clock::now() - began);
}

int Report(std::string_view what, double records, double seconds, double cpu, double mib,
           std::size_t groups, std::size_t partitions) {
  const bool met = records / cpu >= kRecordsPerSecond && mib <= kMostMiB;
  std::printf(
      "offsets, %s: %.0f records in %.2f s wall, %.2f s cpu: %.0f for each second of cpu (target "
      "%.0f); %zu groups, %zu partitions of them, rss %.0f MiB (target %.0f): %s\n",
      std::string(what).c_str(), records, seconds, cpu, records / cpu, kRecordsPerSecond, groups,
      partitions, mib, kMostMiB, met ? "met" : "MISSED");
  return met ? 0 : 1;
}

/// What 5,000 groups write that each commit 20 partitions at once: a batch a group.
class CommitRounds {
 public:
  static constexpr int kGroups = 5000;
  static constexpr int kPartitions = 20;
  static constexpr int kRecords = kGroups * kPartitions;

  /// Per partition of the topic the batches of one more round.
  std::vector<ByteVector> Next() {
    std::vector<ByteVector> logs(kLogs);
    for (int g = 0; g < kGroups; ++g) {
      kafka::testing::TestBatch batch;
      batch.base_offset = static_cast<std::int64_t>(round_) * kRecords + g * kPartitions;
      const std::string group = fmt::format("consumer-of-orders-{}", g);
      for (int p = 0; p < kPartitions; ++p) {
        kafka::OffsetCommitValue value;
        value.offset = 1000 * round_ + p;
        value.commit_timestamp_ms = batch.base_timestamp + 5000 * round_;
        const auto key = kafka::EncodeOffsetsTopicKey(
            kafka::OffsetCommitKey{group, {fmt::format("team-{}.orders", g % 100), p}});
        const auto bytes = kafka::EncodeOffsetCommitValue(value, 4);
        batch.records.push_back(
            {std::string(key->begin(), key->end()), std::string(bytes->begin(), bytes->end())});
      }
      const ByteVector built = kafka::testing::Build(batch);
      ByteVector& log = logs[static_cast<std::size_t>(g % kLogs)];
      log.insert(log.end(), built.begin(), built.end());
    }
    ++round_;
    return logs;
  }

 private:
  int round_ = 0;
};

std::int64_t Feed(const std::vector<ByteVector>& logs, collectors::OffsetsTail& tail) {
  std::int64_t records = 0;
  for (std::size_t log = 0; log < logs.size(); ++log) {
    kafka::RecordBatchReader reader(logs[log]);
    reader.GiveControlBatches();
    for (kafka::RecordView record;;) {
      const auto more = reader.Next(record);
      if (!more.ok() || !*more) break;
      tail.Feed(static_cast<std::int32_t>(log), reader.batch(), record);
      ++records;
    }
  }
  return records;
}

int FromMemory(int rounds) {
  CommitRounds source;
  collectors::OffsetsTail tail;
  double seconds = 0;
  double cpu = 0;
  std::int64_t records = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::vector<ByteVector> logs = source.Next();
    const auto began = std::chrono::steady_clock::now();
    const double cpu_began = CpuSeconds();
    records += Feed(logs, tail);
    seconds += Since(began);
    cpu += CpuSeconds() - cpu_began;
  }
  const auto began = std::chrono::steady_clock::now();
  const auto facts = tail.Facts();
  std::printf("all %zu groups told anew in %.3f s\n", facts.size(), Since(began));
  return Report("from memory", static_cast<double>(records), seconds, cpu, MemoryMiB("VmRSS"),
                tail.groups(), tail.partitions());
}

/// 100 groups that commit 1,000 partitions at once.
Status CommitToKafka(kafka::KafkaClient& client, int rounds) {
  constexpr int kGroups = 100;
  constexpr int kPartitions = 1000;
  constexpr auto kPatience = std::chrono::minutes(2);
  kafka::NewTopic topic;
  topic.name = "orders";
  topic.partitions = kPartitions;
  topic.replication_factor = 1;
  LW_ASSIGN_OR_RETURN(const auto made, client.CreateTopics({topic}, kPatience));
  for (const auto& outcome : made) {
    if (outcome.error != 0) return kafka::KafkaError(outcome.error, outcome.topic);
  }
  for (int round = 0; round < rounds; ++round) {
    for (int g = 0; g < kGroups; ++g) {
      std::vector<kafka::OffsetReset> resets;
      for (int p = 0; p < kPartitions; ++p) resets.push_back({{topic.name, p}, round, {}});
      const auto done = client.group_admin().CommitOffsets(fmt::format("consumer-of-orders-{}", g),
                                                           resets, kPatience);
      // The first commits find partitions that are being made.
      if (!done.ok() && round > 0) return done.error();
    }
  }
  return Ok();
}

int FromKafka(int rounds) {
  testing::RealClusterOptions wanted;
  wanted.brokers = 1;
  wanted.racks = "r1";
  auto cluster = testing::RealCluster::Start(wanted);
  if (!cluster.ok()) {
    std::printf("offsets: Kafka did not start: %s\n", cluster.error().ToString().c_str());
    return 1;
  }
  kafka::ClientOptions options;
  options.bootstrap = (*cluster)->bootstrap_list();
  auto client = kafka::KafkaClient::Create(options).value();
  std::jthread io([&](std::stop_token stop) { client->Run(stop); });
  const Status committed = CommitToKafka(*client, rounds);
  if (!committed.ok()) {
    std::printf("offsets: %s\n", committed.error().ToString().c_str());
    return 1;
  }
  const SystemClock clock;
  collectors::OffsetsReaderOptions reading;
  reading.replay = true;
  collectors::OffsetsReader reader(client->log_reader(), clock, reading);
  const auto began = std::chrono::steady_clock::now();
  const double cpu = CpuSeconds();
  do {
    reader.Step(clock.Now());
  } while (!reader.facts().Get()->view.caught_up && Since(began) < 300);
  const double seconds = Since(began);
  const auto facts = reader.facts().Get();
  double records = 0;
  for (const std::uint64_t count : facts->view.counts.records) {
    records += static_cast<double>(count);
  }
  return Report("from a broker", records, seconds, CpuSeconds() - cpu, MemoryMiB("VmRSS"),
                static_cast<std::size_t>(facts->view.groups),
                static_cast<std::size_t>(facts->view.partitions));
}

}  // namespace
}  // namespace levelwind::bench

int main(int argc, char** argv) {
  const bool quick = argc > 1 && std::string_view(argv[1]) == "--quick";
  const int rounds = quick ? 5 : 50;
  const int memory = levelwind::bench::FromMemory(rounds);
  return levelwind::bench::FromKafka(rounds) + memory > 0 ? 1 : 0;
}
