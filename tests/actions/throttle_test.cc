// I7: throttles are set before the copies start and come back exactly as they were.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actions/throttle_plan.h"
#include "tests/actions/harness.h"

namespace levelwind::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Brokers = std::vector<BrokerId>;

const std::string kLeaderRate(actions::kLeaderRate);
const std::string kFollowerRate(actions::kFollowerRate);
const std::string kLeaderList(actions::kLeaderReplicas);
const std::string kFollowerList(actions::kFollowerReplicas);
constexpr std::int64_t kDefaultRate = 50 << 20;

class Throttle : public ::testing::Test {
 protected:
  Throttle() {
    h.kafka.AddTopic("orders", {{1, 2}, {1, 3}});
    h.bytes_per_poll = 200;
  }

  std::string Submit(double bytes_in_per_s = kUnknown) {
    if (!h.executor) h.Start();
    Move move = h.MoveOf("orders", 0, {4, 2});
    move.bytes_in_per_s = bytes_in_per_s;
    const auto id = h.Submit(h.Plan({move}));
    EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().ToString());
    return *id;
  }
  std::string Moving() {
    const std::string id = Submit();
    EXPECT_TRUE(h.RunUntil([&] { return h.kafka.At("orders", 0).moving; }));
    return id;
  }

  Harness h{{1, 2, 3, 4}};
};

TEST_F(Throttle, I7_IsInPlaceWhenTheMoveArrives) {
  bool arrived = false;
  h.kafka.check = [&](const FakeKafka::Write& write) {
    if (write.reassignments.empty()) return;
    arrived = true;
    const std::string rate = std::to_string(kDefaultRate);
    EXPECT_EQ(h.kafka.BrokerConfig(1, kLeaderRate), rate);
    EXPECT_EQ(h.kafka.BrokerConfig(2, kLeaderRate), rate);
    EXPECT_EQ(h.kafka.BrokerConfig(4, kFollowerRate), rate);
    EXPECT_EQ(h.kafka.BrokerConfig(3, kLeaderRate), std::nullopt) << "not involved";
    EXPECT_EQ(h.kafka.TopicConfig("orders", kLeaderList), "0:1,0:2");
    EXPECT_EQ(h.kafka.TopicConfig("orders", kFollowerList), "0:4");
  };
  Submit();
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_TRUE(arrived);
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(Throttle, I7_ListsAreChangedByAppendAndSubtractAndOnlyEmptyOnesAreDeleted) {
  h.kafka.check = [&](const FakeKafka::Write& write) {
    for (const auto& change : write.configs) {
      if (change.key.find("replicas") == std::string::npos) continue;
      EXPECT_NE(change.op, kafka::ConfigOp::kSet);
      if (change.op != kafka::ConfigOp::kDelete) continue;
      EXPECT_EQ(h.kafka.TopicConfig("orders", change.key), "");
    }
  };
  Submit();
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(Throttle, I7_ForeignEntriesSurvive) {
  h.kafka.SetTopicConfig("orders", kLeaderList, "5:1");
  const std::string id = Moving();
  h.kafka.SetTopicConfig("orders", kFollowerList,
                         *h.kafka.TopicConfig("orders", kFollowerList) + ",6:2");
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_THAT(h.kafka.Throttles(), UnorderedElementsAre("topic orders " + kLeaderList + "=5:1",
                                                        "topic orders " + kFollowerList + "=6:2"));
}

TEST_F(Throttle, I7_AnEntryThatWasThereStaysThere) {
  h.kafka.SetTopicConfig("orders", kLeaderList, "0:1");
  h.kafka.SetTopicConfig("orders", kFollowerList, "*");
  Submit();
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_THAT(h.kafka.Throttles(), UnorderedElementsAre("topic orders " + kLeaderList + "=0:1",
                                                        "topic orders " + kFollowerList + "=*"));
}

TEST_F(Throttle, I7_AHigherRateOfTheOperatorIsRestoredExactly) {
  h.kafka.SetBrokerConfig(1, kLeaderRate, "900000000");
  Moving();
  EXPECT_EQ(h.kafka.BrokerConfig(1, kLeaderRate), std::to_string(kDefaultRate));
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_THAT(h.kafka.Throttles(), ElementsAre("broker 1 " + kLeaderRate + "=900000000"));
}

TEST_F(Throttle, I7_ALowerRateOfTheOperatorIsKept) {
  h.kafka.SetBrokerConfig(1, kLeaderRate, "1000000");
  Moving();
  EXPECT_EQ(h.kafka.BrokerConfig(1, kLeaderRate), "1000000");
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_THAT(h.kafka.Throttles(), ElementsAre("broker 1 " + kLeaderRate + "=1000000"));
}

TEST_F(Throttle, A9_ARateThatCanNeverCatchUpHoldsUntilItIsRaised) {
  h.kafka.SetBrokerConfig(1, kLeaderRate, "20000");
  const std::string id = Submit(200'000);
  for (int i = 0; i < 10; ++i) h.Poll();
  EXPECT_EQ(h.State(id), OperationState::kHolding);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("broker 1 has its own " + kLeaderRate));
  EXPECT_FALSE(h.kafka.At("orders", 0).moving);
  EXPECT_EQ(h.kafka.BrokerConfig(1, kLeaderRate), "20000") << "never raised";
  h.kafka.SetBrokerConfig(1, kLeaderRate, "400000");
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
  EXPECT_THAT(h.kafka.Throttles(), ElementsAre("broker 1 " + kLeaderRate + "=400000"));
}

TEST_F(Throttle, A9_OurOwnRateIsRaisedAboveTheInflow) {
  Submit(100e6);
  ASSERT_TRUE(h.RunUntil([&] { return h.kafka.At("orders", 0).moving; }));
  EXPECT_EQ(h.kafka.BrokerConfig(1, kLeaderRate), "150000000");
  EXPECT_EQ(h.kafka.BrokerConfig(4, kFollowerRate), "150000000");
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(Throttle, A10_AnInheritedRateIsAcceptedOrCoveredForTheTime) {
  h.kafka.default_broker_configs[kLeaderRate] = "1000000";      // stricter: good enough
  h.kafka.default_broker_configs[kFollowerRate] = "900000000";  // laxer: covered by ours
  Moving();
  EXPECT_EQ(h.kafka.BrokerConfig(1, kLeaderRate), std::nullopt);
  EXPECT_EQ(h.kafka.BrokerConfig(4, kFollowerRate), std::to_string(kDefaultRate));
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty()) << "deleted, so that it is inherited again";
}

TEST_F(Throttle, A7_WhatTheOperatorChangesMeanwhileIsTheirs) {
  const std::string id = Moving();
  h.kafka.SetBrokerConfig(1, kLeaderRate, "123456");
  h.kafka.EraseBrokerConfig(4, kFollowerRate);
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
  EXPECT_THAT(h.kafka.Throttles(), ElementsAre("broker 1 " + kLeaderRate + "=123456"));
}

TEST_F(Throttle, ZeroMeansNone) {
  h.options.throttle_bytes_per_s = 0;
  const std::string id = Submit();
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
  for (const auto& write : h.kafka.writes) EXPECT_NE(write.api, "IncrementalAlterConfigs");
}

TEST_F(Throttle, I7_ALostAnswerIsReadBack) {
  for (const auto fault : {FakeKafka::Fault::kLost, FakeKafka::Fault::kApplied}) {
    int faults = 0;
    h.kafka.fault = [&](const FakeKafka::Write& write) {
      return !write.configs.empty() && ++faults % 2 == 1 ? fault : FakeKafka::Fault::kNone;
    };
    if (h.kafka.At("orders", 0).replicas != Brokers{1, 2}) {
      h.kafka.DeleteTopic("orders");
      h.kafka.AddTopic("orders", {{1, 2}});
    }
    const std::string id = Submit();
    ASSERT_TRUE(h.RunToEnd());
    EXPECT_EQ(h.State(id), OperationState::kCompleted);
    EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
    EXPECT_GT(faults, 2);
  }
}

TEST_F(Throttle, I7_ADeadBrokersRateIsReportedAndRestoredWhenItReturns) {
  const std::string id = Moving();
  h.kafka.Kill(2);
  ASSERT_TRUE(h.RunUntil([&] { return IsTerminal(h.State(id)); }));
  EXPECT_EQ(h.State(id), OperationState::kCompleted) << "the copy itself did not need broker 2";
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("of broker 2: broker 2 is not live"));
  EXPECT_THAT(h.executor->View()->status, HasSubstr("still to be restored"));
  EXPECT_THAT(h.kafka.Throttles(),
              ElementsAre("broker 2 " + kLeaderRate + "=" + std::to_string(kDefaultRate)));
  h.Crash();  // the debt outlives the process
  h.Start();
  for (int i = 0; i < 40; ++i) h.Poll();
  EXPECT_THAT(h.kafka.Throttles(), ::testing::SizeIs(1));
  h.kafka.Start(2);
  ASSERT_TRUE(h.RunToEnd(5)) << "within seconds of its return";
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
  EXPECT_EQ(h.executor->View()->status, "idle");
}

TEST_F(Throttle, I7_TheControllerRestoresForADeadBrokerWhereItCan) {
  h.kafka.controller_knows_dead = true;
  const std::string id = Moving();
  h.kafka.Kill(2);
  ASSERT_TRUE(h.RunUntil([&] { return IsTerminal(h.State(id)); }));
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
  EXPECT_EQ(h.Operation(id).hold_reason, "");
}

TEST_F(Throttle, I7_TheNextOperationDoesNotTakeADebtForAPreImage) {
  const std::string first = Moving();
  h.kafka.Kill(2);
  ASSERT_TRUE(h.RunUntil([&] { return IsTerminal(h.State(first)); }));
  h.kafka.Start(2);
  const auto second = h.Submit(h.Plan({h.MoveOf("orders", 0, {1, 2})}));
  ASSERT_TRUE(second.ok()) << second.error();
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(*second), OperationState::kCompleted);
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty()) << "a leftover of the first was not made permanent";
}

TEST_F(Throttle, I7_ABrokerThatReturnsInTheMiddleIsThrottledToo) {
  h.kafka.Kill(2);
  h.Start();
  Move move = h.MoveOf("orders", 0, {1, 4});  // away from the dead broker
  const auto id = h.Submit(h.Plan({move}));
  ASSERT_TRUE(h.RunUntil([&] { return h.kafka.At("orders", 0).moving; }));
  EXPECT_EQ(h.kafka.BrokerConfig(2, kLeaderRate), std::nullopt);
  h.bytes_per_poll = 10;
  h.kafka.Start(2);
  h.Poll();
  h.Poll();
  EXPECT_EQ(h.kafka.BrokerConfig(2, kLeaderRate), std::to_string(kDefaultRate));
  h.bytes_per_poll = 1000;
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

// ---- the pure part
// ----------------------------------------------------------------------------------

store::StepRecord StepOf(std::int32_t partition, Brokers before, Brokers after, double inbound) {
  store::StepRecord step;
  step.move.kind = MoveKind::kReplica;
  step.move.partition = {"t", partition};
  step.move.before = std::move(before);
  step.move.after = std::move(after);
  step.move.bytes_in_per_s = inbound;
  return step;
}

TEST_F(Throttle, A11_ATopicMadeAnewGetsNoneOfOurEntries) {
  h.kafka.AddTopic("other", {{1, 3}});
  h.Start();
  // A step between log dirs is looked at less often, so that it is open for longer.
  ASSERT_TRUE(h.Submit(h.Plan({h.MoveOf("orders", 0, {4, 2}), h.DirMoveOf("orders", 1, 3),
                               h.MoveOf("other", 0, {4, 3})}))
                  .ok());
  h.kafka.fault = [](const FakeKafka::Write&) { return FakeKafka::Fault::kLost; };
  h.Poll();  // what it would set is in the journal, and not in the cluster
  h.kafka.fault = {};
  h.kafka.DeleteTopic("orders");
  h.kafka.AddTopic("orders", {{1, 2}, {1, 3}});
  h.kafka.check = [&](const FakeKafka::Write& write) {
    for (const kafka::ConfigChange& change : write.configs) {
      EXPECT_NE(change.resource.name, "orders") << "it is another topic (I13)";
    }
  };
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.kafka.At("other", 0).replicas, (Brokers{4, 3}));
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(Throttle, A11_ADeletedTopicDoesNotHoldTheOthersUp) {
  h.kafka.AddTopic("other", {{1, 3}});
  h.Start();
  ASSERT_TRUE(h.Submit(h.Plan({h.MoveOf("orders", 0, {4, 2}), h.MoveOf("other", 0, {4, 3})})).ok());
  h.kafka.fault = [](const FakeKafka::Write&) { return FakeKafka::Fault::kLost; };
  h.Poll();
  h.kafka.fault = {};
  h.kafka.DeleteTopic("orders");
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.kafka.At("other", 0).replicas, (Brokers{4, 3}));
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST(ThrottlePlan, FloorCountsWhatMayBeCopiedAtOnce) {
  const std::vector<store::StepRecord> steps = {StepOf(0, {1}, {2}, 100), StepOf(1, {1}, {2}, 300),
                                                StepOf(2, {1}, {3}, 200)};
  const auto needs = actions::NeededThrottles(steps, 1, 2);
  const auto rate = [&](const char* broker, const std::string& key) {
    return needs.at({store::ConfigScope::kBroker, broker, key, ""}).rate;
  };
  EXPECT_EQ(rate("1", kLeaderRate), 750) << "1.5 x its two largest, 300 + 200";
  EXPECT_EQ(rate("2", kFollowerRate), 600);
  EXPECT_EQ(rate("3", kFollowerRate), 300);
}

TEST(ThrottlePlan, UnknownInflowDoesNotCountAndIsNotNaN) {
  const auto needs = actions::NeededThrottles({StepOf(0, {1}, {2}, kUnknown)}, 77, 5);
  for (const auto& [key, need] : needs) {
    if (key.scope == store::ConfigScope::kBroker) {
      EXPECT_EQ(need.rate, 77);
    }
  }
  EXPECT_EQ(needs.size(), 4u);
}

TEST(ThrottlePlan, OnlyCopiesThatAreNotOverNeedThrottles) {
  store::StepRecord done = StepOf(0, {1}, {2}, 1);
  done.state = StepState::kDone;
  const store::StepRecord reorder = StepOf(1, {1, 2}, {2, 1}, 1);
  EXPECT_THAT(actions::NeededThrottles({done, reorder}, 77, 5), IsEmpty());
}

TEST(ThrottlePlan, ChoosesByTheOperatorsRate) {
  actions::ThrottleNeed need;
  need.rate = 100;
  need.floor = 50;
  const auto choose = [&](std::optional<std::string> theirs) {
    return actions::ChooseRate({theirs, theirs}, need);
  };
  EXPECT_EQ(choose(std::nullopt), actions::RateChoice::kSet);
  EXPECT_EQ(choose("49"), actions::RateChoice::kTooSlow);
  EXPECT_EQ(choose("50"), actions::RateChoice::kKeep);
  EXPECT_EQ(choose("100"), actions::RateChoice::kKeep);
  EXPECT_EQ(choose("101"), actions::RateChoice::kSet);
}

TEST(ThrottlePlan, ReadsLists) {
  EXPECT_TRUE(actions::ListNames("0:1, 0:2", "0:2"));
  EXPECT_FALSE(actions::ListNames("10:2", "0:2"));
  EXPECT_FALSE(actions::ListNames("*", "0:2"));
  EXPECT_TRUE(actions::ListHolds("*", "0:2"));
  EXPECT_FALSE(actions::ListHolds(std::nullopt, "0:2"));
}

}  // namespace
}  // namespace levelwind::testing
