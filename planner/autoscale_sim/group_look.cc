#include <algorithm>
#include <cmath>

#include "planner/autoscale_sim/group_sim.h"

namespace levelwind::planner::sim {

void GroupSim::Scrape(int t) {
  look_.t = t;
  look_.replicas = replicas_;
  look_.pods = static_cast<int>(alive_.size());
  look_.ready = static_cast<int>(std::ranges::count_if(
      alive_, [&](PodIndex i) { return pods_[static_cast<std::size_t>(i)].ready_at <= t; }));
  look_.rollout = rolling_;
  look_.rebalancing =
      round_ends_ >= 0 || std::ranges::any_of(start_at_, [](int at) { return at >= 0; });
  look_.ok = eyes_.Uniform() >= 0.01 || look_.log_end.empty();
  LookAtMembers(t);
  if (look_.ok) LookAtOffsets(t);
  if (scaler_.Free()) {
    std::vector<double> backlog(count_);
    for (std::size_t p = 0; p < count_; ++p) backlog[p] = fluid_.Backlog(p);
    scaler_.SeeBacklog(backlog);
  }
}

void GroupSim::LookAtMembers(int /*t*/) {
  std::vector<PodIndex> members;
  for (const PodIndex i : alive_) {
    Pod& pod = pods_[static_cast<std::size_t>(i)];
    // Who waits for a database that does not answer is busy.
    pod.shown_busy = pod.capacity > 0 ? std::min(1.0, pod.served / pod.capacity) : pod.time > 0;
    pod.shown_rate = pod.time > 0 ? pod.served / pod.time : 0;
    pod.served = pod.capacity = pod.time = 0;
    if (pod.joined) members.push_back(i);
  }
  std::ranges::sort(members, {}, [&](PodIndex i) { return pods_[static_cast<std::size_t>(i)].id; });
  look_.members.clear();
  for (const PodIndex i : members) {
    const Pod& pod = pods_[static_cast<std::size_t>(i)];
    look_.members.push_back({pod.id, pod.shown_busy, pod.shown_rate});
  }
  look_.owner.assign(count_, -1);
  for (std::size_t p = 0; p < count_; ++p) {
    const auto at = std::ranges::find(members, owner_[p]);
    if (owner_[p] >= 0 && at != members.end()) {
      look_.owner[p] = static_cast<std::int32_t>(at - members.begin());
    }
  }
}

void GroupSim::LookAtOffsets(int t) {
  look_.seen_at = t;
  look_.log_end.resize(count_, 0);
  look_.last_stable.resize(count_, 0);
  look_.committed.resize(count_, 0);
  look_.commit_t.resize(count_, 0);
  for (std::size_t p = 0; p < count_; ++p) {
    // Up to a second old, and off by 2 % of what came since the look before.
    const double rate = workload_.At(t, static_cast<int>(p));
    const double old = eyes_.Uniform() * rate + eyes_.Uniform(-0.02, 0.02) * rate * kLookEvery;
    const auto seen = static_cast<std::int64_t>(fluid_.LogEnd(p) - std::max(0.0, old));
    look_.committed[p] = static_cast<std::int64_t>(committed_[p]);
    look_.commit_t[p] = commit_t_[p];
    look_.log_end[p] = std::max({look_.log_end[p], seen, look_.committed[p]});
    look_.last_stable[p] =
        workload_.transactional
            ? std::min(look_.log_end[p], static_cast<std::int64_t>(fluid_.LastStable(p)))
            : look_.log_end[p];
  }
}

void GroupSim::Ask(int t) { SetReplicas(scaler_.Want(look_), t); }

}  // namespace levelwind::planner::sim
