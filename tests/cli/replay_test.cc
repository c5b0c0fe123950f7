#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "cli/verbs.h"
#include "planner/snapshot_history.h"
#include "tests/detector_scenarios/sim_history.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"

namespace levelwind::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ReplayTest : public ::testing::Test {
 protected:
  /// An hour in which broker 3 is away from minute 30 to 50.
  ReplayTest() {
    scenarios::SimHistory sim(1);
    std::ofstream file(history_);
    for (int minute = 1; minute <= 60; ++minute) {
      if (minute == 30) sim.Stop(3);
      if (minute == 50) sim.Start(3);
      file << planner::WriteHistoryLine(*sim.Step());
    }
  }

  int Run(ReplayArgs args) {
    std::istringstream in;
    Terminal terminal{.out = out_, .err = err_, .in = in, .clock = clock_, .pause = {}};
    return RunReplay(args, terminal);
  }

  testing::TempDir dir_;
  std::string history_ = dir_ / "history.jsonl";
  testing::ManualClock clock_;
  std::ostringstream out_, err_;
};

TEST_F(ReplayTest, TellsWhatWouldHaveBeenFoundAndWhen) {
  EXPECT_EQ(Run({.history = history_}), kDone) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("dead_broker"));
  EXPECT_THAT(out_.str(), HasSubstr("broker 3 is not serving"));
  EXPECT_THAT(out_.str(), HasSubstr("60 snapshots"));
  EXPECT_EQ(Run({.history = history_, .exit_code = true}), kFinding);
}

TEST_F(ReplayTest, ThresholdsComeFromTheConfiguration) {
  std::ofstream(dir_ / "try.yaml") << "cluster:\n  bootstrap: [localhost:9092]\ndetect:\n"
                                      "  under_replicated_min: 100000\n";
  Run({.history = history_});
  EXPECT_THAT(out_.str(), HasSubstr("under_replicated"));
  out_.str("");
  EXPECT_EQ(Run({.history = history_, .config_file = dir_ / "try.yaml"}), kDone) << err_.str();
  EXPECT_THAT(out_.str(), Not(HasSubstr("under_replicated")));
}

TEST_F(ReplayTest, ABadLineIsNamed) {
  std::ofstream(history_, std::ios::app) << "{\"format\":\"other\"}\n";
  EXPECT_EQ(Run({.history = history_}), kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("line 61"));
  EXPECT_EQ(Run({.history = dir_ / "none"}), kFailed);
}

}  // namespace
}  // namespace levelwind::cli
