#include "daemon/key_sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/fact_keeper.h"
#include "tests/support/manual_clock.h"

namespace levelwind::daemon {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class KeySamplerTest : public ::testing::Test {
 protected:
  KeySampler::Reports Reports() {
    return [this] { return reports_; };
  }
  ReadKeys Reader() {
    return [this](const TopicPartition& partition, const KeySamplerLimits&,
                  const std::function<void(std::string_view)>& give) -> Status {
      read_.push_back(partition.ToString());
      if (fail_) return Unavailable("no broker answers");
      for (int i = 0; i < 60; ++i) give("customer-7");
      for (int i = 0; i < 30; ++i) give("other-" + std::to_string(i));
      for (int i = 0; i < 10; ++i) give("");
      return Ok();
    };
  }
  void Find(std::vector<TopicPartition> partitions, const std::string& detector = "key_skew") {
    auto reports = std::make_shared<std::vector<DetectorReport>>(1);
    reports->front().detector = detector;
    for (const TopicPartition& partition : partitions) {
      Anomaly& anomaly = reports->front().anomalies.emplace_back();
      anomaly.type = detector;
      anomaly.partitions = {partition};
    }
    reports_ = reports;
  }

  levelwind::testing::ManualClock clock_;
  std::shared_ptr<const std::vector<DetectorReport>> reports_;
  std::vector<std::string> read_;
  bool fail_ = false;
  KeySampler sampler_{Reports(), Reader(), clock_, KeySamplerLimits()};
};

TEST_F(KeySamplerTest, SamplesAnUnevenPartitionAndNamesItsKeys) {
  sampler_.Step(clock_.Now());
  EXPECT_THAT(read_, IsEmpty()) << "nothing is known yet";
  Find({{"orders", 3}});
  sampler_.Step(clock_.Now());
  ASSERT_NE(sampler_.keys().Get(), nullptr);
  ASSERT_THAT(*sampler_.keys().Get(), SizeIs(1));
  const SampledKeys& keys = sampler_.keys().Get()->front();
  EXPECT_EQ(keys.partition, (TopicPartition{"orders", 3}));
  EXPECT_EQ(keys.sampled, 100U) << "records without a key count";
  EXPECT_EQ(keys.keys.at(0).key, "customer-7");
  EXPECT_EQ(keys.keys.at(0).count, 60U);
}

TEST_F(KeySamplerTest, NothingElseIsEverRead) {
  Find({{"orders", 3}}, "hot_partition");
  sampler_.Step(clock_.Now());
  EXPECT_THAT(read_, IsEmpty());
}

TEST_F(KeySamplerTest, OnePartitionAtATimeAndTheSameNoSoonerThanInTenMinutes) {
  Find({{"a", 0}, {"b", 0}});
  for (int i = 0; i < 5; ++i) sampler_.Step(clock_.Now());
  EXPECT_THAT(read_, ElementsAre("a-0", "b-0"));
  clock_.Advance(11min);
  sampler_.Step(clock_.Now());
  EXPECT_THAT(read_, SizeIs(3));
}

TEST_F(KeySamplerTest, WhatFailsIsTriedLaterAndTellsNothing) {
  fail_ = true;
  Find({{"a", 0}});
  sampler_.Step(clock_.Now());
  sampler_.Step(clock_.Now());
  EXPECT_THAT(read_, SizeIs(1));
  EXPECT_THAT(*sampler_.keys().Get(), IsEmpty());
}

TEST_F(KeySamplerTest, OldSamplesAreForgotten) {
  Find({{"a", 0}});
  sampler_.Step(clock_.Now());
  Find({});
  clock_.Advance(31min);
  sampler_.Step(clock_.Now());
  EXPECT_THAT(*sampler_.keys().Get(), IsEmpty());
}

TEST(FactKeeper, MergesOnceAndAnewWhenSomethingChanged) {
  Published<collectors::MaintenanceFacts> maintenance;
  Published<std::vector<SampledKeys>> keys;
  FactKeeper keeper(&maintenance, &keys);
  auto settings = std::make_shared<ClusterFacts>();
  settings->topics.emplace_back().topic = "orders";
  ClusterSnapshot snapshot;
  const auto applied = [&] {
    snapshot.facts = settings;
    keeper.Apply(snapshot);
    return snapshot.facts;
  };
  EXPECT_EQ(applied()->maintenance_problem, "the maintenance topic was not read yet")
      << "not the same as that nothing is announced";
  ASSERT_THAT(applied()->topics, SizeIs(1));
  auto events = std::make_shared<collectors::MaintenanceFacts>();
  events->events.push_back({.kind = "rebalance", .at = {1}, .brokers = {}, .request = {}});
  events->problem = "late";
  maintenance.Publish(events);
  const auto first = applied();
  ASSERT_THAT(first->maintenance, SizeIs(1));
  EXPECT_EQ(first->maintenance_problem, "late");
  ASSERT_THAT(first->topics, SizeIs(1)) << "settings stay";
  EXPECT_EQ(applied(), first) << "nothing changed";
  auto sampled = std::make_shared<std::vector<SampledKeys>>();
  sampled->push_back({{"orders", 1}, 10, {{"k", 9, 0}}});
  keys.Publish(sampled);
  ASSERT_NE(applied()->FindKeys({"orders", 1}), nullptr);
  ASSERT_THAT(applied()->maintenance, SizeIs(1));
}

}  // namespace
}  // namespace levelwind::daemon
