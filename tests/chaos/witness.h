#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "tests/kafka_cluster/daemon.h"
#include "tests/kafka_cluster/real_cluster.h"

namespace levelwind::testing {

/// What a daemon has to keep to, for the rules that judge it.
struct WitnessLimits {
  int moves_per_broker = 5, moves_cluster = 20, leader_moves = 50;
  int dir_moves_per_broker = 2, moves_per_dir = 1;
  bool throttled = true;
  bool factor = false;  ///< Replication factors may change.
};

/// tests/referee's Witness as a child process: it stands on the wire between the daemon and the
/// brokers, looks at the cluster, and judges both against I1 to I18 without any code of ours.
class Witness {
 public:
  /// The listener that clients are to use so that the witness sees them.
  static constexpr const char* kListener = "WIRE";
  /// Options of a cluster that it can watch.
  static RealClusterOptions ClusterOptions();
  /// An operating daemon that it sees. `settings`: keys of the environment without LEVELWIND_.
  static Daemon::Options DaemonOptions(
      const RealCluster& cluster, const std::string& dir, const std::string& throttle,
      const std::vector<std::pair<std::string, std::string>>& settings);
  /// `dir`: for its output. The cluster must outlive it.
  static Result<std::unique_ptr<Witness>> Start(const RealCluster& cluster, const std::string& dir);

  /// `replicas`: one list per partition. `configs`: of the topic.
  Status MakeTopic(const std::string& name, const nlohmann::json& replicas,
                   const nlohmann::json& configs = nlohmann::json::object());
  /// Puts replicas, leaders and log dirs where the JSON of Kafka's reassignment tool says, and
  /// returns when all are there and in sync.
  Status Arrange(const nlohmann::json& partitions);

  /// Starts a record in `file`.
  Status Begin(const std::string& file, const WitnessLimits& limits);
  /// Writes into the record what the test does: see tests/referee/History.java.
  Status Mark(const std::string& what);
  Status Records(const nlohmann::json& counts);
  /// Ends the record with the journal of a daemon that has ended, and judges it. Ok: what there was
  /// to judge, in a line. An Error names every broken rule.
  Result<std::string> End(const std::string& state_dir);
  /// Throttles and running reassignments; empty: none.
  Result<std::string> Leftovers();

 private:
  Witness(Subprocess process, int port) : process_(std::move(process)), port_(port) {}
  Result<nlohmann::json> Ask(const std::string& path, const nlohmann::json& body);
  Status Tell(const std::string& path, const nlohmann::json& body);

  Subprocess process_;
  int port_;
};

}  // namespace levelwind::testing
