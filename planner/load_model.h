#pragma once

namespace levelwind::planner {

/// What a follower costs its broker in cpu, given what the leader costs its own.
///
/// Cruise Control's attribution (ModelUtils): leader inbound weighs 0.7, leader outbound 0.15 and
/// follower inbound 0.15. All rates in the same unit; 0 when the partition has no traffic.
inline double FollowerCpu(double leader_cpu, double bytes_in, double bytes_out) {
  constexpr double kLeaderIn = 0.7;
  constexpr double kLeaderOut = 0.15;
  constexpr double kFollowerIn = 0.15;
  const double denominator = kLeaderIn * bytes_in + kLeaderOut * bytes_out;
  return denominator > 0 ? leader_cpu * kFollowerIn * bytes_in / denominator : 0.0;
}

}  // namespace levelwind::planner
