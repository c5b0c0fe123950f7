#include "planner/autoscale_sim/group_sim.h"

#include <algorithm>
#include <cmath>

namespace levelwind::planner::sim {

GroupSim::GroupSim(const Workload& workload, Protocol protocol, std::uint64_t seed, Scaler& scaler)
    : workload_(workload),
      protocol_(protocol),
      scaler_(scaler),
      count_(static_cast<std::size_t>(workload.partitions)),
      random_(seed * 7919 + static_cast<std::uint64_t>(workload.number) * 31 + 5),
      eyes_(seed * 104729 + static_cast<std::uint64_t>(workload.number) * 37 + 11),
      fluid_(workload),
      owner_(count_, -1),
      target_(count_, -1),
      stop_at_(count_, -1),
      start_at_(count_, -1),
      committed_(count_, 0),
      commit_t_(count_, 0) {}

RunResult GroupSim::Run() {
  // Every algorithm begins with the members that the first minute's load would need at 70 %.
  double first = 0;
  const int span = std::min(60, workload_.seconds);
  for (int t = 0; t < span; ++t) first += workload_.Total(t) / span;
  replicas_ =
      std::clamp(static_cast<int>(std::ceil(first / (0.7 * kMemberRate))), 1, workload_.partitions);
  for (int i = 0; i < replicas_; ++i) {
    StartPod(0);
    pods_.back().ready_at = 0;
  }
  round_ = alive_;
  for (const PodIndex pod : alive_) pods_[static_cast<std::size_t>(pod)].joined = true;
  change_ = false;
  target_ = Target(0);
  for (std::size_t p = 0; p < count_; ++p) Give(p, target_[p]);

  for (int t = 0; t < workload_.seconds; ++t) {
    fluid_.Arrive(t);
    Scale(t);
    StepProtocol(t);
    Serve(t);
    if (t % static_cast<int>(kLookEvery) == 0) Scrape(t);
    if (t >= kScalersFrom && t % static_cast<int>(kLookEvery) == 0) Ask(t);
    Account(t);
  }
  fluid_.CountLeft(workload_.seconds, result_.latency);
  return std::move(result_);
}

double GroupSim::LeakFactor(const Pod& pod, int t) const {
  if (!workload_.leak.Has(t)) return 1;
  return std::pow(0.99, (t - std::max(pod.started, workload_.leak.from)) / 60.0);
}

void GroupSim::Serve(int t) {
  if (parts_dirty_) {
    for (const PodIndex pod : alive_) pods_[static_cast<std::size_t>(pod)].parts.clear();
    for (std::size_t p = 0; p < count_; ++p) {
      if (owner_[p] >= 0) pods_[static_cast<std::size_t>(owner_[p])].parts.push_back(p);
    }
    parts_dirty_ = false;
  }
  const double factor = workload_.outage.Has(t) ? 0 : workload_.slow.Has(t) ? 0.5 : 1;
  for (const PodIndex index : alive_) {
    Pod& pod = pods_[static_cast<std::size_t>(index)];
    if (!pod.joined) continue;
    const double now = factor * LeakFactor(pod, t);
    pod.time += 1;
    pod.capacity += kMemberRate * now;
    if (!pod.parts.empty() && now > 0) ServePod(pod, t, now);
    if ((t + pod.phase) % static_cast<int>(kCommitEvery) == 0) {
      for (const std::size_t p : pod.parts) CommitPart(p, t);
    }
  }
}

void GroupSim::ServePod(Pod& pod, int t, double factor) {
  const double most = kPartitionRate * factor;
  double budget = kMemberRate * factor, sum = 0;
  const auto wanted = [&](std::size_t p) {
    if (static_cast<int>(p) == workload_.poisoned && workload_.poison.Has(t)) return 0.0;
    return std::min(most, fluid_.Readable(p));
  };
  for (const std::size_t p : pod.parts) sum += wanted(p);
  double level = most;
  if (sum > budget) {
    // Everybody gets the same, but nobody more than it wants: raise the level until all is spent.
    double rest = budget, below = 0;
    auto sharing = static_cast<double>(pod.parts.size());
    level = 0;
    for (int pass = 0; pass < 8; ++pass) {
      level = (rest - below) / std::max(1.0, sharing);
      double now_below = 0, now_sharing = 0;
      for (const std::size_t p : pod.parts) {
        if (wanted(p) <= level) {
          now_below += wanted(p);
        } else {
          ++now_sharing;
        }
      }
      if (now_sharing == sharing) break;
      below = now_below;
      sharing = now_sharing;
    }
  }
  for (const std::size_t p : pod.parts) {
    const double amount = std::min({wanted(p), level, budget});
    if (amount <= 0) continue;
    fluid_.Take(p, amount, t, result_.latency);
    budget -= amount;
    pod.served += amount;
  }
}

void GroupSim::Account(int t) {
  result_.replica_seconds += static_cast<double>(alive_.size());
  double oldest = 0, lag = 0;
  for (std::size_t p = 0; p < count_; ++p) {
    oldest = std::max(oldest, static_cast<double>(fluid_.Age(p, t)));
    lag += fluid_.Backlog(p);
    if (owner_[p] < 0 && !alive_.empty()) result_.pause_seconds += 1;
  }
  result_.peak_time_lag = std::max(result_.peak_time_lag, oldest);
  result_.peak_lag = std::max(result_.peak_lag, lag);
  if (oldest > 60) result_.seconds_over += 1;
  minute_.time_lag = std::max(minute_.time_lag, static_cast<float>(oldest));
  minute_.arrivals += static_cast<float>(workload_.Total(t) / 60);
  if (t % 60 != 59) return;
  minute_.replicas = static_cast<float>(alive_.size());
  minute_.members = static_cast<float>(std::ranges::count_if(
      alive_, [&](PodIndex pod) { return pods_[static_cast<std::size_t>(pod)].joined; }));
  result_.minutes.push_back(minute_);
  minute_ = Minute{};
}

}  // namespace levelwind::planner::sim
