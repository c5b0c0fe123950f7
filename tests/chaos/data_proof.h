#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "tests/chaos/witness.h"
#include "tests/kafka_cluster/daemon.h"
#include "tests/kafka_cluster/real_cluster.h"

namespace levelwind::testing {

/// I16 with records: numbered ones are produced with acks=all and idempotence and read by another
/// process, while plan after plan moves the topic's replicas, and the daemon and brokers are killed
/// with SIGKILL in the middle and started again. The witness judges all of it.
class DataProof {
 public:
  struct Phase {
    std::string topic;
    int min_isr = 2;  ///< Of three replicas.
    std::uint64_t records = 0;
    std::uint64_t rate = 20'000;  ///< Records per second.
  };
  static Result<std::unique_ptr<DataProof>> Start(std::uint64_t seed);

  /// Ok: what was done and counted, in a line. An Error when a record is lost, out of order or
  /// there more than once, or when a rule was broken.
  Result<std::string> Run(const Phase& phase);

 private:
  DataProof(std::unique_ptr<RealCluster> cluster, std::uint64_t seed)
      : cluster_(std::move(cluster)), random_(seed) {}

  struct Counts {
    int plans = 0, copies = 0, daemon_kills = 0, broker_kills = 0;
  };
  Result<Subprocess> Ledger(const Phase& phase, const std::string& what, const std::string& out);
  std::string LedgerFile(const Phase& phase) const { return work_.path() + "/" + phase.topic; }
  Status Disturb(const Phase& phase, Daemon& daemon, Subprocess& producer);
  /// One plan from its proposal to its end, with one disturbance in it.
  Status Round(Daemon& daemon);
  Result<bool> Apply(Daemon& daemon);
  Status KillDaemon(Daemon& daemon);
  Status KillBroker();
  Status WaitForEnd(Daemon& daemon);
  Status Quiet();
  Result<nlohmann::json> ReadAll(const Phase& phase, Subprocess& live);
  std::size_t Below(std::size_t bound) { return random_() % bound; }

  std::unique_ptr<RealCluster> cluster_;
  TempDir work_{"data-proof"};
  std::unique_ptr<Witness> witness_;
  std::mt19937_64 random_;
  Counts counts_;
  std::string refused_;  ///< Why there was no plan, the last time.
};

}  // namespace levelwind::testing
