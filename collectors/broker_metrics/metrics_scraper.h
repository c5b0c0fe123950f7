#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/published.h"
#include "base/result.h"
#include "collectors/broker_metrics/broker_metrics_options.h"
#include "collectors/broker_metrics/http_get.h"
#include "collectors/broker_metrics/metrics_page.h"
#include "collectors/broker_metrics/metrics_text.h"
#include "model/cluster_snapshot.h"
#include "model/load_facts.h"

namespace levelwind::collectors {

/// Asks every serving broker's metrics page now and then and publishes what they tell.
///
/// Step may be called by several threads at once: each asks one broker, so that one that hangs
/// holds up one of them. A broker that fails is asked less and less often, up to eight intervals
/// apart. Its last figures stay until they are too old for whoever reads them (LoadFacts::window).
/// Nothing that a page says can do more than be skipped and counted. `source`, `snapshots` and
/// `clock` must outlive it.
class MetricsScraper {
 public:
  MetricsScraper(const PageSource& source, const Published<ClusterSnapshot>& snapshots,
                 const Clock& clock, const EndpointOptions& options);

  /// Returns when it wants to be called next.
  SteadyTime Step(SteadyTime now);

  /// Any thread; null until the first page came or failed.
  const Published<LoadFacts>& facts() const { return facts_; }

 private:
  struct Target {
    std::string host;
    SteadyTime due{};
    bool busy = false;
    int failures = 0;
    std::unique_ptr<MetricsPage> before;
    BrokerSamplePtr sample;
    std::string problem;
  };

  void FollowBrokers();
  Result<MetricsPage> Fetch(BrokerId broker, const std::string& host, SteadyTime at);
  void Take(BrokerId broker, SteadyTime began, Result<MetricsPage> page);
  void Publish();

  const PageSource& source_;
  const Published<ClusterSnapshot>& snapshots_;
  const Clock& clock_;
  const EndpointOptions options_;
  std::mutex mutex_;  ///< Over all below.
  std::map<BrokerId, Target> targets_;
  std::uint64_t skipped_ = 0;
  std::uint64_t requests_ = 0;
  Published<LoadFacts> facts_;
};

/// `url` with {host} and {id} filled in; an IPv6 address gets its brackets.
std::string EndpointUrl(const std::string& url, BrokerId broker, const std::string& host);

}  // namespace levelwind::collectors
