#include "tests/integration_kubernetes/control_plane.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "kafka/security/crypto.h"
#include "tests/kafka_cluster/daemon.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::testing {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

std::string Root() {
  const char* const dir = std::getenv("LEVELWIND_K8S_DIR");
  return dir == nullptr ? "" : dir;
}
std::string ScriptFile() {
  return SourceDir() + "/tests/integration_kubernetes/kubernetes/control-plane.sh";
}
std::string MissingOf(const std::vector<std::string>& programs) {
  if (Root().empty()) {
    return "LEVELWIND_K8S_DIR is not set (tests/integration_kubernetes/README.md)";
  }
  for (const std::string& program : programs) {
    if (!fs::exists(ControlPlane::BinDir() + "/" + program)) {
      return ControlPlane::BinDir() + " has no " + program;
    }
  }
  return "";
}

/// Where there is no Kubernetes the whole program says so and ends; ctest counts it as skipped.
class NeedsKubernetes final : public ::testing::Environment {
 public:
  void SetUp() override {
    const std::string missing = ControlPlane::Missing();
    if (missing.empty()) return;
    std::cout << "skipped: " << missing << std::endl;
    std::_Exit(77);
  }
};
const auto* const kNeedsKubernetes =
    ::testing::AddGlobalTestEnvironment(new NeedsKubernetes);  // NOLINT: GoogleTest owns it

}  // namespace

std::string ControlPlane::BinDir() { return Root() + "/bin"; }
std::string ControlPlane::Missing() {
  const std::string missing = MissingOf({"kube-apiserver", "kube-controller-manager", "kubectl",
                                         "etcd", "keda-operator", "keda-adapter"});
  if (!missing.empty()) return missing;
  return fs::exists(Root() + "/keda-crds") ? "" : Root() + " has no keda-crds";
}

ControlPlane& ControlPlane::Shared() {
  static ControlPlane plane;
  return plane;
}

ControlPlane::ControlPlane() {
  fs::create_directory_symlink(BinDir(), directory_.path() + "/bin");
  port_ = FreePort();
  // Ends it when this program is gone, whatever became of it.
  const std::string script = fmt::format(
      "export PORT={} ETCD_PORT={} KCM_PORT={} HPA_SYNC=1s HPA_DOWN=1s\n"
      "bash '{}' start '{}' >'{}/start.log' 2>&1 && touch '{}/ready' || touch '{}/failed'\n"
      "while kill -0 {} 2>/dev/null; do sleep 0.3; done\n"
      "[ ! -d '{}' ] || bash '{}' stop '{}'\n",
      port_, FreePort(), FreePort(), ScriptFile(), directory_.path(), directory_.path(),
      directory_.path(), directory_.path(), ::getpid(), directory_.path(), ScriptFile(),
      directory_.path());
  std::ofstream(directory_.path() + "/keep.sh") << script;
  const auto begun = RunCommand(
      {"bash", "-c",
       fmt::format("setsid bash '{}/keep.sh' >/dev/null 2>&1 </dev/null &", directory_.path())},
      10s);
  const auto there = [&](const char* name) { return fs::exists(directory_.path() + "/" + name); };
  const bool ready =
      begun.ok() &&
      WaitFor([&] { return there("ready") || there("failed"); }, 240s, "Kubernetes") &&
      there("ready");
  if (!ready) {
    std::cerr << "Kubernetes does not start: " << ReadFile(directory_.path() + "/start.log")
              << "\n";
    std::exit(1);
  }
  for (const char* const space : {"shop", "kafka"}) Kubectl({"create", "namespace", space});
}

ControlPlane::~ControlPlane() { static_cast<void>(Script({"stop"})); }

CommandResult ControlPlane::Script(std::vector<std::string> arguments) {
  std::vector<std::string> argv = {"env",
                                   fmt::format("PORT={}", port_),
                                   "bash",
                                   ScriptFile(),
                                   arguments.front(),
                                   directory_.path()};
  argv.insert(argv.end(), arguments.begin() + 1, arguments.end());
  const auto done = RunCommand(argv, 60s);
  return done.ok() ? *done : CommandResult{{}, "", done.error().message()};
}

CommandResult ControlPlane::TryKubectl(std::vector<std::string> arguments) {
  std::vector<std::string> argv = {BinDir() + "/kubectl", "--kubeconfig=" + kubeconfig()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  const auto done = RunCommand(argv, 60s);
  return done.ok() ? *done : CommandResult{{}, "", done.error().message()};
}

std::string ControlPlane::Kubectl(std::vector<std::string> arguments) {
  const CommandResult done = TryKubectl(arguments);
  EXPECT_TRUE(done.ok()) << "kubectl " << arguments.front() << ": " << done.err;
  return done.ok() ? done.out : "";
}

void ControlPlane::Apply(const std::string& yaml) {
  const std::string file = directory_.path() + "/apply.yaml";
  std::ofstream(file) << yaml;
  Kubectl({"apply", "-f", file});
}

nlohmann::json ControlPlane::Get(const std::string& kind, const std::string& name,
                                 const std::string& space) {
  const CommandResult done = TryKubectl({"get", kind, name, "-n", space, "-o", "json"});
  return nlohmann::json::parse(done.out, nullptr, /*allow_exceptions=*/false);
}

int ControlPlane::Replicas(const std::string& deployment) {
  const auto object = Get("deployment", deployment, "shop");
  return object.is_object() ? object["spec"].value("replicas", -1) : -1;
}

void ControlPlane::MakeDeployment(const std::string& name, int replicas) {
  Apply(
      fmt::format("apiVersion: apps/v1\n"
                  "kind: Deployment\n"
                  "metadata: {{name: {0}, namespace: shop}}\n"
                  "spec:\n"
                  "  replicas: {1}\n"
                  "  selector: {{matchLabels: {{app: {0}}}}}\n"
                  "  template:\n"
                  "    metadata: {{labels: {{app: {0}}}}}\n"
                  "    spec: {{containers: [{{name: c, image: none}}]}}\n",
                  name, replicas));
}

actions::KubeOptions ControlPlane::AccountOf(const std::string& space, const std::string& name) {
  const std::string out = fmt::format("{}/sa-{}-{}", directory_.path(), space, name);
  const CommandResult made = Script({"sa", space, name, out});
  EXPECT_TRUE(made.ok()) << made.err;
  actions::KubeOptions options;
  options.server = fmt::format("https://127.0.0.1:{}", port_);
  options.ca_file = out + "/ca.crt";
  options.token_file = out + "/token";
  options.name_space = space;
  return options;
}

std::string ControlPlane::Certificate(const std::string& name, std::vector<std::string> names) {
  std::vector<std::string> arguments = {"cert", name};
  arguments.insert(arguments.end(), names.begin(), names.end());
  const CommandResult made = Script(arguments);
  EXPECT_TRUE(made.ok()) << made.err;
  return directory_.path() + "/pki/" + name;
}

std::string ControlPlane::ca_base64() const {
  const std::string pem = ReadFile(directory_.path() + "/pki/ca.crt");
  return kafka::crypto::Base64(kafka::crypto::AsBytes(pem));
}

}  // namespace levelwind::testing
