// B10: the controller that the daemon runs, seeing what every other algorithm sees.

#include <fmt/format.h>

#include <chrono>

#include "planner/autoscale/group_controller.h"
#include "planner/autoscale_sim/baselines.h"

namespace levelwind::planner::sim {
namespace {

GroupProtocol ProtocolOf(Protocol protocol) {
  switch (protocol) {
    case Protocol::kCooperative:
      return GroupProtocol::kCooperative;
    case Protocol::kConsumer:
      return GroupProtocol::kConsumer;
    case Protocol::kEager:
    case Protocol::kStatic:
      break;
  }
  return GroupProtocol::kEager;
}

AutoscaleOptions OptionsFor(const Workload& workload) {
  AutoscaleOptions options;  // the defaults, whatever the workload
  options.min_members = workload.to_zero ? 0 : 1;
  options.capacity_per_s = kMemberRate;  // as B2 and B4 are told it
  return options;
}

class Ours final : public Scaler {
 public:
  Ours(const Workload& workload, Protocol protocol) : controller_(OptionsFor(workload)) {
    input_.group = "simulated";
    input_.topics = {"records"};
    input_.protocol = ProtocolOf(protocol);
    input_.assignor =
        input_.protocol == GroupProtocol::kEager ? AssignorKind::kRange : AssignorKind::kSticky;
    input_.partitions.resize(static_cast<std::size_t>(workload.partitions));
    for (std::size_t p = 0; p < input_.partitions.size(); ++p) {
      input_.partitions[p].number = static_cast<std::int32_t>(p);
    }
  }

  int Want(const Look& look) override {
    input_.seen_at = SteadyTime(std::chrono::seconds(look.seen_at));
    input_.at = WallTime{look.seen_at * std::int64_t{1000}};
    for (std::size_t p = 0; p < input_.partitions.size(); ++p) {
      PartitionInput& one = input_.partitions[p];
      one.log_start = 0;
      one.log_end = look.log_end[p];
      one.last_stable = look.last_stable[p];
      one.committed = look.committed[p];
      one.no_commit = look.committed[p] < 0;
      one.commit_ms = static_cast<std::int64_t>(look.commit_t[p] * 1000);
      one.owner = look.owner[p];
    }
    input_.members.resize(look.members.size());
    for (std::size_t m = 0; m < look.members.size(); ++m) {
      input_.members[m].id = fmt::format("{:016x}", look.members[m].id);
    }
    input_.phase = look.rebalancing       ? GroupPhase::kRebalancing
                   : look.members.empty() ? GroupPhase::kEmpty
                                          : GroupPhase::kStable;
    input_.replicas = look.replicas;
    input_.ready = look.ready;
    input_.rollout = look.rollout;
    const ScalingDecision decision =
        controller_.Decide(input_, SteadyTime(std::chrono::seconds(look.t)));
    why_ = fmt::format("{}: {}", ScalingReasonName(decision.reason), decision.why);
    return static_cast<int>(decision.desired);
  }
  std::string Why() const override { return why_; }

 private:
  GroupController controller_;
  GroupScalingInput input_;
  std::string why_;
};

}  // namespace

std::unique_ptr<Scaler> MakeOurs(const Workload& workload, Protocol protocol) {
  return std::make_unique<Ours>(workload, protocol);
}

}  // namespace levelwind::planner::sim
