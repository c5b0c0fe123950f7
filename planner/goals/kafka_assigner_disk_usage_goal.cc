#include "planner/goals/kafka_assigner_disk_usage_goal.h"

#include <vector>

#include "planner/goals/band_builder.h"
#include "planner/goals/distribution_goal.h"
#include "planner/search/placement.h"

namespace levelwind::planner {
namespace {

class SwapDiskGoal final : public DistributionGoal {
 public:
  using DistributionGoal::DistributionGoal;

  void AddBands(BandBuilder& bands) const override {
    DistributionGoal::AddBands(bands);
    const FlatCluster& cluster = bands.cluster();
    std::vector<Vec8> load = cluster.pinned_load;
    for (const PartitionRecord& p : bands.now()) {
      for (std::size_t slot = 0; slot < p.rf; ++slot) {
        if (!cluster.target[p.replicas[slot]]) return;
        load[p.replicas[slot]] += cluster.LoadOf(p, slot);
      }
    }
    for (const Lane count : {kReplicas, kLeaders}) {
      // Another goal knows better how many each should have.
      if (bands.bands().distribution[count] || !(cluster.unit[count] > 0)) continue;
      // Half a replica is far from the next whole one and far more than rounding.
      const double slack = 0.5 / cluster.unit[count];
      for (const BrokerIndex b : cluster.targets) {
        const auto now = static_cast<double>(load[b][count]);
        bands.SetBand(count, b, now - slack, now + slack);
      }
      bands.SetPrice(count, kOtherPrice);
    }
  }
};

}  // namespace

std::shared_ptr<Goal> MakeKafkaAssignerDiskUsageGoal(const PlannerOptions& options) {
  return std::make_shared<SwapDiskGoal>(
      GoalInfo{.name = "KafkaAssignerDiskUsageDistributionGoal",
               .alias = "kafka-assigner-disk-usage",
               .kind = GoalKind::kDistribution,
               .hard = true,
               .lane = kDisk,
               .weight = kDiskPrice,
               .phrase = "holds {} of the data",
               .about = "disk use within its band by swaps, counts as they are",
               .by_default = false},
      HalfWidthOf(options, options.balance_thresholds.disk));
}

}  // namespace levelwind::planner
