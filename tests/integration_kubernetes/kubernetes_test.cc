// Kubernetes' own controllers and rights against what we serve and send.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "actions/scaling/kube_lease.h"
#include "actions/scaling/kube_review_client.h"
#include "actions/scaling/kube_scaler.h"
#include "api/external_metrics/external_metrics_server.h"
#include "store/journal.h"
#include "tests/integration_kubernetes/control_plane.h"
#include "tests/kafka_cluster/wait_for.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scaling_builder.h"

namespace levelwind::testing {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

std::string Example(const std::string& name) { return SourceDir() + "/deploy/examples/" + name; }

class KubernetesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    kube_ = &ControlPlane::Shared();
    journal_ = *store::Journal::Open(state_.path() + "/journal");
    log_ = std::make_unique<actions::ActionLog>(*journal_, clock_);
  }
  std::unique_ptr<actions::KubeClient> Client(const actions::KubeOptions& options) {
    auto client = actions::KubeClient::Make(options, clock_);
    EXPECT_TRUE(client.ok()) << (client.ok() ? "" : client.error().message());
    return *std::move(client);
  }
  ScalingDecision Decision(const std::string& deployment, std::int64_t desired) {
    ScalingDecision decision =
        SomeDecision("orders", 1, desired, clock_.WallNow(), ScalingMode::kAct);
    decision.number = ++number_;
    decision.target = {"deployment", "", "", "", "shop", deployment};
    return decision;
  }
  /// An account without any right.
  actions::KubeOptions Nobody() {
    kube_->Apply(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: nobody, namespace: kafka}");
    return kube_->AccountOf("kafka", "nobody");
  }
  static std::string ErrorOf(const Result<ScalingOutcome>& outcome) {
    return outcome.ok() ? "outcome " + outcome->state + ": " + outcome->detail
                        : outcome.error().ToString();
  }

  ControlPlane* kube_ = nullptr;
  TempDir state_{"scaling-state"};
  SystemClock clock_;
  std::unique_ptr<store::Journal> journal_;
  std::unique_ptr<actions::ActionLog> log_;
  std::uint64_t number_ = 0;
};

TEST_F(KubernetesTest, TheExamplesAreTaken) {
  const CommandResult checked = kube_->TryKubectl(
      {"apply", "--dry-run=server", "--validate=strict", "-f", Example("scale-rbac.yaml")});
  EXPECT_TRUE(checked.ok()) << checked.err;
  std::string hpa = ReadFile(Example("hpa-external-metrics.yaml"));
  const std::string mark = "REPLACE_ME";
  ASSERT_NE(hpa.find(mark), std::string::npos);
  hpa.replace(hpa.find(mark), mark.size(), kube_->ca_base64());
  const std::string file = state_.path() + "/hpa.yaml";
  std::ofstream(file) << hpa;
  const CommandResult taken =
      kube_->TryKubectl({"apply", "--dry-run=server", "--validate=strict", "-f", file});
  EXPECT_TRUE(taken.ok()) << taken.err;
}

TEST_F(KubernetesTest, WritesScaleWithTheLeastRights) {
  kube_->MakeDeployment("direct", 1);
  kube_->Kubectl({"apply", "-f", Example("scale-rbac.yaml")});
  const auto client = Client(kube_->AccountOf("kafka", "levelwind"));
  actions::KubeScaler scaler({}, *client, *log_, clock_, nullptr);
  const auto settled = [&] {
    const auto seen = scaler.Observe(Decision("direct", 1).target);
    return seen.ok() && !seen->rollout;
  };
  ASSERT_TRUE(WaitFor(settled, 60s, "the Deployment's controller"));
  const std::string first = ErrorOf(scaler.Apply(Decision("direct", 4)));
  EXPECT_EQ(first, "outcome applied: Deployment shop/direct: 1 -> 4");
  EXPECT_EQ(kube_->Replicas("direct"), 4);
  ASSERT_TRUE(WaitFor(settled, 60s, "the Deployment's controller"));
  ScalingDecision zero = Decision("direct", 0);
  zero.min_members = 0;
  EXPECT_THAT(ErrorOf(scaler.Apply(zero)), HasSubstr("4 -> 0"));
  ASSERT_TRUE(WaitFor(settled, 60s, "the Deployment's controller"));
  EXPECT_EQ(scaler.Observe(zero.target)->replicas, 0);
  EXPECT_THAT(ErrorOf(scaler.Apply(Decision("direct", 2))), HasSubstr("0 -> 2"));
  actions::KubeScalerOptions dry;
  dry.dry_run = true;
  ASSERT_TRUE(WaitFor(settled, 60s, "the Deployment's controller"));
  actions::KubeScaler trying(dry, *client, *log_, clock_, nullptr);
  EXPECT_THAT(ErrorOf(trying.Apply(Decision("direct", 9))), HasSubstr("outcome dry_run"));
  EXPECT_EQ(kube_->Replicas("direct"), 2);
  EXPECT_THAT(ErrorOf(scaler.Apply(Decision("missing", 2))), HasSubstr("NotFound: reading"));
  const auto rows = journal_->LoadAudit(10, "");
  ASSERT_TRUE(rows.ok());
  // The Deployment's controller may write between our read and our PATCH: that one is sent again.
  const auto done =
      std::ranges::count_if(*rows, [](const auto& row) { return row.outcome == "ok"; });
  EXPECT_EQ(done, 4) << "each PATCH, the dry run too";
  for (const auto& row : *rows) {
    EXPECT_THAT(row.outcome, ::testing::AnyOf(::testing::Eq("ok"), HasSubstr("409"))) << row.target;
  }
}

TEST_F(KubernetesTest, WithoutRightsItSaysWhichAreMissing) {
  kube_->MakeDeployment("guarded", 1);
  const auto client = Client(Nobody());
  actions::KubeScaler scaler({}, *client, *log_, clock_, nullptr);
  const std::string error = ErrorOf(scaler.Apply(Decision("guarded", 4)));
  EXPECT_THAT(error, HasSubstr("PermissionDenied: looking for a"));
  EXPECT_THAT(error, HasSubstr("system:serviceaccount:kafka:nobody"));
  EXPECT_THAT(error, HasSubstr("deploy/examples/scale-rbac.yaml"));
  EXPECT_EQ(kube_->Replicas("guarded"), 1);
  actions::KubeOptions wrong = Nobody();
  std::ofstream(wrong.token_file) << "canary-not-a-token";
  const auto stranger = Client(wrong);
  actions::KubeScaler unknown({}, *stranger, *log_, clock_, nullptr);
  EXPECT_THAT(ErrorOf(unknown.Apply(Decision("guarded", 4))), HasSubstr("Unauthenticated"));
}

TEST_F(KubernetesTest, AnHpaKeepsUsFromWriting) {
  kube_->MakeDeployment("taken", 1);
  kube_->Kubectl({"apply", "-f", Example("scale-rbac.yaml")});
  kube_->Kubectl({"autoscale", "deployment", "taken", "--name=taken-hpa", "--max=3",
                  "--cpu-percent=80", "-n", "shop"});
  const auto client = Client(kube_->AccountOf("kafka", "levelwind"));
  actions::KubeScaler scaler({}, *client, *log_, clock_, nullptr);
  EXPECT_THAT(
      ErrorOf(scaler.Apply(Decision("taken", 4))),
      HasSubstr("HorizontalPodAutoscaler shop/taken-hpa also scales Deployment shop/taken"));
  kube_->Kubectl({"delete", "hpa", "taken-hpa", "-n", "shop"});
}

TEST_F(KubernetesTest, ALeaseIsTakenLostAndGivenUp) {
  kube_->Kubectl({"apply", "-f", Example("scale-rbac.yaml")});
  ManualClock clock;  // the API server does not look at ours
  const actions::KubeOptions account = kube_->AccountOf("kafka", "levelwind");
  const auto one_client = *actions::KubeClient::Make(account, clock);
  const auto two_client = *actions::KubeClient::Make(account, clock);
  actions::LeaseOptions options;
  options.identity = "one";
  actions::KubeLease one(options, *one_client, clock);
  options.identity = "two";
  actions::KubeLease two(options, *two_client, clock);
  one.Step(clock.Now());
  ASSERT_TRUE(one.Leads(clock.Now())) << one.problem();
  two.Step(clock.Now());
  EXPECT_FALSE(two.Leads(clock.Now()));
  EXPECT_EQ(two.holder(), "one");
  for (int i = 0; i < 3; ++i) {
    clock.Advance(2s);
    one.Step(clock.Now());
    two.Step(clock.Now());
    EXPECT_TRUE(one.Leads(clock.Now())) << one.problem();
    EXPECT_FALSE(two.Leads(clock.Now()));
  }
  for (int i = 0; i < 8 && !two.Leads(clock.Now()); ++i) {
    clock.Advance(2s);
    two.Step(clock.Now());
    EXPECT_FALSE(two.Leads(clock.Now()) && one.Leads(clock.Now())) << "never both";
  }
  EXPECT_TRUE(two.Leads(clock.Now())) << two.problem();
  EXPECT_EQ(two.epoch(), 1U);
  one.Step(clock.Now());
  EXPECT_FALSE(one.Leads(clock.Now()));
  two.Release();
  clock.Advance(2s);
  one.Step(clock.Now());
  EXPECT_TRUE(one.Leads(clock.Now())) << one.problem();
  EXPECT_EQ(one.epoch(), 2U);
  const auto nobody_client = *actions::KubeClient::Make(Nobody(), clock);
  options.identity = "nobody";
  actions::KubeLease nobody(options, *nobody_client, clock);
  nobody.Step(clock.Now());
  EXPECT_THAT(nobody.MayAct().error().message(), HasSubstr("403"));
}

/// A view of our own behind the real listener, registered with the real API server.
class ExternalMetricsAtKubernetes : public KubernetesTest {
 protected:
  void SetUp() override {
    KubernetesTest::SetUp();
    kube_->Kubectl({"apply", "-f", Example("scale-rbac.yaml")});
    kube_->Apply(
        "apiVersion: rbac.authorization.k8s.io/v1\n"
        "kind: ClusterRoleBinding\n"
        "metadata: {name: levelwind-auth-delegator}\n"
        "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "
        "'system:auth-delegator'}\n"
        "subjects: [{kind: ServiceAccount, name: levelwind, namespace: kafka}]\n"
        "---\n"
        "apiVersion: rbac.authorization.k8s.io/v1\n"
        "kind: RoleBinding\n"
        "metadata: {name: levelwind-auth-reader, namespace: kube-system}\n"
        "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: "
        "extension-apiserver-authentication-reader}\n"
        "subjects: [{kind: ServiceAccount, name: levelwind, namespace: kafka}]\n");
    client_ = Client(kube_->AccountOf("kafka", "levelwind"));
    reviews_ = std::make_unique<actions::KubeReviewClient>(*client_);
    const std::string own = kube_->Certificate("levelwind", {"levelwind.kafka.svc", "127.0.0.1"});
    api::ExternalMetricsOptions options;
    options.port = 0;
    options.cert_file = own + ".crt";
    options.key_file = own + ".key";
    auto server = api::ExternalMetricsServer::Start(options, views_, *reviews_, clock_);
    ASSERT_TRUE(server.ok()) << server.error();
    server_ = *std::move(server);
    threads_.emplace_back([this](std::stop_token stop) { server_->Run(stop); });
    for (int i = 0; i < 2; ++i) {
      threads_.emplace_back([this](std::stop_token stop) { server_->RunLane(stop); });
    }
    kube_->Apply(
        fmt::format("apiVersion: v1\n"
                    "kind: Service\n"
                    "metadata: {{name: levelwind, namespace: kafka}}\n"
                    "spec: {{type: ExternalName, externalName: localhost}}\n"
                    "---\n"
                    "apiVersion: apiregistration.k8s.io/v1\n"
                    "kind: APIService\n"
                    "metadata: {{name: v1beta1.external.metrics.k8s.io}}\n"
                    "spec:\n"
                    "  group: external.metrics.k8s.io\n"
                    "  version: v1beta1\n"
                    "  groupPriorityMinimum: 100\n"
                    "  versionPriority: 100\n"
                    "  service: {{name: levelwind, namespace: kafka, port: {}}}\n"
                    "  caBundle: {}\n",
                    server_->port(), kube_->ca_base64()));
  }
  void TearDown() override {
    threads_.clear();
    kube_->TryKubectl({"delete", "apiservice", "v1beta1.external.metrics.k8s.io"});
  }
  void Show(std::int64_t desired, bool stale = false) {
    ScalingDecision decision = SomeDecision("orders", 1, desired, clock_.WallNow());
    decision.stale = stale;
    decision.expires_at.unix_ms += 3'600'000;
    views_.Publish(ViewOf({decision}, clock_.WallNow()));
  }
  static std::string Path() {
    return "/apis/external.metrics.k8s.io/v1beta1/namespaces/shop/levelwind_desired_members"
           "?labelSelector=group%3Dorders";
  }

  Published<ScalingView> views_;
  std::unique_ptr<actions::KubeClient> client_;
  std::unique_ptr<actions::KubeReviewClient> reviews_;
  std::unique_ptr<api::ExternalMetricsServer> server_;
  std::vector<std::jthread> threads_;
};

TEST_F(ExternalMetricsAtKubernetes, AnHpaFollowsWhatWeWant) {
  kube_->MakeDeployment("served", 1);
  kube_->Apply(
      "apiVersion: autoscaling/v2\n"
      "kind: HorizontalPodAutoscaler\n"
      "metadata: {name: served, namespace: shop}\n"
      "spec:\n"
      "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: served}\n"
      "  minReplicas: 1\n"
      "  maxReplicas: 24\n"
      "  metrics:\n"
      "  - type: External\n"
      "    external:\n"
      "      metric: {name: levelwind_desired_members, selector: {matchLabels: {group: orders}}}\n"
      "      target: {type: AverageValue, averageValue: '1'}\n"
      "  behavior:\n"
      "    scaleUp: {stabilizationWindowSeconds: 0, policies: [{type: Pods, value: 1000, "
      "periodSeconds: 15}]}\n"
      "    scaleDown: {stabilizationWindowSeconds: 0, policies: [{type: Pods, value: 1000, "
      "periodSeconds: 15}]}\n");
  for (const int wanted : {3, 7, 2}) {
    Show(wanted);
    EXPECT_TRUE(WaitFor([&] { return kube_->Replicas("served") == wanted; }, 90s,
                        fmt::format("{} replicas", wanted)))
        << kube_->TryKubectl({"describe", "hpa", "served", "-n", "shop"}).out;
  }
  Show(9, /*stale=*/true);
  const auto inactive = [&] {
    const auto hpa = kube_->Get("hpa", "served", "shop");
    if (!hpa.is_object() || !hpa.contains("status")) return false;
    for (const auto& condition : hpa["status"].value("conditions", nlohmann::json::array())) {
      if (condition["type"] == "ScalingActive") {
        return condition["status"] == "False" &&
               condition.value("message", "").find("is stale") != std::string::npos;
      }
    }
    return false;
  };
  EXPECT_TRUE(WaitFor(inactive, 90s, "the HPA to say that our answer is stale"))
      << kube_->TryKubectl({"describe", "hpa", "served", "-n", "shop"}).out;
  EXPECT_EQ(kube_->Replicas("served"), 2) << "held";
  kube_->Kubectl({"delete", "hpa", "served", "-n", "shop"});
}

TEST_F(ExternalMetricsAtKubernetes, RightsAreThoseOfWhoAsks) {
  Show(5);
  const auto ready = [&] { return kube_->TryKubectl({"get", "--raw", Path()}).ok(); };
  ASSERT_TRUE(WaitFor(ready, 60s, "the aggregation layer"))
      << kube_->TryKubectl({"get", "--raw", Path()}).err;
  const auto list = nlohmann::json::parse(kube_->Kubectl({"get", "--raw", Path()}));
  EXPECT_EQ(list["items"][0]["value"], "5");
  const auto nobody = Client(Nobody());
  const auto refused = nobody->Get(Path());
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(refused->status, 403) << refused->body;
  // The same past the API server: then it is we who ask about the token and the right.
  actions::KubeOptions direct = Nobody();
  direct.server = server_->url();
  const auto ours = Client(direct)->Get(Path());
  ASSERT_TRUE(ours.ok()) << ours.error();
  EXPECT_EQ(ours->status, 403);
  EXPECT_THAT(ours->body, HasSubstr("user 'system:serviceaccount:kafka:nobody' may not list "
                                    "levelwind_desired_members.external.metrics.k8s.io"));
  std::ofstream(direct.token_file) << "canary-not-a-token";
  EXPECT_EQ(Client(direct)->Get(Path())->status, 401);
  const auto api = kube_->Get("apiservice", "v1beta1.external.metrics.k8s.io", "default");
  EXPECT_EQ(api["status"]["conditions"][0]["status"], "True");
}

}  // namespace
}  // namespace levelwind::testing
