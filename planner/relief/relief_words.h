#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "planner/explain/explain.h"
#include "planner/planner_options.h"
#include "planner/relief/relief_task.h"
#include "planner/search/placement.h"

namespace levelwind::planner {

/// What a plan of relief says: why each replica leaves, how full the disks are before and after,
/// what is left and why. Refers to its parts; for one proposal.
class ReliefWords {
 public:
  ReliefWords(const ReliefTask& task, const PlannerOptions& options, const Placement& start,
              const Placement& end);

  /// Why the record moves, and which rule it goes on breaking.
  Reason WhyMove(std::uint32_t p) const;
  /// "broker 6's disk 91 % -> 79 % full"; of a plan that moves nothing, why.
  std::string Summary(bool moves) const;
  /// What stays above the threshold and what hinders; rules that are broken and left alone.
  std::vector<std::string> Notes() const;
  /// What every plan that relieves as many of the disks has to copy, in bytes.
  double LeastBytes() const;

 private:
  double Freed(std::size_t disk) const;
  double Lacking(std::size_t disk) const;
  std::string Name(std::size_t disk) const;
  std::string Hindrances(std::size_t disk) const;
  void AddRacks(std::vector<std::string>& notes) const;
  bool Left(const ReliefReplica& replica) const;
  bool OnDisk(const ReliefReplica& replica, std::size_t disk) const;
  bool SaidByDirs(const ReliefDisk& disk) const;
  std::size_t WhatHinders(const ReliefReplica& replica) const;

  const ReliefTask& task_;
  const PlannerOptions& options_;
  const Placement& start_;
  const Placement& end_;
  double moved_bytes_ = 0;
  std::size_t moved_ = 0;
  std::vector<double> room_;  ///< At the end.
};

}  // namespace levelwind::planner
