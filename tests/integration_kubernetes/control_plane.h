#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "actions/scaling/scaling_options.h"
#include "tests/kafka_cluster/paths.h"
#include "tests/kafka_cluster/subprocess.h"

namespace levelwind::testing {

/// A real Kubernetes control plane on the loopback, one for the program. It ends with the program,
/// however that ends.
class ControlPlane {
 public:
  /// Why there is none here; empty: there is one.
  static std::string Missing();
  /// Started by the first call; ends the program with a message when that fails.
  static ControlPlane& Shared();
  ~ControlPlane();

  /// kubectl's standard output; a failure of the test and "" when it fails.
  std::string Kubectl(std::vector<std::string> arguments);
  /// Exit code and both outputs.
  CommandResult TryKubectl(std::vector<std::string> arguments);
  void Apply(const std::string& yaml);
  nlohmann::json Get(const std::string& kind, const std::string& name, const std::string& space);
  int Replicas(const std::string& deployment);  ///< spec.replicas, in namespace shop.
  /// A Deployment of namespace shop; there are no pods.
  void MakeDeployment(const std::string& name, int replicas);

  /// Options of a service account, which must exist: its token and authority.
  actions::KubeOptions AccountOf(const std::string& space, const std::string& name);
  /// A certificate of the cluster's authority; path without .crt and .key.
  std::string Certificate(const std::string& name, std::vector<std::string> names);
  std::string ca_base64() const;
  std::string kubeconfig() const { return directory_.path() + "/admin.kubeconfig"; }
  const std::string& directory() const { return directory_.path(); }
  static std::string BinDir();

 private:
  ControlPlane();
  CommandResult Script(std::vector<std::string> arguments);

  TempDir directory_{"kubernetes"};
  int port_ = 0;
};

}  // namespace levelwind::testing
