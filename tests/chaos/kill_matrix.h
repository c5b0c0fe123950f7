#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "tests/kafka_cluster/real_cluster.h"

namespace levelwind::testing {

/// Kills the real daemon with SIGKILL at its own step boundaries on a real cluster and judges with
/// Kafka's own admin client what the next life made of it (I1, I2, I7).
class KillMatrix {
 public:
  static Result<std::unique_ptr<KillMatrix>> Start();

  /// One whole run without a kill; returns the names of the points that it passed, in order.
  Result<std::vector<std::string>> CountPoints();

  struct Outcome {
    bool killed = false;  ///< False: this run ended before it came to the point.
    std::string line;     ///< What happened.
  };
  /// Puts the skew back, kills the daemon at the `crash_at`th point, starts it again and waits for
  /// the end. An Error when a promise was broken.
  Result<Outcome> Survive(std::size_t crash_at);

 private:
  explicit KillMatrix(std::unique_ptr<RealCluster> cluster) : cluster_(std::move(cluster)) {}

  struct Life;
  Status MakeSkew();
  Status RestoreSkew();
  Result<Outcome> RunOnce(std::size_t crash_at, std::vector<std::string>* points);
  Status Judge(const std::string& plan_file);

  std::unique_ptr<RealCluster> cluster_;
  TempDir work_{"chaos"};
  std::string skew_file_;
  int run_ = 0;
};

}  // namespace levelwind::testing
