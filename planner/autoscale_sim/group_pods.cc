#include <algorithm>
#include <cmath>

#include "planner/autoscale_sim/group_sim.h"

namespace levelwind::planner::sim {

void GroupSim::StartPod(int t) {
  Pod pod;
  pod.id = random_.Next();
  pod.started = t;
  pod.phase = static_cast<int>(random_.Next() % static_cast<std::uint64_t>(kCommitEvery));
  const bool node_missing = random_.Uniform() >= 0.88;
  const double wait = node_missing ? random_.Uniform(50, 500) : random_.Uniform(10, 50);
  pod.ready_at = scaler_.Free() ? t : t + static_cast<int>(std::lround(wait));
  alive_.push_back(static_cast<PodIndex>(pods_.size()));
  pods_.push_back(std::move(pod));
}

void GroupSim::StopPod(std::size_t position, int t) {
  const PodIndex index = alive_[position];
  Pod& pod = pods_[static_cast<std::size_t>(index)];
  const bool was_member = pod.joined || std::ranges::find(round_, index) != round_.end();
  for (std::size_t p = 0; p < count_; ++p) {
    if (owner_[p] == index) Release(p, t);
    if (target_[p] == index) target_[p] = -1;
  }
  pod.joined = false;
  alive_.erase(alive_.begin() + static_cast<std::ptrdiff_t>(position));
  std::erase(round_, index);
  if (!was_member) return;
  if (protocol_ == Protocol::kStatic) {
    late_changes_.push_back(t + 45);  // it does not say that it leaves
  } else {
    change_ = true;
  }
}

void GroupSim::StopOne(int t, bool outdated_only) {
  // Kubernetes: those that are not ready first, then the youngest.
  std::size_t best = alive_.size();
  for (std::size_t i = 0; i < alive_.size(); ++i) {
    const Pod& pod = pods_[static_cast<std::size_t>(alive_[i])];
    if (outdated_only && !pod.outdated) continue;
    if (best == alive_.size()) best = i;
    const Pod& other = pods_[static_cast<std::size_t>(alive_[best])];
    const bool ready = pod.ready_at <= t, other_ready = other.ready_at <= t;
    if (!ready || other_ready) best = i;
  }
  if (best < alive_.size()) StopPod(best, t);
}

void GroupSim::SetReplicas(int wanted, int t) {
  wanted = std::clamp(wanted, 0, 10 * workload_.partitions);
  if (wanted == replicas_) return;
  const int direction = wanted > replicas_ ? 1 : -1;
  ++result_.actions;
  if (direction == -last_direction_ && t - last_action_ < 600) ++result_.reversals;
  last_direction_ = direction;
  last_action_ = t;
  replicas_ = wanted;
}

int GroupSim::ReadyPods(int t) const {
  return static_cast<int>(std::ranges::count_if(alive_, [&](PodIndex index) {
    const Pod& pod = pods_[static_cast<std::size_t>(index)];
    return !pod.outdated && pod.ready_at <= t;
  }));
}

void GroupSim::Roll(int t) {
  const auto old = static_cast<int>(std::ranges::count_if(
      alive_, [&](PodIndex index) { return pods_[static_cast<std::size_t>(index)].outdated; }));
  if (old == 0) {
    rolling_ = false;
    return;
  }
  const int surge = std::max(1, static_cast<int>(std::ceil(0.25 * replicas_)));
  int fresh = static_cast<int>(alive_.size()) - old;
  while (fresh < replicas_ && fresh + old < replicas_ + surge) {
    StartPod(t);
    ++fresh;
  }
  for (int spare = ReadyPods(t) + old - replicas_, left = old; spare > 0 && left > 0; --spare) {
    StopOne(t, true);
    --left;
  }
}

void GroupSim::Scale(int t) {
  if (workload_.rollout_at == t) {
    rolling_ = true;
    for (const PodIndex index : alive_) pods_[static_cast<std::size_t>(index)].outdated = true;
  }
  if (rolling_) {
    Roll(t);
  } else {
    while (static_cast<int>(alive_.size()) < replicas_) StartPod(t);
    while (static_cast<int>(alive_.size()) > replicas_) StopOne(t, false);
  }
  for (const PodIndex index : alive_) {
    const Pod& pod = pods_[static_cast<std::size_t>(index)];
    if (pod.ready_at == t && !pod.joined) change_ = true;
  }
}

}  // namespace levelwind::planner::sim
