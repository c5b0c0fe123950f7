#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "tests/chaos/scenarios.h"
#include "tests/chaos/witness.h"
#include "tests/kafka_cluster/real_cluster.h"

namespace levelwind::testing {

/// Kills the real daemon with SIGKILL at its own step boundaries on a real cluster, and has the
/// witness judge what the next lives made of it, against I1 to I18.
class KillMatrix {
 public:
  static Result<std::unique_ptr<KillMatrix>> Start();

  const std::vector<Scenario>& scenarios() const { return scenarios_; }

  /// One whole run without a kill; returns the names of the points that it passed, in order.
  Result<std::vector<std::string>> CountPoints(const Scenario& scenario);

  struct Kill {
    std::size_t at = 0;        ///< The first life's point; 0: it is left alone.
    std::size_t again_at = 0;  ///< The second life's; 0: it is left alone.
  };
  struct Outcome {
    int kills = 0;     ///< 0: this run ended before it came to the point.
    std::string line;  ///< What happened.
  };
  /// Puts everything where the scenario begins, kills the daemon there, starts it again and waits
  /// for the end. An Error when a promise was broken.
  Result<Outcome> Survive(const Scenario& scenario, Kill kill);

 private:
  explicit KillMatrix(std::unique_ptr<RealCluster> cluster) : cluster_(std::move(cluster)) {}

  Status MakeTopics();
  nlohmann::json Beginning() const;
  Result<Outcome> RunOnce(const Scenario& scenario, Kill kill, std::vector<std::string>* points);

  std::unique_ptr<RealCluster> cluster_;
  TempDir work_{"chaos"};
  std::unique_ptr<Witness> witness_;
  std::vector<Scenario> scenarios_ = AllScenarios();
  int run_ = 0;
};

}  // namespace levelwind::testing
