#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/published.h"
#include "base/result.h"
#include "collectors/broker_metrics/broker_metrics_options.h"
#include "collectors/broker_metrics/http_get.h"
#include "collectors/broker_metrics/metrics_page.h"
#include "model/cluster_snapshot.h"
#include "model/load_facts.h"

namespace levelwind::collectors {

/// One instant query and what its values mean.
struct PrometheusQuery {
  Meaning meaning;
  std::string text;
};
/// All queries. Counters become rates over options.window in the server, so that two looks need not
/// fit its scrape interval; one-minute rates stand in where it has no counters.
std::vector<PrometheusQuery> PrometheusQueries(const PrometheusOptions& options);

/// The broker that a label's value means: its id, its host with or without a port, or the first
/// part of its host (a pod's name). kNoBroker: none, or more than one.
BrokerId BrokerOfLabel(const ClusterSnapshot& snapshot, std::string_view value);

/// Puts an answer of /api/v1/query into the brokers' pages. Values that make no sense and series of
/// no broker are counted as skipped. DataLoss: it is no such answer, with what the server said.
Status TakePrometheusAnswer(const std::string& json, const PrometheusQuery& query,
                            const std::string& label, const ClusterSnapshot& snapshot,
                            std::map<BrokerId, MetricsPage>& pages, std::uint64_t& skipped);

/// Asks a Prometheus server for the figures of all brokers at once. Step is for one thread, which
/// it holds for as many questions as there are figures; facts() is for any.
class PrometheusReader {
 public:
  PrometheusReader(const PageSource& source, const Published<ClusterSnapshot>& snapshots,
                   const Clock& clock, const PrometheusOptions& options);

  /// Returns when it wants to be called next.
  SteadyTime Step(SteadyTime now);
  const Published<LoadFacts>& facts() const { return facts_; }

 private:
  Status Ask(const ClusterSnapshot& snapshot, std::map<BrokerId, MetricsPage>& pages);

  const PageSource& source_;
  const Published<ClusterSnapshot>& snapshots_;
  const Clock& clock_;
  const PrometheusOptions options_;
  const std::vector<PrometheusQuery> queries_;
  LoadFacts last_;
  Published<LoadFacts> facts_;
};

}  // namespace levelwind::collectors
