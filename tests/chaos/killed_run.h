#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "tests/chaos/scenarios.h"
#include "tests/chaos/witness.h"
#include "tests/kafka_cluster/daemon.h"

namespace levelwind::testing {

/// One scenario from the proposal to the end of its operations, with a daemon that may be killed at
/// any moment and is started again. What it asks for is asked again only when the journal of the
/// killed daemon does not have it.
class KilledRun {
 public:
  struct Lives {
    std::vector<std::pair<std::string, std::string>> first, second;  ///< Their environments.
  };
  KilledRun(const Scenario& scenario, Witness& witness, Daemon& daemon, Lives lives)
      : scenario_(scenario), witness_(witness), daemon_(daemon), lives_(std::move(lives)) {}

  /// Ok when every operation ended as the scenario wants.
  Status CarryOut();
  int kills() const { return kills_; }

 private:
  Status Plan();
  Status Restart();
  Status Poll();
  Status Act(const nlohmann::json& operations);
  Status Post(const std::string& path);
  Status Verdict() const;

  const Scenario& scenario_;
  Witness& witness_;
  Daemon& daemon_;
  const Lives lives_;
  std::string proposal_;
  std::string forward_, undo_;  ///< States of the operation and of its rollback; empty: none yet.
  std::chrono::steady_clock::time_point running_since_{};
  bool applied_ = false, cancelled_ = false, over_ = false;
  int kills_ = 0;
};

}  // namespace levelwind::testing
