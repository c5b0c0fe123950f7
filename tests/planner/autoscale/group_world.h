#pragma once

// A group whose offsets move as a test says, looked at every 5 s.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "planner/autoscale/group_controller.h"

namespace levelwind::planner {

/// Arrivals and commits by partition, records/s. Members are given their partitions by the group's
/// assignor; what a member wants to do beyond `member_rate`, it leaves.
class GroupWorld {
 public:
  explicit GroupWorld(int partitions, int members, AutoscaleOptions options = {})
      : controller(options) {
    input.group = "billing";
    input.topics = {"orders"};
    input.phase = GroupPhase::kStable;
    for (int p = 0; p < partitions; ++p) {
      PartitionInput one;
      one.number = p;
      one.log_start = one.log_end = one.committed = 0;
      input.partitions.push_back(one);
    }
    end.assign(static_cast<std::size_t>(partitions), 1000);
    position = end;
    arrivals.assign(static_cast<std::size_t>(partitions), 0);
    SetMembers(members);
  }

  void SetMembers(int members) {
    input.members.clear();
    for (int m = 0; m < members; ++m) input.members.push_back({"member-" + std::to_string(m), {}});
    input.replicas = members;
    input.phase = members == 0 ? GroupPhase::kEmpty : GroupPhase::kStable;
    const auto size = static_cast<std::int32_t>(end.size());
    const auto owners = Deal(input.assignor, {.topic_sizes = {&size, 1}, .members = members});
    for (std::size_t p = 0; p < end.size(); ++p) input.partitions[p].owner = owners[p];
  }

  /// Runs for so long, carrying out what is decided if `obey`; the last decision.
  ScalingDecision Run(int seconds, bool obey = false) {
    for (int i = 0; i < seconds; i += 5) {
      Advance();
      last = controller.Decide(input, SteadyTime(std::chrono::seconds(second)));
      if (obey && last.desired != input.replicas) {
        ++actions;
        SetMembers(static_cast<int>(last.desired));
      }
    }
    return last;
  }

  /// Five seconds: arrivals, work, a commit, a look.
  void Advance() {
    second += 5;
    std::vector<double> budget(input.members.size(), member_rate * 5);
    // Everybody's smallest wishes first, as if partitions took turns.
    for (std::size_t p = 0; p < end.size(); ++p) end[p] += arrivals[p] * 5;
    for (int turn = 0; turn < kTurns; ++turn) {
      for (std::size_t p = 0; p < end.size(); ++p) {
        const std::int32_t owner = input.partitions[p].owner;
        if (owner < 0 || static_cast<int>(p) == stuck || stopped) continue;
        double& left = budget[static_cast<std::size_t>(owner)];
        const double done = std::min(
            {left, end[p] - position[p], std::min(partition_rate, member_rate) * 5 / kTurns});
        position[p] += done;
        left -= done;
      }
    }
    if (!blind) {
      input.seen_at = SteadyTime(std::chrono::seconds(second));
      input.at = WallTime{second * std::int64_t{1000}};
    }
    for (std::size_t p = 0; p < end.size(); ++p) {
      PartitionInput& one = input.partitions[p];
      if (blind) continue;
      one.log_end = static_cast<std::int64_t>(end[p]);
      one.committed = static_cast<std::int64_t>(position[p]);
      one.commit_ms = input.at.unix_ms;
    }
  }

  static constexpr int kTurns = 100;

  void ArriveEach(double records_per_s) { arrivals.assign(arrivals.size(), records_per_s); }

  GroupController controller;
  GroupScalingInput input;
  std::vector<double> end, position, arrivals;
  double member_rate = 1000, partition_rate = 1e9;
  int stuck = -1;        ///< This partition is not worked on.
  bool stopped = false;  ///< None is.
  bool blind = false;    ///< No look gets through.
  int second = 0, actions = 0;
  ScalingDecision last;
};

inline AutoscaleOptions Told(double capacity = 1000) {
  AutoscaleOptions options;
  options.capacity_per_s = capacity;
  return options;
}

}  // namespace levelwind::planner
