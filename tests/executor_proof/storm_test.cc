// Random faults over random clusters and plans, and single rows of the fault matrix.
#include "tests/executor_proof/storm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <vector>

namespace levelwind::testing {
namespace {

struct Totals {
  std::vector<std::string> broken;
  std::map<OperationState, int> ends;
  FaultCounts faults;
  std::uint64_t requests = 0;
  std::size_t kills = 0;
};

Totals RunStorms(std::uint64_t first, std::size_t runs, const std::string& only = {}) {
  Totals totals;
  for (std::size_t i = 0; i < runs && totals.broken.size() < 5; ++i) {
    StormResult result = RunStorm(first + i, only);
    if (!result.broken.empty()) totals.broken.push_back(std::move(result.broken));
    for (const auto& [state, count] : result.ends) totals.ends[state] += count;
    for (const auto& [name, count] : result.faults) totals.faults[name] += count;
    totals.requests += result.requests;
    totals.kills += result.kills;
  }
  return totals;
}

TEST(Storm, AThousandClustersUnderRandomFaults) {
  const std::uint64_t seed = ProofSeed(1);
  const Totals totals = RunStorms(seed, ProofCount("STORMS", 1000));
  std::cout << "storm: seed " << seed << ", " << totals.requests << " requests, " << totals.kills
            << " kills; ended:";
  for (const auto& [state, count] : totals.ends) {
    std::cout << " " << count << " " << OperationStateName(state);
  }
  std::cout << "; faults:";
  for (const auto& [name, count] : totals.faults) std::cout << " " << count << " " << name << ",";
  std::cout << "\n";
  EXPECT_THAT(totals.broken, ::testing::IsEmpty());
  EXPECT_GT(totals.ends.count(OperationState::kCompleted), 0u);
  for (const char* name : {"broker dies", "foreign move", "topic recreated", "request lost",
                           "answered too late", "isr shrinks", "disk fills", "controller moved",
                           "throttle changed", "killed", "journal fails"}) {
    EXPECT_GT(totals.faults.count(name), 0u) << name << " never came";
  }
}

// Rows of the fault matrix of which the storm is the test, each on its own.
class FaultMatrixRow : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(FaultMatrixRow, Holds) {
  const std::string fault = GetParam().second;
  const Totals totals = RunStorms(ProofSeed(5000), ProofCount("ROWS", 60), fault);
  EXPECT_THAT(totals.broken, ::testing::IsEmpty());
  EXPECT_GT(totals.faults.count(fault), 0u);
}

constexpr std::pair<const char*, const char*> kRows[] = {
    {"A1_BrokersDieAndReturn", "broker dies"},
    {"A3_BrokersFlap", "broker flaps"},
    {"A4_TheControllerMoves", "controller moved"},
    {"A5_RequestsAreLost", "request lost"},
    {"A5_AnswersComeTooLate", "answered too late"},
    {"A6_OtherToolsMove", "foreign move"},
    {"A6_OtherToolsCancel", "foreign cancel"},
    {"A7_OtherToolsThrottle", "throttle changed"},
    {"A11_TopicsAreDeleted", "topic deleted"},
    {"A11_TopicsAreMadeAnew", "topic recreated"},
    {"A12_TopicsAreCreated", "topic created"},
    {"A13_BrokersAreAdded", "broker added"},
    {"A14_ReplicasFallBehind", "isr shrinks"},
    {"A15_BrokersAreSlow", "broker slow"},
    {"A16_LogDirsFill", "disk fills"},
    {"A16_LogDirsAreSilent", "log dirs silent"},
    {"A20_MinIsrChanges", "min isr changed"},
    {"A20_ConfigsAreSilent", "configs silent"},
    {"B1_TheProcessIsKilled", "killed"},
    {"B3_TheJournalCannotBeWritten", "journal fails"},
    {"B5_TheWallClockJumps", "clock jumps"},
    {"B7_KafkaIsNotThere", "unreachable"},
};

INSTANTIATE_TEST_SUITE_P(FaultMatrix, FaultMatrixRow, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.first); });

}  // namespace
}  // namespace levelwind::testing
