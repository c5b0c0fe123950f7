#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "collectors/cluster_table.h"
#include "collectors/load/consumption.h"
#include "collectors/load/cpu_fitter.h"
#include "collectors/load/window_keeper.h"
#include "model/cluster_snapshot.h"
#include "model/load_facts.h"

namespace levelwind::collectors {

/// What is known about loads beside the growth of logs. Monitor thread only.
struct LoadState {
  std::vector<LoadFactsPtr> facts;  ///< Last of each source, the most trusted first.
  ConsumptionTracker consumption{std::chrono::seconds(60)};
  SteadyTime commits_at{};  ///< Of the newest look at commits that `consumption` has.
  WindowKeeper windows;
  CpuFitter cpu_fitter;
  std::map<BrokerId, BrokerPeaks> peaks;

  void Put(LoadFactsPtr told);
  void Renumber(const Renumbering& map);
};

struct CollectState;

/// Counts what groups committed since the last look, where one was taken since.
void ObserveConsumption(CollectState& state);

/// Adds a finished snapshot's loads to the windows, and with each window that closes to the peaks
/// and the fit; then puts all three into the snapshot.
void ObserveLoads(CollectState& state, SteadyTime now, ClusterSnapshot& snapshot);

}  // namespace levelwind::collectors
