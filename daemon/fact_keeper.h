#pragma once

#include <memory>
#include <vector>

#include "base/published.h"
#include "collectors/reporter_topic/maintenance_reader.h"
#include "model/cluster_facts.h"
#include "model/cluster_snapshot.h"

namespace levelwind::daemon {

/// Puts what threads beside the monitor's found out into each snapshot's facts: announced
/// maintenance and sampled keys. The merged facts are made anew only when one of them changed.
/// Monitor thread only.
class FactKeeper {
 public:
  /// Each may be null: it is not asked for. They must outlive this.
  FactKeeper(const Published<collectors::MaintenanceFacts>* maintenance,
             const Published<std::vector<SampledKeys>>* keys)
      : maintenance_source_(maintenance), keys_source_(keys) {}

  void Apply(ClusterSnapshot& snapshot);

 private:
  const Published<collectors::MaintenanceFacts>* maintenance_source_;
  const Published<std::vector<SampledKeys>>* keys_source_;
  std::shared_ptr<const ClusterFacts> base_;
  std::shared_ptr<const collectors::MaintenanceFacts> maintenance_;
  std::shared_ptr<const std::vector<SampledKeys>> keys_;
  std::shared_ptr<const ClusterFacts> merged_;
};

}  // namespace levelwind::daemon
