#pragma once

// A consumer group and its workload, second by second: pods that need time to start, a group
// protocol that makes partitions stop, members that can do only so much. The model and its
// parameters are in docs/autoscaling.md.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "planner/autoscale_sim/fluid.h"
#include "planner/autoscale_sim/random.h"
#include "planner/autoscale_sim/run_result.h"
#include "planner/autoscale_sim/scaler.h"
#include "planner/autoscale_sim/workload.h"

namespace levelwind::planner::sim {

/// Lognormal, seconds.
struct Spread {
  double median, p99;
};

/// One run. Deterministic in (workload, protocol, seed, scaler).
class GroupSim {
 public:
  GroupSim(const Workload& workload, Protocol protocol, std::uint64_t seed, Scaler& scaler);
  /// Once.
  RunResult Run();

 private:
  struct Pod {
    std::uint64_t id = 0;
    int started = 0, ready_at = 0, phase = 0;
    bool joined = false;  ///< In the group's last dealing.
    bool outdated = false;
    double served = 0, capacity = 0, time = 0;  ///< Since the last look.
    double shown_busy = 0, shown_rate = 0;      ///< At the last look.
    std::vector<std::size_t> parts;
  };
  using PodIndex = std::int32_t;

  // group_pods.cc
  void SetReplicas(int wanted, int t);
  void StartPod(int t);
  void StopPod(std::size_t position, int t);
  void StopOne(int t, bool outdated_only);
  void Roll(int t);
  void Scale(int t);
  int ReadyPods(int t) const;

  // group_protocol.cc
  void StepProtocol(int t);
  void StepBarrier(int t);
  void EndFirstRound(int t);
  void StepConsumer(int t);
  void DealConsumer(int t);
  std::vector<PodIndex> Target(int t);
  void Give(std::size_t p, PodIndex pod);
  void Release(std::size_t p, int t);
  void CommitPart(std::size_t p, int t);
  int Pause();
  int Seconds(Spread spread);
  int ToNextHeartbeat();

  // group_sim.cc
  void Serve(int t);
  void ServePod(Pod& pod, int t, double factor);
  double LeakFactor(const Pod& pod, int t) const;
  void Account(int t);
  // group_look.cc
  void Scrape(int t);
  void LookAtMembers(int t);
  void LookAtOffsets(int t);
  void Ask(int t);

  const Workload& workload_;
  const Protocol protocol_;
  Scaler& scaler_;
  const std::size_t count_;
  Random random_, eyes_;
  Fluid fluid_;
  RunResult result_;

  std::vector<Pod> pods_;        // all there ever were
  std::vector<PodIndex> alive_;  // started or starting, oldest first
  int replicas_ = 0;
  bool rolling_ = false;

  std::vector<PodIndex> owner_;  // who works on the partition; -1: nobody now
  bool parts_dirty_ = true;
  bool change_ = false;  // members joined or left since the last dealing
  int round_ends_ = -1;  // a barrier is under way until then
  bool second_round_ = false;
  bool from_empty_ = false;
  std::vector<PodIndex> round_;  // who takes part
  std::vector<PodIndex> target_;
  std::vector<int> late_changes_;  // static members that left: when the coordinator notices
  std::vector<int> stop_at_, start_at_;

  std::vector<double> committed_, commit_t_;
  Look look_;
  int last_action_ = -1000000, last_direction_ = 0;
  Minute minute_;
  double last_total_ = 0;
};

}  // namespace levelwind::planner::sim
