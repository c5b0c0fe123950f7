#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/kafka_cluster/real_cluster.h"
#include "tests/kafka_cluster/subprocess.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::testing {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

Result<CommandResult> Load(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), LEVELWIND_LOAD);
  arguments.insert(arguments.end(), {"--bootstrap", RealCluster::Shared().bootstrap()});
  return RunCommand(std::move(arguments), seconds(90));
}

// End offsets per partition as Kafka's own tool reads them.
std::map<int, double> EndOffsets(const std::string& topic) {
  std::map<int, double> offsets;
  const auto result = RealCluster::Shared().RunTool({"get-offsets", "--topic", topic});
  EXPECT_TRUE(result.ok() && result->ok());
  std::istringstream lines(result.ok() ? result->out : "");
  for (std::string line; std::getline(lines, line);) {
    int partition = -1;
    double offset = -1;
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    if (std::sscanf(line.c_str() + colon, ":%d:%lf", &partition, &offset) == 2) {
      offsets[partition] = offset;
    }
  }
  return offsets;
}

double CommittedOffsets(const std::string& group) {
  const auto result =
      RealCluster::Shared().RunTool({"consumer-groups", "--describe", "--group", group});
  EXPECT_TRUE(result.ok());
  double total = 0;
  std::istringstream lines(result.ok() ? result->out : "");
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name, topic;
    int partition = 0;
    double committed = 0;
    if (words >> name >> topic >> partition >> committed && name == group) total += committed;
  }
  return total;
}

TEST(LoadTest, SpecFillsThenRunsSkewedRatesWithinFivePercent) {
  const TempDir dir("load");
  const std::string spec = dir.path() + "/load.json";
  std::ofstream(spec) << R"({
    "topics": [{"name": "load-orders", "assignments": [[1, 2], [1, 3], [1, 2]]},
               {"name": "load-pages", "partitions": 2, "replication_factor": 2}],
    "fill": [{"topic": "load-pages", "bytes": "8MiB"}],
    "produce": [{"topic": "load-orders", "rate": "400/s", "size": 512, "weights": [5, 1, 2]},
                {"topic": "load-pages", "rate": "256KiB/s", "size": "1KiB"}],
    "consume": [{"group": "load-slow", "topic": "load-orders", "max_rate": "50/s"},
                {"group": "load-fast", "topic": "load-orders", "members": 2}]})";
  const auto run = Load({"--spec", spec, "--duration", "12s"});
  ASSERT_TRUE(run.ok()) << run.error();
  ASSERT_EQ(run->status.code, 0) << run->out << run->err;
  EXPECT_THAT(run->out, HasSubstr("\nfilled 8 MiB"));
  EXPECT_THAT(run->out, HasSubstr("produce load-orders"));

  const auto orders = EndOffsets("load-orders");
  ASSERT_EQ(orders.size(), 3u);
  const double total = orders.at(0) + orders.at(1) + orders.at(2);
  EXPECT_NEAR(total, 12 * 400, 0.05 * 12 * 400);
  EXPECT_NEAR(orders.at(0), total * 5 / 8, 2);
  EXPECT_NEAR(orders.at(1), total * 1 / 8, 2);
  const auto pages = EndOffsets("load-pages");
  EXPECT_NEAR(pages.at(0) + pages.at(1), 8192 + 12 * 256, 0.05 * 12 * 256);

  // Joining the group takes part of the twelve seconds: on a busy machine, most of them. Then once
  // more, for long enough.
  double slow = CommittedOffsets("load-slow");
  EXPECT_LE(slow, 12 * 50 * 1.05);
  double produced = total;
  if (slow < 7 * 50 || CommittedOffsets("load-fast") < total * 0.8) {
    const auto again = Load({"--spec", spec, "--duration", "45s"});
    ASSERT_TRUE(again.ok() && again->status.code == 0);
    slow = CommittedOffsets("load-slow");
    produced += 45 * 400;
  }
  EXPECT_GE(slow, 7 * 50);
  EXPECT_GE(CommittedOffsets("load-fast"), produced * 0.6);
}

TEST(LoadTest, SigtermEndsItCleanlyWithEverythingAcknowledged) {
  kafka::NewTopic topic;
  topic.name = "load-term";
  topic.partitions = 2;
  topic.replication_factor = 2;
  ASSERT_TRUE(RealCluster::Shared().CreateTopic(topic).ok());
  const TempDir dir("load");
  SubprocessOptions options;
  options.argv = {LEVELWIND_LOAD, "produce",   "--bootstrap", RealCluster::Shared().bootstrap(),
                  "--topic",      "load-term", "--rate",      "500/s",
                  "--size",       "100",       "--no-key"};
  options.stdout_file = dir.path() + "/out";
  options.stderr_file = dir.path() + "/err";
  auto process = Subprocess::Start(options);
  ASSERT_TRUE(process.ok());
  ASSERT_TRUE(WaitFor(
      [&] { return ReadFile(options.stdout_file).find("produce load-term") != std::string::npos; },
      seconds(20), "the first report"));
  process->Signal(SIGTERM);
  const auto status = process->Wait(seconds(20));
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->code, 0) << ReadFile(options.stderr_file);
  const std::string out = ReadFile(options.stdout_file);
  const std::size_t at = out.rfind("total ");
  ASSERT_NE(at, std::string::npos);
  const double total = std::stod(out.substr(at + 6));
  const auto offsets = EndOffsets("load-term");
  EXPECT_DOUBLE_EQ(offsets.at(0) + offsets.at(1), total) << out;
}

TEST(LoadTest, MistakesAreOneClearLine) {
  const auto unknown = Load({"produce", "--topic", "load-nowhere", "--rate", "1/s"});
  ASSERT_TRUE(unknown.ok());
  EXPECT_EQ(unknown->status.code, 1);
  EXPECT_THAT(unknown->err, HasSubstr("there is no topic load-nowhere"));
  const auto rate = Load({"produce", "--topic", "load-nowhere", "--rate", "fast"});
  ASSERT_TRUE(rate.ok());
  EXPECT_EQ(rate->status.code, 1);
  EXPECT_THAT(rate->err, HasSubstr("rate 'fast'"));
}

}  // namespace
}  // namespace levelwind::testing
