#include <algorithm>
#include <cmath>

#include "planner/autoscale/assignors.h"
#include "planner/autoscale_sim/group_sim.h"

namespace levelwind::planner::sim {

namespace {

// For how long a partition that goes to another member stands still, as measured on real groups
// whose members work for 5 s between two polls, which is 500 records of 10 ms
// (docs/autoscaling.md).
constexpr Spread kEagerGap{0.17, 3.0};
constexpr Spread kCooperativeGap{2.5, 4.6};
constexpr Spread kConsumerGap{11.5, 13.6};
constexpr int kHeartbeat = 5;     // group.consumer.heartbeat.interval.ms
constexpr int kFirstDealing = 4;  // group.initial.rebalance.delay.ms and one join

}  // namespace

std::string_view ProtocolName(Protocol protocol) {
  switch (protocol) {
    case Protocol::kEager:
      return "eager";
    case Protocol::kCooperative:
      return "cooperative";
    case Protocol::kConsumer:
      return "kip848";
    case Protocol::kStatic:
      return "static";
  }
  return "eager";
}

int GroupSim::Seconds(Spread spread) {
  if (scaler_.Free()) return 0;
  const double sigma = std::log(spread.p99 / spread.median) / 2.3263;
  // The model has whole seconds: a third of one is one second in a third of the cases.
  return static_cast<int>(spread.median * std::exp(sigma * random_.Normal()) + random_.Uniform());
}

int GroupSim::Pause() {
  return Seconds(protocol_ == Protocol::kCooperative ? kCooperativeGap : kEagerGap);
}

int GroupSim::ToNextHeartbeat() {
  return scaler_.Free() ? 0 : static_cast<int>(random_.Uniform(0, kHeartbeat + 1));
}

void GroupSim::CommitPart(std::size_t p, int t) {
  committed_[p] = fluid_.Position(p);
  commit_t_[p] = t;
}

void GroupSim::Release(std::size_t p, int t) {
  if (owner_[p] < 0) return;
  CommitPart(p, t);
  owner_[p] = -1;
  parts_dirty_ = true;
}

void GroupSim::Give(std::size_t p, PodIndex pod) {
  owner_[p] = pod;
  parts_dirty_ = true;
}

std::vector<GroupSim::PodIndex> GroupSim::Target(int t) {
  std::vector<PodIndex> members = round_;
  std::ranges::sort(members, {}, [&](PodIndex i) { return pods_[static_cast<std::size_t>(i)].id; });
  std::vector<std::int32_t> slots;
  if (scaler_.Assigns() && t >= kScalersFrom) {
    LookAtOffsets(t);
    slots = scaler_.Assignment(look_, static_cast<int>(members.size()));
  }
  if (slots.size() != count_) {
    const std::int32_t size = workload_.partitions;
    std::vector<std::int32_t> now(count_, -1);
    for (std::size_t p = 0; p < count_; ++p) {
      const auto slot = std::ranges::find(members, owner_[p]);
      if (slot != members.end()) now[p] = static_cast<std::int32_t>(slot - members.begin());
    }
    const bool range = protocol_ == Protocol::kEager || protocol_ == Protocol::kStatic;
    slots = Deal(range ? AssignorKind::kRange : AssignorKind::kSticky,
                 {.topic_sizes = {&size, 1},
                  .members = static_cast<std::int32_t>(members.size()),
                  .owners = now});
  }
  std::vector<PodIndex> target(count_, -1);
  for (std::size_t p = 0; p < count_; ++p) {
    const std::int32_t slot = slots[p];
    if (slot >= 0 && slot < static_cast<std::int32_t>(members.size())) {
      target[p] = members[static_cast<std::size_t>(slot)];
    }
  }
  return target;
}

void GroupSim::StepProtocol(int t) {
  if (std::erase_if(late_changes_, [t](int at) { return at <= t; }) > 0) change_ = true;
  if (t >= kScalersFrom && scaler_.WantsReassignment()) change_ = true;
  if (protocol_ == Protocol::kConsumer) {
    StepConsumer(t);
  } else {
    StepBarrier(t);
  }
}

void GroupSim::StepBarrier(int t) {
  if (round_ends_ >= 0 && t >= round_ends_) EndFirstRound(t);
  if (round_ends_ >= 0 || !change_) return;
  const bool anyone = std::ranges::any_of(
      alive_, [&](PodIndex i) { return pods_[static_cast<std::size_t>(i)].joined; });
  round_.clear();
  for (const PodIndex i : alive_) {
    if (pods_[static_cast<std::size_t>(i)].ready_at <= t) round_.push_back(i);
  }
  change_ = false;
  if (round_.empty()) return;
  ++result_.rebalances;
  from_empty_ = !anyone;
  second_round_ = false;
  round_ends_ = t + (from_empty_ && !scaler_.Free() ? kFirstDealing : Pause());
  if (protocol_ != Protocol::kCooperative) {
    for (std::size_t p = 0; p < count_; ++p) Release(p, t);
  }
  if (round_ends_ <= t) EndFirstRound(t);
}

void GroupSim::EndFirstRound(int t) {
  round_ends_ = -1;
  if (second_round_) {
    second_round_ = false;
    for (std::size_t p = 0; p < count_; ++p) {
      if (owner_[p] < 0 && target_[p] >= 0) Give(p, target_[p]);
    }
    return;
  }
  if (from_empty_) {  // the coordinator waits for those who come in the first seconds
    round_.clear();
    for (const PodIndex i : alive_) {
      if (pods_[static_cast<std::size_t>(i)].ready_at <= t) round_.push_back(i);
    }
    change_ = false;
  }
  for (const PodIndex i : round_) pods_[static_cast<std::size_t>(i)].joined = true;
  if (round_.empty()) return;
  target_ = Target(t);
  bool moves = false;
  for (std::size_t p = 0; p < count_; ++p) {
    if (owner_[p] < 0) {
      Give(p, target_[p]);
    } else if (owner_[p] != target_[p]) {
      Release(p, t);
      moves = true;
    }
  }
  if (!moves) return;
  second_round_ = true;
  ++result_.rebalances;
  round_ends_ = t + Pause();
}

void GroupSim::DealConsumer(int t) {
  const bool anyone = std::ranges::any_of(
      alive_, [&](PodIndex i) { return pods_[static_cast<std::size_t>(i)].joined; });
  round_.clear();
  for (const PodIndex i : alive_) {
    Pod& pod = pods_[static_cast<std::size_t>(i)];
    if (pod.ready_at > t) continue;
    round_.push_back(i);
    pod.joined = true;
  }
  change_ = false;
  if (round_.empty()) return;
  ++result_.rebalances;
  const std::vector<PodIndex> before = target_;
  target_ = Target(t);
  for (std::size_t p = 0; p < count_; ++p) {
    if (owner_[p] == target_[p]) {
      stop_at_[p] = start_at_[p] = -1;
      continue;
    }
    if (start_at_[p] >= 0 && before[p] == target_[p]) continue;  // on its way there already
    if (owner_[p] >= 0) {
      stop_at_[p] = t + ToNextHeartbeat();
      start_at_[p] = stop_at_[p] + Seconds(kConsumerGap);
    } else {
      stop_at_[p] = -1;
      start_at_[p] = t + (anyone || scaler_.Free() ? ToNextHeartbeat() : kFirstDealing);
    }
  }
}

void GroupSim::StepConsumer(int t) {
  if (change_) DealConsumer(t);
  for (std::size_t p = 0; p < count_; ++p) {
    if (stop_at_[p] >= 0 && stop_at_[p] <= t) {
      Release(p, t);
      stop_at_[p] = -1;
    }
    if (start_at_[p] >= 0 && start_at_[p] <= t) {
      if (target_[p] >= 0) Give(p, target_[p]);
      start_at_[p] = -1;
    }
  }
}

}  // namespace levelwind::planner::sim
