#include "detectors/dead_broker.h"
#include "detectors/detector.h"
#include "detectors/empty_broker.h"
#include "detectors/hot_broker.h"
#include "detectors/hot_partition.h"
#include "detectors/lagging_group.h"
#include "detectors/leader_imbalance.h"
#include "detectors/under_replicated.h"

namespace levelwind::detectors {

std::vector<DetectorReport> DetectorRegistry::Run(const DetectorInput& input) const {
  std::vector<DetectorReport> reports;
  reports.reserve(detectors_.size());
  for (const DetectorInfo& detector : detectors_) reports.push_back(detector.detect(input));
  return reports;
}

void RegisterBuiltinDetectors(DetectorRegistry& registry) {
  registry.Register({"dead_broker", "a broker holds replicas and serves none", DetectDeadBroker});
  registry.Register({"under_replicated", "partitions offline or without all their replicas in sync",
                     DetectUnderReplicated});
  registry.Register(
      {"leader_imbalance", "leaders lost or crowded on few brokers", DetectLeaderImbalance});
  registry.Register({"hot_broker", "one broker carries far more than the mean", DetectHotBroker});
  registry.Register(
      {"hot_partition", "one partition carries most of its topic and broker", DetectHotPartition});
  registry.Register(
      {"empty_broker", "a serving broker has (almost) no replicas", DetectEmptyBroker});
  registry.Register({"lagging_group", "a consumer group falls behind", DetectLaggingGroup});
}

}  // namespace levelwind::detectors
