// deploy/examples: manifests parse, and the webhook's receiver takes what we send, once, in order,
// and signed only.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

#include "actions/scaling/webhook_scaler.h"
#include "store/journal.h"
#include "tests/kafka_cluster/daemon.h"
#include "tests/kafka_cluster/paths.h"
#include "tests/kafka_cluster/subprocess.h"
#include "tests/kafka_cluster/wait_for.h"
#include "tests/support/scaling_builder.h"

namespace levelwind::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

std::string Examples() { return SourceDir() + "/deploy/examples"; }

TEST(DeployExamples, EachDocumentIsAKubernetesObject) {
  std::set<std::string> kinds;
  for (const auto& entry : std::filesystem::directory_iterator(Examples())) {
    if (entry.path().extension() != ".yaml") continue;
    for (const YAML::Node& document : YAML::LoadAllFromFile(entry.path().string())) {
      ASSERT_TRUE(document.IsMap()) << entry.path();
      EXPECT_TRUE(document["apiVersion"] && document["kind"] && document["metadata"]["name"])
          << entry.path();
      kinds.insert(document["kind"].as<std::string>());
    }
  }
  for (const char* const kind : {"ScaledObject", "HorizontalPodAutoscaler", "APIService", "Role"}) {
    EXPECT_THAT(kinds, Contains(kind));
  }
}

// 24 and more bytes, in base64.
constexpr const char* kSecret = "whsec_Y2FuYXJ5LXdlYmhvb2stc2VjcmV0LTAxMjM0NTY3ODk=";
constexpr const char* kOldSecret = "whsec_Y2FuYXJ5LXdlYmhvb2stb2xkLXNlY3JldC0wMTIz";

class ReceiverTest : public ::testing::Test {
 protected:
  ReceiverTest() {
    journal_ = *store::Journal::Open(directory_.path() + "/state");
    log_ = std::make_unique<actions::ActionLog>(*journal_, clock_);
    std::ofstream(directory_.path() + "/apply")
        << "#!/bin/sh\necho \"$1 $2\" >>" << Applied() << "\n";
    std::filesystem::permissions(directory_.path() + "/apply", std::filesystem::perms::owner_all);
    options_.url = fmt::format("http://127.0.0.1:{}/", port_);
    options_.allow_hosts = {"127.0.0.1"};
    options_.secret.value = Secret(kSecret);
  }
  void StartReceiver(const std::string& secrets) {
    SubprocessOptions options;
    options.argv = {"/usr/bin/python3",
                    "-B",
                    Examples() + "/webhook_receiver.py",
                    std::to_string(port_),
                    directory_.path() + "/last.json",
                    directory_.path() + "/apply"};
    options.env = {{"WEBHOOK_SECRET", secrets}};
    options.stderr_file = directory_.path() + "/receiver.log";
    auto started = Subprocess::Start(options);
    ASSERT_TRUE(started.ok()) << started.error();
    receiver_ = *std::move(started);
    ASSERT_TRUE(WaitFor([&] { return Told(0, 1) != "unreachable"; }, 30s, "the receiver"))
        << ReadFile(options.stderr_file);
  }
  std::string Applied() const { return directory_.path() + "/applied"; }
  /// What becomes of an order: state, or "unreachable". Number 0 is a dry run.
  std::string Told(std::uint64_t number, std::int64_t desired) {
    ScalingDecision decision =
        SomeDecision("orders", 5, desired, clock_.WallNow(), ScalingMode::kAct);
    decision.number = number;
    actions::ScalingWebhookOptions options = options_;
    options.dry_run = number == 0;
    auto scaler = actions::WebhookScaler::Make(options, "prod", *log_, clock_, nullptr, 1);
    if (!scaler.ok()) return scaler.error().message();
    const auto outcome = (*scaler)->Apply(decision);
    if (!outcome.ok()) return outcome.error().message();
    if ((*scaler)->attempts().back().status == 0) return "unreachable";
    return outcome->state + " " + std::to_string((*scaler)->attempts().back().status);
  }

  TempDir directory_{"receiver"};
  const int port_ = FreePort();
  SystemClock clock_;
  std::unique_ptr<store::Journal> journal_;
  std::unique_ptr<actions::ActionLog> log_;
  actions::ScalingWebhookOptions options_;
  std::optional<Subprocess> receiver_;
};

TEST_F(ReceiverTest, CarriesOutEachOrderOnceAndInOrder) {
  StartReceiver(kSecret);
  EXPECT_EQ(ReadFile(Applied()), "") << "dry runs change nothing";
  EXPECT_EQ(Told(10, 7), "applied 200");
  EXPECT_EQ(Told(10, 7), "applied 200") << "once more is the same";
  EXPECT_EQ(Told(9, 6), "superseded 409");
  EXPECT_EQ(Told(11, 8), "applied 200");
  EXPECT_EQ(ReadFile(Applied()), "orders 7\norders 8\n");
  receiver_->Signal(SIGTERM);
  ASSERT_TRUE(receiver_->Wait(20s).has_value());
  StartReceiver(kSecret);
  EXPECT_EQ(Told(10, 7), "superseded 409") << "it remembers over restarts";
  EXPECT_EQ(ReadFile(Applied()), "orders 7\norders 8\n");
}

TEST_F(ReceiverTest, TakesSignedOrdersOnly) {
  StartReceiver(kSecret);
  options_.secret.value = Secret(kOldSecret);
  EXPECT_EQ(Told(10, 7), "refused 401");
  options_.secret.value = Secret(kSecret);
  options_.previous_secret.value = Secret(kOldSecret);
  EXPECT_EQ(Told(10, 7), "applied 200") << "either of two is enough";
  options_.previous_secret = {};
  options_.signing = actions::WebhookSigning::kGithub;
  EXPECT_EQ(Told(11, 8), "refused 401") << "no timestamp, no order";
  EXPECT_EQ(ReadFile(Applied()), "orders 7\n");
}

TEST_F(ReceiverTest, TakesBothSecretsWhileTheyAreChanged) {
  StartReceiver(fmt::format("{} {}", kSecret, kOldSecret));
  options_.secret.value = Secret(kOldSecret);
  EXPECT_EQ(Told(10, 7), "applied 200");
}

}  // namespace
}  // namespace levelwind::testing
