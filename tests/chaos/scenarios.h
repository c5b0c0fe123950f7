#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "model/ids.h"

namespace levelwind::testing {

/// One kind of operation that the kill matrix interrupts: where it begins and what is asked for.
struct Scenario {
  /// What happens beside carrying the plan out.
  enum class Turn { kNone, kCancel, kRollBack };

  std::string name;
  std::string topic;
  std::vector<std::vector<BrokerId>> replicas;  ///< Per partition, at the start.
  bool one_dir = false;                         ///< All replicas in their broker's first log dir.
  nlohmann::json ask;                           ///< Body of the proposal.
  Turn turn = Turn::kNone;
  bool factor = false;
};

/// Small plans of every kind, each on a topic of its own: a run takes a few seconds. For a cluster
/// of four brokers in three racks, whose fourth holds nothing.
std::vector<Scenario> AllScenarios();

}  // namespace levelwind::testing
