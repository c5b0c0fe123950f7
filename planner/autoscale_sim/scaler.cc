#include "planner/autoscale_sim/scaler.h"

#include <string>

#include "planner/autoscale_sim/baselines.h"

namespace levelwind::planner::sim {

const std::vector<std::string>& ScalerNames() {
  static const std::vector<std::string> kNames{"B0", "B1",  "B2", "B2b", "B3", "B4", "B5",
                                               "B6", "B6h", "B7", "B8",  "B9", "B10"};
  return kNames;
}

std::unique_ptr<Scaler> MakeScaler(std::string_view name, const Workload& workload,
                                   Protocol protocol) {
  if (name == "B0") return MakeStaticPeak(workload);
  if (name == "B1") return MakeClairvoyant(workload);
  if (name == "B2") return MakeKeda(workload, 5 * kMemberRate);
  if (name == "B2b") return MakeKedaBehavior(workload);
  // B3 with one of the thresholds that the best is picked from.
  if (name == "B3:0.1") return MakeKeda(workload, 0.1 * kMemberRate);
  if (name == "B3:0.3") return MakeKeda(workload, 0.3 * kMemberRate);
  if (name == "B3:1") return MakeKeda(workload, 1 * kMemberRate);
  if (name == "B3:3") return MakeKeda(workload, 3 * kMemberRate);
  if (name == "B3:10") return MakeKeda(workload, 10 * kMemberRate);
  if (name == "B4") return MakeHpaOnRate(workload);
  if (name == "B5") return MakeDs2(workload);
  if (name == "B6") return MakeFlink(workload, 600);
  if (name == "B6h") return MakeFlink(workload, 3600);
  if (name == "B7") return MakeLandau(workload);
  if (name == "B8") return MakeTwoDimensions(workload);
  if (name == "B9") return MakeNumaflow(workload);
  if (name == "B10") return MakeOurs(workload, protocol);
  return nullptr;
}

}  // namespace levelwind::planner::sim
