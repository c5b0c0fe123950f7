#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "cli/verbs.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"

namespace levelwind::cli {
namespace {

using ::testing::HasSubstr;

class SimulateTest : public ::testing::Test {
 protected:
  int Run(const SimulateArgs& args) {
    std::istringstream in;
    Terminal terminal{.out = out_, .err = err_, .in = in, .clock = clock_, .pause = {}};
    return RunSimulateAutoscale(args, {}, terminal);
  }
  static SimulateArgs Short() {
    SimulateArgs args;
    args.workloads = {8};
    args.algorithms = {"B2", "B10"};
    args.hours = 0.3;
    return args;
  }

  testing::TempDir dir_;
  testing::ManualClock clock_;
  std::ostringstream out_, err_;
};

TEST_F(SimulateTest, PrintsATableWithTheMeasureBeside) {
  EXPECT_EQ(Run(Short()), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("poison record"));
  EXPECT_THAT(out_.str(), HasSubstr("B1"));
  EXPECT_THAT(out_.str(), HasSubstr("B10"));
}

TEST_F(SimulateTest, WritesCsvAndPlots) {
  SimulateArgs args = Short();
  args.output = "csv";
  args.protocols = {"eager", "kip848"};
  args.plots = dir_ / "plots";
  EXPECT_EQ(Run(args), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("kip848,8,poison record,B10,"));
  EXPECT_TRUE(std::filesystem::exists(dir_ / "plots/kip848-w08.svg"));
  EXPECT_TRUE(std::filesystem::exists(dir_ / "plots/eager-tradeoff.svg"));
}

TEST_F(SimulateTest, TakesATraceOfOnesOwn) {
  const std::string trace = dir_ / "trace.csv";
  std::ofstream file(trace);
  file << "second,records\n";
  for (int second = 0; second < 900; ++second) file << second << ",2000\n";
  file.close();
  SimulateArgs args = Short();
  args.trace = trace;
  args.output = "json";
  EXPECT_EQ(Run(args), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("\"workload\":14"));
}

TEST_F(SimulateTest, NamesWhatDoesNotExist) {
  SimulateArgs args = Short();
  args.protocols = {"lazy"};
  EXPECT_EQ(Run(args), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("no protocol \"lazy\""));
  args = Short();
  args.trace = dir_ / "nothing.csv";
  EXPECT_EQ(Run(args), kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("nothing.csv cannot be read"));
  args = Short();
  args.algorithms = {"B99"};
  EXPECT_EQ(Run(args), kUsage);
}

}  // namespace
}  // namespace levelwind::cli
