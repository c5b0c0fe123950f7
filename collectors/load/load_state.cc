#include "collectors/load/load_state.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "collectors/collect_state.h"
#include "collectors/load/broker_traffic.h"

namespace levelwind::collectors {
namespace {

void Raise(double& peak, double value) {
  if (std::isfinite(value) && !(peak >= value)) peak = value;  // NaN >= x is false
}

void RaisePeaks(const ClusterSnapshot& snapshot, LoadState& load) {
  const std::vector<BrokerTraffic> traffic = TrafficOf(snapshot);
  for (std::size_t i = 0; i < snapshot.brokers.size(); ++i) {
    const Broker& broker = snapshot.brokers[i];
    if (!broker.serving()) continue;
    BrokerPeaks& peaks = load.peaks[broker.id];
    Raise(peaks.cpu_percent, broker.metrics.cpu_percent);
    if (traffic[i].unknown == 0) {
      Raise(peaks.network_in_bytes_per_s, traffic[i].leader_in + traffic[i].follower_in);
      Raise(peaks.network_out_bytes_per_s, traffic[i].leader_out);
      load.cpu_fitter.Add(broker.metrics.cpu_percent, traffic[i]);
    }
  }
}

}  // namespace

void LoadState::Put(LoadFactsPtr told) {
  std::erase_if(facts, [&](const LoadFactsPtr& old) { return old->source == told->source; });
  const auto place = std::ranges::find_if(
      facts, [&](const LoadFactsPtr& other) { return other->source < told->source; });
  facts.insert(place, std::move(told));
}

void LoadState::Renumber(const Renumbering& map) {
  consumption.Renumber(map);
  windows.Renumber(map);
}

void ObserveConsumption(CollectState& state) {
  if (state.groups_at == SteadyTime{} || state.groups_at == state.load.commits_at) return;
  state.load.commits_at = state.groups_at;
  ConsumptionTracker& consumption = state.load.consumption;
  consumption.Begin(state.groups_at, state.table.partition_count());
  for (const auto& [name, record] : state.groups) consumption.Group(name, record.group.offsets);
  consumption.End();
}

void ObserveLoads(CollectState& state, SteadyTime now, ClusterSnapshot& snapshot) {
  LoadState& load = state.load;
  if (snapshot.confidence.rates && load.windows.Add(now, snapshot)) {
    RaisePeaks(snapshot, load);
    load.cpu_fitter.Fit();
  }
  for (Broker& broker : snapshot.brokers) {
    const auto known = load.peaks.find(broker.id);
    if (known != load.peaks.end()) broker.peaks = known->second;
  }
  snapshot.load_windows = load.windows.windows();
  snapshot.cpu_fit = load.cpu_fitter.fit();
  snapshot.load_facts = load.facts;
}

}  // namespace levelwind::collectors
