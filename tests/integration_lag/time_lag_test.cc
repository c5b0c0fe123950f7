// Lag in seconds on a real Kafka, against records whose times the test has chosen.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "kafka/data/producer.h"
#include "tests/integration_lag/lag_fixture.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class TimeLagTest : public LagFixture {
 protected:
  std::int64_t NowMs() const { return clock_.WallNow().unix_ms; }

  const GroupOffset& OffsetOf(const ClusterSnapshot& snapshot, const std::string& group) {
    const ConsumerGroup* found = snapshot.FindGroup(group);
    EXPECT_NE(found, nullptr) << group;
    EXPECT_EQ(found->offsets.size(), 1u) << group;
    return found->offsets.front();
  }

  /// Looks with a monitor that knows nothing and compares with the record's own time.
  void ExpectExact(const std::string& group, std::int64_t record_ms) {
    collectors::CollectorOptions options;
    options.lag.exact_most = 1'000'000;  // the other tests' groups lag too
    Watch(options);
    const std::int64_t from = NowMs();
    const SnapshotPtr snapshot = Look();
    const std::int64_t to = NowMs();
    const GroupOffset& offset = OffsetOf(*snapshot, group);
    for (const SourceStatus& source : snapshot->sources) {
      if (source.name != "record_times") continue;
      EXPECT_TRUE(source.ok) << group << ": " << source.error;
      SCOPED_TRACE(fmt::format("{} requests in {} s", source.requests, ToSeconds(source.duration)));
      EXPECT_EQ(offset.lag_method, TimeLagMethod::kExact) << group;
    }
    EXPECT_GE(offset.lag_seconds, static_cast<double>(from - record_ms) / 1000 - 1) << group;
    EXPECT_LE(offset.lag_seconds, static_cast<double>(to - record_ms) / 1000 + 1) << group;
  }

  /// `records` are a topic's, in order; each of `offsets` of partition 0 gets a group of its own.
  void ExpectExactAt(const std::string& topic, const std::vector<TimedRecord>& records,
                     const std::vector<std::int64_t>& offsets) {
    const Status produced = witness_.Produce(records);
    ASSERT_TRUE(produced.ok()) << produced.error();
    std::vector<std::int64_t> times;
    for (const TimedRecord& record : records) {
      if (record.partition.partition == 0) times.push_back(record.unix_ms);
    }
    for (const std::int64_t offset : offsets) {
      const std::string group = topic + "-at-" + std::to_string(offset);
      ASSERT_TRUE(witness_.Commit(group, {topic, 0}, offset).ok());
      ExpectExact(group, times.at(static_cast<std::size_t>(offset)));
    }
  }
};

TEST_F(TimeLagTest, ExactForASteadyProducerAnHourBack) {
  MakeTopic("steady", 1);
  std::vector<TimedRecord> records;
  const std::int64_t start = NowMs() - 3'600'000;
  for (int i = 0; i < 7200; ++i) records.push_back({{"steady", 0}, start + i * 500});
  ExpectExactAt("steady", records, {0, 1, 3333, 7150, 7199});
}

TEST_F(TimeLagTest, ExactForBurstsAndPauses) {
  MakeTopic("bursts", 1);
  std::vector<TimedRecord> records;
  const std::int64_t start = NowMs() - 86'400'000;
  for (int burst = 0; burst < 12; ++burst) {
    for (int i = 0; i < 400; ++i) {
      records.push_back({{"bursts", 0}, start + burst * 7'000'000 + i * 2});
    }
  }
  ExpectExactAt("bursts", records, {0, 399, 400, 2599, 4799});
}

TEST_F(TimeLagTest, ExactForAHotPartitionAmongColdOnes) {
  MakeTopic("hot", 4);
  std::vector<TimedRecord> records;
  const std::int64_t start = NowMs() - 1'800'000;
  for (int i = 0; i < 9000; ++i) {
    const int partition = i % 10 < 9 ? 0 : 1 + i % 3;
    records.push_back({{"hot", partition}, start + i * 200, "chain-7"});
  }
  ExpectExactAt("hot", records, {5, 4000, 8000});
}

TEST_F(TimeLagTest, ARecordThatCompactionRemovedHasTheAgeOfTheNextThatIsThere) {
  MakeTopic("compacted", 1,
            {{"cleanup.policy", "compact"},
             {"segment.bytes", "1048576"},
             {"segment.ms", "1000"},
             {"min.cleanable.dirty.ratio", "0.01"}});
  std::vector<TimedRecord> records;
  const std::int64_t start = NowMs() - 3'600'000;
  // Offsets 10 to 89 are all older values of one key, whose last one is 90.
  for (int i = 0; i < 100; ++i) {
    const bool repeated = i >= 10 && i <= 90;
    records.push_back(
        {{"compacted", 0}, start + i * 20'000, repeated ? "again" : "once-" + std::to_string(i)});
  }
  ASSERT_TRUE(witness_.Produce(records).ok());
  ASSERT_TRUE(witness_.Produce({{{"compacted", 0}, NowMs(), "last"}}).ok());
  const std::string asked = std::to_string(start + 40 * 20'000);
  const auto compacted = [&] {
    const auto told =
        kafka_.RunTool({"get-offsets", "--topic-partitions", "compacted:0", "--time", asked});
    return told.ok() && told->out.find("compacted:0:90") != std::string::npos;
  };
  ASSERT_TRUE(WaitFor(compacted, seconds(60), "offset 40 to be compacted away"));
  ASSERT_TRUE(witness_.Commit("compacted-at-40", {"compacted", 0}, 40).ok());
  ExpectExact("compacted-at-40", start + 90 * 20'000);
  EXPECT_TRUE(OffsetOf(*monitor_->snapshots().Get(), "compacted-at-40").compacted);
  ASSERT_TRUE(witness_.Commit("compacted-at-90", {"compacted", 0}, 90).ok());
  ExpectExact("compacted-at-90", start + 90 * 20'000);
  EXPECT_FALSE(OffsetOf(*monitor_->snapshots().Get(), "compacted-at-90").compacted);
}

TEST_F(TimeLagTest, AnOpenTransactionShowsAsTheGapBetweenHighWatermarkAndLastStableOffset) {
  MakeTopic("txn", 1);
  const std::int64_t start = NowMs() - 600'000;
  std::vector<TimedRecord> records;
  for (int i = 0; i < 100; ++i) records.push_back({{"txn", 0}, start + i * 1000});
  ASSERT_TRUE(witness_.Produce(records).ok());
  const std::string word = witness_.PathOf("word");
  auto open = witness_.Start({"transaction", "txn", "0", "7", word}, "open");
  ASSERT_TRUE(open.ok()) << open.error();
  ASSERT_TRUE(witness_.Commit("reads-txn", {"txn", 0}, 50).ok());

  ExpectExact("reads-txn", start + 50 * 1000);
  const Partition during = *Look()->FindPartition("txn", 0);
  EXPECT_EQ(during.log_end_offset, 107);
  EXPECT_EQ(during.last_stable_offset, 100);

  std::ofstream(word) << "abort\n";
  ASSERT_TRUE(open->Wait(seconds(30)).has_value());
  Watch({});
  const Partition after = *Look()->FindPartition("txn", 0);
  EXPECT_EQ(after.log_end_offset, 108) << "the marker has an offset too";
  EXPECT_EQ(after.last_stable_offset, 108);
  ExpectExact("reads-txn", start + 50 * 1000);
}

/// What the clock said when each offset of a partition was acknowledged.
class LiveProducer {
 public:
  LiveProducer(const RealCluster& kafka, const Clock& clock, std::string topic)
      : clock_(clock), topic_(std::move(topic)) {
    kafka::ProducerOptions options;
    options.bootstrap = kafka.bootstrap();
    producer_ = kafka::Producer::Create(options).value();
  }
  void Send(int records) {
    for (int i = 0; i < records; ++i) {
      times_.push_back(clock_.WallNow().unix_ms);
      EXPECT_TRUE(producer_->Send(topic_, 0, std::nullopt, "v").ok());
    }
    EXPECT_TRUE(producer_->Flush(seconds(10)).ok());
  }
  const std::vector<std::int64_t>& times() const { return times_; }

 private:
  const Clock& clock_;
  std::string topic_;
  std::unique_ptr<kafka::Producer> producer_;
  std::vector<std::int64_t> times_;
};

/// A producer with a rhythm, and a monitor that looks as often as it does by default, from one
/// thread.
struct Rhythm {
  std::string topic;
  Duration pause;  ///< Between two sends.
  int records;     ///< In each.
  int exact_most;  ///< 0: nothing but the looks may tell.
  std::unique_ptr<LiveProducer> producer;
  std::unique_ptr<collectors::Monitor> monitor;
  SteadyTime send_due{};
  SteadyTime look_due{};
};

class InterpolationTest : public TimeLagTest {
 protected:
  void Begin(Rhythm& rhythm) {
    MakeTopic(rhythm.topic, 1);
    collectors::CollectorOptions options;
    options.lag.exact_most = rhythm.exact_most;
    rhythm.monitor = std::make_unique<collectors::Monitor>(*client_, clock_, options);
    rhythm.producer = std::make_unique<LiveProducer>(kafka_, clock_, rhythm.topic);
    // Somebody is behind all the time: the ends between two looks are looked at only then.
    ASSERT_TRUE(witness_.Commit("behind-" + rhythm.topic, {rhythm.topic, 0}, 0).ok());
  }

  void Go(Rhythm& rhythm) {
    const SteadyTime now = clock_.Now();
    if (now >= rhythm.send_due) {
      rhythm.producer->Send(rhythm.records);
      rhythm.send_due = now + rhythm.pause;
    }
    if (now >= rhythm.look_due) rhythm.look_due = rhythm.monitor->Step(now);
  }

  /// Commits `back` before the last record (nothing is sent while the expectations are checked,
  /// which takes a while) and compares what is said with that record's time.
  void ExpectGoodAt(Rhythm& rhythm, Duration back) {
    const std::string group = "held-" + rhythm.topic;
    const std::vector<std::int64_t>& times = rhythm.producer->times();
    const auto at = std::ranges::lower_bound(times, times.back() - ToMillis(back));
    ASSERT_TRUE(at != times.begin() && at != times.end());
    ASSERT_TRUE(witness_.Commit(group, {rhythm.topic, 0}, at - times.begin()).ok());
    const std::int64_t from = NowMs();
    rhythm.monitor->MakeAllDue();
    rhythm.monitor->Step(clock_.Now());
    const std::int64_t to = NowMs();
    const GroupOffset& offset = OffsetOf(*rhythm.monitor->snapshots().Get(), group);
    // Where looks came late on a busy machine, the exact way steps in; HindsightTest is about
    // bursts without it.
    const bool exact = rhythm.exact_most > 0 && offset.lag_method == TimeLagMethod::kExact;
    EXPECT_TRUE(exact || offset.lag_method == TimeLagMethod::kInterpolated);
    const double least = static_cast<double>(from - *at) / 1000;
    const double most = static_cast<double>(to - *at) / 1000;
    const double off = std::max({0.0, least - offset.lag_seconds, offset.lag_seconds - most});
    EXPECT_LE(off, std::max(2.0, 0.1 * most)) << rhythm.topic << ": " << offset.lag_seconds;
    EXPECT_LE(off, offset.lag_error_s + 0.1) << rhythm.topic;
  }
};

TEST_F(InterpolationTest, IsWithinTwoSecondsOrATenthAndWithinItsOwnError) {
  std::vector<Rhythm> rhythms;
  rhythms.push_back({"live-steady", milliseconds(50), 5, 0, {}, {}, {}, {}});
  rhythms.push_back({"live-bursts", seconds(3), 300, 5000, {}, {}, {}, {}});
  rhythms.push_back({"live-pauses", seconds(7), 1000, 5000, {}, {}, {}, {}});
  for (Rhythm& rhythm : rhythms) Begin(rhythm);
  const SteadyTime end = clock_.Now() + seconds(36);
  while (clock_.Now() < end) {
    for (Rhythm& rhythm : rhythms) Go(rhythm);
    std::this_thread::sleep_for(milliseconds(20));
  }
  for (const int back_s : {8, 12, 16, 20}) {
    for (Rhythm& rhythm : rhythms) ExpectGoodAt(rhythm, seconds(back_s));
  }
}

}  // namespace
}  // namespace levelwind::testing
