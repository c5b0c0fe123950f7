// levelwind doctor and levelwind audit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/cli/cli_fixture.h"

namespace levelwind::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Verdict = Finding::Verdict;

class DoctorTest : public testing::CliFixture {
 protected:
  DoctorTest() {
    backend_.info.mode = "operate";
    backend_.info.problem.clear();
    verbs_.examine = [this](const config::Config& config) -> Result<std::vector<Finding>> {
      looked_at_ = config.kafka.bootstrap;
      return examined_;
    };
  }
  void AddOrphan() {
    backend_.orphans.throttles = {{false, "4", "leader.replication.throttled.rate", "10"}};
  }
  std::vector<std::string> looked_at_;
  Result<std::vector<Finding>> examined_{
      std::vector<Finding>{{Verdict::kOk, "brokers", "4, all alive"}}};
};

TEST_F(DoctorTest, AHealthyDaemon) {
  EXPECT_EQ(Run({"doctor"}), kDone) << out_.str() << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("ok       daemon"));
  EXPECT_THAT(out_.str(), HasSubstr("none that nobody owes"));
  EXPECT_TRUE(looked_at_.empty()) << "no cluster was named";
}

TEST_F(DoctorTest, AForgottenThrottleIsAFindingWithTheNextStep) {
  AddOrphan();
  EXPECT_EQ(Run({"doctor"}), kFinding);
  EXPECT_THAT(out_.str(), HasSubstr("leader.replication.throttled.rate of broker 4 is 10"));
  EXPECT_THAT(out_.str(), HasSubstr("doctor --clear-throttles"));
  backend_.orphans.reassignments = 3;
  EXPECT_EQ(Run({"doctor"}), kFinding);
  EXPECT_THAT(out_.str(), Not(HasSubstr("--clear-throttles"))) << "it may be in use";
}

TEST_F(DoctorTest, ClearingNamesWhatWent) {
  AddOrphan();
  EXPECT_EQ(Run({"doctor", "--clear-throttles", "--reason", "old"}), kDone) << err_.str();
  EXPECT_EQ(out_.str(), "cleared: leader.replication.throttled.rate of broker 4 is 10\n");
  ASSERT_EQ(backend_.commands.size(), 1U);
  EXPECT_THAT(backend_.commands[0], HasSubstr("'old'"));
  backend_.steer_error = FailedPrecondition("orders-1 is being reassigned");
  EXPECT_EQ(Run({"doctor", "--clear-throttles"}), kRefused);
  EXPECT_THAT(err_.str(), HasSubstr("orders-1"));
}

TEST_F(DoctorTest, TheClusterIsLookedAtWithoutADaemon) {
  EXPECT_EQ(RunBare({"doctor", "--api", "http://127.0.0.1:1", "-b", "k:9092"}), kDone)
      << err_.str();
  EXPECT_THAT(looked_at_, ElementsAre("k:9092"));
  EXPECT_THAT(out_.str(), HasSubstr("note     daemon"));
  EXPECT_THAT(out_.str(), HasSubstr("ok       brokers  4, all alive"));
  examined_ = std::vector<Finding>{{Verdict::kWrong, "leaders", "1 partitions have none: a-1"}};
  EXPECT_EQ(RunBare({"doctor", "--api", "http://127.0.0.1:1", "-b", "k:9092", "-o", "json"}),
            kFinding);
  const auto json = nlohmann::json::parse(out_.str());
  EXPECT_EQ(json.at("well"), false);
  EXPECT_EQ(json.at("findings")[1].at("verdict"), "wrong");
  examined_ = Unavailable("no broker answered");
  EXPECT_EQ(RunBare({"doctor", "--api", "http://127.0.0.1:1", "-b", "k:9092"}), kUnreachable);
  EXPECT_EQ(RunBare({"doctor", "--api", "http://127.0.0.1:1"}), kUnreachable);
  EXPECT_THAT(err_.str(), HasSubstr("--bootstrap"));
}

TEST_F(DoctorTest, HoldsAndProblemsAreFindings) {
  backend_.info.problem = "groups: not authorized";
  ShowOperation(OperationState::kHolding);
  EXPECT_EQ(Run({"doctor"}), kFinding);
  EXPECT_THAT(out_.str(), HasSubstr("wrong    daemon"));
  EXPECT_THAT(out_.str(), HasSubstr("not authorized"));
}

TEST_F(DoctorTest, APauseIsMeantAndADebtIsNot) {
  ShowOperation(OperationState::kPaused);
  EXPECT_EQ(Run({"doctor"}), kDone) << out_.str();
  EXPECT_THAT(out_.str(), HasSubstr("note     op1"));
  backend_.executor = std::make_shared<ExecutorView>(
      ExecutorView{"operate", "idle, but a throttle is still to be restored: of broker 4", {}});
  EXPECT_EQ(Run({"doctor"}), kFinding);
  EXPECT_THAT(out_.str(), HasSubstr("wrong    executor     idle, but a throttle"));
}

TEST_F(DoctorTest, AuditGolden) {
  backend_.audit = {
      {3, 1, {1'767'225'600'000}, "op1", "cli:a", "ElectLeaders", "a-1\x1b[1m", "ok"}};
  EXPECT_EQ(Run({"audit"}), kDone);
  EXPECT_EQ(out_.str(),
            "TIME                      OPERATION  AUTHOR  REQUEST       OUTCOME  TARGET\n"
            "2026-01-01T00:00:00.000Z  op1        cli:a   ElectLeaders  ok       a-1\\x1b[1m\n");
  EXPECT_EQ(Run({"audit", "op7"}), kDone);
  EXPECT_EQ(out_.str(), "no changing request is on record\n");
  EXPECT_EQ(Run({"audit", "--limit", "0"}), kUsage);
}

}  // namespace
}  // namespace levelwind::cli
