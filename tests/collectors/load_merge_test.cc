// Loads out of all sources: who is believed, how a topic's rate is split, and that poison never
// gets into a snapshot.

#include "collectors/load/load_merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "base/published.h"
#include "collectors/load/cpu_fitter.h"
#include "tests/collectors/monitor_fixture.h"

namespace levelwind::testing {
namespace {

using std::chrono::seconds;

class LoadMerge : public MonitorFixture {
 protected:
  /// Looks every 3 s while `bytes` a second of 100-byte messages go into each partition of orders.
  SnapshotPtr Run(int looks, std::vector<std::int64_t> bytes) {
    SnapshotPtr snapshot;
    for (int i = 0; i < looks; ++i) {
      for (std::size_t p = 0; p < bytes.size(); ++p) {
        admin_.Produce("orders", static_cast<int>(p), bytes[p] * 3 / 100, bytes[p] * 3);
        if (!consume_) continue;
        auto& commits = admin_.groups["readers"].commits;
        commits[{"orders", static_cast<std::int32_t>(p)}] =
            admin_.At("orders", static_cast<int>(p)).end;
      }
      snapshot = After(seconds(3));
    }
    return snapshot;
  }

  /// All partitions of orders on broker 1.
  void LeadAllByOne() {
    admin_.topics.clear();
    admin_.AddTopic("orders", {{1, 2, 3}, {1, 3, 2}, {1, 2, 4}});
  }

  void Tell(LoadSource source, BrokerId broker, TopicSample topic, double cpu = kUnknown,
            bool underscores = false) {
    auto sample = std::make_shared<BrokerSample>();
    sample->broker = broker;
    sample->at = clock_.Now();
    sample->metrics.source = source;
    sample->metrics.cpu_percent = cpu;
    sample->dots_as_underscores = underscores;
    sample->topics.push_back(std::move(topic));
    auto facts = std::make_shared<LoadFacts>();
    facts->source = source;
    facts->window = seconds(15);
    facts->at = clock_.Now();
    facts->brokers.push_back(std::move(sample));
    Published<LoadFacts>& published = published_[source];
    if (published.Get() == nullptr) {
      monitor_->AddLoadSource(std::string(LoadSourceName(source)), published);
    }
    published.Publish(std::move(facts));
  }

  static const PartitionLoad& Load(const SnapshotPtr& snapshot, int partition) {
    return snapshot->FindPartition("orders", partition)->load;
  }

  bool consume_ = false;
  std::map<LoadSource, Published<LoadFacts>> published_;
};

TEST_F(LoadMerge, AgentlessBytesOutAreCommitsAndReplication) {
  consume_ = true;
  const auto snapshot = Run(10, {6000, 3000, 0});
  const PartitionLoad& load = Load(snapshot, 0);
  EXPECT_NEAR(load.bytes_in_per_s, 6000, 60);
  EXPECT_EQ(load.in_from, LoadSource::kGrowth);
  EXPECT_NEAR(load.bytes_out_per_s, 6000 * 3, 180);  // one group, two followers
  EXPECT_EQ(load.out_from, LoadSource::kGrowth);
  EXPECT_NEAR(Load(snapshot, 1).bytes_out_per_s, 9000, 90);
  EXPECT_EQ(Load(snapshot, 2).bytes_out_per_s, 0);
}

TEST_F(LoadMerge, BytesOutAreUnknownUntilCommitsWereLookedAtTwice) {
  const auto snapshot = Run(2, {6000, 3000, 0});
  EXPECT_FALSE(IsKnown(Load(snapshot, 0).bytes_out_per_s));
  EXPECT_EQ(Load(snapshot, 0).out_from, LoadSource::kNone);
}

TEST_F(LoadMerge, ATopicsRateIsSplitByThePartitionsOwnGrowth) {
  LeadAllByOne();
  Tell(LoadSource::kEndpoint, 1, {"orders", 20000, 10000, kUnknown});
  Run(9, {8000, 1000, 1000});
  Tell(LoadSource::kEndpoint, 1, {"orders", 20000, 10000, kUnknown});
  const auto snapshot = Run(1, {8000, 1000, 1000});
  EXPECT_NEAR(Load(snapshot, 0).bytes_in_per_s, 16000, 200);
  EXPECT_NEAR(Load(snapshot, 1).bytes_in_per_s, 2000, 100);
  EXPECT_EQ(Load(snapshot, 0).in_from, LoadSource::kEndpoint);
  // Nobody commits: what consumers read goes as what comes in, which is a guess.
  EXPECT_NEAR(Load(snapshot, 0).bytes_out_per_s, 8000 + 2 * 16000, 500);
  EXPECT_EQ(Load(snapshot, 0).out_from, LoadSource::kEstimated);
}

TEST_F(LoadMerge, WithoutGrowthASplitIsAnEstimate) {
  LeadAllByOne();
  Tell(LoadSource::kEndpoint, 1, {"orders", 3000, kUnknown, kUnknown});
  const auto snapshot = Step();
  EXPECT_DOUBLE_EQ(Load(snapshot, 2).bytes_in_per_s, 1000);
  EXPECT_EQ(Load(snapshot, 2).in_from, LoadSource::kEstimated);
}

TEST_F(LoadMerge, TheMostTrustedFreshSourceWinsFieldByField) {
  Tell(LoadSource::kReporter, 1, {"orders", 100, 700, kUnknown});
  Tell(LoadSource::kEndpoint, 1, {"orders", 200, kUnknown, kUnknown});
  auto snapshot = Step();
  EXPECT_EQ(Load(snapshot, 0).bytes_in_per_s, 200);
  EXPECT_EQ(Load(snapshot, 0).in_from, LoadSource::kEndpoint);
  EXPECT_EQ(Load(snapshot, 0).bytes_out_per_s, 700 + 2 * 200);
  EXPECT_EQ(Load(snapshot, 0).out_from, LoadSource::kReporter);
  After(seconds(40));
  Tell(LoadSource::kReporter, 1, {"orders", 100, 700, kUnknown});
  snapshot = After(seconds(6));  // what the endpoint told is over three windows old
  EXPECT_EQ(Load(snapshot, 0).in_from, LoadSource::kReporter);
  snapshot = After(seconds(60));
  EXPECT_NE(Load(snapshot, 0).in_from, LoadSource::kReporter);
}

TEST_F(LoadMerge, ReporterNamesWithUnderscoresAreNotConfused) {
  admin_.topics.clear();
  admin_.AddTopic("a.b", {{1, 2}});
  admin_.AddTopic("a_b", {{1, 2}});
  admin_.AddTopic("c.d", {{1, 2}});
  Tell(LoadSource::kReporter, 1, {"a_b", 100, 0, kUnknown}, kUnknown, true);
  Tell(LoadSource::kReporter, 1, {"a_b", 100, 0, kUnknown}, kUnknown, true);
  auto snapshot = Step();
  EXPECT_FALSE(IsKnown(snapshot->FindPartition("a.b", 0)->load.bytes_in_per_s));
  EXPECT_FALSE(IsKnown(snapshot->FindPartition("a_b", 0)->load.bytes_in_per_s));
  Tell(LoadSource::kReporter, 1, {"c_d", 100, 0, kUnknown}, kUnknown, true);
  snapshot = After(seconds(6));
  EXPECT_EQ(snapshot->FindPartition("c.d", 0)->load.bytes_in_per_s, 100);
}

TEST_F(LoadMerge, ABrokersCpuIsSharedOutByWeights) {
  consume_ = true;
  Run(9, {6000, 3000, 1000});
  Tell(LoadSource::kEndpoint, 1, {"none", 0, 0, 0}, 30);
  const auto snapshot = Run(1, {6000, 3000, 1000});
  double leads = 0;
  double follows = 0;
  for (const Partition& partition : snapshot->partitions) {
    const PartitionLoad& load = partition.load;
    for (const Replica& replica : snapshot->ReplicasOf(partition)) {
      if (replica.broker != 1) continue;
      if (partition.leader == 1) {
        leads += 0.7 * load.bytes_in_per_s + 0.15 * load.bytes_out_per_s;
      } else {
        follows += 0.15 * load.bytes_in_per_s;
        EXPECT_FALSE(IsKnown(load.cpu_percent));  // its leader's broker tells nothing
      }
    }
  }
  EXPECT_NEAR(Load(snapshot, 0).cpu_percent, 30 * leads / (leads + follows), 0.01);
  EXPECT_EQ(Load(snapshot, 0).cpu_from, LoadSource::kEstimated);
}

TEST_F(LoadMerge, PoisonOfASourceNeverGetsIntoASnapshot) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double poison : {infinity, -infinity, -1.0, 1e15, 1e300, kUnknown}) {
    Tell(LoadSource::kEndpoint, 1, {"orders", poison, poison, poison}, poison);
    const auto snapshot = After(seconds(6));
    const PartitionLoad& load = Load(snapshot, 0);
    EXPECT_NE(load.in_from, LoadSource::kEndpoint) << poison;
    EXPECT_NE(load.out_from, LoadSource::kEndpoint) << poison;
    EXPECT_FALSE(IsKnown(load.cpu_percent)) << poison;
    for (const Broker& broker : snapshot->brokers) {
      EXPECT_FALSE(IsKnown(broker.metrics.cpu_percent)) << poison;
    }
  }
}

TEST_F(LoadMerge, WindowsClosePerMinuteAndPeaksStay) {
  consume_ = true;
  const auto snapshot = Run(50, {6000, 3000, 1000});
  ASSERT_NE(snapshot->load_windows, nullptr);
  EXPECT_GE(snapshot->load_windows->closed.size(), 1U);
  const auto& window = *snapshot->load_windows->closed.back();
  const auto index =
      static_cast<std::size_t>(snapshot->FindPartition("orders", 0) - snapshot->partitions.data());
  EXPECT_NEAR(static_cast<double>(window.in[index]), 6000, 300);
  const Broker* broker = snapshot->FindBroker(1);
  EXPECT_NEAR(broker->peaks.network_in_bytes_per_s, 10000, 500);  // leads one, follows two
  EXPECT_FALSE(IsKnown(broker->peaks.cpu_percent));
}

TEST(CpuFitter, FindsWhatTheFiguresWereMadeOf) {
  collectors::CpuFitter fitter;
  constexpr double kMiB = 1 << 20;
  for (int i = 0; i < 60; ++i) {
    collectors::BrokerTraffic traffic;
    traffic.leader_in = (i % 7) * kMiB;
    traffic.leader_out = (i % 5) * 2 * kMiB;
    traffic.follower_in = (i % 3) * kMiB;
    const double noise = (i % 2 == 0 ? 0.1 : -0.1);
    fitter.Add(4 + 2 * (i % 7) + 0.5 * 2 * (i % 5) + 1.0 * (i % 3) + noise, traffic);
  }
  fitter.Fit();
  ASSERT_TRUE(fitter.fit().known());
  EXPECT_NEAR(fitter.fit().idle_percent, 4, 0.2);
  EXPECT_NEAR(fitter.fit().leader_in, 2, 0.05);
  EXPECT_NEAR(fitter.fit().leader_out, 0.5, 0.05);
  EXPECT_NEAR(fitter.fit().follower_in, 1, 0.1);
  EXPECT_NEAR(fitter.fit().error_percent, 0.1, 0.02);
  EXPECT_GT(fitter.fit().weights_error_percent, 1);
}

TEST(CpuFitter, KindsOfTrafficThatGoTogetherMakeNoNonsense) {
  collectors::CpuFitter fitter;
  for (int i = 0; i < 40; ++i) {
    collectors::BrokerTraffic traffic;
    traffic.leader_in = traffic.leader_out = traffic.follower_in = i * 1e6;
    fitter.Add(3 + i, traffic);
  }
  fitter.Fit();
  ASSERT_TRUE(fitter.fit().known());
  EXPECT_LT(fitter.fit().error_percent, 0.01);
  collectors::CpuFitter few;
  few.Add(3, {});
  few.Fit();
  EXPECT_FALSE(few.fit().known());
}

}  // namespace
}  // namespace levelwind::testing
