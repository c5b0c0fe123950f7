#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "planner/autoscale_sim/benchmark.h"
#include "planner/autoscale_sim/group_sim.h"

namespace levelwind::planner::sim {
namespace {

using testing::HasSubstr;

RunResult RunOne(int workload, double hours, std::string_view algorithm, Protocol protocol,
                 std::uint64_t seed = 1) {
  const Workload load = MakeWorkload(workload, seed, hours);
  const auto scaler = MakeScaler(algorithm, load, protocol);
  return GroupSim(load, protocol, seed, *scaler).Run();
}

TEST(Simulation, IsTheSameFromTheSameSeed) {
  const RunResult a = RunOne(2, 1.5, "B10", Protocol::kEager);
  const RunResult b = RunOne(2, 1.5, "B10", Protocol::kEager);
  const RunResult c = RunOne(2, 1.5, "B10", Protocol::kEager, 2);
  EXPECT_EQ(a.replica_seconds, b.replica_seconds);
  EXPECT_EQ(a.latency.late60(), b.latency.late60());
  EXPECT_NE(a.latency.late5(), c.latency.late5());
}

TEST(Simulation, EveryRecordIsCountedOnce) {
  for (const Protocol protocol :
       {Protocol::kEager, Protocol::kCooperative, Protocol::kConsumer, Protocol::kStatic}) {
    for (const std::string_view algorithm : {"B2", "B7", "B10"}) {
      const Workload load = MakeWorkload(4, 1, 2.5);
      const auto scaler = MakeScaler(algorithm, load, protocol);
      const RunResult run = GroupSim(load, protocol, 1, *scaler).Run();
      double made = 0;
      for (const float records : load.arrivals) made += records;
      EXPECT_NEAR(run.latency.total(), made, made * 1e-4) << algorithm << ProtocolName(protocol);
    }
  }
}

TEST(Simulation, WhatIsEnoughIsNeverLate) {
  const RunResult run = RunOne(1, 1, "B0", Protocol::kEager);
  EXPECT_EQ(run.rebalances, 0);
  EXPECT_EQ(run.latency.late5(), 0);
  EXPECT_EQ(run.pause_seconds, 0);
}

TEST(Simulation, EagerStopsEverybodyTheOthersWhatMovesAndKip848Longest) {
  const RunResult eager = RunOne(2, 1.2, "B4", Protocol::kEager);
  const RunResult cooperative = RunOne(2, 1.2, "B4", Protocol::kCooperative);
  const RunResult consumer = RunOne(2, 1.2, "B4", Protocol::kConsumer);
  EXPECT_GT(eager.pause_seconds, cooperative.pause_seconds);
  EXPECT_GT(consumer.pause_seconds, 2 * cooperative.pause_seconds);
}

TEST(Simulation, StaticMembersThatLeaveOrphanTheirPartitions) {
  // After the step down nobody takes over until the session has timed out.
  const RunResult eager = RunOne(2, 2.6, "B4", Protocol::kEager);
  const RunResult fixed = RunOne(2, 2.6, "B4", Protocol::kStatic);
  EXPECT_GT(fixed.pause_seconds, eager.pause_seconds);
}

TEST(Simulation, EveryAlgorithmRunsEveryWorkload) {
  for (int w = 1; w <= kWorkloads; ++w) {
    const Workload load = MakeWorkload(w, 1, 0.4);
    for (const std::string& name : ScalerNames()) {
      const auto scaler = MakeScaler(name == "B3" ? "B3:1" : name, load, Protocol::kConsumer);
      ASSERT_NE(scaler, nullptr) << name;
      const RunResult run = GroupSim(load, Protocol::kConsumer, 1, *scaler).Run();
      EXPECT_GE(run.replica_seconds, 0) << name << " W" << w;
    }
  }
}

TEST(Simulation, ASliceOfTheBenchmarkOursIsLessLateForLess) {
  BenchmarkPlan plan;
  plan.workloads = {2, 4, 7};
  plan.algorithms = {"B1", "B2", "B10"};
  plan.seeds = 1;
  plan.hours = 3;
  const auto result = RunBenchmark(plan, {});
  ASSERT_TRUE(result.ok());
  for (const int w : plan.workloads) {
    const Cell& keda = *result->Find(Protocol::kEager, w, "B2");
    const Cell& ours = *result->Find(Protocol::kEager, w, "B10");
    EXPECT_LE(ours.late60, keda.late60) << "W" << w;
    EXPECT_LT(ours.late5, keda.late5) << "W" << w;
    EXPECT_LT(ours.replica_seconds, keda.replica_seconds) << "W" << w;
    EXPECT_LE(ours.rebalances, keda.rebalances / 8) << "W" << w;
  }
  EXPECT_THAT(RenderTable(*result), HasSubstr("spikes x10"));
  EXPECT_THAT(RenderCsv(*result), HasSubstr("eager,7,slow database,B10,"));
  EXPECT_EQ(RenderPlots(*result).size(), 4U);
}

TEST(Benchmark, RefusesWhatDoesNotExist) {
  BenchmarkPlan plan;
  plan.workloads = {14};
  EXPECT_THAT(RunBenchmark(plan, {}).error().message(), HasSubstr("no workload 14"));
  plan.workloads = {1};
  plan.algorithms = {"B11"};
  EXPECT_THAT(RunBenchmark(plan, {}).error().message(), HasSubstr("\"B11\""));
}

TEST(Benchmark, TargetsAreMissedWhereTheyAreMissed) {
  BenchmarkResult result;
  for (int w = 1; w <= kWorkloads; ++w) {
    for (const char* name : {"B2", "B6", "B10"}) {
      Cell cell;
      cell.workload = w;
      cell.algorithm = name;
      cell.late60 = cell.algorithm == "B10" ? 1 : 2;
      cell.replica_seconds = cell.algorithm == "B10" ? 100 : 200;
      cell.rebalances = cell.algorithm == "B10" ? 1 : 80;
      cell.ratio = 1.5;
      result.cells.push_back(cell);
    }
  }
  for (const Target& target : CheckTargets(result)) EXPECT_TRUE(target.met) << target.text;
  for (Cell& cell : result.cells) {
    if (cell.algorithm == "B10") cell.late60 = 3, cell.replica_seconds = 300, cell.ratio = 9;
    if (cell.algorithm == "B10") cell.rebalances = 100;
  }
  for (const Target& target : CheckTargets(result)) EXPECT_FALSE(target.met) << target.text;
}

TEST(Trace, TakesTotalsOrPartitions) {
  const auto totals = ParseTrace("second,records\n0,120\n2,60\n", 4);
  ASSERT_TRUE(totals.ok());
  EXPECT_EQ(totals->seconds, 3);
  EXPECT_FLOAT_EQ(totals->At(0, 3), 30);
  EXPECT_FLOAT_EQ(totals->At(1, 0), 0);
  const auto parts = ParseTrace("0,5,7\r\n1,0,3\r\n", 1);
  ASSERT_TRUE(parts.ok());
  EXPECT_EQ(parts->partitions, 6);
  EXPECT_FLOAT_EQ(parts->At(0, 5), 7);
}

TEST(Trace, NamesTheLineThatIsWrong) {
  EXPECT_THAT(ParseTrace("0,1\nabc,2\n", 4).error().message(), HasSubstr("line 2"));
  EXPECT_THAT(ParseTrace("", 4).error().message(), HasSubstr("no line of figures"));
  EXPECT_THAT(ParseTrace("99999999,1\n", 4).error().message(), HasSubstr("line 1"));
}

}  // namespace
}  // namespace levelwind::planner::sim
