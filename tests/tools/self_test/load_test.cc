#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "tests/tools/load_consumer.h"
#include "tests/tools/load_plan.h"
#include "tests/tools/pacer.h"
#include "tests/tools/partition_picker.h"

namespace levelwind::load {
namespace {

using std::chrono::milliseconds, std::chrono::seconds;
using ::testing::HasSubstr;

TEST(PacerTest, KeepsTheRateOverManySmallSteps) {
  SteadyTime now{};
  Pacer pacer(333, now, seconds(1));
  std::int64_t done = 0;
  for (int i = 0; i < 10'000; ++i) {
    now += milliseconds(1);
    const std::int64_t due = pacer.Due(now);
    pacer.Done(due);
    done += due;
  }
  EXPECT_NEAR(static_cast<double>(done), 3330, 1);
}

TEST(PacerTest, MakesUpForAStallByAtMostOneBurst) {
  SteadyTime now{};
  Pacer pacer(100, now, seconds(1));
  now += seconds(60);
  EXPECT_EQ(pacer.Due(now), 100);
  pacer.Done(100);
  now += seconds(1);
  EXPECT_EQ(pacer.Due(now), 100);
}

TEST(PacerTest, TellsHowLongToWait) {
  SteadyTime now{};
  Pacer pacer(10, now, seconds(1));
  EXPECT_NEAR(ToSeconds(pacer.UntilDue(now)), 0.1, 1e-6);
  now += milliseconds(100);
  EXPECT_EQ(pacer.UntilDue(now), Duration::zero());
}

TEST(PartitionPickerTest, GivesExactSharesEvenlyMixed) {
  PartitionPicker picker({{0, 5}, {1, 1}, {2, 0}, {7, 2}});
  std::map<std::int32_t, int> picks;
  int longest_run = 0;
  int run = 0;
  for (int i = 0; i < 800; ++i) {
    const std::int32_t partition = picker.Next();
    ++picks[partition];
    run = partition == 0 ? run + 1 : 0;
    longest_run = std::max(longest_run, run);
  }
  EXPECT_EQ(picks, (std::map<std::int32_t, int>{{0, 500}, {1, 100}, {7, 200}}));
  EXPECT_LE(longest_run, 3);
}

TEST(LoadPlanTest, ReadsRates) {
  EXPECT_DOUBLE_EQ(ParseRate("200/s")->records_per_s, 200);
  EXPECT_DOUBLE_EQ(ParseRate("0.5/s")->records_per_s, 0.5);
  EXPECT_DOUBLE_EQ(ParseRate("2MiB/s")->bytes_per_s, 2.0 * (1 << 20));
  EXPECT_DOUBLE_EQ(ParseRate("2MiB/s")->records_per_s, 0);
  EXPECT_TRUE(ParseRate("max").ok());
  for (const char* bad : {"200", "0/s", "-1/s", "fast/s", ""}) {
    EXPECT_FALSE(ParseRate(bad).ok()) << bad;
  }
}

TEST(LoadPlanTest, ReadsWeights) {
  EXPECT_EQ(*ParseWeights("0=5,3=1.5"), (std::map<std::int32_t, double>{{0, 5}, {3, 1.5}}));
  for (const char* bad : {"", "0", "0=", "-1=2", "0=-2", "0=1,0=2", "0=0", "a=1"}) {
    EXPECT_FALSE(ParseWeights(bad).ok()) << bad;
  }
}

TEST(LoadPlanTest, ReadsAWholeFile) {
  const auto plan = ParseLoadPlan(R"({
    "topics": [{"name": "orders", "assignments": [[1, 2], [1, 3]], "configs": {"segment.bytes": 1048576}},
               {"name": "pages", "partitions": 3, "replication_factor": 2}],
    "fill": [{"topic": "orders", "bytes": "8MiB", "weights": [5, 1]}],
    "produce": [{"topic": "orders", "rate": "200/s", "size": "2KiB", "weights": "0=5,1=1", "keys": false}],
    "consume": [{"group": "slow", "topic": "orders", "max_rate": "50/s", "members": 2,
                 "protocol": "consumer", "from": "latest"}]})");
  ASSERT_TRUE(plan.ok()) << plan.error();
  ASSERT_EQ(plan->topics.size(), 2u);
  EXPECT_EQ(plan->topics[0].assignments[1], (std::vector<BrokerId>{1, 3}));
  EXPECT_EQ(plan->topics[0].configs[0].second, "1048576");
  EXPECT_EQ(plan->topics[1].partitions, 3);
  EXPECT_EQ(plan->fill[0].total_bytes, 8 << 20);
  EXPECT_EQ(plan->fill[0].weights, (std::map<std::int32_t, double>{{0, 5}, {1, 1}}));
  EXPECT_EQ(plan->produce[0].record_bytes, 2048);
  EXPECT_FALSE(plan->produce[0].keys);
  EXPECT_DOUBLE_EQ(plan->consume[0].max_records_per_s, 50);
  EXPECT_TRUE(plan->consume[0].kip848);
  EXPECT_TRUE(plan->consume[0].from_latest);
}

TEST(LoadPlanTest, NamesWhatIsWrong) {
  const std::map<std::string, std::string> cases = {
      {"{", "parse error"},
      {R"({"topix": []})", "topix"},
      {R"({"produce": [{"topic": "a", "rat": "1/s"}]})", "rat"},
      {R"({"produce": [{"rate": "1/s"}]})", "topic"},
      {R"({"fill": [{"topic": "a"}]})", "bytes"},
      {R"({"produce": [{"topic": "a", "size": 0}]})", "size"},
      {R"({"consume": [{"group": "g", "topic": "a", "protocol": "share"}]})", "share"},
      {R"({"consume": [{"group": "g", "topic": "a", "max_rate": "1MiB/s"}]})", "max_rate"},
  };
  for (const auto& [text, part] : cases) {
    const auto plan = ParseLoadPlan(text);
    ASSERT_FALSE(plan.ok()) << text;
    EXPECT_THAT(plan.error().message(), HasSubstr(part)) << text;
  }
}

TEST(LoadConsumerTest, TheAssignorThatIsAskedForReachesTheClient) {
  const auto plan = ParseLoadPlan(
      R"({"consume": [{"group": "g", "topic": "a", "assignor": "cooperative-sticky"}]})");
  ASSERT_TRUE(plan.ok()) << plan.error();
  EXPECT_EQ(MemberOptions("127.0.0.1:9092", plan->consume[0]).assignor, "cooperative-sticky");
}

}  // namespace
}  // namespace levelwind::load
