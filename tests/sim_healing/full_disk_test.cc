// A disk that is nearly full in a cluster whose racks are broken everywhere: from the finding to
// what has moved in the end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "tests/sim_healing/healing_daemon.h"

namespace levelwind::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::HasSubstr;

class FullDisk : public HealingDaemon {
 protected:
  std::string State() {
    for (const HealingCase& one : daemon_->healing().view()->cases) {
      if (one.anomaly.type == "disk_filling") return one.code;
    }
    return "";
  }
};

TEST_F(FullDisk, IsRelievedByTheFewestBytesAndNothingElseMoves) {
  // Brokers 1 and 2 are on one rack, with both replicas of each partition of "clash". Broker 1 is
  // at 92 % of its gigabyte.
  StartSim(
      {.brokers = 4, .racks = {"a", "a", "b", "c"}, .log_dirs = 1, .log_dir_bytes = 1'000'000'000});
  std::vector<std::vector<BrokerId>> full(10, std::vector<BrokerId>{1});
  std::vector<std::vector<BrokerId>> clash(10, std::vector<BrokerId>{1, 2});
  ASSERT_EQ(sim_->AddTopic({.name = "full", .assignments = full, .partition_bytes = 62e6}), 0);
  ASSERT_EQ(sim_->AddTopic({.name = "clash", .assignments = clash, .partition_bytes = 30e6}), 0);
  config_.heal.modes = {"disk_filling=on"};
  config_.heal.graces = {"disk_filling=1s"};
  config_.execute.guard.disk_limit = 0;
  Serve();
  ASSERT_TRUE(WaitUntil([&] {
    const auto operations = daemon_->executor_view()->operations;
    return !operations.empty() && operations.front().state == OperationState::kCompleted;
  })) << State();
  double on_first = 0, copied = sim_->Counters().replicated_bytes;
  for (int p = 0; p < 10; ++p) {
    for (const char* topic : {"full", "clash"}) {
      const auto view = sim_->Partition({topic, p});
      if (std::ranges::find(view.replicas, 1) != view.replicas.end()) on_first += view.size_bytes;
      const bool moved = std::ranges::find(view.replicas, 1) == view.replicas.end();
      if (std::string(topic) == "clash" && !moved) {
        EXPECT_THAT(view.replicas, ::testing::UnorderedElementsAre(1, 2)) << "no rack is mended";
      }
    }
  }
  EXPECT_LE(on_first, 0.75 * 1e9);
  // 120 MB are above 80 %, and 50 are the margin.
  EXPECT_NEAR(copied, 180e6, 1e3) << "six of 30 MB are the fewest bytes of all that are enough";
}

}  // namespace
}  // namespace levelwind::testing
