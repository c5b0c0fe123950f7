#include "cli/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/cli/cli_fixture.h"
#include "tests/support/temp_dir.h"

namespace levelwind::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::SmallOperation;
using ::testing::StartsWith;

using CliTest = testing::CliFixture;

TEST_F(CliTest, BrokersGolden) {
  EXPECT_EQ(Run({"brokers"}), kDone);
  EXPECT_EQ(out_.str(),
            "BROKER  RACK  STATE  LEADERS  REPLICAS  DISK  LEADER RATE  SHARE  HOST\n"
            "     1  r1    alive        2         3     ?      3 KiB/s      ?  127.0.0.1:9001\n"
            "     2  r2    alive        1         3     ?            ?      ?  127.0.0.1:9002\n"
            "     3  -     new          0         0   0 B        0 B/s      ?  127.0.0.1:9003\n");
  EXPECT_EQ(err_.str(), "");
  EXPECT_EQ(Run({"brokers", "--no-headers"}), kDone);
  EXPECT_THAT(out_.str(), StartsWith("1  r1"));
}

TEST_F(CliTest, GroupsGolden) {
  EXPECT_EQ(Run({"groups"}), kDone);
  EXPECT_EQ(out_.str(),
            "GROUP    VERDICT  STATE   MEMBERS  PARTITIONS  LAG  TIME LAG   TREND  WHY\n"
            "billing  unknown  Stable        2           2   10         ?  +1.5/s\n"
            "fresh    unknown  Empty         0           1    ?         ?       ?\n");
  EXPECT_EQ(Run({"groups", "billing"}), kDone);
  EXPECT_EQ(out_.str(),
            "billing: unknown, Stable, 2 members, lag 10 (+1.5/s), ? behind\n"
            "commits: 7 (+0.5/s), last 3 s ago, every 2 s\n"
            "rewinds: 1, last orders-1 from 90 to 5 at 2026-01-01T00:00:00.000Z\n"
            "rebalances: 4, last over at 2026-01-01T00:00:00.000Z, took 1 s\n\n"
            "TOPIC   PARTITION  COMMITTED  END  LAG  TIME LAG  LAST COMMIT  EVERY  VERDICT  "
            "OWNER\n"
            "orders          0         90    ?   10         ?            ?      ?  unknown  "
            "c1/10.0.0.1\n"
            "orders          1          5    ?    0         ?          3 s    2 s  unknown  -\n");
  EXPECT_EQ(Run({"groups", "fresh"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("commits: ?; as far as looks can tell\n"
                                    "rewinds: ?\n"
                                    "rebalances: ?\n"));
  EXPECT_EQ(Run({"groups", "no/pe?"}), kFailed);
  EXPECT_EQ(err_.str(),
            "levelwind: there is no consumer group 'no/pe?'; 'levelwind groups' lists all\n");
}

TEST_F(CliTest, AGroupsHistoryIsDrawnInBarsWithGapsWhereNothingIsKnown) {
  backend_.lag_history = {"billing", 1'767'225'600'000, 60'000, {}};
  for (int i = 0; i < 8; ++i) {
    LagPoint point;
    if (i != 3) point = {static_cast<float>(i * 100), static_cast<float>(70 - i), 4};
    backend_.lag_history.points.push_back(point);
  }
  EXPECT_EQ(Run({"groups", "billing", "--history", "6h"}), kDone);
  EXPECT_EQ(out_.str(),
            "billing: 2026-01-01T00:00:00.000Z to 2026-01-01T00:08:00.000Z, a column is 1 min\n\n"
            "            HISTORY       LEAST        MOST       LAST\n"
            "lag         ▁▂▃ ▅▆▇█          0         700        700\n"
            "time lag    ███ ██▇▇  1 min 3 s  1 min 10 s  1 min 3 s\n"
            "consumed/s  ███ ████          4           4          4\n");
  EXPECT_EQ(Run({"groups", "--history", "6h"}), kUsage);
}

TEST_F(CliTest, TheCanaryTellsWhatGotThroughAndWhatNot) {
  EXPECT_EQ(Run({"canary"}), kFailed);
  auto view = std::make_shared<CanaryView>();
  view->topic = "levelwind-canary";
  view->uncovered = {3};
  CanaryPartition partition;
  partition.leader = 2;
  partition.sent = 5;
  partition.received = 3;
  partition.lost = 1;
  partition.failed = 1;
  partition.round_trip.Add(0.012);
  view->partitions.push_back(partition);
  backend_.canary = view;
  EXPECT_EQ(Run({"canary"}), kDone);
  EXPECT_EQ(out_.str(),
            "canary on topic levelwind-canary: 0 commits, 0 failed, ?\n"
            "brokers that lead none of its partitions: 3\n\n"
            "PARTITION  LEADER  SENT  READ  FAILED  LOST  ACK P50/P99  ROUND TRIP P50/P99\n"
            "        0       2     5     3       1     1            ?       20 ms / 20 ms\n");
}

TEST_F(CliTest, TopicsGolden) {
  EXPECT_EQ(Run({"topics"}), kDone);
  EXPECT_EQ(out_.str(),
            "TOPIC   PARTITIONS  REPLICATION     SIZE     RATE  MESSAGES/S\n"
            "orders           2            2  3.8 MiB  3 KiB/s           ?\n"
            "users            1            2        ?        ?           ?\n");
}

TEST_F(CliTest, StatusGolden) {
  EXPECT_EQ(Run({"status"}), kDone);
  EXPECT_EQ(
      out_.str(),
      "Levelwind 0.1.0, observe mode, up 13 s\n"
      "cluster demo (abc): 3 of 3 brokers serving, 2 topics, 3 partitions, 2 groups\n"
      "health: all partitions online and in sync\n"
      "lag: ? messages in all groups\n"
      "known: sizes and counts; rates in 25 s\n"
      "collector groups: broker 3: timed out\n"
      "older Kafka: topics have no ids\n"
      "executor: running op1\n"
      "findings: 1\n"
      "  warning: broker 1 leads 67 % of all partitions, 33 % would be level\n"
      "newest proposal p1: 1 replica move (2.9 MiB), 1 leader move: levels brokers 1 and 3\n");
}

TEST_F(CliTest, PlanGolden) {
  EXPECT_EQ(Run({"plan"}), kDone);
  EXPECT_EQ(out_.str(),
            "p1: 1 replica move (2.9 MiB), 1 leader move: levels brokers 1 and 3\n"
            "confidence: sizes and counts; rates in 25 s\n"
            "\n"
            "PARTITION  MOVE     FROM  TO    MB  WHY\n"
            "orders-0   replica  1,2   3,2  3.0  broker 3 holds 0 replicas, 2 is level\n"
            "orders-1   leader   1,2   2,1  0.0  broker 1 leads 2 of 3 partitions\n"
            "\n"
            "GOAL                           BEFORE  AFTER  NOTE\n"
            "RackAwareGoal (hard)           ok      ok\n"
            "CpuCapacityGoal (hard)         ?       ?      not judged: loads unknown\n"
            "ReplicaDistributionGoal        2 off   ok\n"
            "LeaderReplicaDistributionGoal  2 off   1 off  users is excluded\n"
            "\n"
            "BROKER  LEADERS  REPLICAS  DISK                LEADER RATE       IN  OUT  CPU\n"
            "     1  2 -> 0   3 -> 2    3.8 MiB -> 977 KiB  3 KiB/s -> 0 B/s  ?   ?    ?\n"
            "     2  1 -> 2   3         3.8 MiB             ?                 ?   ?    ?\n"
            "     3  0 -> 1   0 -> 1    0 B -> 2.9 MiB      0 B/s -> 2 KiB/s  ?   ?    ?\n"
            "\n"
            "score 61.2 -> 98.0; copies 2.9 MiB; no plan that meets every band can copy less than "
            "1.9 MiB (knapsack bound): within 50.0 %\n"
            "takes about 1 min 30 s (no order of these moves takes less than 1 min)\n"
            "underprovisioned (cluster): disk: add at least 2 brokers\n"
            "note: users-0 stays: its size is unknown\n");
  EXPECT_EQ(err_.str(), "\nNext: levelwind apply p1\n");
}

TEST_F(CliTest, PlanFormatsFilesAndExitCode) {
  testing::ScratchDir dir;
  const std::string file = dir / "plan.json";
  EXPECT_EQ(Run({"plan", "-o", "reassign", "--out", file, "--exit-code", "--goals", "A,B", "--seed",
                 "7", "--max-bytes", "1GiB", "--max-moves", "5", "--max-duration", "2m", "--bound",
                 "--reason", "why"}),
            kFinding)
      << err_.str();
  EXPECT_THAT(out_.str(), StartsWith("{\"version\":1,\"partitions\":["));
  std::stringstream written;
  written << std::ifstream(file).rdbuf();
  EXPECT_EQ(written.str(), out_.str());
  ASSERT_FALSE(backend_.commands.empty()) << err_.str();
  EXPECT_EQ(backend_.commands.front().substr(backend_.commands.front().find('\'')),
            "'why' goal=A goal=B seed=7 max=1073741824 moves=5 seconds=120 bound");
  const std::vector<std::string> everything = {"plan",
                                               "--hard-goals",
                                               "A",
                                               "--add-brokers",
                                               "4,5",
                                               "--remove-brokers",
                                               "1",
                                               "--demote-brokers",
                                               "2",
                                               "--relieve-brokers",
                                               "6",
                                               "--destination-brokers",
                                               "4",
                                               "--exclude-destinations",
                                               "3",
                                               "--topics",
                                               "a.*",
                                               "--exclude-topics",
                                               "b",
                                               "--replication-factor",
                                               "a=3",
                                               "--replication-factor",
                                               "c{1,2}=2",
                                               "--start-from",
                                               "p1",
                                               "--leadership-only",
                                               "--fix-offline"};
  EXPECT_EQ(Run(everything), kDone) << err_.str();
  EXPECT_EQ(backend_.commands.back().substr(backend_.commands.back().find('\'')),
            "'' hard=A add4 add5 remove1 demote2 relieve6 to4 not-to3 topics=a.* not=b rf:a=3 "
            "rf:c{1,2}=2 "
            "from:p1 leadership offline");
  EXPECT_EQ(Run({"plan", "--log-dirs", "--empty-log-dir", "3:/data/b", "--empty-log-dir", "4:/a",
                 "--brokers", "3,4"}),
            kDone)
      << err_.str();
  EXPECT_EQ(backend_.commands.back().substr(backend_.commands.back().find('\'')),
            "'' log-dirs empty:3:/data/b empty:4:/a on3 on4");
  EXPECT_EQ(Run({"plan", "--empty-log-dir", "3:/data/b"}), kUsage) << "needs --log-dirs";
  EXPECT_EQ(Run({"plan", "--add-brokers", "four"}), kUsage);
  EXPECT_EQ(Run({"plan", "-o", "json"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("\"bytes_lower_bound\":2000000"));
  EXPECT_EQ(Run({"plan", "--out", "/nowhere/x"}), kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("/nowhere/x cannot be written: No such file or directory"));
  EXPECT_EQ(Run({"plan", "--max-bytes", "many"}), kUsage);
}

TEST_F(CliTest, ShowPlansHistoryAnomalies) {
  EXPECT_EQ(Run({"show", "p1", "-o", "reassign"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("\"replicas\":[3,2]"));
  EXPECT_EQ(Run({"show", "p9"}), kFailed);
  EXPECT_EQ(err_.str(), "levelwind: there is no proposal 'p9'\n");
  EXPECT_EQ(Run({"plans"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("p1  2026-01-01T00:00:01.000Z"));
  EXPECT_EQ(Run({"history"}), kDone);
  EXPECT_THAT(out_.str(),
              HasSubstr("op1  p1        running    1/2  1.4 MiB  488 KiB/s  2 s to 5 s"));
  EXPECT_EQ(Run({"anomalies"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("hot_partition: no verdict: no rates yet\n"));
  EXPECT_EQ(Run({"anomalies", "--exit-code"}), kFinding);
  EXPECT_EQ(Run({"anomalies", "--exit-code", "-o", "json"}), kFinding);
  EXPECT_THAT(out_.str(), StartsWith("{\"cluster_id\""));
}

TEST_F(CliTest, StaleDataIsSaidLoudly) {
  backend_.snapshot = testing::SmallSnapshot(clock_.Now() - std::chrono::minutes(2));
  EXPECT_EQ(Run({"brokers"}), kDone);
  EXPECT_THAT(out_.str(), StartsWith("STALE: the cluster was last seen 2 min ago\nBROKER"));
}

TEST_F(CliTest, BeforeTheFirstSnapshotItSaysSo) {
  backend_.snapshot = nullptr;
  backend_.info.problem = "connecting to 127.0.0.1:9092: refused";
  EXPECT_EQ(Run({"groups"}), kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("could not be looked at yet: connecting to"));
  EXPECT_EQ(Run({"status"}), kDone);
  EXPECT_THAT(out_.str(),
              HasSubstr("cluster not seen yet: connecting to 127.0.0.1:9092: refused\n"));
}

TEST_F(CliTest, NoDaemonIsOneClearLineAndExitFour) {
  Start();
  const std::string url = server_->url();
  Stop();
  server_.reset();
  EXPECT_EQ(RunBare({"status", "--api", url}), kUnreachable);
  EXPECT_THAT(err_.str(), StartsWith("levelwind: no Levelwind daemon at " + url + ": "));
  EXPECT_THAT(err_.str(), HasSubstr("levelwind serve --bootstrap"));
  EXPECT_EQ(RunBare({"status", "--api", "ftp://x"}), kUsage);
  EXPECT_EQ(out_.str(), "");
}

TEST_F(CliTest, ApplyAsksOnATerminalAndRefusesWithoutOne) {
  EXPECT_EQ(Run({"apply", "p1"}), kRefused);
  EXPECT_EQ(err_.str(),
            "levelwind: nobody can be asked here; to carry out p1 without a question add --yes\n");
  tty_ = true;
  typed_ = "no\n";
  EXPECT_EQ(Run({"apply", "p1"}), kRefused);
  EXPECT_THAT(err_.str(), HasSubstr("Type p1 to carry it out: "));
  EXPECT_TRUE(backend_.commands.empty());
  typed_ = "p1\n";
  EXPECT_EQ(Run({"apply", "p1", "--reason", "new broker"}), kDone);
  EXPECT_EQ(out_.str(), "op1\n");
  ASSERT_EQ(backend_.commands.size(), 1U);
  EXPECT_THAT(backend_.commands[0], StartsWith("apply p1 cli:"));
  EXPECT_THAT(backend_.commands[0], HasSubstr("'new broker'"));
}

TEST_F(CliTest, RefusalsOfTheDaemonHaveTheirExitCode) {
  backend_.apply_error = Error(ErrorCode::kAborted, "orders-0 changed since p1; plan again");
  EXPECT_EQ(Run({"apply", "p1", "--yes"}), kRefused);
  EXPECT_EQ(err_.str(), "levelwind: orders-0 changed since p1; plan again\n");
  backend_.apply_error = Error(ErrorCode::kPermissionDenied, "observe mode");
  EXPECT_EQ(Run({"apply", "p1", "--yes"}), kRefused);
  backend_.plan_error = Error(ErrorCode::kDeadlineExceeded, "planning goes on");
  EXPECT_EQ(Run({"plan"}), kTimedOut);
  backend_.plan_error = Error(ErrorCode::kUnavailable, "broker 1");
  EXPECT_EQ(Run({"plan"}), kFailed) << "the daemon answered: it is not unreachable";
}

TEST_F(CliTest, WatchEndsWithTheOperation) {
  int looks = 0;
  on_pause_ = [&] {
    if (++looks == 30) ShowOperation(OperationState::kCompleted);
  };
  EXPECT_EQ(Run({"watch"}), kDone);
  // 15 s at 0.5 s: one line at once, one each 5 s, the last state, the summary.
  EXPECT_EQ(
      out_.str(),
      "op1  [##########----------]  50 %  1.4/2.9 MiB  488 KiB/s  1/2 steps  ETA 3 s (2 s to "
      "5 s)  1 in flight\n"
      "op1  [##########----------]  50 %  1.4/2.9 MiB  488 KiB/s  1/2 steps  ETA 3 s (2 s to "
      "5 s)  1 in flight\n"
      "op1  [##########----------]  50 %  1.4/2.9 MiB  488 KiB/s  1/2 steps  ETA 3 s (2 s to "
      "5 s)  1 in flight\n"
      "op1  completed  [####################] 100 %  2.9/2.9 MiB  488 KiB/s  2/2 steps  ETA 3 "
      "s (2 s to 5 s)  0 in flight\n"
      "op1 completed: 2 of 2 steps done, 0 failed, 2.9 MiB copied\n");
}

TEST_F(CliTest, WatchRedrawsOneLineOnATerminal) {
  tty_ = true;
  on_pause_ = [&] { ShowOperation(OperationState::kPartial); };
  EXPECT_EQ(Run({"watch", "op1"}), kFailed);
  EXPECT_THAT(out_.str(), StartsWith("\rop1  [####"));
  EXPECT_THAT(out_.str(), HasSubstr("\x1b[K\r"));
  EXPECT_THAT(out_.str(), HasSubstr("\nop1 partial: 2 of 2 steps done"));
}

TEST_F(CliTest, WatchSaysWhyAStepUnderWayDoesNotGoOn) {
  OperationView operation = SmallOperation(OperationState::kRunning);
  for (StepView& step : operation.steps) {
    step.stall = step.state == StepState::kPending ? "waiting for its turn" : "its target is down";
  }
  backend_.executor = std::make_shared<ExecutorView>(ExecutorView{"operate", "busy", {operation}});
  EXPECT_EQ(Run({"watch", "op1", "--timeout", "1s"}), kTimedOut);
  EXPECT_THAT(out_.str(), HasSubstr("not going on: its target is down"));
}

TEST_F(CliTest, WatchGivesUpAtItsTimeoutOnly) {
  EXPECT_EQ(Run({"watch", "op1", "--timeout", "3s"}), kTimedOut);
  EXPECT_THAT(err_.str(), HasSubstr("op1 goes on"));
  EXPECT_EQ(Run({"watch", "op9"}), kFailed);
  EXPECT_EQ(Run({"watch", "op1", "--timeout", "3"}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--timeout"));
}

TEST_F(CliTest, WatchWaitsForADaemonThatRestarts) {
  Start();
  const std::string url = server_->url();
  api::HttpServerOptions options;
  int looks = 0;
  on_pause_ = [&] {
    ++looks;
    if (looks == 2) {
      Stop();
      server_.reset();
    }
    if (looks == 4) {
      options.port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
      auto again = api::HttpServer::Listen(options, *api_);
      ASSERT_TRUE(again.ok()) << again.error();
      server_ = *std::move(again);
      threads_.emplace_back([this](std::stop_token stop) { server_->Run(stop); });
      threads_.emplace_back(
          [this](std::stop_token stop) { server_->RunLane(api::Lane::kRead, stop); });
      ShowOperation(OperationState::kCompleted);
    }
  };
  EXPECT_EQ(RunBare({"watch", "op1", "--api", url}), kDone) << err_.str();
}

TEST_F(CliTest, ApplyWaitAndCancel) {
  ShowOperation(OperationState::kCompleted);
  EXPECT_EQ(Run({"apply", "p1", "--yes", "--wait"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("op1 completed"));
  ShowOperation(OperationState::kFailed);
  EXPECT_EQ(Run({"apply", "p1", "--yes", "--wait"}), kFailed);
  EXPECT_EQ(Run({"cancel", "op1", "--reason", "enough"}), kDone);
  EXPECT_THAT(backend_.commands.back(), HasSubstr("'enough'"));
  EXPECT_EQ(Run({"apply", "p1", "--yes", "--timeout", "1s"}), kUsage) << "--timeout needs --wait";
}

TEST_F(CliTest, PauseResumeRollback) {
  EXPECT_EQ(Run({"pause", "--reason", "lunch"}), kDone) << "the one that runs";
  EXPECT_THAT(backend_.commands.back(), HasSubstr("pause op1"));
  EXPECT_THAT(backend_.commands.back(), HasSubstr("'lunch'"));
  EXPECT_THAT(err_.str(), HasSubstr("levelwind resume op1"));
  EXPECT_EQ(Run({"resume", "op1"}), kDone);
  EXPECT_THAT(backend_.commands.back(), HasSubstr("resume op1"));
  EXPECT_EQ(Run({"rollback"}), kUsage) << "what is rolled back must be named";
  EXPECT_EQ(Run({"rollback", "op1"}), kDone);
  EXPECT_EQ(out_.str(), "op2\n");
  EXPECT_THAT(err_.str(), HasSubstr("op2 rolls back op1"));
  backend_.undo = "";
  EXPECT_EQ(Run({"rollback", "op1"}), kDone);
  EXPECT_EQ(out_.str(), "");
  EXPECT_THAT(err_.str(), HasSubstr("op1 is cancelled first"));
  backend_.steer_error = Error(ErrorCode::kAborted, "orders-0 was changed since");
  EXPECT_NE(Run({"rollback", "op1"}), kDone);
  EXPECT_THAT(err_.str(), HasSubstr("orders-0 was changed since"));
}

TEST_F(CliTest, WatchSaysWhyItIsPausedAndWhatBecameOfARollback) {
  OperationView paused = SmallOperation(OperationState::kPaused);
  paused.hold_reason = "paused by cli:ada: lunch";
  backend_.executor =
      std::make_shared<ExecutorView>(ExecutorView{"operate", "paused op1", {paused}});
  EXPECT_EQ(Run({"watch", "op1", "--timeout", "1s"}), kTimedOut);
  EXPECT_THAT(out_.str(), HasSubstr("paused  ["));
  EXPECT_THAT(out_.str(), HasSubstr("paused by cli:ada: lunch"));
  OperationView waiting = SmallOperation(OperationState::kPending);
  waiting.queue_position = 2;
  backend_.executor =
      std::make_shared<ExecutorView>(ExecutorView{"operate", "running op9", {waiting}});
  EXPECT_EQ(Run({"watch", "op1", "--timeout", "1s"}), kTimedOut);
  EXPECT_THAT(out_.str(), HasSubstr("number 2 in line"));
  OperationView undone = SmallOperation(OperationState::kCancelled);
  undone.undone_by = "op2";
  backend_.executor = std::make_shared<ExecutorView>(ExecutorView{"operate", "idle", {undone}});
  EXPECT_EQ(Run({"watch", "op1"}), kFailed);
  EXPECT_THAT(out_.str(), HasSubstr("rolled back by op2"));
}

TEST_F(CliTest, MistakesOnTheCommandLineNameTheNextStep) {
  EXPECT_EQ(RunBare({"statos"}), kUsage);
  EXPECT_EQ(err_.str(), "levelwind: there is no verb 'statos'; did you mean 'status'?\n");
  EXPECT_EQ(RunBare({}), kUsage);
  EXPECT_EQ(err_.str(), "levelwind: which verb? 'levelwind --help' lists all\n");
  EXPECT_EQ(RunBare({"brokers", "--wide"}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--wide"));
  EXPECT_EQ(RunBare({"brokers", "-o", "xml"}), kUsage);
  EXPECT_EQ(RunBare({"apply"}), kUsage);
  EXPECT_EQ(RunBare({"--help"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("Exit codes: 0 done"));
  EXPECT_EQ(RunBare({"version"}), kDone);
  EXPECT_THAT(out_.str(), StartsWith("levelwind "));
  EXPECT_EQ(RunBare({"--version"}), kDone);
}

TEST_F(CliTest, ServeAndSnapshotGetTheirArguments) {
  ServeArgs served;
  SnapshotArgs taken;
  verbs_.serve = [&](const ServeArgs& args) {
    served = args;
    return 7;
  };
  verbs_.snapshot = [&](const SnapshotArgs& args) {
    taken = args;
    return 8;
  };
  EXPECT_EQ(RunBare({"serve", "-c", "f.yaml", "-b", "a:1,b:2", "--mode", "operate", "--state-dir",
                     "/s", "--listen", "127.0.0.1:1", "--collect-interval", "2s"}),
            7);
  EXPECT_EQ(served.config_file, "f.yaml");
  auto request = served.ToLoadRequest();
  request.file.clear();
  const auto loaded = config::LoadConfig(request);
  ASSERT_TRUE(loaded.problems.empty()) << config::FormatProblems("", loaded.problems);
  EXPECT_THAT(loaded.config.kafka.bootstrap, ElementsAre("a:1", "b:2"));
  EXPECT_EQ(loaded.config.mode, config::Mode::kOperate);
  EXPECT_EQ(loaded.config.collect.offset_interval, std::chrono::seconds(2));
  EXPECT_EQ(loaded.config.collect.metadata_interval, std::chrono::seconds(2));
  EXPECT_EQ(RunBare({"snapshot", "--bootstrap", "a:1", "--out", "x", "--wait-for-rates"}), 8);
  EXPECT_EQ(taken.out, "x");
  EXPECT_TRUE(taken.wait_for_rates);
  EXPECT_EQ(RunBare({"snapshot", "--bootstrap", "a:1"}), kUsage) << "--out is required";
}

TEST_F(CliTest, CheckConfigNamesEveryMistakeAndExitsTwo) {
  testing::ScratchDir dir;
  const std::string file = dir / "c.yaml";
  std::ofstream(file) << "mod: observe\nplan:\n  seed: x\n";
  EXPECT_EQ(RunBare({"check-config", file}), kUsage);
  EXPECT_EQ(err_.str(), file + ":1:1: unknown key 'mod'; did you mean 'mode'?\n" + file +
                            ":3:9: plan.seed: 'x' is not a whole number\n");
  std::ofstream(file) << "mode: observe\n";
  EXPECT_EQ(RunBare({"check-config", file}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("c.yaml: ok, 1 of "));
  EXPECT_EQ(RunBare({"check-config"}), kUsage);
  EXPECT_EQ(RunBare({"check-config", "--print-schema"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("draft-07"));
}

/// Three brokers, everything on two of them.
std::string WriteSkewedSnapshot(const testing::ScratchDir& dir) {
  const std::string snapshot = dir / "s.json";
  std::ofstream(snapshot) << R"({"format":"cluster-snapshot/1","brokers":[
      {"id":1,"rack":"a","state":"alive"},{"id":2,"rack":"b","state":"alive"},
      {"id":3,"rack":"c","state":"new"}],"topics":[{"name":"t","partitions":[)"
                          <<
      [] {
        std::string rows;
        for (int i = 0; i < 30; ++i) {
          rows += (i > 0 ? "," : "");
          rows += R"({"replicas":[1,2],"disk":10,"network_in":50})";
        }
        return rows;
      }() << "]}]}";
  return snapshot;
}

TEST_F(CliTest, PlanOnAFileNeedsNoDaemon) {
  testing::ScratchDir dir;
  const std::string snapshot = WriteSkewedSnapshot(dir);
  const std::string plan = dir / "p.json";
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot, "--out", plan, "--exit-code"}), kFinding)
      << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("\nt-"));
  EXPECT_THAT(err_.str(), Not(HasSubstr("apply")));
  EXPECT_THAT(out_.str(), HasSubstr("bound): within "));
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot, "--bound", "-o", "json"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("\"bound_gap\":"));
  std::stringstream written;
  written << std::ifstream(plan).rdbuf();
  EXPECT_THAT(written.str(), StartsWith("{\"version\":1,\"partitions\":["));
  EXPECT_EQ(RunBare({"plan", "--snapshot", dir / "none.json"}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("none.json cannot be read: No such file"));
  std::ofstream(snapshot) << "{]";
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("s.json: "));
}

TEST_F(CliTest, PlanBetweenLogDirsOnAFile) {
  testing::ScratchDir dir;
  const std::string snapshot = dir / "d.json";
  std::ofstream(snapshot) << R"({"format":"cluster-snapshot/1","brokers":[
      {"id":1,"state":"alive","log_dirs":[{"path":"/data/a","total_bytes":1000000000},
                                          {"path":"/data/b","total_bytes":1000000000}]},
      {"id":2,"state":"alive"}],"topics":[{"name":"t","partitions":[
      {"replicas":[2,1],"disk":100,"log_dirs":[-1,0]},
      {"replicas":[1,2],"disk":100,"log_dirs":[0,-1]}]}]})";
  const std::string plan = dir / "p.json";
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot, "--log-dirs", "--out", plan, "--exit-code"}),
            kFinding)
      << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("1 move between log dirs (100 MiB)"));
  EXPECT_THAT(out_.str(), HasSubstr("t-0        log_dir  1:/data/a  1:/data/b  104.9"));
  EXPECT_THAT(out_.str(), HasSubstr("1  /data/b  0 B -> 100 MiB"));
  std::stringstream written;
  written << std::ifstream(plan).rdbuf();
  EXPECT_THAT(written.str(), HasSubstr(R"("replicas":[2,1],"log_dirs":["any","/data/b"])"));
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot, "--log-dirs", "--empty-log-dir", "1:/data/a",
                     "-o", "json"}),
            kDone);
  EXPECT_THAT(out_.str(), HasSubstr("\"log_dir_moves\":2"));
  EXPECT_THAT(out_.str(), HasSubstr(R"("from_log_dir":"/data/a","to_log_dir":"/data/b")"));
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot, "--log-dirs", "--brokers", "2"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("nothing to plan: no broker has several log dirs"));
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot, "--log-dirs", "--remove-brokers", "1"}),
            kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("not with remove_brokers; leave that out"));
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot, "--log-dirs", "--empty-log-dir", "1:/x"}),
            kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("broker 1 has no log dir /x"));
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot, "--log-dirs", "--pareto"}), kUsage);
}

TEST_F(CliTest, PlanOnAFileWithLimitsSeedsAndAFront) {
  testing::ScratchDir dir;
  const std::string snapshot = WriteSkewedSnapshot(dir);
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot, "--max-moves", "3", "-o", "json"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("\"replica_moves\":3"));
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot, "--max-duration", "0s", "-o", "json"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("\"replica_moves\":0"));
  std::size_t tasks = 0;
  verbs_.run_parallel = [&](const std::vector<std::function<void()>>& all) {
    tasks = all.size();
    for (const auto& task : all) task();
  };
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot, "--seeds", "3"}), kDone) << err_.str();
  EXPECT_EQ(tasks, 3U);
  EXPECT_EQ(err_.str(), "") << "no progress where no line can be redrawn";
  tty_ = true;
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot, "--seeds", "3"}), kDone);
  EXPECT_THAT(err_.str(), HasSubstr("planning: 2 of 3 seeds\r"));
  EXPECT_THAT(err_.str(), EndsWith("planning: 3 of 3 seeds\r\x1b[K")) << "the line is gone";
  tty_ = false;
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot, "--seeds", "0"}), kUsage);
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot, "--pareto"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("COPIES  REPLICA MOVES  LEADER MOVES  OFF  SCORE"));
  EXPECT_EQ(std::ranges::count(out_.str(), '\n'), 7) << "a row per share of the bytes";
}

TEST_F(CliTest, SomebodyElsesPlanIsJudgedWithGivenCapacities) {
  testing::ScratchDir dir;
  const std::string snapshot = WriteSkewedSnapshot(dir);
  const std::string theirs = dir / "theirs.json", capacity = dir / "capacity.json";
  std::ofstream(theirs) << R"({"version":1,"partitions":[
      {"topic":"t","partition":4,"replicas":[3,1]}]})";
  std::ofstream(capacity) << R"({"brokerCapacities":[{"brokerId":"-1","capacity":
      {"DISK":"100","CPU":"100","NW_IN":"10000","NW_OUT":"10000"}}]})";
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot, "--from-reassignment", theirs, "--capacity",
                     capacity}),
            kDone)
      << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("t-4        replica  1,2   3,1"));
  EXPECT_THAT(out_.str(), HasSubstr("DiskCapacityGoal cannot be met: broker 1"));
  EXPECT_THAT(out_.str(), HasSubstr("underprovisioned (disk)"));
  std::ofstream(theirs) << R"({"partitions":[{"topic":"t","partition":4,"replicas":[9,1]}]})";
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot, "--from-reassignment", theirs}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("theirs.json: t-4: there is no broker 9"));
  std::ofstream(capacity) << R"({"brokerCapacities":[{"brokerId":"x"}]})";
  EXPECT_EQ(RunBare({"plan", "--snapshot", snapshot, "--capacity", capacity}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("capacity.json: brokerCapacities[0].brokerId"));
}

TEST_F(CliTest, ExplainSaysWhyAndWhyNot) {
  EXPECT_EQ(Run({"explain", "plan", "p1"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("1. orders-0: 1,2 -> 3,2, 2.9 MiB (ReplicaDistributionGoal)\n"
                                    "   broker 3 holds 0 replicas, 2 is level\n"));
  EXPECT_EQ(Run({"explain", "why-not", "orders-0", "3"}), kDone) << err_.str();
  EXPECT_EQ(out_.str(),
            "orders-0 on broker 3: it would help: \\x1b[1m\n"
            "asked for the replica on broker 1, 2.9 MiB to copy\n\n"
            "GOAL                  SAYS  WHY\n"
            "RackAwareGoal (hard)  same  2 racks\n");
  EXPECT_EQ(Run({"explain", "why-not", "orders-9", "3"}), kFailed);
  EXPECT_EQ(Run({"explain", "why-not", "orders-0", "3", "--goals", "x"}), kUsage);
  testing::ScratchDir dir;
  const std::string snapshot = WriteSkewedSnapshot(dir);
  EXPECT_EQ(RunBare({"explain", "why-not", "t-4", "3", "--snapshot", snapshot}), kDone)
      << err_.str();
  EXPECT_THAT(out_.str(), StartsWith("t-4 on broker 3: it would help "));
  EXPECT_THAT(out_.str(), HasSubstr("ReplicaDistributionGoal "));
  EXPECT_EQ(RunBare({"explain", "why-not", "t-4", "3", "--snapshot", snapshot, "-o", "json"}),
            kDone);
  EXPECT_THAT(out_.str(), HasSubstr("\"says\":\"better\""));
  EXPECT_EQ(RunBare({"explain", "why-not", "t", "3", "--snapshot", snapshot}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("'t' is not a partition"));
  EXPECT_EQ(RunBare({"explain", "why-not", "t-4", "8", "--snapshot", snapshot}), kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("there is no broker 8"));
}

TEST_F(CliTest, PlaceTopicSaysWhereAndHow) {
  EXPECT_EQ(Run({"place-topic", "clicks", "--partitions", "2", "--replication-factor", "3",
                 "--bytes-in", "5MB/s", "--size", "1KiB"}),
            kDone)
      << err_.str();
  EXPECT_EQ(out_.str(),
            "PARTITION  REPLICAS, LEADER FIRST\n"
            "        0  1,2\n"
            "        1  2,3\n"
            "\nRackAwareGoal stays violated 2 times with it: one rack\\x1b[1m"
            "\nNext: kafka-topics.sh --bootstrap-server ... --create --topic clicks "
            "--replica-assignment 1:2,2:3\n");
  EXPECT_EQ(
      Run({"place-topic", "clicks", "--partitions", "2", "--bytes-in", "5MB/s", "-o", "json"}),
      kDone);
  EXPECT_THAT(out_.str(), HasSubstr("clicks x2 3 5000000 nan nan"));
  EXPECT_EQ(Run({"place-topic", "orders", "--partitions", "2"}), kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("topic orders exists"));
  EXPECT_EQ(Run({"place-topic", "clicks"}), kUsage) << "partitions must be said";
  EXPECT_EQ(Run({"place-topic", "clicks", "--partitions", "2", "--bytes-in", "fast"}), kUsage);
  testing::ScratchDir dir;
  const std::string snapshot = WriteSkewedSnapshot(dir);
  EXPECT_EQ(RunBare({"place-topic", "clicks", "--partitions", "3", "--replication-factor", "1",
                     "--snapshot", snapshot}),
            kDone)
      << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("--create --topic clicks --replica-assignment "));
  EXPECT_EQ(RunBare({"place-topic", "t", "--partitions", "3", "--snapshot", snapshot}), kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("topic t exists already"));
}

}  // namespace
}  // namespace levelwind::cli
