// KEDA's own operator and metrics adapter against our external scaler and our JSON.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "api/api.h"
#include "api/http_server.h"
#include "api/keda/keda_server.h"
#include "tests/api/fake_backend.h"
#include "tests/integration_kubernetes/control_plane.h"
#include "tests/kafka_cluster/daemon.h"
#include "tests/kafka_cluster/wait_for.h"
#include "tests/support/scaling_builder.h"

namespace levelwind::testing {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// Operator and adapter as processes of this test, and their API registered.
class Keda {
 public:
  explicit Keda(ControlPlane& kube) : kube_(kube) {
    const fs::path crds = fs::path(ControlPlane::BinDir()).parent_path() / "keda-crds";
    kube_.Kubectl({"apply", "--server-side", "-f", crds.string()});
    kube_.TryKubectl({"create", "namespace", "keda"});
    const std::string own =
        kube_.Certificate("keda", {"keda-metrics-apiserver.keda.svc", "localhost", "127.0.0.1"});
    certs_ = kube_.directory() + "/keda-certs";
    fs::create_directories(certs_);
    const auto copy = [&](const std::string& from, const char* to) {
      fs::copy_file(from, certs_ + "/" + to, fs::copy_options::overwrite_existing);
    };
    copy(own + ".crt", "tls.crt");
    copy(own + ".key", "tls.key");
    copy(kube_.directory() + "/pki/ca.crt", "ca.crt");
    const int service = FreePort(), port = FreePort();
    operator_ =
        Run("keda-operator",
            {"--metrics-bind-address=127.0.0.1:0", "--health-probe-bind-address=127.0.0.1:0",
             fmt::format("--metrics-service-bind-address=127.0.0.1:{}", service),
             "--cert-dir=" + certs_, "--zap-log-level=info"});
    std::this_thread::sleep_for(3s);  // the adapter backs off for long if it comes first
    adapter_ =
        Run("keda-adapter", {"--bind-address=127.0.0.1", fmt::format("--secure-port={}", port),
                             fmt::format("--port={}", FreePort()), "--cert-dir=" + certs_,
                             "--tls-cert-file=" + certs_ + "/tls.crt",
                             "--tls-private-key-file=" + certs_ + "/tls.key",
                             fmt::format("--metrics-service-address=127.0.0.1:{}", service),
                             "--authentication-kubeconfig=" + kube_.kubeconfig(),
                             "--authorization-kubeconfig=" + kube_.kubeconfig(),
                             "--lister-kubeconfig=" + kube_.kubeconfig()});
    kube_.Apply(
        fmt::format("apiVersion: v1\n"
                    "kind: Service\n"
                    "metadata: {{name: keda-metrics-apiserver, namespace: keda}}\n"
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
                    "  service: {{name: keda-metrics-apiserver, namespace: keda, port: {}}}\n"
                    "  caBundle: {}\n",
                    port, kube_.ca_base64()));
  }
  ~Keda() { kube_.TryKubectl({"delete", "apiservice", "v1beta1.external.metrics.k8s.io"}); }

  std::string Logs() const {
    std::string text;
    for (const char* const name : {"keda-operator", "keda-adapter"}) {
      const std::string all = ReadFile(LogOf(name));
      text += all.size() > 4000 ? all.substr(all.size() - 4000) : all;
    }
    return text;
  }

 private:
  std::string LogOf(const std::string& program) const {
    return kube_.directory() + "/" + program + ".log";
  }
  Subprocess Run(const std::string& program, std::vector<std::string> arguments) {
    SubprocessOptions options;
    options.argv = {ControlPlane::BinDir() + "/" + program};
    options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
    options.env = {{"KUBECONFIG", kube_.kubeconfig()},
                   {"POD_NAMESPACE", "keda"},
                   {"POD_NAME", "keda"},
                   {"WATCH_NAMESPACE", ""},
                   {"KEDA_CLUSTER_OBJECT_NAMESPACE", "keda"}};
    options.stdout_file = options.stderr_file = LogOf(program);
    auto started = Subprocess::Start(options);
    if (!started.ok()) {
      std::cerr << program << ": " << started.error() << "\n";
      std::exit(1);
    }
    return *std::move(started);
  }

  ControlPlane& kube_;
  std::string certs_;
  std::optional<Subprocess> operator_, adapter_;
};

class KedaTest : public ::testing::Test {
 protected:
  void SetUp() override {
    kube_ = &ControlPlane::Shared();
    keda_ = std::make_unique<Keda>(*kube_);
    api::KedaOptions options;
    options.port = 0;
    auto server = api::KedaServer::Start(options, views_, clock_);
    ASSERT_TRUE(server.ok()) << server.error();
    server_ = *std::move(server);
  }
  void Show(std::int64_t desired) {
    ScalingDecision decision = SomeDecision("orders", 1, desired, clock_.WallNow());
    decision.expires_at.unix_ms += 3'600'000;
    const auto view = ViewOf({decision}, clock_.WallNow());
    views_.Publish(view);
    server_->Step();
    const std::lock_guard lock(backend_.mutex);
    backend_.scaling = view;
  }
  void MakeScaledObject(const std::string& name, int polling_s, const std::string& trigger) {
    kube_->Apply(fmt::format(
        "apiVersion: keda.sh/v1alpha1\n"
        "kind: ScaledObject\n"
        "metadata: {{name: {0}, namespace: shop}}\n"
        "spec:\n"
        "  scaleTargetRef: {{name: {0}}}\n"
        "  minReplicaCount: 0\n"
        "  maxReplicaCount: 24\n"
        "  pollingInterval: {1}\n"
        "  cooldownPeriod: 1\n"
        "  advanced:\n"
        "    horizontalPodAutoscalerConfig:\n"
        "      behavior:\n"
        "        scaleUp: {{stabilizationWindowSeconds: 0, policies: [{{type: Pods, value: 1000, "
        "periodSeconds: 15}}]}}\n"
        "        scaleDown: {{stabilizationWindowSeconds: 0, policies: [{{type: Pods, value: 1000, "
        "periodSeconds: 15}}]}}\n"
        "  triggers:\n"
        "  - {2}\n",
        name, polling_s, trigger));
  }
  ::testing::AssertionResult Becomes(const std::string& deployment, int replicas) {
    auto became = WaitFor([&] { return kube_->Replicas(deployment) == replicas; }, 120s,
                          fmt::format("{} replicas of {}", replicas, deployment));
    if (became) return became;
    return became << "\n"
                  << kube_->TryKubectl({"describe", "scaledobject,hpa", "-n", "shop"}).out
                  << keda_->Logs();
  }

  ControlPlane* kube_ = nullptr;
  SystemClock clock_;
  Published<ScalingView> views_;
  FakeBackend backend_;
  std::unique_ptr<Keda> keda_;
  std::unique_ptr<api::KedaServer> server_;
};

TEST_F(KedaTest, FollowsUsOverGrpcAndOverHttp) {
  for (const char* const name : {"keda-external-push.yaml", "keda-metrics-api.yaml"}) {
    const CommandResult taken = kube_->TryKubectl({"apply", "--dry-run=server", "--validate=strict",
                                                   "-f", SourceDir() + "/deploy/examples/" + name});
    EXPECT_TRUE(taken.ok()) << name << ": " << taken.err;
  }
  Show(5);
  kube_->MakeDeployment("pushed", 1);
  // A poll a day: what happens sooner was pushed, or asked for by the HPA.
  MakeScaledObject("pushed", 86'400,
                   fmt::format("{{type: external-push, metricType: AverageValue, metadata: "
                               "{{scalerAddress: '127.0.0.1:{}', cluster: prod, group: orders}}}}",
                               server_->port()));
  EXPECT_TRUE(Becomes("pushed", 5));
  Show(8);
  EXPECT_TRUE(Becomes("pushed", 8));
  Show(3);
  EXPECT_TRUE(Becomes("pushed", 3));
  EXPECT_EQ(server_->open_streams(), 1U);
  // Somebody takes it to zero, where the HPA sleeps: only our push can wake it.
  Show(0);
  kube_->Kubectl({"scale", "deployment", "pushed", "-n", "shop", "--replicas=0"});
  std::this_thread::sleep_for(3s);
  EXPECT_EQ(kube_->Replicas("pushed"), 0);
  const auto begun = std::chrono::steady_clock::now();
  Show(4);
  EXPECT_TRUE(WaitFor([&] { return kube_->Replicas("pushed") > 0; }, 30s, "the push to wake it"))
      << keda_->Logs();
  std::cout << "woken after "
            << std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count()
            << " s" << std::endl;
  EXPECT_TRUE(Becomes("pushed", 4));
  kube_->Kubectl({"delete", "scaledobject", "pushed", "-n", "shop"});

  api::Api api(backend_, clock_, {});
  api::HttpServerOptions options;
  options.port = 0;
  auto http = api::HttpServer::Listen(options, api);
  ASSERT_TRUE(http.ok()) << http.error();
  std::vector<std::jthread> threads;
  threads.emplace_back([&](std::stop_token stop) { (*http)->Run(stop); });
  threads.emplace_back([&](std::stop_token stop) { (*http)->RunLane(api::Lane::kRead, stop); });
  kube_->MakeDeployment("polled", 1);
  Show(6);
  MakeScaledObject("polled", 2,
                   fmt::format("{{type: metrics-api, metricType: AverageValue, metadata: {{url: "
                               "'{}/api/v1/autoscale/prod/orders', valueLocation: desired, "
                               "targetValue: '1'}}}}",
                               (*http)->url()));
  EXPECT_TRUE(Becomes("polled", 6));
  Show(2);
  EXPECT_TRUE(Becomes("polled", 2));
  Show(0);
  EXPECT_TRUE(Becomes("polled", 0)) << "KEDA takes it to zero itself";
  kube_->Kubectl({"delete", "scaledobject", "polled", "-n", "shop"});
}

}  // namespace
}  // namespace levelwind::testing
