#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "tests/kafka_cluster/daemon.h"
#include "tests/kafka_cluster/real_cluster.h"

namespace levelwind::bench {

/// What the daemon said about one group over time.
struct GroupWatch {
  int first_members = -1, most_members = -1, last_members = -1;
  double capacity_per_s = 0;  ///< The last that was learned.
  std::string line;           ///< Members and seconds of time lag, every 30 s.
  std::string reasons;        ///< Each with the second from which on it was given.
  std::string reason, why;    ///< Of the last decision.
};

/// Asks the daemon once a second.
class ScalingWatch {
 public:
  ScalingWatch(const testing::Daemon& daemon, std::vector<std::string> groups)
      : daemon_(daemon), groups_(std::move(groups)) {}
  void For(std::chrono::seconds time);
  const GroupWatch& Of(const std::string& group) { return seen_[group]; }

 private:
  void Look(const std::string& group, bool tell);

  const testing::Daemon& daemon_;
  const std::vector<std::string> groups_;
  std::map<std::string, GroupWatch> seen_;
  int looks_ = 0;
};

/// How often the group's coordinator dealt partitions out, by the brokers' logs: generations of the
/// classic protocols, epochs of KIP-848.
int Rebalances(const testing::RealCluster& cluster, const std::string& group);

}  // namespace levelwind::bench
